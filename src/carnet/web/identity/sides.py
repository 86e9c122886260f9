"""Two identities side by side: trait by trait, with a word and a sign for what differs, and what each record holds. It
opens both records and changes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from carnet.actions import doubles
from carnet.actions import identity as actions
from carnet.fhir.errors import CarnetError
from carnet.record import gate
from carnet.record.actor import Actor
from carnet.record.gate import OpenRecord
from carnet.record.work import Stored
from carnet.rules import identity_status, linkage, person
from carnet.rules.matching import Match
from carnet.web.shell import traits

# What says who wrote, or who it is about, is no content of a record.
_NOT_COUNTED = frozenset({"AuditEvent", "Patient", "Provenance"})


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two: the patient, how sure the identity is, what the record holds by FHIR type."""

    patient: Stored
    status: str
    counts: list[tuple[str, int]]

    @property
    def id(self) -> str:
        return self.patient.id


@dataclass(frozen=True, slots=True)
class Compared:
    """The page of a pair. `state`: merged, separated, two-people, or nothing yet; `keep` is the identity that survives,
    or is proposed to; `refusal` why they cannot be merged; `is_one` when one record holds both."""

    left: Side
    right: Side
    rows: list[traits.Row]
    match: Match
    state: str
    keep: str
    refusal: str
    waiting: int
    is_one: bool


def compared(by: Actor, at: datetime, one: str, other: str) -> Compared:
    """Open both records and lay them side by side. Raises NotFound, Refused."""
    actions.check_merge(by)
    known = actions.pair(by=by, one=one, other=other)
    records = [gate.open_record(by=by, at=at, patient=id) for id in (one, other)]
    is_one = records[0].patient.id == records[1].patient.id
    left, right = (_side(record, id, is_one) for record, id in zip(records, (one, other), strict=True))
    state = linkage.state(known.resource()) if known else ""
    return Compared(
        left=left,
        right=right,
        rows=traits.rows(left.patient.resource(), right.patient.resource()),
        match=doubles.between(left.patient, right.patient),
        state=state,
        keep=linkage.sides(known.resource())[0] if known and state else _surer(left, right).id,
        refusal="" if is_one else _refusal(records),
        waiting=len(linkage.later(known.resource())) if known and state != linkage.MERGED else 0,
        is_one=is_one,
    )


def _side(record: OpenRecord, id: str, is_one: bool) -> Side:
    patient = record.patient if record.patient.id == id else record.get("Patient", id)
    held = [fact for fact in record.all() if not is_one or fact.subject == id]
    counts = Counter(fact.type for fact in held if fact.type not in _NOT_COUNTED)
    status = identity_status.words(person.reliability(patient.resource()))
    return Side(patient, status, sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def _surer(left: Side, right: Side) -> Side:
    """Whose identity is proposed to survive: the more certain one, else the fuller record."""
    order = ["QUAL", "VALI", "RECUP"]

    def rank(side: Side) -> tuple[int, int]:
        status = person.reliability(side.patient.resource())
        return order.index(status) if status in order else len(order), -sum(n for _, n in side.counts)

    return min(left, right, key=rank)


def _refusal(records: Sequence[OpenRecord]) -> str:
    ours, theirs = ([one.resource() for one in record.all("Patient")] for record in records)
    try:
        actions.check_one_person(ours, theirs)
    except CarnetError as error:
        return str(error)
    return ""
