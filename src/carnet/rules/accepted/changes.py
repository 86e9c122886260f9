"""Words around a medicine that change how it is taken (« puis 20 1/j », « sauter la prise de ce soir ») and that the reader
did not take in: the medicine then keeps the words of its line as typed. Pure; it works no scheme out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from carnet.rules import tables
from carnet.rules.accepted.scene import Fact

# « 2 cp. le soir » is one sentence.
_SENTENCE = re.compile(
    r"(?<!\bcp)(?<!\bgel)(?<!\bgél)(?<!\binj)(?<!\bamp)(?<!\bsem)(?<!\bmax)[.!?](?=\s|$)", re.IGNORECASE
)
_SEPARATES = re.compile(r"[,;:]|\s[-–/]\s|\.\s")
_CLAUSE = re.compile(r";|,(?!\d)|\s[-–]\s")
_STEP = re.compile(r"\s*(?:[\d½¼¾<>+]|(?:le |au |à )?(?:matin|midi|soir|coucher)\b)", re.IGNORECASE)
_THEN = re.compile(r"\s*(?:puis|ensuite|jusqu\w*|diminuer|augmenter|relais)\b", re.IGNORECASE)
_BLANK = " \t.,;:-–/>("
_OWN = frozenset(("vital", "lab", "immunization"))  # never of a posology
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Line:
    """A medicine in its line: from `start` to `end`, the medicines on either side of it there, and what else was read."""

    text: str
    drug: Fact
    start: int
    end: int
    before: Fact | None
    behind: Fact | None
    others: Sequence[Span]
    own: Sequence[int]  # where something begins that is never of a posology

    def cues(self, name: str, start: int, end: int) -> list[Span]:
        """The words of that list that no other fact took in."""
        found = [cue.span() for cue in _pattern(name).finditer(self.text, start, end)]
        return [
            cue for cue in found if not any(first <= cue[0] and cue[1] <= last for first, last in self.others)
        ]


def told(facts: Sequence[Fact], text: str) -> list[Fact]:
    """The facts of a text, each medicine whose line says more than was read of it with those words (`typed`)."""
    drugs = sorted((one for one in facts if one["kind"] == "medication"), key=lambda one: int(one["start"]))
    found = {}
    for place, one in enumerate(drugs):
        span = _span(_line(text, drugs, place, facts)) if one["status"] != "stopped" else None
        if span and span != (one["start"], one["end"]):
            found[id(one)] = {**one, "typed": text[slice(*span)].strip()}
    return [found.get(id(one), one) for one in facts]


def _line(text: str, drugs: Sequence[Fact], place: int, facts: Sequence[Fact]) -> _Line:
    one = drugs[place]
    start, end = text.rfind("\n", 0, one["start"]) + 1, text.find("\n", one["end"])
    end = len(text) if end < 0 else end
    # « AT 3j puis reprise » is of the leave.
    leaves = [
        fact["start"] for fact in facts if fact.get("type") == "sick_leave" and one["end"] <= fact["start"]
    ]
    return _Line(
        text, one, start, min([end, *leaves]),
        before=drugs[place - 1] if place and drugs[place - 1]["end"] > start else None,
        behind=next((other for other in drugs[place + 1 :] if one["end"] <= other["start"] < end), None),
        others=[(fact["start"], fact["end"]) for fact in facts if fact["kind"] != "medication"],
        own=[fact["start"] for fact in facts if fact["kind"] in _OWN],
    )  # fmt: skip


def _span(line: _Line) -> Span | None:
    """From the first word that changes this medicine to the last, itself between; None when no word does."""
    start, end = _begins(line), _ends(line)
    if start is None and end is None:
        return None
    return (line.drug["start"] if start is None else start), end or line.drug["end"]


def _begins(line: _Line) -> int | None:
    """Where the words before it begin that change it. Behind another medicine only those that lead to this one."""
    before, own = line.before, line.drug["start"]
    left = max(line.start, before["end"]) if before else line.start
    left = max([left, *(end.end() for end in _SENTENCE.finditer(line.text, left, own))])
    if not before or before["end"] != left:
        return min(line.cues("before", left, own), default=(None,))[0]
    found = line.cues("before", left, own) + line.cues("between", left, own)
    found = [cue for cue in found if not _SEPARATES.search(line.text[cue[1] : own])]
    if before["status"] == "stopped":
        return None
    return int(before["start"]) if found else None


def _ends(line: _Line) -> int | None:
    """Where the words behind it end that change it: with their clause and the steps that follow it, or with another
    medicine that they lead to (« puis Previscan 20 1/j »)."""
    behind, own = line.behind, line.drug["end"]
    right = _sentence(line.text, own, min(line.end, behind["start"]) if behind else line.end)
    found = line.cues("after", own, right)
    if behind and right == behind["start"]:
        leads = [cue for cue in found if not _SEPARATES.search(line.text[cue[1] : right])]
        if leads and behind["status"] != "stopped":
            return int(behind["end"])
        found = [cue for cue in found if cue not in leads]
    return _clause(line, found[-1][1], right) if found else None


def _clause(line: _Line, last: int, right: int) -> int:
    """The end of the clause of these words, and of those behind it that go on (« 10 mg 3 j »)."""
    right = min([right, *(place for place in line.own if last <= place)])
    end = right
    for sign in _CLAUSE.finditer(line.text, last, right):
        if not _STEP.match(line.text, sign.end(), right):
            end = sign.start()
            break
    return last + len(line.text[last:end].rstrip(_BLANK))


def _sentence(text: str, start: int, right: int) -> int:
    """Where the sentence ends, with the next one when that is a step (« . Puis 20 1/j »)."""
    for end in _SENTENCE.finditer(text, start, right):
        if not _THEN.match(text, end.end(), right):
            return end.start()
    return right


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile("|".join(tables.toml("changes")[name]), re.IGNORECASE)
