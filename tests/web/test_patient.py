"""*Dossier*: what a doctor sees of a patient, what a secretary does not, and what nobody else finds."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from carnet.actions import consultation, documents
from carnet.actions import patient as patients
from carnet.fhir import codes
from carnet.record import clock, gate
from carnet.record.actor import Actor, operator
from carnet.rules.person import Identity
from tests.documents.test_pictures import pdf_of, picture
from tests.web.signed_in import HTMX, alice, chloe

HOSTILE = '<script>alert(1)</script> & "guillemets"'


@pytest.fixture
def doctor(open_cell: Path, client: Client) -> Actor:
    return alice(client)


@pytest.fixture
def emile(doctor: Actor) -> str:
    return made(doctor, Identity(birth_name="Durand", given="Émile", birth_date="1955-04-03", gender="male"))


def made(by: Actor, identity: Identity) -> str:
    return patients.create(by=by, at=clock.now(), identity=identity).id


def keep(by: Actor, *resources: dict[str, Any]) -> list[str]:
    with gate.write(by=by, at=clock.now(), action="x") as work:
        return [work.create(one).id for one in resources]


def of(patient: str, type: str, **more: Any) -> dict[str, Any]:
    owner = "patient" if type in ("AllergyIntolerance", "Immunization", "FamilyMemberHistory") else "subject"
    return {"resourceType": type, owner: {"reference": f"Patient/{patient}"}, **more}


def condition(patient: str, words: str, *, tag: str = "", source: str = "") -> dict[str, Any]:
    active = {"coding": [{"system": codes.CONDITION_CLINICAL, "code": "active"}]}
    meta: dict[str, Any] = {"tag": [{"system": codes.TAG, "code": tag}]} if tag else {}
    if source:
        meta["source"] = source
    made = of(patient, "Condition", clinicalStatus=active, code={"text": words})
    return made | ({"meta": meta} if meta else {})


def signed(by: Actor, patient: str, text: str) -> str:
    at = clock.now()
    draft = consultation.open(by=by, at=at, patient=patient)
    draft = consultation.save(by=by, patient=patient, draft=draft.id, revision=0, text=text)
    made = consultation.sign(by=by, at=at, patient=patient, draft=draft.id, revision=draft.revision)
    return made.composition.id


def page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.content.decode()[:300]
    return answer.content.decode()


def document_of(by: Actor, patient: str, name: str, content: bytes) -> str:
    (report,) = documents.import_file(by=by, at=clock.now(), name=name, content=content, patient=patient)
    assert report.document, report.reason
    return report.document.removeprefix("DocumentReference/")


# works: the record


def test_an_empty_record_says_what_would_be_there(client: Client, emile: str) -> None:
    text = page(client, f"/patient/{emile}")
    assert "DURAND Émile" in text
    assert "Aucun problème inscrit" in text
    assert "Allergies non renseignées" in text
    assert "se rangeront ici" in text


def test_the_synthesis_shows_facts_with_their_source(client: Client, doctor: Actor, emile: str) -> None:
    document = document_of(doctor, emile, "courrier.pdf", pdf_of("Courrier"))
    keep(
        doctor,
        condition(emile, "Hypertension", tag=codes.TAKEN_UP, source=f"DocumentReference/{document}"),
        condition(emile, "Diabète de type 2"),
    )
    text = page(client, f"/patient/{emile}")
    assert "Hypertension" in text
    assert "Diabète de type 2" in text
    assert f"/patient/{emile}/document/{document}" in text


def test_what_nobody_confirmed_waits_beside_and_not_in_the_synthesis(
    client: Client, doctor: Actor, emile: str
) -> None:
    keep(
        doctor,
        condition(emile, "Asthme", tag=codes.RECEIVED),
        condition(emile, "Vu et écarté", tag=codes.DISMISSED),
    )
    text = page(client, f"/patient/{emile}")
    synthesis = text[text.index('class="side"') : text.index('id="main"')]
    assert "Asthme" not in synthesis
    assert "Reçu, à reprendre" in text
    assert "Asthme" in text
    assert "Vu et écarté" not in text


def test_the_history_is_filtered_by_words_and_kind_without_accents(
    client: Client, doctor: Actor, emile: str
) -> None:
    signed(doctor, emile, "Motif : fièvre\nToux grasse")
    signed(doctor, emile, "Renouvellement, va bien")
    found = client.post(f"/patient/{emile}", {"text": "FIEVRE", "kind": ""}, **HTMX).content.decode()
    assert "Toux grasse" in found
    assert "Renouvellement" not in found
    assert "<html" not in found
    whole = client.post(f"/patient/{emile}", {"text": "fièvre", "kind": "letter"}).content.decode()
    assert "<html" in whole
    assert "Rien ne correspond" in whole


def test_a_long_record_comes_in_pages(client: Client, doctor: Actor, emile: str) -> None:
    keep(doctor, *(of(emile, "Immunization", status="completed", vaccineCode={"text": f"Vaccin n{n}"}, occurrenceDateTime=f"{1940 + n}-01-01") for n in range(70)))  # fmt: skip
    first = client.post(f"/patient/{emile}", {"text": ""}, **HTMX).content.decode()
    assert first.count('class="event ') == 60
    more = client.post(f"/patient/{emile}", {"text": "", "count": "120"}, **HTMX).content.decode()
    assert more.count('class="event ') == 70


def test_opening_a_record_leaves_one_row(client: Client, doctor: Actor, emile: str) -> None:
    page(client, f"/patient/{emile}")
    rows = [row for row in gate.audit_page(by=doctor, patient=emile) if row.action == "record.open"]
    assert len(rows) == 1


def test_filtering_an_open_record_leaves_no_other_row(client: Client, doctor: Actor, emile: str) -> None:
    page(client, f"/patient/{emile}")
    for text in ("h", "hy", "hyp"):
        client.post(f"/patient/{emile}", {"text": text}, **HTMX)
    rows = [row for row in gate.audit_page(by=doctor, patient=emile) if row.action == "record.open"]
    assert len(rows) == 1


def test_a_filter_sent_without_opening_the_page_is_an_opening(
    client: Client, doctor: Actor, emile: str
) -> None:
    client.post(f"/patient/{emile}", {"text": "hyp"}, **HTMX)
    rows = [row for row in gate.audit_page(by=doctor, patient=emile) if row.action == "record.open"]
    assert len(rows) == 1


def test_what_waits_is_taken_up_in_place_and_taken_back(client: Client, doctor: Actor, emile: str) -> None:
    keep(doctor, condition(emile, "Asthme", tag=codes.RECEIVED))
    key = re.search(r'name="key" value="([^"]+)"', page(client, f"/patient/{emile}"))
    assert key
    sent = {"patient": emile, "key": key[1], "next": "record"}
    told = client.post(f"/patient/{emile}/received/take-up", sent, **HTMX).content.decode()
    assert "Asthme" in told[told.index('id="synthesis"') : told.index('id="main"')]
    assert 'id="undo"' in told[told.index('id="received"') :]
    back = client.post(f"/patient/{emile}/received/undo", sent, **HTMX).content.decode()
    assert "Asthme" not in back[back.index('id="synthesis"') : back.index('id="main"')]


def test_nothing_of_the_patient_is_in_the_title(client: Client, doctor: Actor, emile: str) -> None:
    for path in ("", "/edit", "/results", "/received"):
        title = re.search(r"<title>(.*?)</title>", page(client, f"/patient/{emile}{path}"), re.S)
        assert title
        assert "urand" not in title[1].lower()


# works: notes, results


def test_a_signed_note_is_shown_as_words_whatever_it_holds(client: Client, doctor: Actor, emile: str) -> None:
    kept = signed(doctor, emile, HOSTILE)
    for path in (f"/patient/{emile}", f"/patient/{emile}/note/{kept}"):
        text = page(client, path)
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert(1)" in text


def test_the_versions_of_a_note_stand_side_by_side(client: Client, doctor: Actor, emile: str) -> None:
    kept, at = signed(doctor, emile, "TA 14/8"), clock.now()
    draft = consultation.amend(by=doctor, at=at, patient=emile, composition=kept)
    draft = consultation.save(
        by=doctor, patient=emile, draft=draft.id, revision=draft.revision, text="TA 15/8"
    )
    consultation.sign(by=doctor, at=at, patient=emile, draft=draft.id, revision=draft.revision)
    text = page(client, f"/patient/{emile}/note/{kept}?version=1")
    assert "<del>TA 14/8</del>" in text
    assert "<ins>TA 15/8</ins>" in text
    assert "corrigée" in text


def test_a_note_that_is_not_what_was_signed_says_so(client: Client, doctor: Actor, emile: str) -> None:
    kept = signed(doctor, emile, "TA 14/8")
    with gate.write(by=doctor, at=clock.now(), action="x") as work:
        found = work.get("Composition", kept).resource()
        found["extension"] = [
            {**one, "valueString": "TA 18/8"} if one["url"] == codes.NOTE else one
            for one in found["extension"]
        ]
        work.update(found, if_version=1)
    assert "ne correspond plus à l’empreinte" in page(client, f"/patient/{emile}/note/{kept}")
    assert "empreinte fausse" in page(client, f"/patient/{emile}")


def test_results_stand_by_date_with_a_curve_and_a_word_out_of_range(
    client: Client, doctor: Actor, emile: str
) -> None:
    potassium = {"coding": [{"system": codes.LOINC, "code": "2823-3"}], "text": "Potassium"}
    for day, value in (("2025-01-10", 4.5), ("2025-06-10", 6.1)):
        keep(doctor, of(emile, "Observation", status="final", code=potassium, effectiveDateTime=day, valueQuantity={"value": value, "unit": "mmol/L"}, referenceRange=[{"low": {"value": 3.5}, "high": {"value": 5}}]))  # fmt: skip
    text = page(client, f"/patient/{emile}/results")
    assert text.index("10/06/2025") < text.index("10/01/2025")
    assert "6,1" in text
    assert "haut" in text
    assert "<polyline" in text


# works: documents


def test_a_pdf_is_added_shown_in_a_sealed_frame_and_given_back_whole(
    client: Client, doctor: Actor, emile: str
) -> None:
    content = pdf_of("Courrier")
    file = SimpleUploadedFile("Courrier de cardiologie.pdf", content)
    answer = client.post(f"/patient/{emile}/documents", {"patient": emile, "files": [file]}, follow=True)
    assert "Document ajouté" in answer.content.decode()
    assert "Courrier de cardiologie" in answer.content.decode()
    (kept,) = gate.open_record(by=doctor, at=clock.now(), patient=emile).all("DocumentReference")
    where = f"/patient/{emile}/document/{kept.id}"
    assert f"{where}/shown/0" in page(client, where)
    shown = client.get(f"{where}/shown/0")
    assert shown.content == content
    assert shown["Content-Type"] == "application/pdf"
    assert shown["Content-Disposition"] == 'inline; filename="document.pdf"'
    assert shown["X-Content-Type-Options"] == "nosniff"
    assert shown["X-Frame-Options"] == "SAMEORIGIN"
    assert "sandbox" in shown["Content-Security-Policy"]
    assert "script-src" not in shown["Content-Security-Policy"]
    original = client.get(f"{where}/original")
    assert original.content == content
    assert original["Content-Disposition"].startswith("attachment")


def test_a_picture_is_shown(client: Client, doctor: Actor, emile: str) -> None:
    kept = document_of(doctor, emile, "plaie.png", picture("PNG"))
    text = page(client, f"/patient/{emile}/document/{kept}")
    assert "document-picture" in text
    assert client.get(f"/patient/{emile}/document/{kept}/shown/0")["Content-Type"] == "image/png"


def test_the_same_file_twice_changes_nothing_and_a_strange_one_is_refused_in_words(
    client: Client, doctor: Actor, emile: str
) -> None:
    for said in ("Document ajouté", "déjà dans le dossier"):
        file = SimpleUploadedFile("a.pdf", pdf_of("Courrier"))
        answer = client.post(f"/patient/{emile}/documents", {"patient": emile, "files": [file]}, follow=True)
        assert said in answer.content.decode()
    file = SimpleUploadedFile("a.exe", b"MZ\x00\x01")
    answer = client.post(f"/patient/{emile}/documents", {"patient": emile, "files": [file]}, follow=True)
    assert "notice-danger" in answer.content.decode()


def test_a_cda_is_shown_by_our_own_words_with_what_it_brought(
    client: Client, doctor: Actor, emile: str, shared_data: Path
) -> None:
    content = (shared_data / "interop/cda-3.0/VSM_1.4_2022.01.xml").read_bytes()
    (report,) = documents.import_file(by=doctor, at=clock.now(), name="vsm", content=content)
    assert report.patient
    assert report.document
    id, document = report.patient["id"], report.document.removeprefix("DocumentReference/")
    text = page(client, f"/patient/{id}/document/{document}")
    assert '<article class="cda">' in text
    assert "Ce que ce document apporte" in text
    assert client.get(f"/patient/{id}/document/{document}/original").content == content
    assert client.get(f"/patient/{id}/document/{document}/shown/0").status_code == 404


# works: received


def test_a_received_fact_is_taken_up_and_put_back(client: Client, doctor: Actor, emile: str) -> None:
    keep(doctor, condition(emile, "Asthme", tag=codes.RECEIVED))
    text = page(client, f"/patient/{emile}/received")
    key = re.search(r'name="key" value="([0-9a-f]+)"', text)
    assert key
    chosen = {"patient": emile, "key": key[1]}
    after = client.post(f"/patient/{emile}/received/take-up", chosen, **HTMX).content.decode()
    assert "1 élément repris" in after
    assert "Asthme" in page(client, f"/patient/{emile}").split('id="main"')[0]
    client.post(f"/patient/{emile}/received/undo", chosen)
    assert "Asthme" in page(client, f"/patient/{emile}/received")
    client.post(f"/patient/{emile}/received/dismiss", chosen)
    assert "Rien n’attend" in page(client, f"/patient/{emile}/received")


def test_everything_received_is_taken_up_at_once(client: Client, doctor: Actor, emile: str) -> None:
    keep(
        doctor, condition(emile, "Asthme", tag=codes.RECEIVED), condition(emile, "Goutte", tag=codes.RECEIVED)
    )
    answer = client.post(f"/patient/{emile}/received/take-up", {"patient": emile, "all": "1"}, follow=True)
    assert "2 éléments repris" in answer.content.decode()


# works: identity


def test_a_patient_is_created_by_hand_and_a_double_is_shown_first(
    client: Client, doctor: Actor, emile: str
) -> None:
    typed = {"birth_name": "DURAND", "given": "Emile", "birth_date": "1955-04-03", "gender": "male"}
    answer = client.post("/patient/new", typed)
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert "Un dossier ressemble à celui-ci" in shown
    assert re.search(rf'href="/patient/{emile}" autofocus>', shown)
    assert "Date de naissance : identique (+14)" in shown
    assert 'class="verbs"><button class="btn">' in shown  # what Enter in a field presses: it compares again
    answer = client.post("/patient/new", {**typed, "anyway": "1"})
    assert answer.status_code == 302
    assert answer["Location"] != f"/patient/{emile}"


def test_a_wrong_ins_is_refused_beside_its_field_and_nothing_typed_is_lost(
    client: Client, doctor: Actor
) -> None:
    typed = {"birth_name": "Petit", "given": "Nadia", "ins": "1 55 04 33 063 001 00"}
    answer = client.post("/patient/new", typed)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Ce matricule INS n" in text
    assert 'value="Nadia"' in text


def test_two_who_edit_at_once_see_both(client: Client, doctor: Actor, emile: str) -> None:
    changed = {
        "birth_name": "Durand",
        "given": "Émile",
        "birth_date": "1955-04-03",
        "gender": "male",
        "patient": emile,
    }
    assert (
        client.post(f"/patient/{emile}/edit", {**changed, "version": "1", "city": "Pessac"}).status_code
        == 302
    )
    answer = client.post(f"/patient/{emile}/edit", {**changed, "version": "1", "city": "Talence"})
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "Pessac" in text
    assert "Talence" in text
    assert 'name="version" value="2"' in text


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("03/04/1960", "1960-04-03"),
        ("3.4.1960", "1960-04-03"),
        ("03041960", "1960-04-03"),
        ("1960-04-03", "1960-04-03"),
        ("04/1960", "1960-04"),
        ("1960", "1960"),
    ],
)
def test_a_birth_date_is_typed_day_first_in_any_browser(
    client: Client, doctor: Actor, typed: str, kept: str
) -> None:
    client.post("/patient/new", {"birth_name": "Petit", "given": "Nadia", "birth_date": typed})
    (made,) = gate.find_patients(by=doctor, text="Petit Nadia")
    assert made.resource()["birthDate"] == kept
    again = page(client, f"/patient/{made.id}/edit")
    assert 'type="date"' not in again


@pytest.mark.parametrize("typed", ["31/02/1960", "04/13/1960", "hier", "3/4/60"])
def test_a_birth_date_that_does_not_exist_is_refused_beside_its_field(
    client: Client, doctor: Actor, typed: str
) -> None:
    told = client.post("/patient/new", {"birth_name": "Petit", "given": "Nadia", "birth_date": typed})
    assert told.status_code == 422
    assert typed in told.content.decode()
    assert gate.find_patients(by=doctor, text="Petit Nadia") == []


def test_a_birth_year_alone_survives_the_form(client: Client, doctor: Actor) -> None:
    id = made(doctor, Identity(birth_name="Ndiaye", given="Fatou", birth_date="1962"))
    text = page(client, f"/patient/{id}/edit")
    field = re.search(r'<input[^>]*name="birth_date"[^>]*>', text)
    assert field
    assert 'type="text"' in field[0]
    assert 'value="1962"' in field[0]


# refuses


PATHS = (
    "",
    "/edit",
    "/results",
    "/received",
    "/note/x",
    "/document/x",
    "/document/x/shown/0",
    "/document/x/original",
)


@pytest.mark.parametrize("path", PATHS)
def test_an_outsider_is_shown_the_door(path: str, emile: str, client: Client) -> None:
    assert Client().get(f"/patient/{emile}{path}")["Location"].startswith("/sign-in")


@pytest.mark.parametrize("path", PATHS)
def test_dalia_of_another_practice_finds_nothing(
    path: str, emile: str, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("carnet.record.cell.practice_id", lambda: "another-practice")
    monkeypatch.setattr("carnet.web.sign_in.middleware.cell_state", lambda: "ready")
    assert client.get(f"/patient/{emile}{path}").status_code == 404


def test_the_secretary_sees_identity_and_documents_and_no_medicine(
    client: Client, doctor: Actor, emile: str
) -> None:
    kept = signed(doctor, emile, "Confidence faite au médecin")
    keep(doctor, condition(emile, "Dépression"), condition(emile, "Asthme", tag=codes.RECEIVED))
    document_of(doctor, emile, "courrier.pdf", pdf_of("Courrier"))
    desk = Client()
    chloe(desk)
    text = page(desk, f"/patient/{emile}")
    assert "DURAND Émile" in text
    assert "Confidence" not in text
    assert "Dépression" not in text
    assert "Asthme" not in text
    assert "llergie" not in text.replace("Allergies non", "llergie")
    assert "disabled" in text
    assert desk.get(f"/patient/{emile}/note/{kept}").status_code == 404


def test_a_page_of_one_patient_does_not_write_in_another(client: Client, doctor: Actor, emile: str) -> None:
    fatou = made(doctor, Identity(birth_name="N'Diaye", given="Fatou", birth_date="1962-11-30"))
    keep(doctor, condition(emile, "Asthme", tag=codes.RECEIVED))
    file = SimpleUploadedFile("a.pdf", pdf_of("Courrier"))
    assert client.post(f"/patient/{emile}/documents", {"patient": fatou, "files": [file]}).status_code == 404
    assert (
        client.post(f"/patient/{emile}/received/take-up", {"patient": fatou, "all": "1"}).status_code == 404
    )
    changed = {"birth_name": "X", "given": "Y", "patient": fatou, "version": "1"}
    assert client.post(f"/patient/{emile}/edit", changed).status_code == 404
    assert gate.open_record(by=doctor, at=clock.now(), patient=emile).patient.version == 1


def test_a_document_of_another_record_is_not_there(client: Client, doctor: Actor, emile: str) -> None:
    fatou = made(doctor, Identity(birth_name="N'Diaye", given="Fatou"))
    hers = document_of(doctor, fatou, "a.pdf", pdf_of("Courrier"))
    for path in ("", "/shown/0", "/original"):
        assert client.get(f"/patient/{emile}/document/{hers}{path}").status_code == 404


# handles


def test_hostile_names_are_words(client: Client, doctor: Actor) -> None:
    id = made(doctor, Identity(birth_name="<img src=x onerror=alert(1)>", given="{{7*7}}"))
    text = page(client, f"/patient/{id}")
    assert "<img src=x" not in text.lower()
    assert "{{7*7}}" in text


def test_facts_without_a_readable_date_do_not_break_the_page(
    client: Client, doctor: Actor, emile: str
) -> None:
    keep(
        doctor,
        of(
            emile,
            "Observation",
            status="final",
            code={"text": "Poids"},
            valueQuantity={"value": 72, "unit": "kg"},
        ),
    )
    keep(operator(doctor.practice), of(emile, "Immunization", status="completed", vaccineCode={"text": "dTP"}, occurrenceString="il y a longtemps"))  # fmt: skip
    assert "dTP" in page(client, f"/patient/{emile}")
    assert "Poids" in page(client, f"/patient/{emile}/results")
