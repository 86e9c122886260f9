"""What was received waits for a person: one line for one meaning, one key to take it up, and a way back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from carnet.actions import documents, received
from carnet.fhir import codes
from carnet.fhir.errors import CarnetError, NotFound
from carnet.record import gate
from carnet.rules.received import DISMISSED_REASON, Group, state
from tests.actions.test_documents import bundle, condition, emile
from tests.cast import ALICE, CHLOE, DALIA

pytestmark = pytest.mark.usefixtures("any_cell")


def allergy() -> dict[str, Any]:
    active = {"coding": [{"system": codes.ALLERGY_CLINICAL, "code": "active"}]}
    return {
        "resourceType": "AllergyIntolerance", "id": "a1", "patient": {"reference": "Patient/e1"},
        "clinicalStatus": active, "code": {"text": "Pénicilline"},
    }  # fmt: skip


def vaccine(day: str, id: str) -> dict[str, Any]:
    return {
        "resourceType": "Immunization", "id": id, "status": "completed", "patient": {"reference": "Patient/e1"},
        "vaccineCode": {"text": "Grippe"}, "occurrenceDateTime": day,
    }  # fmt: skip


def weight() -> dict[str, Any]:
    return {
        "resourceType": "Observation", "id": "w", "status": "final", "subject": {"reference": "Patient/e1"},
        "code": {"coding": [{"system": codes.LOINC, "code": "29463-7"}]},
        "valueQuantity": {"value": 72, "unit": "kg"},
    }  # fmt: skip


def smoking(answer: str) -> dict[str, Any]:
    category = [{"coding": [{"system": codes.OBSERVATION_CATEGORY, "code": "social-history"}]}]
    return {
        **weight(),
        "id": f"s{answer}",
        "category": category,
        "valueString": answer,
        "valueQuantity": None,
    }


def bring(at: datetime, *facts: dict[str, Any]) -> str:
    facts = tuple({key: value for key, value in fact.items() if value is not None} for fact in facts)
    content = bundle(emile(), *facts)
    (report,) = documents.import_file(by=ALICE, at=at, name="f", content=content)
    assert report.patient
    assert not report.not_understood
    return report.patient["id"]


def waiting(patient: str, at: datetime) -> list[Group]:
    return received.waiting(gate.open_record(by=ALICE, at=at, patient=patient))


def states(patient: str, at: datetime, type: str = "Condition") -> list[str | None]:
    found = gate.open_record(by=ALICE, at=at, patient=patient).all(type)
    return sorted((state(one.resource()) for one in found), key=str)


@pytest.fixture
def five_letters(at: datetime) -> str:
    for number in range(5):
        patient = bring(at, {**condition(id=f"c{number}"), "recordedDate": f"202{number}-01-01"})
    return patient


def test_five_documents_that_name_one_hypertension_give_one_line(five_letters: str, at: datetime) -> None:
    (group,) = waiting(five_letters, at)
    assert (group.type, group.label, len(group.facts)) == ("Condition", "HTA", 5)
    assert len(group.documents) == 5
    assert "HTA" not in group.key
    assert "I10" not in group.key


def test_taking_up_confirms_one_and_joins_the_others(five_letters: str, at: datetime) -> None:
    (group,) = waiting(five_letters, at)
    assert received.take_up(by=ALICE, at=at, patient=five_letters, keys=[group.key]) == 1
    assert waiting(five_letters, at) == []
    assert states(five_letters, at) == [codes.JOINED] * 4 + [codes.TAKEN_UP]
    (row,) = [row for row in gate.audit_page(by=ALICE) if row.action == "received.take-up"]
    assert row.patient == five_letters
    record = gate.open_record(by=ALICE, at=at, patient=five_letters)
    proof = next(
        p for p in (one.resource() for one in record.all("Provenance")) if p["activity"]["text"] == row.action
    )
    assert proof["agent"][0]["type"]["text"] == "confirmed by a person"
    assert proof["agent"][0]["who"]["reference"] == ALICE.practitioner
    assert len(proof["entity"]) == 5


def test_a_sixth_letter_joins_what_is_known(five_letters: str, at: datetime) -> None:
    received.take_up_all(by=ALICE, at=at, patient=five_letters)
    bring(at, {**condition(id="c6"), "recordedDate": "2026-01-01"})
    (group,) = waiting(five_letters, at)
    assert group.known is not None
    received.take_up(by=ALICE, at=at, patient=five_letters, keys=[group.key])
    assert states(five_letters, at).count(codes.TAKEN_UP) == 1


@pytest.mark.parametrize("settle", ["take_up", "dismiss"])
def test_and_back(settle: str, five_letters: str, at: datetime) -> None:
    (group,) = waiting(five_letters, at)
    more = {"reason": "déjà connu"} if settle == "dismiss" else {}
    getattr(received, settle)(by=ALICE, at=at, patient=five_letters, keys=[group.key], **more)
    assert waiting(five_letters, at) == []
    assert received.undo(by=ALICE, at=at, patient=five_letters, keys=[group.key]) == 5
    assert [one.key for one in waiting(five_letters, at)] == [group.key]
    with pytest.raises(NotFound):
        received.undo(by=ALICE, at=at, patient=five_letters, keys=[group.key])


def test_dismissing_keeps_the_reason(at: datetime) -> None:
    patient = bring(at, condition())
    (group,) = waiting(patient, at)
    received.dismiss(by=ALICE, at=at, patient=patient, keys=[group.key], reason="erreur de codage")
    (fact,) = gate.open_record(by=ALICE, at=at, patient=patient).all("Condition")
    extensions = {one["url"]: one["valueString"] for one in fact.resource()["meta"]["extension"]}
    assert extensions[DISMISSED_REASON] == "erreur de codage"


def test_importing_again_does_not_undo_what_a_person_did(at: datetime) -> None:
    patient = bring(at, condition())
    received.take_up_all(by=ALICE, at=at, patient=patient)
    bring(at, condition(), weight())
    assert states(patient, at) == [codes.TAKEN_UP]


def test_allergies_come_first_and_results_do_not_wait(at: datetime) -> None:
    patient = bring(at, weight(), condition(), smoking("fumeur"), allergy())
    found = waiting(patient, at)
    assert found[0].type == "AllergyIntolerance"
    assert sorted(one.type for one in found) == ["AllergyIntolerance", "Condition", "Observation"]


def test_what_differs_stays_apart(at: datetime) -> None:
    refuted = {"coding": [{"system": codes.CONDITION_VERIFICATION, "code": "refuted"}]}
    patient = bring(
        at,
        vaccine("2024-10-01", "v1"),
        vaccine("2025-10-01", "v2"),
        smoking("fumeur"),
        smoking("non-fumeur"),
        condition(),
        {**condition(id="c2"), "verificationStatus": refuted},
    )
    assert len(waiting(patient, at)) == 6


def test_the_same_code_under_two_names_of_its_system(at: datetime) -> None:
    other = condition(id="c2", words="Hypertension essentielle")
    other["code"]["coding"][0]["system"] = "urn:oid:2.16.840.1.113883.6.3"
    patient = bring(at, condition(), other)
    (group,) = waiting(patient, at)
    assert len(group.facts) == 2


def test_what_is_gone_is_said(five_letters: str, at: datetime) -> None:
    with pytest.raises(NotFound):
        received.take_up(by=ALICE, at=at, patient=five_letters, keys=["nothing"])
    with pytest.raises(NotFound):
        received.take_up(by=ALICE, at=at, patient=five_letters, keys=[])


@pytest.mark.parametrize("who", [CHLOE, DALIA])
def test_others_take_up_nothing(who: Any, five_letters: str, at: datetime) -> None:
    (group,) = waiting(five_letters, at)
    with pytest.raises(CarnetError):
        received.take_up(by=who, at=at, patient=five_letters, keys=[group.key])
    assert states(five_letters, at) == [codes.RECEIVED] * 5
