"""Create, read, update and delete as R4 asks, on both engines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from carnet.record import clock, gate
from tests.api.asking import ask
from tests.cast import ALICE, EMILE


def created(resource: dict[str, Any], **headers: str) -> dict[str, Any]:
    said = ask("POST", resource["resourceType"], resource, **headers)
    assert said.status == 201, said.body
    return dict(said.json)


def test_what_is_created_is_read_byte_for_byte(any_cell: Path) -> None:
    made = ask("POST", "Patient", EMILE)
    assert made.status == 201
    patient = made.json
    assert made.headers["Location"] == f"http://127.0.0.1:8421/fhir/Patient/{patient['id']}/_history/1"
    assert made.headers["ETag"] == 'W/"1"'
    assert made.headers["Content-Type"] == "application/fhir+json; charset=utf-8"
    assert "Last-Modified" in made.headers
    read = ask("GET", f"Patient/{patient['id']}")
    assert (read.status, read.body, read.headers["ETag"]) == (200, made.body, 'W/"1"')
    assert patient["meta"]["versionId"] == "1"
    assert {**patient, "id": None, "meta": None} == {**EMILE, "id": None, "meta": None}


def test_an_update_makes_the_next_version_and_the_first_stays(any_cell: Path) -> None:
    patient = created(EMILE)
    address = f"Patient/{patient['id']}"
    said = ask("PUT", address, {**patient, "gender": "unknown"}, if_match='W/"1"')
    assert (said.status, said.headers["ETag"], said.json["gender"]) == (200, 'W/"2"', "unknown")
    assert ask("GET", f"{address}/_history/1").json == patient
    assert ask("GET", f"{address}/_history/2").json["gender"] == "unknown"
    assert ask("GET", f"{address}/_history/3").status == 404
    assert ask("GET", f"{address}/_history/x").status == 404


def test_an_update_creates_under_the_id_of_the_client(any_cell: Path) -> None:
    said = ask("PUT", "Patient/emile", {**EMILE, "id": "emile"})
    assert (said.status, said.headers["ETag"]) == (201, 'W/"1"')
    assert said.headers["Location"].endswith("/Patient/emile/_history/1")
    assert ask("PUT", "Patient/emile", {**EMILE, "id": "emile"}, if_none_match="*").status == 412


def test_an_id_may_hold_the_underscore_that_other_servers_write(any_cell: Path) -> None:
    weight = {"resourceType": "Observation", "status": "final", "code": {"text": "Poids"}}
    assert ask("PUT", "Patient/pat_1", {**EMILE, "id": "pat_1"}).status == 201
    made = created({**weight, "subject": {"reference": "Patient/pat_1"}})
    for asked in ("subject=pat_1", "subject=Patient/pat_1", "subject._id=pat_1"):
        found = ask("GET", f"Observation?{asked}").json["entry"]
        assert [entry["resource"]["id"] for entry in found] == [made["id"]]
    assert ask("GET", "Patient/pat_1/$everything?_type=Observation").json["total"] == 1
    assert ask("PUT", "Patient/_pat", {**EMILE, "id": "_pat"}).status == 404  # there, operations begin


def test_numbers_come_back_as_they_were_written(any_cell: Path) -> None:
    patient = created(EMILE)
    written = (
        b'{"resourceType":"Observation","status":"final","code":{"text":"Poids"},'
        b'"subject":{"reference":"Patient/' + patient["id"].encode() + b'"},'
        b'"valueQuantity":{"value":70.00,"unit":"kg"},"note":[{"text":"a  b"}]}'
    )
    made = ask("POST", "Observation", written)
    assert made.status == 201
    assert b'"value":70.00,' in ask("GET", f"Observation/{made.json['id']}").body
    assert b"70.00" in ask("GET", f"Observation/{made.json['id']}?_pretty=true").body


@pytest.mark.parametrize("tag", ['W/"7"', '"0"', "nonsense", 'W/"2", W/"3"'])
def test_an_update_of_another_version_is_refused(open_cell: Path, tag: str) -> None:
    patient = created(EMILE)
    said = ask("PUT", f"Patient/{patient['id']}", patient, if_match=tag)
    assert (said.status, said.json["issue"][0]["code"], said.places) == (412, "conflict", ["Patient"])
    assert ask("GET", f"Patient/{patient['id']}").headers["ETag"] == 'W/"1"'


def test_if_match_on_what_is_not_there_is_refused(open_cell: Path) -> None:
    assert ask("PUT", "Patient/nobody", {**EMILE, "id": "nobody"}, if_match='W/"1"').status == 412
    assert ask("DELETE", "Patient/nobody", if_match='W/"1"').status == 412


def test_what_is_deleted_is_gone_and_its_versions_stay(any_cell: Path) -> None:
    address = f"Patient/{created(EMILE)['id']}"
    said = ask("DELETE", address)
    assert (said.status, said.body, said.headers["ETag"]) == (204, b"", 'W/"2"')
    assert ask("GET", address).status == 410
    assert ask("GET", address).json["issue"][0]["code"] == "deleted"
    assert ask("GET", f"{address}/_history/1").status == 200
    assert ask("GET", f"{address}/_history/2").status == 410
    assert ask("DELETE", address).status == 204
    assert ask("PUT", address, {**EMILE, "id": address[8:]}).status == 201
    assert ask("GET", address).headers["ETag"] == 'W/"3"'


def test_the_id_and_type_of_the_address_are_those_of_the_resource(open_cell: Path) -> None:
    assert ask("PUT", "Patient/one", {**EMILE, "id": "two"}).status == 400
    assert ask("PUT", "Patient/one", EMILE).status == 400
    assert ask("POST", "Observation", EMILE).status == 400
    assert ask("PUT", "Patient/not~an~id", {**EMILE, "id": "not~an~id"}).status == 400
    assert ask("PUT", f"Patient/{'a' * 65}", {**EMILE, "id": "a" * 65}).status == 400


def test_the_client_says_what_it_wants_back(open_cell: Path) -> None:
    minimal = ask("POST", "Patient", EMILE, prefer="return=minimal")
    assert (minimal.status, minimal.body) == (201, b"")
    assert "Location" in minimal.headers
    told = ask("POST", "Patient", EMILE, prefer="return=OperationOutcome")
    assert (told.status, told.json["resourceType"]) == (201, "OperationOutcome")
    assert ask("POST", "Patient", EMILE, prefer="return=representation").json["resourceType"] == "Patient"


def test_a_version_that_is_known_is_not_sent_again(any_cell: Path) -> None:
    patient = created(EMILE)
    address = f"Patient/{patient['id']}"
    first = ask("GET", address)
    again = ask("GET", address, if_none_match=first.headers["ETag"])
    assert (again.status, again.body, again.headers["ETag"]) == (304, b"", 'W/"1"')
    assert ask("GET", address, if_modified_since=first.headers["Last-Modified"]).status == 304
    assert ask("GET", address, if_modified_since="Mon, 02 Jan 2006 15:04:05 GMT").status == 200
    assert ask("GET", address, if_modified_since="yesterday").status == 200
    assert ask("GET", address, if_none_match='W/"9"').status == 200


def test_head_is_a_read_without_its_body(open_cell: Path) -> None:
    address = f"Patient/{created(EMILE)['id']}"
    head, read = ask("HEAD", address), ask("GET", address)
    assert (head.status, head.body) == (200, b"")
    assert head.headers == read.headers


def test_what_is_not_fhir_says_where(open_cell: Path) -> None:
    said = ask("POST", "Patient", {**EMILE, "gender": "robot", "naem": []})
    assert said.status == 422
    assert "Patient.gender" in said.places


def test_each_exchange_is_one_row_of_the_journal(any_cell: Path) -> None:
    patient = created(EMILE)
    ask("GET", f"Patient/{patient['id']}")
    ask("PUT", f"Patient/{patient['id']}", patient)
    ask("DELETE", f"Patient/{patient['id']}")
    rows = gate.audit_page(by=ALICE, limit=4)
    assert [row.action for row in rows] == ["api.delete", "api.update", "read", "api.create"]
    assert {(row.actor, row.patient) for row in rows} == {("alice", patient["id"])}
    assert all(any(entity.startswith("Patient/") for entity in row.entities) for row in rows)


def test_a_write_has_a_provenance_that_names_who(any_cell: Path) -> None:
    patient = created(EMILE)
    found = gate.open_record(by=ALICE, at=clock.now(), patient=patient["id"]).all("Provenance")
    (provenance,) = [one.resource() for one in found]
    assert provenance["target"] == [{"reference": f"Patient/{patient['id']}/_history/1"}]
    assert provenance["agent"][0]["who"]["reference"] == "Practitioner/alice"
