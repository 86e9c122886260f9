"""The door to the record: works, then refuses, keeps and undoes. On both engines."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from carnet.fhir.errors import Conflict, Gone, Invalid, Malformed, NotFound, Refused
from carnet.record import audit, check, gate
from carnet.record.work import Stored
from tests.cast import ALICE, BRUNO, CHLOE, DALIA, EMILE, FATOU

pytestmark = pytest.mark.usefixtures("any_cell")


def new(resource: dict[str, object], at: datetime) -> Stored:
    with gate.write(by=ALICE, at=at, action="test.create") as work:
        return work.create(resource)


def weight(patient: Stored, value: str = "72.0") -> dict[str, object]:
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]},
        "subject": {"reference": patient.reference},
        "valueQuantity": {"value": Decimal(value), "unit": "kg"},
    }


def test_what_is_written_is_read_back_to_the_byte(at: datetime) -> None:
    emile = new(EMILE, at)
    kept = new(weight(emile), at)
    read = gate.read(by=ALICE, at=at, type="Observation", id=kept.id)
    assert read.body == kept.body
    assert b'"value":72.0' in read.body
    assert read.subject == emile.id


def test_each_save_is_a_version_and_none_is_lost(at: datetime) -> None:
    emile = new(EMILE, at)
    with gate.write(by=ALICE, at=at, action="patient.update") as work:
        work.update({**emile.resource(), "birthDate": "1955-04-04"}, if_version=1)
    versions = gate.history(by=ALICE, at=at, type="Patient", id=emile.id)
    assert [version.version for version in versions] == [2, 1]
    assert [version.resource()["birthDate"] for version in versions] == ["1955-04-04", "1955-04-03"]


def test_the_second_to_save_sees_the_first_text(at: datetime) -> None:
    emile = new(EMILE, at)
    with gate.write(by=ALICE, at=at, action="patient.update") as work:
        work.update({**emile.resource(), "gender": "female"}, if_version=1)
    with pytest.raises(Conflict) as caught, gate.write(by=BRUNO, at=at, action="patient.update") as work:
        work.update({**emile.resource(), "gender": "other"}, if_version=1)
    assert isinstance(caught.value.current, Stored)
    assert caught.value.current.resource()["gender"] == "female"


def test_one_action_one_row_one_provenance(at: datetime) -> None:
    emile = new(EMILE, at)
    with gate.write(by=ALICE, at=at, action="vitals.add") as work:
        first, second = work.create(weight(emile)), work.create(weight(emile, "73.5"))
    rows = [row for row in gate.audit_page(by=ALICE) if row.action == "vitals.add"]
    assert len(rows) == 1
    assert rows[0].patient == emile.id
    opened = gate.open_record(by=ALICE, at=at, patient=emile.id)
    provenance = next(
        entry.resource() for entry in opened.all("Provenance") if first.id.encode() in entry.body
    )
    assert {target["reference"] for target in provenance["target"]} == {
        f"Observation/{first.id}/_history/1",
        f"Observation/{second.id}/_history/1",
    }


def test_a_part_of_an_open_page_is_covered_by_the_row_of_its_opening(at: datetime) -> None:
    emile = new(EMILE, at)
    before = len(gate.audit_page(by=ALICE))
    gate.open_record(by=ALICE, at=at, patient=emile.id)
    gate.continue_record(by=ALICE, at=at + timedelta(minutes=14), patient=emile.id)
    assert len(gate.audit_page(by=ALICE)) == before + 1


def test_a_part_of_a_page_that_nobody_opened_lately_is_an_opening(at: datetime) -> None:
    emile = new(EMILE, at)
    gate.open_record(by=ALICE, at=at, patient=emile.id)
    before = len(gate.audit_page(by=ALICE))
    gate.continue_record(by=BRUNO, at=at, patient=emile.id)
    gate.continue_record(by=ALICE, at=at + timedelta(minutes=16), patient=emile.id)
    gate.continue_record(by=ALICE, at=at - timedelta(minutes=1), patient=emile.id)
    assert len(gate.audit_page(by=ALICE)) == before + 3
    with pytest.raises(NotFound):
        gate.continue_record(by=DALIA, at=at, patient=emile.id)


def test_every_reading_leaves_one_row_that_says_what_was_read(at: datetime) -> None:
    emile = new(EMILE, at)
    kept = new(weight(emile), at)
    readings = {
        "read": lambda: gate.read(by=BRUNO, at=at, type="Observation", id=kept.id),
        "history": lambda: gate.history(by=BRUNO, at=at, type="Observation", id=kept.id),
        "search": lambda: gate.search(by=BRUNO, at=at, type="Observation", params=[]),
        "record.open": lambda: gate.open_record(by=BRUNO, at=at, patient=emile.id),
    }
    for action, reading in readings.items():
        before = gate.audit_page(by=ALICE)[0].seq
        reading()
        row = gate.audit_page(by=ALICE)[0]
        assert (row.seq, row.action, row.actor) == (before + 1, action, BRUNO.id)
        assert row.entities == (
            (f"Patient/{emile.id}/1",) if action == "record.open" else (f"Observation/{kept.id}/1",)
        )


def test_no_reading_without_its_row(at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    emile = new(EMILE, at)
    monkeypatch.setattr(audit, "append", lambda **_: (_ for _ in ()).throw(OSError("no journal")))
    with pytest.raises(OSError, match="no journal"):
        gate.read(by=ALICE, at=at, type="Patient", id=emile.id)
    with pytest.raises(OSError, match="no journal"):
        gate.history(by=ALICE, at=at, type="Patient", id=emile.id)
    with pytest.raises(OSError, match="no journal"):
        gate.search(by=ALICE, at=at, type="Patient", params=[])
    with pytest.raises(OSError, match="no journal"):
        gate.open_record(by=ALICE, at=at, patient=emile.id)


def test_an_action_whose_audit_fails_is_undone(at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    emile = new(EMILE, at)
    with monkeypatch.context() as patch:
        patch.setattr(audit, "append", lambda **_: (_ for _ in ()).throw(OSError("no journal")))
        with pytest.raises(OSError, match="no journal"), gate.write(by=ALICE, at=at, action="x") as work:
            work.create(weight(emile))
    assert gate.open_record(by=ALICE, at=at, patient=emile.id).all("Observation") == []


def test_an_error_in_the_middle_leaves_nothing(at: datetime) -> None:
    emile = new(EMILE, at)
    with pytest.raises(Invalid), gate.write(by=ALICE, at=at, action="x") as work:
        work.create(weight(emile))
        work.create({"resourceType": "Observation", "status": "no such status", "code": {"text": "x"}})
    assert gate.open_record(by=ALICE, at=at, patient=emile.id).all("Observation") == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"resourceType": "Obserwation"},
        {"resourceType": "Patient", "colour": "blue"},
        {"resourceType": "Patient", "gender": "homme"},
        {"resourceType": "Patient", "birthDate": "2025-02-30"},
        {},
    ],
)
def test_what_is_not_fhir_is_refused_with_the_place(wrong: dict[str, object], at: datetime) -> None:
    with pytest.raises(Invalid) as caught:
        new(wrong, at)
    assert caught.value.issues


def test_deleted_is_gone_but_its_history_stays(at: datetime) -> None:
    kept = new(weight(new(EMILE, at)), at)
    with gate.write(by=ALICE, at=at, action="observation.delete") as work:
        work.delete("Observation", kept.id)
    with pytest.raises(Gone):
        gate.read(by=ALICE, at=at, type="Observation", id=kept.id)
    assert len(gate.history(by=ALICE, at=at, type="Observation", id=kept.id)) == 2


def test_dalia_of_another_practice_sees_nothing(at: datetime) -> None:
    emile = new(EMILE, at)
    with pytest.raises(NotFound):
        gate.open_record(by=DALIA, at=at, patient=emile.id)
    with pytest.raises(NotFound):
        gate.read(by=DALIA, at=at, type="Patient", id=emile.id)
    with pytest.raises(NotFound):
        gate.find_patients(by=DALIA, text="durand")
    with pytest.raises(NotFound), gate.write(by=DALIA, at=at, action="x") as work:
        work.create(FATOU)
    with pytest.raises(NotFound):
        gate.audit_page(by=DALIA)


def test_the_secretary_knows_who_but_not_what(at: datetime) -> None:
    emile = new(EMILE, at)
    new(weight(emile), at)
    opened = gate.open_record(by=CHLOE, at=at, patient=emile.id)
    assert [entry.type for entry in opened.all()] == ["Patient"]
    with pytest.raises(Refused), gate.write(by=CHLOE, at=at, action="x") as work:
        work.create(weight(emile))
    with pytest.raises(Refused):
        gate.audit_page(by=CHLOE)


def test_one_patient_s_record_never_gives_another_s(at: datetime) -> None:
    emile, fatou = new(EMILE, at), new(FATOU, at)
    hers = new(weight(fatou), at)
    opened = gate.open_record(by=ALICE, at=at, patient=emile.id)
    with pytest.raises(NotFound):
        opened.get("Observation", hers.id)
    assert opened.search("Observation", []).entries == []


def test_a_fact_never_moves_to_another_patient(at: datetime) -> None:
    emile, fatou = new(EMILE, at), new(FATOU, at)
    kept = new(weight(emile), at)
    moved = {**kept.resource(), "subject": {"reference": fatou.reference}}
    with pytest.raises(Invalid), gate.write(by=ALICE, at=at, action="x") as work:
        work.update(moved, if_version=1)


def test_an_action_on_one_patient_cannot_write_into_another(at: datetime) -> None:
    emile, fatou = new(EMILE, at), new(FATOU, at)
    with pytest.raises(Invalid), gate.write(by=ALICE, at=at, action="x", patient=emile.id) as work:
        work.create(weight(fatou))


def test_an_action_on_one_patient_touches_nothing_of_another(at: datetime) -> None:
    emile, fatou = new(EMILE, at), new(FATOU, at)
    task = {
        "resourceType": "Task",
        "status": "requested",
        "intent": "order",
        "for": {"reference": fatou.reference},
    }
    hers = new(task, at)
    with pytest.raises(Invalid), gate.write(by=ALICE, at=at, action="x", patient=emile.id) as work:
        work.delete("Task", hers.id)
    with pytest.raises(Invalid), gate.write(by=ALICE, at=at, action="x", patient=emile.id) as work:
        work.open_draft(fatou.id)


def test_nothing_is_filed_in_a_record_that_does_not_exist(at: datetime) -> None:
    emile = new(EMILE, at)
    stray = {**weight(emile), "subject": {"reference": "Patient/nobody"}}
    with pytest.raises(Invalid):
        new(stray, at)
    with pytest.raises(NotFound), gate.write(by=ALICE, at=at, action="x") as work:
        work.open_draft("nobody")
    with gate.write(by=ALICE, at=at, action="patient.delete") as work:
        work.delete("Patient", emile.id)
    with pytest.raises(Invalid):
        new(weight(emile), at)


def test_what_was_deleted_comes_back_as_a_next_version_of_the_same_patient(at: datetime) -> None:
    emile, fatou = new(EMILE, at), new(FATOU, at)
    kept = new(weight(emile), at)
    with gate.write(by=ALICE, at=at, action="x") as work:
        work.delete("Observation", kept.id)
    with pytest.raises(Invalid), gate.write(by=ALICE, at=at, action="x") as work:
        work.create(weight(fatou), id=kept.id)
    with gate.write(by=ALICE, at=at, action="x") as work:
        assert work.create(weight(emile), id=kept.id).version == 3


def test_a_search_goes_through_nothing_that_the_role_may_not_read(at: datetime) -> None:
    emile = new(EMILE, at)
    new(weight(emile), at)
    heavy = [("_has:Observation:patient:code", "29463-7")]
    assert len(gate.across(by=ALICE, type="Patient", params=heavy)) == 1
    with pytest.raises(Invalid):
        gate.across(by=CHLOE, type="Patient", params=heavy)
    with pytest.raises(Invalid):
        gate.across(by=CHLOE, type="Task", params=[("focus:Observation.code", "29463-7")])


@pytest.mark.parametrize("text", ["nul \x00", "half \ud83d"])
def test_text_that_no_database_keeps(text: str, at: datetime) -> None:
    emile = new(EMILE, at)
    with pytest.raises(Malformed):
        new({**weight(emile), "note": [{"text": text}]}, at)
    with gate.write(by=ALICE, at=at, action="consultation.open") as work:
        draft = work.open_draft(emile.id)
    saved = gate.save_draft(by=ALICE, id=draft.id, revision=0, text=text)
    assert saved.text == text[:-1] + "\ufffd"


def test_two_windows_on_one_draft_lose_no_letter(at: datetime) -> None:
    emile = new(EMILE, at)
    with gate.write(by=ALICE, at=at, action="consultation.open") as work:
        draft = work.open_draft(emile.id)
    assert gate.save_draft(by=ALICE, id=draft.id, revision=0, text="TA 14/8").revision == 1
    with pytest.raises(Conflict) as caught:
        gate.save_draft(by=ALICE, id=draft.id, revision=0, text="Toux depuis 3 j")
    assert caught.value.current.text == "TA 14/8"  # type: ignore[union-attr,attr-defined]
    with pytest.raises(NotFound):
        gate.save_draft(by=BRUNO, id=draft.id, revision=1, text="effacé")
    with pytest.raises(NotFound):
        gate.draft(by=BRUNO, id=draft.id)
    assert gate.drafts(by=BRUNO) == []
    assert gate.drafts(by=ALICE)[0].text == "TA 14/8"


def test_the_cell_is_sound_after_all_this(at: datetime) -> None:
    new(weight(new(EMILE, at)), at)
    report = check.check()
    assert report.ok, report.findings
