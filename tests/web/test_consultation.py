"""*Consultation*: written, saved at each pause, signed; both texts shown on a conflict; nothing for the others."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path

import pytest
from django.test import Client

from carnet.accounts import presence
from carnet.actions import consultation
from carnet.actions import patient as patients
from carnet.record import clock, gate
from carnet.record.actor import Actor
from carnet.record.work import Draft
from carnet.rules import note
from carnet.rules.person import Identity
from tests.web.signed_in import alice, chloe

FETCH = {"HTTP_X_REQUESTED_WITH": "fetch", "HTTP_ACCEPT": "application/json"}


@pytest.fixture
def doctor(open_cell: Path, client: Client) -> Actor:
    return alice(client)


@pytest.fixture
def emile(doctor: Actor) -> str:
    identity = Identity(birth_name="Durand", given="Émile", birth_date="1955-04-03", gender="male")
    return patients.create(by=doctor, at=clock.now(), identity=identity).id


def begun(client: Client, emile: str) -> str:
    """The address of a consultation begun from the record."""
    answer = client.post("/consultation/open", {"patient": emile})
    assert answer.status_code == 302
    return str(answer["Location"])


def draft_at(doctor: Actor, where: str) -> Draft:
    return gate.draft(by=doctor, id=where.rsplit("/", 1)[1])


def pause(client: Client, where: str, emile: str, text: str, revision: int = 0):  # type: ignore[no-untyped-def]
    return client.post(f"{where}/draft", {"patient": emile, "revision": revision, "text": text}, **FETCH)


# works


def test_a_visit_from_the_record_to_the_signature(client: Client, doctor: Actor, emile: str) -> None:
    where = begun(client, emile)
    text = client.get(where).content.decode()
    assert "DURAND Émile" in text
    assert 'name="text"' in text
    saved = pause(client, where, emile, "Motif : toux").json()
    assert saved["revision"] == 1
    last = {"patient": emile, "revision": 1, "text": "Motif : toux\nToux sèche"}
    answer = client.post(f"{where}/sign", last, follow=True)
    assert "Note signée" in answer.content.decode()
    assert "Toux sèche" in answer.content.decode()
    assert gate.drafts(by=doctor) == []


def test_the_script_of_the_page_is_told_where_to_go_on(client: Client, doctor: Actor, emile: str) -> None:
    where = begun(client, emile)
    last = {"patient": emile, "revision": 0, "text": "Motif : toux"}
    answer = client.post(f"{where}/sign", last, **FETCH)
    assert answer.json() == {"url": f"/patient/{emile}"}
    assert "Note signée" in client.get(answer.json()["url"]).content.decode()
    assert client.post(f"{where}/sign", last, **FETCH).status_code == 404, "a note is signed once"


def test_a_late_question_of_the_note_does_not_take_what_the_signature_said(
    client: Client, doctor: Actor, emile: str
) -> None:
    where = begun(client, emile)
    client.post(f"{where}/sign", {"patient": emile, "revision": 0, "text": "Motif : toux"}, **FETCH)
    late = client.post(f"{where}/offers", {"patient": emile, "text": "Motif : toux\n"}, **FETCH)
    assert (late.status_code, late["Content-Type"]) == (404, "text/plain; charset=utf-8")
    assert client.get(where).status_code == 404, "nor the page of the draft that is closed"
    assert "Note signée" in client.get(f"/patient/{emile}").content.decode()
    answer = client.post(f"{begun(client, emile)}/drop", {"patient": emile}, **FETCH)
    assert answer.json() == {"url": f"/patient/{emile}"}


def test_opening_twice_is_the_same_page(client: Client, emile: str) -> None:
    assert begun(client, emile) == begun(client, emile)


def test_the_previous_note_is_beside_the_one_being_written(client: Client, doctor: Actor, emile: str) -> None:
    where = begun(client, emile)
    client.post(f"{where}/sign", {"patient": emile, "revision": 0, "text": "Hier : fièvre"})
    assert "Hier : fièvre" in client.get(begun(client, emile)).content.decode()


def test_without_script_the_form_saves_too(client: Client, doctor: Actor, emile: str) -> None:
    where = begun(client, emile)
    kept = {"patient": emile, "revision": 0, "text": "en cours", "keep": "1"}
    assert client.post(f"{where}/sign", kept)["Location"] == where
    assert draft_at(doctor, where).text == "en cours"


def test_a_note_is_corrected(client: Client, doctor: Actor, emile: str) -> None:
    where = begun(client, emile)
    client.post(f"{where}/sign", {"patient": emile, "revision": 0, "text": "TA 14/8"})
    (kept,) = gate.open_record(by=doctor, at=clock.now(), patient=emile).all("Composition")
    answer = client.post("/consultation/amend", {"patient": emile, "composition": kept.id}, follow=True)
    assert "Correction d’une note signée" in answer.content.decode()
    assert "TA 14/8" in answer.content.decode()
    again = str(answer.redirect_chain[0][0])
    client.post(f"{again}/sign", {"patient": emile, "revision": 0, "text": "TA 15/8"})
    (after,) = gate.open_record(by=doctor, at=clock.now(), patient=emile).all("Composition")
    assert note.text_of(after.resource()) == "TA 15/8"


def test_a_draft_is_given_up(client: Client, doctor: Actor, emile: str) -> None:
    where = begun(client, emile)
    assert client.post(f"{where}/drop", {"patient": emile}).status_code == 302
    assert gate.drafts(by=doctor) == []


def test_a_draft_given_up_is_taken_back(client: Client, doctor: Actor, emile: str) -> None:
    where = begun(client, emile)
    pause(client, where, emile, "Toux depuis trois jours")
    given_up = client.post(f"{where}/drop", {"patient": emile}, follow=True).content.decode()
    assert "/consultation/restore" in given_up
    assert "Toux" not in given_up
    client.post("/consultation/restore")
    (draft,) = gate.drafts(by=doctor)
    assert (draft.patient, draft.text) == (emile, "Toux depuis trois jours")
    assert client.post("/consultation/restore").status_code == 404


def test_taking_back_a_draft_keeps_what_was_begun_since(client: Client, doctor: Actor, emile: str) -> None:
    where = begun(client, emile)
    pause(client, where, emile, "avant")
    client.post(f"{where}/drop", {"patient": emile})
    pause(client, begun(client, emile), emile, "depuis")
    client.post("/consultation/restore")
    assert gate.drafts(by=doctor)[0].text == "depuis\n\navant"


# keeps


def test_a_conflict_gives_the_script_the_other_text(client: Client, doctor: Actor, emile: str) -> None:
    where = begun(client, emile)
    pause(client, where, emile, "première fenêtre")
    answer = pause(client, where, emile, "seconde fenêtre", revision=0)
    assert answer.status_code == 409
    assert answer.json()["text"] == "première fenêtre"
    assert answer.json()["revision"] == 1
    assert draft_at(doctor, where).text == "première fenêtre"


def test_a_conflict_at_the_signature_shows_both_texts(client: Client, doctor: Actor, emile: str) -> None:
    where = begun(client, emile)
    pause(client, where, emile, "première fenêtre")
    answer = client.post(f"{where}/sign", {"patient": emile, "revision": 0, "text": "seconde fenêtre"})
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "première fenêtre" in text
    assert "seconde fenêtre" in text
    assert gate.open_record(by=doctor, at=clock.now(), patient=emile).all("Composition") == []


def test_a_note_corrected_by_somebody_else_meanwhile_is_shown_before_signing_over_it(
    client: Client, doctor: Actor, emile: str
) -> None:
    client.post(f"{begun(client, emile)}/sign", {"patient": emile, "revision": 0, "text": "TA 14/8"})
    (kept,) = gate.open_record(by=doctor, at=clock.now(), patient=emile).all("Composition")
    mine = str(client.post("/consultation/amend", {"patient": emile, "composition": kept.id})["Location"])
    bruno = Actor("bruno", "person", "associate", doctor.practice, "Dr Bruno Caron", "Practitioner/bruno")
    his = consultation.amend(by=bruno, at=clock.now(), patient=emile, composition=kept.id)
    his = consultation.save(by=bruno, patient=emile, draft=his.id, revision=0, text="TA 16/8")
    consultation.sign(by=bruno, at=clock.now(), patient=emile, draft=his.id, revision=1)
    answer = client.post(f"{mine}/sign", {"patient": emile, "revision": 0, "text": "TA 15/8"})
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "TA 16/8" in text
    assert 'name="over" value="2"' in text
    again = {"patient": emile, "revision": 1, "text": "TA 15/8", "over": "2"}
    assert client.post(f"{mine}/sign", again).status_code == 302


def test_a_locked_session_answers_401_and_keeps_the_draft(client: Client, doctor: Actor, emile: str) -> None:
    where = begun(client, emile)
    pause(client, where, emile, "gardé")
    session = client.session
    presence.lock(session)
    session.save()
    assert pause(client, where, emile, "pas encore", revision=1).status_code == 401
    assert draft_at(doctor, where).text == "gardé"


def test_an_empty_note_is_not_signed_and_says_so(client: Client, doctor: Actor, emile: str) -> None:
    where = begun(client, emile)
    answer = client.post(f"{where}/sign", {"patient": emile, "revision": 0, "text": " \n "})
    assert answer.status_code == 422
    assert "Une note vide ne se signe pas" in answer.content.decode()


# refuses


def test_an_outsider_is_shown_the_door(emile: str, client: Client) -> None:
    where = begun(client, emile)
    stranger = Client()
    assert stranger.get(where)["Location"].startswith("/sign-in")
    assert pause(stranger, where, emile, "x").status_code == 401


def test_the_secretary_cannot_open_read_or_write_a_note(client: Client, doctor: Actor, emile: str) -> None:
    where = begun(client, emile)
    pause(client, where, emile, "Confidence")
    desk = Client()
    chloe(desk)
    assert desk.post("/consultation/open", {"patient": emile}).status_code == 403
    assert desk.get(where).status_code == 403
    assert pause(desk, where, emile, "x", revision=1).status_code == 403
    assert desk.post(f"{where}/drop", {"patient": emile}).status_code == 403
    assert draft_at(doctor, where).text == "Confidence"


def test_dalia_of_another_practice_finds_nothing(
    client: Client, doctor: Actor, emile: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = begun(client, emile)
    monkeypatch.setattr("carnet.record.cell.practice_id", lambda: "another-practice")
    monkeypatch.setattr("carnet.web.sign_in.middleware.cell_state", lambda: "ready")
    assert client.get(where).status_code == 404
    assert pause(client, where, emile, "x").status_code == 404
    assert client.post("/consultation/open", {"patient": emile}).status_code == 404
    assert client.post(f"{where}/sign", {"patient": emile, "text": "x"}).status_code == 404


def test_the_page_of_one_patient_never_writes_for_another(client: Client, doctor: Actor, emile: str) -> None:
    where = begun(client, emile)
    other = patients.create(
        by=doctor, at=clock.now(), identity=Identity(birth_name="Petit", given="Nadia")
    ).id
    assert pause(client, where, other, "x").status_code == 403
    assert client.post(f"{where}/sign", {"patient": other, "revision": 0, "text": "x"}).status_code == 403
    assert client.post(f"{where}/drop", {"patient": other}).status_code == 403
    assert draft_at(doctor, where).text == ""


def test_nothing_is_begun_by_a_link(client: Client, emile: str) -> None:
    assert client.get("/consultation/open").status_code == 405
    assert client.get(f"{begun(client, emile)}/drop").status_code == 405


# handles


def test_hostile_words_stay_words(client: Client, emile: str, shared_data: Path) -> None:
    strings = json.loads(next((shared_data / "suites/blns").rglob("blns.json")).read_text("utf-8"))
    text = note.writable("\n".join(strings))
    where = begun(client, emile)
    assert pause(client, where, emile, text).status_code == 200
    shown = client.get(where).content.decode()
    inside = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", shown, re.S)
    assert inside
    assert unescape(inside[1]) == text
    assert client.post(f"{where}/sign", {"patient": emile, "revision": 1, "text": text}).status_code == 302
    record = client.get(f"/patient/{emile}").content.decode()
    assert "<script>alert" not in record
    assert "<svg><script" not in record.lower()
