"""The small menu on a problem: one key, one way back, never on another patient's page."""

from __future__ import annotations

from html import unescape
from pathlib import Path

import pytest
from django.test import Client

from carnet.record import clock, gate
from carnet.record.actor import Actor
from tests.web.signed_in import alice, chloe
from tests.web.test_consultation import emile
from tests.web.test_patient import condition, keep

__all__ = ["emile"]


@pytest.fixture
def doctor(open_cell: Path, client: Client) -> Actor:
    return alice(client)


def listed(doctor: Actor, emile: str) -> str:
    (id,) = keep(doctor, condition(emile, "Hypertension artérielle"))
    return id.rpartition("/")[2]


def status(doctor: Actor, id: str) -> str:
    found = gate.read(by=doctor, at=clock.now(), type="Condition", id=id).resource()
    return str(found["clinicalStatus"]["coding"][0]["code"])


def test_a_problem_is_resolved_and_taken_back(client: Client, doctor: Actor, emile: str) -> None:
    problem = listed(doctor, emile)
    page = unescape(client.get(f"/patient/{emile}").content.decode())
    assert 'value="resolved" data-key="r"' in page
    path = f"/patient/{emile}/problem/{problem}"
    said = client.post(path, {"patient": emile, "version": "1", "to": "resolved"}, follow=True)
    assert "Problème résolu" in unescape(said.content.decode())
    assert status(doctor, problem) == "resolved"
    back = client.post("/patient/problem/undo", follow=True)
    assert "Annulé" in unescape(back.content.decode())
    assert status(doctor, problem) == "active"
    assert client.post("/patient/problem/undo").status_code == 404, "once"


def test_a_problem_goes_up_by_its_letter(client: Client, doctor: Actor, emile: str) -> None:
    first = listed(doctor, emile)
    (second,) = keep(doctor, condition(emile, "Diabète de type 2"))
    path = f"/patient/{emile}/problem/{second.rpartition('/')[2]}"
    said = unescape(client.post(path, {"patient": emile, "to": "up"}, follow=True).content.decode())
    assert "Problème placé : 1 sur 2." in said
    assert said.index(f"moves-{second.rpartition('/')[2]}") < said.index(f"moves-{first}")


def test_when_it_began_is_typed_as_one_likes_and_taken_back(
    client: Client, doctor: Actor, emile: str
) -> None:
    problem = listed(doctor, emile)
    path = f"/patient/{emile}/problem/{problem}"
    client.post(path, {"patient": emile, "version": "1", "to": "since", "since": "03/2009"})
    found = gate.read(by=doctor, at=clock.now(), type="Condition", id=problem).resource()
    assert found["onsetDateTime"] == "2009-03"
    client.post("/patient/problem/undo")
    found = gate.read(by=doctor, at=clock.now(), type="Condition", id=problem).resource()
    assert found.get("onsetDateTime") != "2009-03"
    wrong = client.post(
        path, {"patient": emile, "version": "3", "to": "since", "since": "jadis"}, follow=True
    )
    assert "Indiquez une année" in unescape(wrong.content.decode())


@pytest.mark.parametrize(
    ("asked", "answer"),
    [({"patient": "other"}, 404), ({"to": "gone"}, 404), ({"version": "7"}, 409), ({"version": "x"}, 409)],
)
def test_what_is_not_asked_rightly_changes_nothing(
    client: Client, doctor: Actor, emile: str, asked: dict[str, str], answer: int
) -> None:
    problem = listed(doctor, emile)
    path = f"/patient/{emile}/problem/{problem}"
    got = client.post(path, {"patient": emile, "version": "1", "to": "resolved", **asked})
    assert got.status_code == answer
    assert status(doctor, problem) == "active"


def test_the_secretary_changes_no_problem(client: Client, doctor: Actor, emile: str) -> None:
    problem = listed(doctor, emile)
    chloe(client)
    path = f"/patient/{emile}/problem/{problem}"
    assert client.post(path, {"patient": emile, "version": "1", "to": "resolved"}).status_code in (403, 404)
