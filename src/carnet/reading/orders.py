"""Requests: tests, imaging, specialists, nurses, physiotherapists, sick leave, certificates. One fact for terms of one
type that follow each other. A test that was done, refused, or has a value, is no request."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from carnet.reading import tables
from carnet.reading.facts import ALLERGY, IMMUNIZATION, LAB, MEDICATION, ORDER, VITAL, Fact
from carnet.reading.structure import Note
from carnet.reading.terms import Match
from carnet.reading.vocabulary import Concept

TYPES = ("sick_leave", "certificate", "physio", "nursing", "referral", "imaging", "lab")
# These say by themselves that something is asked for.
_SELF_EVIDENT = frozenset(("sick_leave", "physio", "nursing"))
_SHORT = 3  # letters
_JOIN = re.compile(r"[ ]?(?:[,+/&;-]|et|avec|puis|\+/-| )? ?(?:(?:une?|le|la|les|l'|d'|de|des|du) ?)?")
_BEFORE = 60


@dataclass(frozen=True, slots=True)
class Asked:
    """Terms of one type in the text."""

    type: str
    start: int
    end: int
    terms: int = 1


def read(note: Note, mentions: Sequence[Asked], taken: Sequence[Fact]) -> Iterator[Fact]:
    """Each request, left to right."""
    kept = [fact for fact in taken if fact.kind in (VITAL, LAB, MEDICATION, ALLERGY, IMMUNIZATION)]
    free = [one for one in mentions if not any(fact.overlaps(one.start, one.end) for fact in kept)]
    for one in _joined(note, free):
        sure = _asked(note, one)
        if sure:
            what = note.text[one.start : one.end]
            yield Fact(ORDER, one.start, one.end, sure, {"what": what, "type": one.type})


def named(note: Note, labs: Sequence[Match[Concept]], examinations: Sequence[Match[Concept]]) -> list[Asked]:
    """Everything that could be asked for, none inside another, asked for or not."""
    found = [
        Asked(kind, match.start(), match.end())
        for kind, pattern in _patterns()
        for match in pattern.finditer(note.flat)
    ]
    found += [Asked("lab", match.start, match.end) for match in labs if _long(note, match)]
    found += [
        Asked(kind, match.start, match.end)
        for match in examinations
        if (kind := match.value.kind) in TYPES and kind != "sick_leave" and _long(note, match)
    ]
    found.sort(key=lambda one: (one.start, -one.end, TYPES.index(one.type)))
    kept: list[Asked] = []
    for one in found:
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept


def _long(note: Note, match: Match[Concept]) -> bool:
    """Short names count only in capitals; marked ones too."""
    written = note.text[match.start : match.end]
    if match.value.doubtful and not written.isupper():
        return False
    short = _SHORT - 1 if match.value.kind in ("lab", "") else _SHORT
    return len(written) > short or (written.isupper() and len(written) > 1)


def _joined(note: Note, found: Sequence[Asked]) -> list[Asked]:
    joined: list[Asked] = []
    for one in found:
        last = joined[-1] if joined else None
        if last and last.type == one.type and one.type not in ("certificate", "sick_leave"):
            between = note.flat[last.end : one.start]
            limit = 3 if one.type != "lab" else 12
            if len(between) <= limit and (_JOIN.fullmatch(between) or between.strip() in (":", "(", "")):
                joined[-1] = replace(last, end=one.end, terms=last.terms + 1)
                continue
        joined.append(one)
    return joined


def _asked(note: Note, one: Asked) -> float:
    """How sure it is that this is asked for; 0 when it is not."""
    sentence = note.sentence(one.start)
    before = note.before(one.start, _BEFORE)
    after = note.after(one.end, 40)
    if _not_before().search(before) or _not_after().match(after):
        return 0
    if one.type in _SELF_EVIDENT and (one.type != "nursing" or _NURSE.search(note.flat, one.start, one.end)):
        return 0.9
    if sentence.section in ("history", "family", "exam", "reason", "treatment", "life", "allergy", "results"):
        return 0.75 if _after().match(after) and sentence.section in ("results", "treatment", "reason") else 0
    if sentence.section == "plan" or sentence.arrow:
        return 0.9
    if one.type == "certificate":
        return 0.8
    if _before().search(before) or _after().match(after):
        return 0.85
    if _alone(note, one):
        return 0.75
    return 0.8 if one.terms >= 3 or (one.type == "referral" and _ADDRESSED.match(note.flat, one.start)) else 0


def _alone(note: Note, one: Asked) -> bool:
    """Whether the request is all that its part of the sentence says: « IRM lombaire. », « …, ECBU, … »."""
    sentence = note.sentence(one.start)
    before = note.flat[sentence.body : one.start].rstrip()
    after = note.flat[one.end : sentence.end].strip()
    starts = not before or before[-1] in "+;"
    return starts and bool(_WHOLE_PIECE.match(after)) and one.type != "certificate"


_NURSE = re.compile(r"(?<![a-z])(?:ide|infirm|pansement|ssiad|had|soins)")
_WHOLE_PIECE = re.compile(r"$|[+,] ?[a-z]|pour |[(]|avec |a [0-9]|ds |dans |et ")
_ADDRESSED = re.compile(
    r"(?:avis|adress|orient|courrier|lettre|demande d'avis|cs (?:cardio|dermato|ophtalmo))"
)


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    table = tables.toml("orders.toml")
    who = tables.any_of(table["referral"]["who"])
    return [
        (
            kind,
            re.compile(
                rf"(?<![a-z0-9])(?:{tables.any_of(table[kind]['terms']).replace('{who}', who)})(?![a-z0-9])"
            ),
        )
        for kind in TYPES
    ]


@cache
def _before() -> re.Pattern[str]:
    words = tables.any_of(tables.toml("orders.toml")["asked"]["before"])
    return re.compile(
        rf"(?:^|[^a-z0-9])(?:{words}) ?[:,]? ?(?:(?:une?|le|la|les|l'|d'|de|des|du|aussi|:) ?){{0,2}}$"
    )


@cache
def _after() -> re.Pattern[str]:
    return re.compile(tables.any_of(tables.toml("orders.toml")["asked"]["after"]))


@cache
def _not_before() -> re.Pattern[str]:
    words = tables.any_of(tables.toml("orders.toml")["asked"]["not_before"])
    return re.compile(rf"(?:^|[^a-z])(?:{words}) ?(?:(?:une?|la|le|les|l'|d'|de) ?)?$")


@cache
def _not_after() -> re.Pattern[str]:
    return re.compile(tables.any_of(tables.toml("orders.toml")["asked"]["not_after"]))
