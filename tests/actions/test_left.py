"""What a signed note leaves as text: named once, taken in by one key on the day it was signed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from carnet.actions import consultation
from carnet.fhir.errors import Conflict
from carnet.record import gate, margin
from carnet.record.work import Draft
from carnet.rules.offers import Offer
from tests.actions.test_offers import TEXT, begun, corrected, facts, offered, say, sign
from tests.cast import ALICE

pytestmark = pytest.mark.usefixtures("any_cell")


def left_by(draft: Draft, at: datetime, text: str, *accepted: str) -> tuple[Any, dict[str, Offer]]:
    """The note signed with these words, and what it left as text, by its words."""
    if accepted:
        say(draft, at, "accepted", *accepted, text=text)
    signed = sign(draft, at)
    return signed.composition, {one.fact["quote"]: one for one in signed.left}


def take(at: datetime, patient: str, note: str, offer: Offer) -> None:
    consultation.take(by=ALICE, at=at, patient=patient, composition=note, key=offer.key, seen=offer.seen)


def dates(patient: str, at: datetime) -> dict[str, str]:
    """When each was measured, began or was done."""
    record = gate.open_record(by=ALICE, at=at, patient=patient)
    when = {
        "Observation": "effectiveDateTime",
        "Condition": "onsetDateTime",
        "Immunization": "occurrenceDateTime",
    }
    listed = [one.resource() for one in record.all(*when)]
    return {one["resourceType"]: one[when[one["resourceType"]]][:10] for one in listed}


OLD, ADDED = "RAS", "RAS\nTA 18/11. angine. DTP fait ce jour"


@pytest.mark.parametrize("afterwards", [True, False])
def test_what_a_correction_adds_is_dated_at_the_visit_whenever_it_is_accepted(
    at: datetime, afterwards: bool
) -> None:
    draft = begun(at, text=OLD)
    note, later = sign(draft, at).composition.id, at + timedelta(days=21)
    again = corrected(note, draft.patient, later, ADDED)
    quotes = [] if afterwards else [*offered(again, later, ADDED)]
    _, rest = left_by(again, later, ADDED, *quotes)
    for offer in rest.values():
        take(later, draft.patient, note, offer)
    day = at.date().isoformat()
    assert dates(draft.patient, later) == {"Observation": day, "Condition": day, "Immunization": day}


def test_what_a_correction_leaves_is_taken_on_the_day_of_its_signature_only(at: datetime) -> None:
    draft = begun(at, text=OLD)
    note, later = sign(draft, at).composition.id, at + timedelta(days=21)
    _, rest = left_by(corrected(note, draft.patient, later, ADDED), later, ADDED)
    for day in (at, later + timedelta(days=1)):
        with pytest.raises(Conflict, match="le jour a changé"):
            take(day, draft.patient, note, rest["TA 18/11"])
    assert facts(draft.patient, later) == []


def test_a_kind_of_request_that_the_practice_keeps_refusing_is_named_no_more(at: datetime) -> None:
    for asked in ("bio TSH", "bio NFS", "bio CRP", "bio ferritine", "bio iono"):
        draft = begun(at, text=asked)
        say(draft, at, "refused", asked, text=asked)
        sign(draft, at)
    _, rest = left_by(begun(at, text="TA 14/8\nbio HbA1c"), at, "TA 14/8\nbio HbA1c")
    assert [*rest] == ["TA 14/8"]


def test_what_is_taken_twice_is_written_and_counted_once(at: datetime) -> None:
    draft = begun(at)
    note, rest = left_by(draft, at, TEXT)
    for quote in ("TA 14/8", "HTA", "amlodipine 5 1/j 3 mois"):
        take(at, draft.patient, note.id, rest[quote])
        with pytest.raises(Conflict, match="déjà"):
            take(at, draft.patient, note.id, rest[quote])
    assert len(facts(draft.patient, at)) == 3
    assert [(one.accepted, one.refused) for one in margin.tallies(by=ALICE)] == [(1, 0)] * 3


def test_a_dose_that_a_correction_changed_waits_to_be_taken_and_is_named_if_it_is_not(at: datetime) -> None:
    first, then = "amlodipine 5 1/j 3 mois", "amlodipine 5 2/j 3 mois"
    draft = begun(at, text=first)
    note, _ = left_by(draft, at, first, first)
    again = corrected(note.id, draft.patient, at, then)
    assert not offered(again, at, then)[then].known
    _, rest = left_by(again, at, then)
    assert [*rest] == [then]
    take(at, draft.patient, note.id, rest[then])
    statuses = sorted(one["status"] for one in facts(draft.patient, at))
    assert statuses == ["cancelled", "draft"]
