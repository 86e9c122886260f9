"""The worklist of records that may be one person's: found by likeness, in one pass over the practice. It merges nothing
and tells nobody apart."""

from __future__ import annotations

from dataclasses import dataclass

from carnet.actions import identity
from carnet.record import gate
from carnet.record.actor import Actor
from carnet.record.work import Stored
from carnet.rules import blocking, linkage, matching
from carnet.rules.matching import Match

_SHOWN = ("certain", "probable")


@dataclass(frozen=True, slots=True)
class Double:
    """Two records that may be one person's, and why."""

    one: Stored
    other: Stored
    match: Match


def found(*, by: Actor) -> list[Double]:
    """The pairs that may be one person's, alarms first, then the surest; without those told apart. Raises Refused."""
    apart = {one.id for one in identity.linked(by=by, state=linkage.TWO_PEOPLE)}
    pairs = [one for one in _alike(by) if linkage.pair_id(one.one.id, one.other.id) not in apart]
    return sorted(pairs, key=lambda one: (not one.match.alarm, -one.match.score, one.one.id, one.other.id))


def _alike(by: Actor) -> list[Double]:
    people = list(gate.everybody(by=by))
    folded = [matching.folded(matching.from_patient(one.resource())) for one in people]
    weighed = (
        (one, other, matching.weigh(folded[one], folded[other])) for one, other in blocking.pairs(folded)
    )
    return [
        Double(people[one], people[other], match)
        for one, other, match in weighed
        if match.verdict in _SHOWN or match.alarm
    ]


def between(one: Stored, other: Stored) -> Match:
    """How alike two identities are, and why."""
    return matching.compare(matching.from_patient(one.resource()), matching.from_patient(other.resource()))
