"""Writes that say when: If-None-Exist, criteria in the address, none, one or many that match."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from carnet.record import gate
from tests.api.asking import ask
from tests.cast import ALICE, EMILE

NUMBER = {"system": "urn:practice", "value": "A,1"}
CRITERIA = "identifier=urn:practice|A\\,1"


def numbered(**changes: Any) -> dict[str, Any]:
    return {**EMILE, "identifier": [NUMBER], **changes}


def twice() -> None:
    for _ in range(2):
        assert ask("POST", "Patient", numbered()).status == 201


def test_create_unless_there_is_one(any_cell: Path) -> None:
    first = ask("POST", "Patient", numbered(), if_none_exist=CRITERIA)
    again = ask("POST", "Patient", numbered(gender="unknown"), if_none_exist=CRITERIA)
    assert (first.status, again.status) == (201, 200)
    assert again.json == first.json
    assert again.headers["Location"] == first.headers["Location"]
    assert ask("POST", "Patient", numbered(), if_none_exist=f"Patient?{CRITERIA}").status == 200
    row = gate.audit_page(by=ALICE, limit=1)[0]
    assert (row.action, row.entities) == ("api.create", (f"Patient/{first.json['id']}/1",))


def test_criteria_in_the_address_of_a_create_are_not_passed_over(any_cell: Path) -> None:
    first = ask("POST", f"Patient?{CRITERIA}", numbered())
    again = ask("POST", f"Patient?{CRITERIA}", numbered())
    assert (first.status, again.status, again.json) == (201, 200, first.json)
    ask("POST", "Patient", numbered())
    assert ask("POST", f"Patient?{CRITERIA}", numbered()).status == 412


def test_create_when_many_match_is_refused(any_cell: Path) -> None:
    twice()
    said = ask("POST", "Patient", numbered(), if_none_exist=CRITERIA)
    assert (said.status, said.json["issue"][0]["code"]) == (412, "multiple-matches")


def test_update_what_matches(any_cell: Path) -> None:
    created = ask("PUT", f"Patient?{CRITERIA}", numbered())
    assert created.status == 201
    updated = ask("PUT", f"Patient?{CRITERIA}", numbered(gender="unknown"))
    assert (updated.status, updated.headers["ETag"], updated.json["id"]) == (200, 'W/"2"', created.json["id"])
    other = ask("PUT", f"Patient?{CRITERIA}", numbered(id="other"))
    assert (other.status, "id" in other.places[0].lower()) == (400, False)
    assert ask("PUT", f"Patient?{CRITERIA}", numbered(), if_match='W/"1"').status == 412
    assert ask("PUT", f"Patient?{CRITERIA}", numbered(), if_match='W/"2"').status == 200


def test_update_of_none_under_an_id_of_the_client(open_cell: Path) -> None:
    assert (
        ask("PUT", f"Patient?{CRITERIA}", numbered(id="mine")).headers["Location"].endswith("mine/_history/1")
    )
    taken = ask("PUT", "Patient?identifier=urn:practice|B", numbered(id="mine"))
    assert taken.status == 409
    assert ask("GET", "Patient/mine").headers["ETag"] == 'W/"1"'


def test_update_when_many_match_is_refused(any_cell: Path) -> None:
    twice()
    assert ask("PUT", f"Patient?{CRITERIA}", numbered()).status == 412


def test_delete_what_matches(any_cell: Path) -> None:
    created = ask("POST", "Patient", numbered()).json
    said = ask("DELETE", f"Patient?{CRITERIA}")
    assert (said.status, said.json["resourceType"], said.headers["ETag"]) == (
        200,
        "OperationOutcome",
        'W/"2"',
    )
    assert ask("GET", f"Patient/{created['id']}").status == 410
    assert ask("DELETE", f"Patient?{CRITERIA}").status == 204
    twice()
    assert ask("DELETE", f"Patient?{CRITERIA}").status == 412


def test_patch_what_matches(any_cell: Path) -> None:
    change = [{"op": "replace", "path": "/gender", "value": "unknown"}]
    kind = {"content_type": "application/json-patch+json"}
    assert ask("PATCH", f"Patient?{CRITERIA}", change, **kind).status == 404
    ask("POST", "Patient", numbered())
    said = ask("PATCH", f"Patient?{CRITERIA}", change, **kind)
    assert (said.status, said.json["gender"], said.headers["ETag"]) == (200, "unknown", 'W/"2"')
    assert ask("PATCH", f"Patient/{said.json['id']}", change, if_match='W/"1"', **kind).status == 412
    merged = ask(
        "PATCH", f"Patient/{said.json['id']}", {"gender": None}, content_type="application/merge-patch+json"
    )
    assert (merged.status, "gender" in merged.json) == (200, False)
    ask("POST", "Patient", numbered())
    assert ask("PATCH", f"Patient?{CRITERIA}", change, **kind).status == 412


@pytest.mark.parametrize("query", ["", "?", "?_count=1", "?identifier=", "?_sort=name", "?nonsense=1"])
def test_a_condition_that_limits_nothing_is_refused(open_cell: Path, query: str) -> None:
    created = ask("POST", "Patient", EMILE).json
    assert ask("DELETE", f"Patient{query}").status == 400
    assert ask("PUT", f"Patient{query}", EMILE).status == 400
    assert ask("POST", "Patient", EMILE, if_none_exist=query or " ").status == 400
    assert ask("GET", f"Patient/{created['id']}").status == 200


def test_a_version_that_is_asked_for_where_nothing_matches_is_not_there(open_cell: Path) -> None:
    assert ask("PUT", f"Patient?{CRITERIA}", numbered(), if_match='W/"1"').status == 412
    assert ask("PUT", f"Patient?{CRITERIA}", numbered()).status == 201


@pytest.mark.parametrize("kind", ["transaction", "batch"])
def test_an_entry_without_a_type_is_of_that_of_its_address(any_cell: Path, kind: str) -> None:
    """As fhirpy's users write them; the Bundle's own identifier, of any form, is nothing that is kept."""
    entry = {
        "request": {"method": "POST", "url": "/Patient"},
        "resource": {"name": [{"family": "Durand"}]},
    }
    bundle = {"resourceType": "Bundle", "type": kind, "identifier": [NUMBER], "entry": [entry]}
    said = ask("POST", "", bundle, prefer="return=representation")
    assert said.status == 200
    assert said.json["entry"][0]["response"]["status"] == "201 Created"
    assert said.json["entry"][0]["resource"]["resourceType"] == "Patient"
