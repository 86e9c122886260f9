"""Every fact accepted from a note says where it comes from: who, when, which note, which of its characters."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from carnet.actions import offers, task
from carnet.fhir import codes
from carnet.record import gate
from tests.actions.test_offers import begun, sign
from tests.cast import ALICE
from tests.house.stories import emile

pytestmark = pytest.mark.usefixtures("any_cell")
TEXT = """HTA. Père IDM à 55 ans. Allergie à la pénicilline.
TA 14/8  Pds 81. HbA1c 7,2. Tabac 10 PA.
Appendicectomie 2012. Sous Kardegic 75 1/j.
Vaccin grippe fait ce jour.
CAT : amlodipine 5 1/j 3 mois. Bio NFS CRP. Rdv dans 3 mois."""
TYPES = {
    "Condition",
    "FamilyMemberHistory",
    "AllergyIntolerance",
    "Observation",
    "MedicationRequest",
    "MedicationStatement",
    "Immunization",
    "ServiceRequest",
    "Task",
}


def test_every_fact_of_a_note_has_its_provenance_and_its_place_in_the_note(at: datetime) -> None:
    draft = begun(at, text=TEXT)
    found = offers.read(by=ALICE, day=at.date(), draft=draft, text=TEXT)
    keys = [one.key for one in found]
    offers.mark(by=ALICE, day=at.date(), draft=draft, text=TEXT, keys=keys, verdict="accepted")
    note = sign(draft, at).composition
    record = gate.open_record(by=ALICE, at=at, patient=draft.patient)
    made = [one for one in record.all(*TYPES) if codes.SPAN.encode() in one.body]
    assert {one.type for one in made} == TYPES
    (vouched,) = [p for p in map(targets, record.all("Provenance")) if version(note) in p]
    for one in made:
        assert version(one) in vouched
        assert words(one.resource(), version(note)).strip()


def targets(stored: Any) -> set[str]:
    return {target["reference"] for target in stored.resource()["target"]}


def version(stored: Any) -> str:
    return f"{stored.type}/{stored.id}/_history/{stored.version}"


def words(resource: dict[str, Any], note: str) -> str:
    """The characters of the note that the fact was read in."""
    (span,) = [one for one in resource["extension"] if one["url"] == codes.SPAN]
    told = {part["url"]: part for part in span["extension"]}
    assert told["note"]["valueReference"]["reference"] == note
    return TEXT[told["start"]["valueUnsignedInt"] : told["end"]["valueUnsignedInt"]]


def test_a_task_of_the_practice_says_who_made_each_of_its_versions(at: datetime) -> None:
    first = task.add(by=ALICE, at=at, text="Rappeler la patiente", patient=emile(at))
    done = task.complete(by=ALICE, at=at, id=first.id, if_version=1)
    assert first.subject
    record = gate.open_record(by=ALICE, at=at, patient=first.subject)
    told = {target for one in record.all("Provenance") for target in targets(one)}
    assert {version(first), version(done)} <= told


def test_a_task_about_nobody_is_kept(at: datetime) -> None:
    assert task.add(by=ALICE, at=at, text="Commander des gants").subject is None
