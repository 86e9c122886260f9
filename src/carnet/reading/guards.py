"""The last look at what was read: facts of somebody else, of another day, only planned in case, refused or feared are
dropped, doubted, or told so. The cues stand in guards.toml; this never finds a fact of its own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache

from carnet.reading import status, tables
from carnet.reading.facts import CONDITION, MEDICATION, Fact
from carnet.reading.structure import Note

DOUBTED = 0.5  # at most: shown, never accepted with the others
_UNSURE = 0.8
_REACH = 110  # characters before a fact in which a cue counts
_FAR = 50  # characters after it
_DONE_WITH = (status.NEGATED, status.FAMILY)


@dataclass(frozen=True, slots=True)
class _Guard:
    kinds: tuple[str, ...]
    statuses: tuple[str, ...]
    codes: str
    act: str
    line: re.Pattern[str] | None
    before: re.Pattern[str] | None
    inside: re.Pattern[str] | None
    after: re.Pattern[str] | None
    unless: re.Pattern[str] | None

    def holds(self, note: Note, fact: Fact) -> bool:
        """Whether every cue that this guard names is there."""
        if self.kinds and fact.kind not in self.kinds:
            return False
        if self.statuses and fact.values.get("status") not in self.statuses:
            return False
        if not str(fact.values.get("cim10") or "").startswith(self.codes):
            return False
        before = note.flat[max(note.sentence(fact.start).start, fact.start - _REACH) : fact.start]
        if note.context.age is not None and note.context.age < _CHILD:
            before = _ITSELF.sub("", before)
        if self.unless and self.unless.search(before):
            return False
        return all(
            (
                not self.line
                or self.line.match(note.flat, note.flat.rfind("\n", 0, fact.start) + 1, fact.start),
                not self.before or self.before.search(before),
                not self.inside or self.inside.search(note.flat[fact.start : fact.end]),
                not self.after or self.after.match(note.flat, fact.end, fact.end + _FAR),
            )
        )


_CHILD = 15  # years; « le bébé pèse 6,8 kg » is nobody else there
_ITSELF = re.compile(
    r"(?<![a-z])(?:le |la |l'|cet |cette |ce )(?:bebe|enfant|fille|garcon|petite? (?:fille|garcon))(?![a-z])"
)


def guarded(note: Note, facts: Iterable[Fact]) -> list[Fact]:
    """The facts that may be offered, in the same order, as they may be offered."""
    kept: list[Fact] = []
    for fact in facts:
        if looked_at := _looked_at(note, fact):
            kept.append(_stopped(note, _of_same_relative(note, looked_at, kept)))
    return kept


def _looked_at(note: Note, fact: Fact) -> Fact | None:
    """A fact after the first guard that holds."""
    act = next((guard.act for guard in _guards() if guard.holds(note, fact)), None)
    if act is None or (fact.kind == CONDITION and fact.values.get("status") in _DONE_WITH and act != "drop"):
        return fact
    if act == "drop":
        return None
    if act == "doubt":
        return _doubted(fact)
    if act == "unsure":
        return replace(fact, confidence=min(fact.confidence, _UNSURE))
    return replace(fact, values=fact.values | {"status": act})


def _doubted(fact: Fact) -> Fact:
    return replace(fact, confidence=min(fact.confidence, DOUBTED))


def _of_same_relative(note: Note, fact: Fact, kept: Sequence[Fact]) -> Fact:
    """« Mère HTA, diabète »: whose the diabetes is, nobody can tell."""
    if fact.kind != CONDITION or fact.values.get("status") != status.AFFIRMED:
        return fact
    told = next((one for one in reversed(kept) if one.kind == CONDITION), None)
    if told is None or told.values.get("status") != status.FAMILY:
        return fact
    return _doubted(fact) if note.flat[told.end : fact.start].strip() == "," else fact


_OF_A_PERIOD = re.compile(r" ?(?:a|des|apres) l'arret (?:des|du|de) ")
_AT_LAST = re.compile(r"(?<![a-z])puis ?,? ?(?:stop|arret)")


def _stopped(note: Note, fact: Fact) -> Fact:
    """« 40 mg 3 j puis 20 mg 3 j puis stop »: a course with its end is prescribed. « Arrêt 5 jours avant », « suspendre 3 jours » are no course."""
    if fact.kind != MEDICATION or fact.values.get("status") != "stopped":
        return fact
    if _OF_A_PERIOD.match(note.flat, fact.end):
        return replace(fact, values=fact.values | {"status": "prescribed"})
    course = fact.values.get("duration_days") or fact.values.get("times_per_day")
    if course and _AT_LAST.search(note.flat, max(fact.start, fact.end - 8), fact.end + 14):
        return replace(fact, values=fact.values | {"status": "prescribed"})
    return replace(fact, values=fact.values | {"duration_days": None})


@cache
def _guards() -> tuple[_Guard, ...]:
    table = tables.toml("guards.toml")
    words = table["words"]

    def compiled(form: str | None, end: str = "") -> re.Pattern[str] | None:
        if form is None:
            return None
        for name, value in words.items():
            form = form.replace(f"{{{name}}}", value)
        return re.compile(f"(?:{form}){end}")

    return tuple(
        _Guard(
            tuple(one["kinds"]),
            tuple(one.get("statuses", ())),
            one.get("codes", ""),
            one["act"],
            compiled(one.get("line")),
            compiled(one.get("before"), "$"),
            compiled(one.get("inside")),
            compiled(one.get("after")),
            compiled(one.get("unless")),
        )
        for one in table["guards"]
    )
