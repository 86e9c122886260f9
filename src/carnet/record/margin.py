"""What a person says of the offers beside a note being written: kept with the draft, without history and without a row
of its own, as the draft's text. Signing is what enters the record."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.db import transaction

from carnet.record import access, commit
from carnet.record.actor import Actor
from carnet.record.gate import draft as draft_of
from carnet.record.work import Stored, stored
from carnet.store import alias, offers
from carnet.store import resource as rows
from carnet.store.offers import Mark, Tally

__all__ = ["Mark", "Tally", "known", "mark", "marks", "refused", "tallies", "visit"]


def marks(*, by: Actor, draft: str) -> list[Mark]:
    """What was accepted and refused beside this actor's draft. Raises NotFound for anybody else's."""
    draft_of(by=by, id=draft)
    return offers.marks(draft)


def mark(*, by: Actor, draft: str, said: Sequence[tuple[str, Mark]]) -> None:
    """Keep words on offers, each with its term; an empty verdict takes one back. All of them or none. A refusal holds
    for this patient's later notes."""
    access.check_write(by, "Composition")
    patient = draft_of(by=by, id=draft).patient
    same = alias.around([patient]).same(patient)
    with commit.in_words(), transaction.atomic(durable=True):
        for term, one in said:
            _keep(draft, patient, same, term, one)


def _keep(draft: str, patient: str, same: Collection[str], term: str, mark: Mark) -> None:
    offers.unrefuse(same, term)
    if mark.verdict:
        offers.mark(draft, mark)
    else:
        offers.unmark(draft, mark.key)
    if mark.verdict == "refused":
        offers.refuse(patient, term)


def refused(*, by: Actor, patient: str) -> set[str]:
    """The terms that are not to be offered again for this patient."""
    access.check_read(by, "Composition")
    return offers.refused(alias.around([patient]).same(patient))


def known(*, by: Actor, draft: str, types: Sequence[str]) -> list[Stored]:
    """What the record of this actor's draft holds of these types; the row is that of the draft that was opened."""
    patient = draft_of(by=by, id=draft).patient
    same = alias.around([patient]).same(patient)
    may_read = access.readable(by)
    return [stored(row) for row in rows.of_subject(sorted(same), types) if may_read(row.type)]


def visit(*, by: Actor, draft: str) -> Stored | None:
    """The visit of the note that this actor's draft corrects; None where it corrects none."""
    note = draft_of(by=by, id=draft).composition
    signed = rows.get("Composition", note) if note else None
    said = stored(signed).resource() if signed else {}
    type_, _, id = str(said.get("encounter", {}).get("reference", "")).partition("/")
    found = rows.get(type_, id) if id and access.readable(by)(type_) else None
    return stored(found) if found and not found.deleted else None


def tallies(*, by: Actor) -> list[Tally]:
    """How often each term was accepted and refused in this practice."""
    access.check_read(by, "Composition")
    return offers.tallies()
