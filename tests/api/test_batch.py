"""Batches: each entry is a request of its own, with its own answer."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from carnet.api import bundle
from carnet.record import gate
from tests.api.asking import Said, ask
from tests.api.test_transaction import entry, weight
from tests.cast import ALICE, EMILE, FATOU


def batch(*entries: dict[str, Any], **headers: str) -> Said:
    return ask("POST", "", {"resourceType": "Bundle", "type": "batch", "entry": list(entries)}, **headers)


def statuses(said: Said) -> list[str]:
    return [one["response"]["status"][:3] for one in said.json["entry"]]


def test_each_entry_is_answered_by_itself(open_cell: Path) -> None:
    ask("PUT", "Patient/there", {**EMILE, "id": "there"})
    said = batch(
        entry("POST", "Patient", FATOU),
        entry("GET", "Patient/there"),
        entry("GET", "Patient/nobody"),
        entry("POST", "Patient", {**EMILE, "birthDate": "no"}),
        entry("DELETE", "Patient/there"),
        entry("GET", "Patient/there"),
        entry("HEAD", "metadata"),
    )
    assert (said.status, said.json["type"]) == (200, "batch-response")
    assert statuses(said)[:6] == ["201", "200", "404", "422", "204", "410"]
    answers = said.json["entry"]
    assert answers[1]["resource"]["name"] == EMILE["name"]
    assert answers[3]["response"]["outcome"]["issue"][0]["expression"] == ["Patient.birthDate"]
    assert {"location", "etag", "lastModified"} <= answers[0]["response"].keys()


def test_conditions_of_an_entry_are_those_of_its_headers(open_cell: Path) -> None:
    ask("PUT", "Patient/there", {**EMILE, "id": "there", "identifier": [{"system": "urn:x", "value": "1"}]})
    update = {**EMILE, "id": "there"}
    said = batch(
        entry("GET", "Patient/there", ifNoneMatch='W/"1"'),
        entry("GET", "Patient/there", ifModifiedSince="2999-01-01T00:00:00Z"),
        entry("POST", "Patient", EMILE, ifNoneExist="identifier=urn:x|1"),
        entry("PUT", "Patient/there", update, ifMatch='W/"9"'),
        entry("PUT", "Patient/there", update, ifMatch='W/"1"'),
    )
    assert statuses(said) == ["304", "304", "200", "412", "200"]


def test_a_patch_travels_as_a_binary(open_cell: Path) -> None:
    ask("PUT", "Patient/there", {**EMILE, "id": "there"})
    change = base64.b64encode(b'{"gender": "female"}').decode()
    binary = {"resourceType": "Binary", "contentType": "application/merge-patch+json", "data": change}
    said = batch(
        entry("PATCH", "Patient/there", binary),
        entry("PATCH", "Patient/there", {**binary, "data": "é"}),
        entry("PATCH", "Patient/there", EMILE),
        entry("PATCH", "Patient/there"),
    )
    assert statuses(said) == ["200", "400", "415", "422"]
    assert ask("GET", "Patient/there").json["gender"] == "female"


def test_what_is_no_request_is_refused_alone(open_cell: Path) -> None:
    said = batch(
        entry("POST", "/", {"resourceType": "Bundle", "type": "batch"}),
        entry("GET", "http://elsewhere/fhir/Patient/1"),
        entry("GET", "Patient?name=%zz"),
        entry("GET", "Pasta/1"),
        entry("POST", "Patient"),
        entry("GET", "http://127.0.0.1:8421/fhir/Patient/nobody"),
        entry("GET", "/Patient/nobody"),
    )
    assert statuses(said) == ["422", "422", "422", "404", "400", "404", "404"]
    assert all("outcome" in one["response"] for one in said.json["entry"])


def test_a_preference_holds_for_each_entry(open_cell: Path) -> None:
    said = batch(entry("POST", "Patient", EMILE), prefer="return=minimal")
    assert "resource" not in said.json["entry"][0]
    told = batch(entry("POST", "Patient", EMILE), prefer="return=OperationOutcome").json["entry"][0]
    assert told["response"]["outcome"]["resourceType"] == "OperationOutcome"
    assert "resource" not in told


def test_each_entry_leaves_its_own_row(open_cell: Path) -> None:
    before = len(gate.audit_page(by=ALICE))
    batch(entry("POST", "Patient", EMILE), entry("POST", "Patient", FATOU), entry("POST", "Patient"))
    assert len(gate.audit_page(by=ALICE)) == before + 2


def test_too_many_entries_are_refused(open_cell: Path) -> None:
    assert batch(*[entry("GET", "metadata")] * 501).status == 413


def test_rights_are_those_of_who_asks(open_cell: Path) -> None:
    ask("PUT", "Patient/there", {**EMILE, "id": "there"})
    said = batch(
        entry("POST", "Observation", weight("Patient/there")), entry("GET", "Patient/there"), by="chloe"
    )
    assert statuses(said) == ["403", "200"]
    assert (
        statuses(batch(entry("GET", "Patient/there"), entry("POST", "Patient", EMILE), by="dalia"))
        == ["404"] * 2
    )
    assert ask("POST", "", {"resourceType": "Bundle", "type": "batch"}, by="").status == 401


@pytest.mark.parametrize("kind", ["batch", "transaction"])
def test_few_words_do_not_read_the_practice_a_thousand_times(
    open_cell: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(bundle, "READ_LIMIT", 1000)
    address = f"Patient/{ask('POST', 'Patient', EMILE).json['id']}"
    entries = [{"request": {"method": "GET", "url": address}} for _ in range(20)]
    said = ask("POST", "", {"resourceType": "Bundle", "type": kind, "entry": entries})
    listed = statuses(said)
    assert (listed[0], listed[-1], len(listed)) == ("200", "413", 20)
