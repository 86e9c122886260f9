"""The national teleservice on the page of an identity: asked by a button, answered in place, in words."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from carnet.actions import patient
from carnet.fhir import identifiers
from carnet.jobs import insi as job
from carnet.links.ins.fake import Fake, numbered
from carnet.record import clock, gate
from carnet.record.actor import Actor
from carnet.rules import insi
from carnet.rules.person import Identity
from tests.cast import ALICE
from tests.web.signed_in import alice

JEANNE = Identity(
    birth_name="Dupond", given="Jeanne", birth_date="1961-02-11", gender="female", birthplace="33063"
)
OTHER = f"2610233063001{identifiers.ins_key('2610233063001'):02}"


@pytest.fixture
def doctor(open_cell: Path, client: Client) -> Actor:
    return alice(client)


def new(typed: Identity = JEANNE) -> str:
    return patient.create(by=ALICE, at=clock.now(), identity=typed).id


def asked(client: Client, id: str) -> str:
    answer = client.post(f"/patient/{id}/insi/ask", {"patient": id}, follow=True)
    assert answer.status_code == 200, answer
    return answer.content.decode()


def test_asked_awaited_answered_in_place(
    client: Client, doctor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = new()
    page = client.get(f"/patient/{id}/edit").content.decode()
    assert "identité provisoire" in page
    assert "Interroger le téléservice INS" in page
    waiting = asked(client, id)
    assert f'hx-get="/patient/{id}/insi" hx-trigger="every 2s"' in waiting
    assert "Question posée" in waiting
    monkeypatch.setattr(job, "_insi", lambda by, asked: Fake([numbered(JEANNE)]))
    job.ask_waiting(clock.now())
    part = client.get(f"/patient/{id}/insi", headers={"HX-Request": "true"}).content.decode()
    assert "every 2s" not in part
    assert "le matricule INS est enregistré" in part
    assert "INS récupérée" in part
    assert "INS récupérée" in client.get(f"/patient/{id}").content.decode()


def test_what_differs_is_an_alarm_side_by_side(
    client: Client, doctor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = new(
        Identity(birth_name="Dupond", given="Jeanne", birth_date="1961-02-11", gender="female", ins=OTHER)
    )
    monkeypatch.setattr(job, "_insi", lambda by, asked: Fake([numbered(JEANNE)]))
    asked(client, id)
    job.ask_waiting(clock.now())
    page = client.get(f"/patient/{id}/edit").content.decode()
    assert 'notice-danger" role="alert">' + insi.WORDS["differs"].replace("'", "&#x27;") in page
    assert page.count("≠") == 1
    assert "Interroger de nouveau" in page


def test_an_incomplete_identity_says_what_is_missing(client: Client, doctor: Actor) -> None:
    id = new(Identity(birth_name="Dupond", given="Jeanne"))
    answer = client.post(f"/patient/{id}/insi/ask", {"patient": id})
    assert answer.status_code == 403
    assert "Il manque un trait" in answer.content.decode()


def test_a_page_of_somebody_else_asks_nothing(client: Client, doctor: Actor) -> None:
    id, other = new(), new(Identity(birth_name="Moreau", given="Luc"))
    assert client.post(f"/patient/{id}/insi/ask", {"patient": other}).status_code == 404
    assert gate.across(by=ALICE, type="VerificationResult", params=[]) == []
