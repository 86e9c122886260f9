"""*Ma journée*: what waits for Dr Alice, and her tasks."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from django.test import Client

from carnet.actions import documents, task
from carnet.fhir import codes
from carnet.fhir.errors import Conflict, Invalid
from carnet.record import clock, gate
from carnet.record.actor import Actor
from carnet.web.day.worklists import SHOWN
from tests.cast import ALICE, CHLOE, DALIA, EMILE, FATOU
from tests.documents.test_pictures import picture
from tests.web.signed_in import HTMX, alice, chloe

ACTIVE = {"coding": [{"system": codes.CONDITION_CLINICAL, "code": "active"}]}


@pytest.fixture
def doctor(open_cell: Path, client: Client) -> Actor:
    return alice(client)


def emile(by: Actor, who: dict[str, object] = EMILE) -> str:
    with gate.write(by=by, at=clock.now(), action="patient.create") as work:
        return work.create(dict(who)).id


def reference(patient: str) -> dict[str, str]:
    return {"reference": f"Patient/{patient}"}


def received(by: Actor, patient: str, fact: dict[str, object]) -> None:
    tag = {"tag": [{"system": codes.TAG, "code": codes.RECEIVED}]}
    with gate.write(by=by, at=clock.now(), action="document.import", patient=patient) as work:
        work.create({**fact, "meta": tag})


def received_condition(by: Actor, patient: str, words: str) -> None:
    fact = {"resourceType": "Condition", "clinicalStatus": ACTIVE, "code": {"text": words}}
    received(by, patient, {**fact, "subject": reference(patient)})


def page(client: Client) -> str:
    return client.get("/day").content.decode()


# works


def test_an_empty_day_says_what_would_be_there_and_how_to_begin(client: Client, doctor: Actor) -> None:
    text = page(client)
    assert "attendront ici" in text
    assert "Importer des documents" in text


def test_the_root_leads_to_the_day(client: Client, doctor: Actor) -> None:
    assert client.get("/")["Location"] == "/day"


def test_a_note_to_sign_waits_under_its_patient(client: Client, doctor: Actor) -> None:
    patient = emile(doctor)
    with gate.write(by=doctor, at=clock.now(), action="consultation.open", patient=patient) as work:
        draft = work.open_draft(patient)
    assert f"/consultation/{draft.id}" in page(client)


def test_what_is_received_is_counted_by_patient(client: Client, doctor: Actor) -> None:
    first, second = emile(doctor), emile(doctor, FATOU)
    for words in ("HTA", "Diabète"):
        received_condition(doctor, first, words)
    received_condition(doctor, second, "Asthme")
    text = page(client)
    assert "2 dossiers" in text
    assert "2\u00a0problèmes" in text
    assert "1\u00a0problème" in text


def test_of_many_records_with_something_received_the_first_are_shown_and_all_on_demand(
    client: Client, doctor: Actor
) -> None:
    patients = [emile(doctor) for _ in range(SHOWN + 3)]
    for patient in patients:
        received_condition(doctor, patient, "HTA")
    allergy = {
        "resourceType": "AllergyIntolerance",
        "clinicalStatus": {"coding": [{"system": codes.ALLERGY_CLINICAL, "code": "active"}]},
        "code": {"text": "Pénicilline"},
        "patient": reference(patients[0]),
    }
    received(doctor, patients[0], allergy)
    few, every = page(client), client.get("/day?received=all").content.decode()
    assert f"{SHOWN + 3} dossiers" in few
    assert "Voir les 3 autres dossiers" in few
    assert [id for id in patients if f"/patient/{id}" not in few] == patients[1:4]
    assert few.index(patients[0]) < few.index(patients[-1]), "an allergy comes first"
    assert [id for id in patients if f"/patient/{id}" not in every] == []
    assert "autres dossiers" not in every


def test_a_document_without_patient_is_said_to_wait(client: Client, doctor: Actor) -> None:
    documents.import_file(by=doctor, at=clock.now(), name="photo.jpg", content=picture("JPEG"))
    assert "1 document attend" in page(client)


def test_a_task_is_added_done_and_taken_back(client: Client, doctor: Actor) -> None:
    added = client.post(
        "/day/tasks", {"text": "Rappeler le laboratoire", "due": "2020-01-02"}, **HTMX
    ).content.decode()
    assert "en retard, 02/01/2020" in added
    id = re.search(r'id="task-([0-9a-f]+)"', added)[1]  # type: ignore[index]
    done = client.post(f"/day/tasks/{id}/done", {"version": 1}, **HTMX).content.decode()
    assert "Remettre à faire" in done
    assert "Rappeler" not in page(client)
    again = client.post(f"/day/tasks/{id}/again", {"version": 2}, **HTMX).content.decode()
    assert "Fait :" in again
    assert "Rappeler" in page(client)


def test_without_script_a_task_comes_back_to_the_page(client: Client, doctor: Actor) -> None:
    assert client.post("/day/tasks", {"text": "Commander des gants"})["Location"] == "/day"


def test_a_secretary_sees_tasks_and_no_clinical_fact(client: Client, doctor: Actor) -> None:
    patient = emile(doctor)
    received_condition(doctor, patient, "HTA")
    task.add(by=doctor, at=clock.now(), text="Envoyer le courrier", patient=patient)
    chloe(client)
    text = page(client)
    assert "Envoyer le courrier" in text
    assert "1\u00a0problème" not in text


def test_the_day_asks_the_same_number_of_questions_for_many(
    client: Client, doctor: Actor, django_assert_max_num_queries: object
) -> None:
    for number in range(12):
        received_condition(doctor, emile(doctor), f"Problème {number}")
        task.add(by=doctor, at=clock.now(), text=f"Tâche {number}")
    page(client)
    with django_assert_max_num_queries(60):  # type: ignore[operator]
        page(client)


# refuses


def test_an_empty_task_is_not_kept(client: Client, doctor: Actor) -> None:
    answer = client.post("/day/tasks", {"text": "   "}, **HTMX)
    assert answer.status_code == 422
    assert "Écrivez ce qu’il y a à faire." in answer.content.decode()


def test_a_task_that_moved_meanwhile_is_not_overwritten(client: Client, doctor: Actor) -> None:
    kept = task.add(by=doctor, at=clock.now(), text="Une fois")
    task.complete(by=doctor, at=clock.now(), id=kept.id, if_version=1)
    answer = client.post(f"/day/tasks/{kept.id}/done", {"version": 1}, **HTMX)
    assert answer.status_code == 409
    with pytest.raises(Conflict):
        task.reopen(by=doctor, at=clock.now(), id=kept.id, if_version=1)


def test_a_task_says_something_and_not_too_much(open_cell: Path) -> None:
    for text in ("", " \n ", "x" * 501):
        with pytest.raises(Invalid):
            task.add(by=ALICE, at=clock.now(), text=text)


def test_dalia_sees_no_task_of_ours(client: Client, doctor: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    task.add(by=doctor, at=clock.now(), text="Rappeler Émile")
    monkeypatch.setattr("carnet.actions.sign_in.actor_of", lambda person, practice: DALIA)
    answer = client.get("/day")
    assert answer.status_code == 404
    assert "Rappeler" not in answer.content.decode()


# keeps


def test_a_task_is_one_action_and_one_row(open_cell: Path) -> None:
    kept = task.add(by=CHLOE, at=clock.now(), text="Appeler", due=date(2026, 5, 4))
    row = gate.audit_page(by=ALICE, limit=1)[0]
    assert (row.action, row.actor) == ("task.add", CHLOE.id)
    assert kept.resource()["restriction"] == {"period": {"end": "2026-05-04"}}
