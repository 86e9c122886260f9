"""The main screens ask the database a fixed number of questions, however much the record holds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from carnet.actions import documents
from carnet.demo import bulk as demo
from carnet.record import gate
from tests.cast import ALICE
from tests.house.test_urls import signed_in

# The most that each screen may ask; lower it when a screen gets better.
LIMITS = {
    "day": 16,
    "patient:record": 11,
    "patient:results": 10,
    "patient:received": 10,
    "patient:edit": 10,
    "patient:note": 13,
    "patient:document": 11,
    "history": 6,  # the record's history, further down: a part of its page
    "consultation:note": 11,
    "consultation:offers": 13,
    "consultation:mark": 30,
    "paper:write": 11,
    "practice:home": 14,  # one or two for the state of each of its pages
    "practice:audit": 7,  # one for the names of programs
    "practice:search": 11,
    "practice:import": 3,
    "identity:home": 9,
    "identity:doubles": 6,
    "shell:records": 3,
    "shell:palette": 12,
}
# The finder asks for rarer ways of writing only while it has found too few: never more than its limit.
STOPS_EARLY = {"shell:palette"}


def filled(at: datetime, *, first: int, patients: int, resources: int) -> str:
    """More patients, each with that many resources; a letter about the first of them, what it says not taken up.
    Returns the id of that one."""
    demo.fill(by=ALICE, at=at, patients=patients, resources=resources, first=first)
    patient, content = demo.patient_id(first), demo.letter(first, 1)
    [report] = documents.import_file(by=ALICE, at=at, name="lettre.xml", content=content, patient=patient)
    assert report.status == "imported"
    return patient


def visited(client: Client, name: str, patient: str) -> Callable[[], HttpResponse]:
    """One visit of the screen, about this patient where it is about one."""
    if name == "shell:palette":
        return lambda: client.post(reverse(name), {"text": "mar"})
    if name == "practice:search":
        return lambda: client.post(reverse(name), {"text": "genou"})
    if name == "history":
        path = reverse("patient:record", kwargs={"id": patient})
        return lambda: client.post(path, {"count": "180"}, headers={"hx-request": "true"})
    if name == "consultation:note":
        path = client.post(reverse("consultation:open"), {"patient": patient}).headers["Location"]
        return lambda: client.get(path)
    if name in ("consultation:offers", "consultation:mark"):
        path = client.post(reverse("consultation:open"), {"patient": patient}).headers["Location"]
        asked = {
            "patient": patient,
            "text": "HTA, TA 14/8  Pds 81",
            "verdict": "accepted",
            "key": ["condition:hta:1"],
        }
        tail = "offers" if name == "consultation:offers" else "offers/mark"
        return lambda: client.post(f"{path}/{tail}", asked)
    if name == "paper:write":
        return lambda: client.get(reverse(name, kwargs={"id": patient, "kind": "letter"}))
    about = {"id": patient} if name.startswith("patient:") else {}
    if name == "patient:note":
        about["composition"] = f"{patient}-0001"
    if name == "patient:document":
        [document] = gate.across(by=ALICE, type="DocumentReference", params=[("patient", patient)])
        about["document"] = document.id
    return lambda: client.get(reverse(name, kwargs=about))


def questions(visit: Callable[[], HttpResponse]) -> int:
    """How many statements one visit costs, once everything is warm."""
    assert visit().status_code == 200
    with CaptureQueriesContext(connection) as asked:
        visit()
    return len(asked)


@pytest.mark.parametrize("name", LIMITS)
def test_as_many_questions_in_a_small_practice_and_in_a_full_one(
    name: str, open_cell: Path, at: datetime
) -> None:
    small = filled(at, first=0, patients=1, resources=10)
    client = signed_in(at)
    few = questions(visited(client, name, small))
    full = filled(at, first=1, patients=12, resources=120)
    many = questions(visited(client, name, full))
    assert few == many or name in STOPS_EARLY
    assert max(few, many) <= LIMITS[name]
