"""Words around a medicine that change how it is taken (« puis 20 1/j », « sauter la prise de ce soir ») and that the reader
did not take in: the medicine then keeps the words of its line as typed. Pure; it works no scheme out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from carnet.rules import tables
from carnet.rules.accepted.scene import Fact

_SENTENCE = re.compile(r"[.!?](?=\s+[A-ZÀ-Ý0-9])|[.!?](?=\s*$)")
_SEPARATES = re.compile(r"[,;:]|\s[-–/]\s|\.\s")
_BLANK = " \t.,;:-–/()>"
Span = tuple[int, int]


def told(facts: Sequence[Fact], text: str) -> list[Fact]:
    """The facts of a text, each medicine whose line says more than was read of it with those words (`typed`)."""
    drugs = sorted((one for one in facts if one["kind"] == "medication"), key=lambda one: int(one["start"]))
    others = [(one["start"], one["end"]) for one in facts if one["kind"] != "medication"]
    leaves = [
        one["start"] for one in facts if one.get("type") == "sick_leave"
    ]  # « AT 3j puis reprise » is of the leave
    found = {}
    for place, one in enumerate(drugs):
        span = _span(text, drugs, place, others, leaves) if one["status"] != "stopped" else None
        if span and span != (one["start"], one["end"]):
            found[id(one)] = {**one, "typed": text[slice(*span)].strip()}
    return [found.get(id(one), one) for one in facts]


def _span(
    text: str, drugs: Sequence[Fact], place: int, others: Sequence[Span], leaves: Sequence[int]
) -> Span | None:
    """From the first word that changes this medicine to the last, itself between; None when no word does."""
    one = drugs[place]
    line = _line(text, one)
    before = drugs[place - 1] if place and drugs[place - 1]["end"] > line[0] else None
    behind = next((other for other in drugs[place + 1 :] if one["end"] <= other["start"] < line[1]), None)
    start = _begins(text, one, before, line[0], others)
    end = _ends(
        text, one, behind, min([line[1], *(leave for leave in leaves if one["end"] <= leave)]), others
    )
    return (
        None
        if start is None and end is None
        else (one["start"] if start is None else start, end or one["end"])
    )


def _line(text: str, one: Fact) -> Span:
    end = text.find("\n", one["end"])
    return text.rfind("\n", 0, one["start"]) + 1, len(text) if end < 0 else end


def _begins(text: str, one: Fact, before: Fact | None, line: int, others: Sequence[Span]) -> int | None:
    """Where the words before it begin that change it. Behind another medicine only those that lead to this one."""
    left = max(line, before["end"]) if before else line
    left = max([left, *(left + end.end() for end in _SENTENCE.finditer(text[left : one["start"]]))])
    found = [cue for cue in _cues("before", text, left, one["start"]) if not _is_within(cue, others)]
    if before and before["end"] == left:
        found = [cue for cue in found if not _SEPARATES.search(text[cue[1] : one["start"]])]
        return (
            int(before["start"])
            if found and before["status"] != "stopped"
            else min(found, default=(None,))[0]
        )
    return min(found, default=(None,))[0]


def _ends(text: str, one: Fact, behind: Fact | None, line: int, others: Sequence[Span]) -> int | None:
    """Where the words behind it end that change it: with its sentence, or where another medicine begins, which is theirs
    when they lead to it (« puis Previscan 20 1/j »)."""
    right = behind["start"] if behind else line
    right = _sentence(text, one["end"], right)
    found = [cue for cue in _cues("after", text, one["end"], right) if not _is_within(cue, others)]
    if behind and right == behind["start"]:
        leads = [cue for cue in found if not _SEPARATES.search(text[cue[1] : right])]
        if behind["status"] == "stopped":
            found = [cue for cue in found if cue not in leads]
        elif leads:
            return int(behind["end"])
    return one["end"] + len(text[one["end"] : right].rstrip(_BLANK)) if found else None


def _sentence(text: str, start: int, right: int) -> int:
    """Where the sentence ends, with the next one when that begins with such a word (« . Puis 20 1/j »)."""
    for end in _SENTENCE.finditer(text, start, right):
        rest = len(text[end.end() : right]) - len(text[end.end() : right].lstrip())
        if not _pattern("after").match(text, end.end() + rest, right):
            return end.start()
    return right


def _cues(name: str, text: str, start: int, end: int) -> list[Span]:
    return [found.span() for found in _pattern(name).finditer(text, start, end)]


def _is_within(cue: Span, others: Sequence[Span]) -> bool:
    return any(start <= cue[0] and cue[1] <= end for start, end in others)


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile("|".join(tables.toml("changes")[name]), re.IGNORECASE)
