"""Takes up, joins or dismisses what imported documents say: one action, one row in the journal, each undoable."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from carnet.fhir import codes
from carnet.fhir.errors import NotFound
from carnet.record import gate
from carnet.record.actor import Actor
from carnet.record.gate import OpenRecord
from carnet.record.work import Stored, Work
from carnet.rules import received as rules
from carnet.rules.received import Fact, Group

_RECEIVED = f'"code":"{codes.RECEIVED}"'.encode()  # how the tag stands in a kept resource
_OBSERVED = [f'"{kind}"'.encode() for kind in rules.OBSERVATIONS_TO_TAKE]
_GONE = "Ces éléments ne sont plus à reprendre : quelqu'un s'en est occupé. Rien n'a été changé."
_UNDONE = "Il n'y a rien à annuler ici. Rien n'a été changé."


def waiting(record: OpenRecord, stored: Iterable[Stored] | None = None) -> list[Group]:
    """What this record has received and nobody has taken up, what says the same thing together; allergies first.
    `stored` spares a second reading of what a page has read."""
    listed = record.all(*rules.TYPES) if stored is None else stored
    stored = [one for one in listed if one.type in rules.CODED and _may_be_taken(one)]
    if not any(_RECEIVED in one.body for one in stored):
        return []
    found = rules.groups(_facts(stored))
    return sorted(found, key=lambda group: group.type != "AllergyIntolerance")


def _may_be_taken(stored: Stored) -> bool:
    """Without parsing: most of a record is observations that show directly."""
    return stored.type != "Observation" or any(kind in stored.body for kind in _OBSERVED)


def take_up(*, by: Actor, at: datetime, patient: str, keys: Sequence[str]) -> int:
    """Confirm these groups: the first fact of each is taken up, the others join it (all join when the record already
    says it). Returns how many groups. Raises NotFound when one of them is no longer waiting."""
    with gate.write(by=by, at=at, action="received.take-up", patient=patient) as work:
        return _each(work, _chosen(work, patient, keys), _take_up)


def take_up_all(*, by: Actor, at: datetime, patient: str) -> int:
    """Confirm everything that waits in this record."""
    with gate.write(by=by, at=at, action="received.take-up-all", patient=patient) as work:
        return _each(work, rules.groups(_facts(work.record(patient, *rules.TYPES))), _take_up)


def dismiss(*, by: Actor, at: datetime, patient: str, keys: Sequence[str], reason: str) -> int:
    """Leave these groups out of the record's facts, for a reason; the documents keep saying them."""

    def _dismiss(work: Work, group: Group) -> None:
        for fact in group.facts:
            _move(work, fact, codes.DISMISSED, reason.strip() or None)

    with gate.write(by=by, at=at, action="received.dismiss", patient=patient) as work:
        return _each(work, _chosen(work, patient, keys), _dismiss)


def undo(*, by: Actor, at: datetime, patient: str, keys: Sequence[str]) -> int:
    """Put back among what waits the facts of these groups that were taken up, joined or dismissed. Returns how many
    facts. Raises NotFound when there are none."""
    with gate.write(by=by, at=at, action="received.undo", patient=patient) as work:
        settled = [fact for fact in _facts(work.record(patient, *rules.TYPES)) if _is_settled(fact)]
        done = [fact for alike in rules.alike(settled) if _says_one_of(alike, set(keys)) for fact in alike]
        for fact in done:
            _move(work, fact, codes.RECEIVED)
        if not done:
            raise NotFound(_UNDONE)
        return len(done)


def _is_settled(fact: Fact) -> bool:
    return rules.state(fact.resource) in {codes.TAKEN_UP, codes.JOINED, codes.DISMISSED}


def _says_one_of(alike: Sequence[Fact], keys: set[str]) -> bool:
    return any(rules.key_of(meaning) in keys for fact in alike for meaning in rules.meanings(fact.resource))


def _facts(stored: Sequence[Stored]) -> list[Fact]:
    return [Fact(one.reference, one.version, one.resource()) for one in stored]


def _chosen(work: Work, patient: str, keys: Sequence[str]) -> list[Group]:
    """The waiting groups of these keys, as they stand inside the transaction."""
    found = {group.key: group for group in rules.groups(_facts(work.record(patient, *rules.TYPES)))}
    missing = [key for key in keys if key not in found]
    if missing or not keys:
        raise NotFound(_GONE)
    return [found[key] for key in dict.fromkeys(keys)]


def _each(work: Work, groups: list[Group], do: Callable[[Work, Group], None]) -> int:
    for group in groups:
        do(work, group)
        for document in group.documents:
            work.source(document, confirmed=True)
    return len(groups)


def _take_up(work: Work, group: Group) -> None:
    first, *twins = group.facts
    _move(work, first, codes.JOINED if group.known else codes.TAKEN_UP)
    for twin in twins:
        _move(work, twin, codes.JOINED)


def _move(work: Work, fact: Fact, to: str, reason: str | None = None) -> None:
    work.update(rules.moved(fact.resource, to, reason), if_version=fact.version)
