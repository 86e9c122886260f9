"""Who may do what at the FHIR door: the rights are those of a person at a screen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from carnet.record import gate
from tests.api.asking import ask
from tests.cast import ALICE, EMILE

KINDS = {"PATCH": "application/json-patch+json"}
WEIGHT: dict[str, Any] = {"resourceType": "Observation", "status": "final", "code": {"text": "Quetzalkowski"}}


@pytest.fixture
def patient(any_cell: Path) -> str:
    said = ask("POST", "Patient", {**EMILE, "name": [{"family": "Quetzalkowski"}]})
    return str(said.json["id"])


@pytest.mark.parametrize(
    ("method", "address", "body"),
    [
        ("GET", "Patient/{id}", None),
        ("HEAD", "Patient/{id}", None),
        ("GET", "Patient/{id}/_history", None),
        ("GET", "Patient/{id}/_history/1", None),
        ("GET", "Patient/_history", None),
        ("GET", "_history", None),
        ("PUT", "Patient/{id}", {**EMILE, "id": "{id}"}),
        ("PUT", "Patient?name=Quetzalkowski", EMILE),
        ("POST", "Patient", EMILE),
        ("PATCH", "Patient/{id}", [{"op": "remove", "path": "/gender"}]),
        ("PATCH", "Patient?name=Quetzalkowski", [{"op": "remove", "path": "/gender"}]),
        ("DELETE", "Patient/{id}", None),
        ("DELETE", "Patient?name=Quetzalkowski", None),
    ],
)
def test_dalia_sees_and_changes_nothing(patient: str, method: str, address: str, body: Any) -> None:
    if isinstance(body, dict) and "id" in body:
        body = {**body, "id": patient}
    kind = {"content_type": KINDS[method]} if method in KINDS else {}
    rows = len(gate.audit_page(by=ALICE, limit=1000))
    for who, status in (("dalia", 404), ("", 401), ("stranger", 401)):
        said = ask(method, address.format(id=patient), body, by=who, **kind)
        assert said.status == status
        assert b"Quetzalkowski" not in said.body
        assert patient.encode() not in said.body
    assert len(gate.audit_page(by=ALICE, limit=1000)) == rows
    assert ask("GET", f"Patient/{patient}").headers["ETag"] == 'W/"1"'


def test_the_secretary_has_the_limits_she_has_at_a_screen(patient: str) -> None:
    weight = {**WEIGHT, "subject": {"reference": f"Patient/{patient}"}}
    made = ask("POST", "Observation", weight).json
    address = f"Observation/{made['id']}"
    assert ask("GET", f"Patient/{patient}", by="chloe").status == 200
    remove = [{"op": "remove", "path": "/code"}]
    for said in (
        ask("GET", address, by="chloe"),
        ask("GET", f"{address}/_history/1", by="chloe"),
        ask("GET", f"{address}/_history", by="chloe"),
        ask("PUT", address, made, by="chloe"),
        ask("POST", "Observation", weight, by="chloe"),
        ask("DELETE", address, by="chloe"),
        ask("PATCH", address, remove, by="chloe", content_type=KINDS["PATCH"]),
        ask("DELETE", "Observation?code:text=Quetzalkowski", by="chloe"),
    ):
        assert said.status == 403
        assert said.json["issue"][0]["code"] == "forbidden"
        assert b"Quetzalkowski" not in said.body
    assert ask("GET", address).headers["ETag"] == 'W/"1"'
    assert ask("DELETE", "Patient/nobody", by="chloe").status == 204


def test_a_condition_asks_only_about_what_one_may_read(patient: str) -> None:
    ask("POST", "Observation", {**WEIGHT, "subject": {"reference": f"Patient/{patient}"}})
    said = ask("PUT", "Patient?_has:Observation:subject:status=final", EMILE, by="chloe")
    assert said.status in (400, 403)
