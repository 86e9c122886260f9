"""The patients of the practice who may be one person: found by number, name, birth date and telephone, weighed by the
matcher, merged identities counted as the one record they are. Decides nothing, changes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from typing import Any

from carnet.fhir import dates
from carnet.fhir.errors import Malformed
from carnet.record import gate
from carnet.record.actor import Actor
from carnet.record.work import Stored
from carnet.rules import identity, matching, person
from carnet.rules.matching import Match
from carnet.rules.person_traits import Folded

Resource = dict[str, Any]

# How many homonyms, and how many born on one day, are weighed at most. A crowd larger than this (1 January) is also
# asked by name.
_NAMED, _BORN, _NUMBERED = 40, 200, 20
_LONGEST = 80  # characters of a name that is looked for
_ORDER = {"certain": 0, "probable": 1, "possible": 2, "no": 3}


@dataclass(frozen=True, slots=True)
class Candidate:
    """One person of the practice: the record as it is opened, how alike, and whether they share a number (an INS, a
    sender's)."""

    patient: Stored
    match: Match
    shares_number: bool

    @property
    def verdict(self) -> str:
        return self.match.verdict


def found(*, by: Actor, patient: Resource) -> list[Candidate]:
    """Who may be this patient: alarms first, then the likeliest. Those whom nothing but chance brought up are left
    out; who shares a number never is."""
    arriving = matching.folded(matching.from_patient(patient))
    near = {one.id for one in _near(by, patient)}
    weighed = (
        _weighed(identities, patient, arriving) for identities in gate.identities(by=by, ids=near).values()
    )
    kept = [one for one in weighed if one.verdict != "no" or one.match.alarm or one.shares_number]
    return sorted(kept, key=_rank)


def _rank(one: Candidate) -> tuple[bool, int, float, str]:
    return not one.match.alarm, _ORDER[one.verdict], -one.match.score, one.patient.id


def _weighed(identities: Sequence[Stored], patient: Resource, arriving: Folded) -> Candidate:
    """The best of what this person's identities say; an alarm of any of them stays."""
    bodies = [one.resource() for one in identities]
    matches = [matching.weigh(matching.folded(matching.from_patient(one)), arriving) for one in bodies]
    match = min(matches, key=lambda one: (not one.alarm, _ORDER[one.verdict], -one.score))
    shares = any(identity.share_number(one, patient) for one in bodies)
    return Candidate(identities[0], match, shares)


def _near(by: Actor, patient: Resource) -> Iterator[Stored]:
    """Whoever is worth weighing: no one typing error, and no married name, hides a person."""
    yield from _numbered(by, patient)
    shown = person.typed(patient)
    for name in dict.fromkeys(name for name in (shown.birth_name, shown.used_name) if name):
        given = shown.given.split(" ")[0] or shown.used_given
        yield from _searched(by, f"{name} {given}", _NAMED)
        yield from _searched(by, f"{name} {shown.birth_date[:4]}", _NAMED)
    for born in _days(shown.birth_date):
        yield from _asked(by, ("birthdate", born), _BORN)


def _days(born: str) -> Iterator[str]:
    """The birth date, and the same with day and month swapped, if they are days."""
    swapped = f"{born[:4]}-{born[8:]}-{born[5:7]}"
    for written in dict.fromkeys((born, swapped) if len(born) == 10 else ()):
        with suppress(Malformed):
            yield dates.first_day(written).isoformat()


def _numbered(by: Actor, patient: Resource) -> Iterator[Stored]:
    numbers = {value for _, value in identity.pairs(patient)} | identity.ins(patient)
    phones = {str(one.get("value", "")) for one in patient.get("telecom", []) if one.get("system") == "phone"}
    yield from chain(*(_asked(by, ("identifier", _escaped(value)), _NUMBERED) for value in sorted(numbers)))
    yield from chain(*(_searched(by, value, _NUMBERED) for value in sorted(phones | identity.ins(patient))))


def _asked(by: Actor, param: tuple[str, str], limit: int) -> list[Stored]:
    return gate.across(by=by, type="Patient", params=[param], limit=limit)


def _searched(by: Actor, text: str, limit: int) -> list[Stored]:
    return gate.find_patients(by=by, text=text[:_LONGEST], limit=limit)


def _escaped(value: str) -> str:
    return "".join(f"\\{c}" if c in "\\$,|" else c for c in value)
