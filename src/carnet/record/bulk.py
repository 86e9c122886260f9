"""Fills a practice with many records at once: what the write path would have made, one action, one Provenance and one
row in the journal for each record, in one commit. For made-up records only: of each batch it validates the first
record whole and trusts the rest to the program that made them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from carnet.fhir import dates, json
from carnet.record import access, audit, clock, commit
from carnet.record.actor import Actor
from carnet.record.validate import validate
from carnet.record.work import WITHOUT_PROVENANCE, provenance, stamped
from carnet.store import bulk
from carnet.store.resource import Row

Resource = dict[str, Any]
Made = tuple[Row, Resource]


def fill(*, by: Actor, at: datetime, action: str, records: Sequence[Sequence[Resource]]) -> int:
    """Keep these records: each a Patient, then what is theirs, every id given and new. Returns how many resources were
    kept, Provenances included. Raises Conflict when an id is taken, Invalid when the first record is not FHIR."""
    for type_ in {resource["resourceType"] for record in records for resource in record}:
        access.check_write(by, type_)
    for resource in records[0] if records else ():
        validate(resource)
    with commit.transaction(alone=True) as done:
        free = iter(bulk.keys(sum(len(record) + 1 for record in records)))
        kept = [_record(by, at, action, record, free) for record in records]
        bulk.insert([one for made in kept for one in made])
        for made in kept:
            done(_journal(by, at, action, made))
    return sum(map(len, kept))


def settle() -> None:
    """To be called once after the last filling: the searches that follow are as quick as those of later days."""
    with commit.without_row():
        bulk.settle()


def _record(by: Actor, at: datetime, action: str, record: Sequence[Resource], free: Any) -> list[Made]:
    made = [_made(next(free), resource, {}) for resource in record]
    subjects = {(row.type, row.id): row.subject for row, _ in made}
    targets = [f"{row.type}/{row.id}/_history/1" for row, _ in made if row.type not in WITHOUT_PROVENANCE]
    said = {**provenance(by, at, action, targets), "id": f"{record[0]['id']}-provenance"}
    return [*made, _made(next(free), said, subjects)]


def _made(pk: int, resource: Resource, subjects: dict[tuple[str, str], str | None]) -> Made:
    updated = clock.version_time()
    kept = stamped(resource, resource["id"], 1, updated)
    subject = access.subject(kept, lambda type, id: subjects.get((type, id)))
    row = Row(pk, kept["resourceType"], kept["id"], 1, subject, updated, False, json.dumps(kept))
    return row, kept


def _journal(by: Actor, at: datetime, action: str, made: Sequence[Made]) -> tuple[int, bytes]:
    entities = [f"{row.type}/{row.id}/1" for row, _ in made]
    patient = made[0][0].subject
    return audit.append(
        by=by, at=dates.micros(at), action=action, outcome="success", patient=patient, entities=entities
    )
