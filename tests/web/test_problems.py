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
