"""$validate: says all that is wrong, by the same code as a write, and writes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from carnet.record import gate
from tests.api.asking import Said, ask
from tests.api.test_transaction import weight
from tests.cast import ALICE, EMILE

R4 = "http://hl7.org/fhir/StructureDefinition/"


def parameters(**named: Any) -> dict[str, Any]:
    parts = []
    for name, value in named.items():
        key = {"resource": "resource", "mode": "valueCode", "profile": "valueUri"}[name]
        parts.append({"name": name, key: value})
    return {"resourceType": "Parameters", "parameter": parts}


def severities(said: Said) -> list[str]:
    assert (said.status, said.json["resourceType"]) == (200, "OperationOutcome"), said.json
    return [issue["severity"] for issue in said.json["issue"]]


def test_a_right_resource_is_found_right_and_is_not_written(any_cell: Path) -> None:
    before = len(gate.audit_page(by=ALICE))
    for body in (
        EMILE,
        parameters(resource=EMILE),
        parameters(resource=EMILE, mode="create", profile=R4 + "Patient"),
    ):
        assert severities(ask("POST", "Patient/$validate", body)) == ["information"]
    assert severities(ask("POST", "Patient/$validate?mode=create", EMILE)) == ["information"]
    assert len(gate.audit_page(by=ALICE)) == before
    assert list(gate.everybody(by=ALICE)) == []


def test_everything_wrong_is_said_at_once_with_its_place(open_cell: Path) -> None:
    wrong = {"resourceType": "Patient", "birthDate": "yesterday", "x": 1, "gender": "m", "telecom": True}
    for body in (wrong, parameters(resource=wrong, mode="create")):
        said = ask("POST", "Patient/$validate", body)
        assert set(severities(said)) == {"error"}
        assert set(said.places) == {"Patient.birthDate", "Patient.x", "Patient.gender", "Patient.telecom"}


def test_a_mode_asks_what_the_record_itself_would_say(open_cell: Path) -> None:
    nobodys = weight("Patient/nobody")
    assert severities(ask("POST", "Observation/$validate", nobodys)) == ["information"]
    assert severities(ask("POST", "Observation/$validate?mode=create", nobodys)) == ["error"]
    ask("PUT", "Patient/there", {**EMILE, "id": "there"})
    ask("PUT", "Observation/o", {**weight("Patient/there"), "id": "o"})
    other = {**weight("Patient/other"), "id": "o"}
    ask("PUT", "Patient/other", {**EMILE, "id": "other"})
    assert severities(ask("POST", "Observation/o/$validate", parameters(resource=other, mode="update"))) == [
        "error"
    ]
    assert severities(ask("POST", "Observation/o/$validate?mode=delete")) == ["information"]
    assert severities(ask("POST", "Patient/there/$validate?mode=delete")) == ["error"]
    assert ask("GET", "Observation/o").json["meta"]["versionId"] == "1"


def test_what_is_stored_can_be_validated(open_cell: Path) -> None:
    ask("PUT", "Patient/there", {**EMILE, "id": "there"})
    assert severities(ask("POST", "Patient/there/$validate")) == ["information"]
    assert ask("POST", "Patient/nobody/$validate").status == 404
    assert ask("POST", "Patient/there/$validate", by="dalia").status == 404


def test_profiles_are_answered_honestly(open_cell: Path) -> None:
    profile = "https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-patient"
    said = ask("POST", "Patient/$validate", parameters(resource=EMILE, profile=profile))
    assert (said.status, said.json["issue"][0]["code"]) == (422, "not-supported")
    declared = {**EMILE, "meta": {"profile": [R4 + "Patient|4.0.1", profile]}}
    said = ask("POST", "Patient/$validate", declared)
    assert severities(said) == ["information"] * 2
    assert said.json["issue"][1]["expression"] == ["Patient.meta.profile[1]"]


@pytest.mark.parametrize(
    ("address", "body", "status"),
    [
        ("Patient/$validate", None, 400),
        ("Patient/$validate", b"{", 400),
        ("Patient/$validate", [], 200),
        ("Patient/$validate", {"resourceType": "Observation"}, 200),
        ("Patient/$validate?mode=spam", EMILE, 400),
        ("Patient/$validate", {"resourceType": "Parameters"}, 400),
        ("Patient/$validate", {"resourceType": "Parameters", "parameter": [None, {"name": "resource"}]}, 400),
        ("Pasta/$validate", EMILE, 404),
        (
            "Parameters/$validate",
            {"resourceType": "Parameters", "parameter": [{"name": "a", "valueCode": "b"}]},
            200,
        ),
    ],
)
def test_what_asks_nothing_is_refused(open_cell: Path, address: str, body: Any, status: int) -> None:
    assert ask("POST", address, body).status == status


def test_rights_hold(open_cell: Path) -> None:
    ask("PUT", "Patient/there", {**EMILE, "id": "there"})
    assert ask("POST", "Observation/$validate?mode=create", weight("Patient/there"), by="chloe").status == 403
    assert ask("POST", "Patient/$validate?mode=create", EMILE, by="dalia").status == 404
