"""The worklist of records that may be one person's: found by likeness in one pass over the practice, kept as ids and
verdicts, shown from what is kept. It merges nothing and tells nobody apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from carnet.actions import identity
from carnet.fhir import codes
from carnet.record import gate
from carnet.record.actor import Actor
from carnet.record.work import Stored, Work
from carnet.rules import blocking, linkage, matching
from carnet.rules.matching import Match

LOOK, ASK = "doubles.look", "doubles.ask"
MOST = 900  # pairs kept, the surest: nobody settles more between two nights
_AT_ONCE = 200  # pairs written in one commit; people compared between two rests
_SHOWN = ("certain", "probable")
_KINDS = (linkage.ALARM, *(linkage.LIKELY[verdict] for verdict in _SHOWN))
Pairs = dict[str, tuple[str, str, Match]]  # id of the Linkage → the two patients, and how alike


@dataclass(slots=True)
class Progress:
    """How far the pass is, in people; `total` is 0 while none runs."""

    done: int = 0
    total: int = 0


# A server is one process: how far its pass is, it alone needs to know.
progress = Progress()


@dataclass(frozen=True, slots=True)
class Double:
    """Two records that may be one person's. `kind`: alarm, certain, probable."""

    one: Stored
    other: Stored
    kind: str


@dataclass(frozen=True, slots=True)
class Found:
    """The worklist: the first pairs, how many there are, when the practice was last compared (None: never), and
    whether a pass is asked for or runs."""

    pairs: list[Double]
    count: int
    looked: datetime | None
    is_awaited: bool


def found(*, by: Actor, limit: int) -> Found:
    """What the last pass kept and nobody has settled since: alarms first, then the surest. Raises Refused."""
    identity.check_merge(by)
    kept = sorted(_kept(by), key=_order)
    bodies = [one.resource() for one in kept[:limit]]
    ids = sorted({id for body in bodies for id in linkage.sides(body)})
    people = gate.patients_of(by=by, ids=ids)
    pairs = [
        Double(people[one], people[other], linkage.kind(body))
        for body in bodies
        for one, other in [linkage.sides(body)]
        if one in people and other in people and people[one].id != people[other].id
    ]
    looked, asked = _last(by, LOOK), _last(by, ASK)
    awaited = bool(progress.total) or bool(asked and (looked is None or asked > looked))
    return Found(pairs, len(kept), looked, awaited)


def ask(*, by: Actor, at: datetime) -> None:
    """Have the practice compared now rather than tonight. Raises Refused."""
    identity.check_merge(by)
    gate.audit_event(by=by, at=at, action=ASK)


def look(*, by: Actor, at: datetime, rest: Callable[[], object] = lambda: None) -> int:
    """Compare everybody with everybody, and keep what is new, what changed and what is gone; returns how many pairs
    are kept. `rest` is called now and then: it may sleep, so that pages are served meanwhile. Raises Refused."""
    identity.check_merge(by)
    try:
        alike = _surest(_alike(by, rest))
    finally:
        progress.done = progress.total = 0
    known = {one.id for one in _kept(by)}
    changes = sorted(alike.keys() | known)
    for start in range(0, len(changes), _AT_ONCE):
        with gate.write(by=by, at=at, action="doubles.keep") as work:
            for id in changes[start : start + _AT_ONCE]:
                _keep(work, id, alike.get(id))
    with gate.write(by=by, at=at, action=LOOK):
        return len(alike)


def between(one: Stored, other: Stored) -> Match:
    """How alike two identities are, and why."""
    return matching.compare(matching.from_patient(one.resource()), matching.from_patient(other.resource()))


def _alike(by: Actor, rest: Callable[[], object]) -> Iterator[tuple[str, str, Match]]:
    """Every pair worth a look. Of each person only what is compared stays in memory."""
    ids, people = [], []
    for patient in gate.everybody(by=by):
        ids.append(patient.id)
        people.append(matching.folded(matching.from_patient(patient.glance())))
    progress.total, rested = len(ids), 0
    for one, other in blocking.pairs(people):
        progress.done = other
        if other - rested >= _AT_ONCE:
            rested = other
            rest()
        match = matching.weigh(people[one], people[other])
        if match.verdict in _SHOWN or match.alarm:
            yield ids[one], ids[other], match


def _surest(pairs: Iterator[tuple[str, str, Match]]) -> Pairs:
    ordered = sorted(pairs, key=lambda pair: (not pair[2].alarm, -pair[2].score, pair[:2]))
    return {linkage.pair_id(one, other): (one, other, match) for one, other, match in ordered[:MOST]}


def _keep(work: Work, id: str, pair: tuple[str, str, Match] | None) -> None:
    """Propose the pair, or no longer, unless a person has decided about it or nothing changed."""
    kept = work.exists("Linkage", id)
    before = kept.resource() if kept else None
    if before is None and pair:
        one, other, match = pair
        made = linkage.proposed(linkage.linkage(one, other, ""), match)
        # Both may have gone since they were compared.
        if work.exists("Patient", one) and work.exists("Patient", other):
            work.create(made, id=id)
    elif before is not None and kept:
        is_open = linkage.state(before) in ("", linkage.SEPARATED)
        after = linkage.proposed(before, pair[2] if pair and is_open else None)
        if after != before:
            work.update(after, if_version=kept.version)


def _kept(by: Actor) -> list[Stored]:
    tags = ",".join(f"{codes.TAG}|{kind}" for kind in _KINDS)
    found = gate.across(by=by, type="Linkage", params=[("_tag", tags)], limit=1000)
    return [one for one in found if linkage.is_pair(one.id)]


def _order(kept: Stored) -> tuple[int, int, str]:
    body = kept.resource()
    return _KINDS.index(f"double-{linkage.kind(body)}"), -linkage.score(body), kept.id


def _last(by: Actor, action: str) -> datetime | None:
    event = gate.last_event(by=by, action=action)
    return event.when if event else None
