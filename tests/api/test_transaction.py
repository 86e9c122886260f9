"""Transactions: all or nothing, in R4's order, references resolved; one commit and one row in the journal."""

from __future__ import annotations

import base64
import gzip
import threading
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from carnet.fhir import json
from carnet.fhir.errors import DiskFull
from carnet.record import audit, gate
from tests.api.asking import Said, ask
from tests.cast import ALICE, EMILE, FATOU

NOTHING: dict[str, Any] = {}


def entry(
    method: str, url: str, resource: Any = None, *, name: str = "", **conditions: str
) -> dict[str, Any]:
    made: dict[str, Any] = {"request": {"method": method, "url": url, **conditions}}
    return {
        **made,
        **({"resource": resource} if resource else {}),
        **({"fullUrl": name} if name else {}),
    }


def transaction(*entries: dict[str, Any], **headers: str) -> Said:
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": list(entries)}
    return ask("POST", "", bundle, **headers)


def weight(subject: str, kilos: str = "72.50") -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"text": "Poids"},
        "subject": {"reference": subject},
        "valueQuantity": {"value": json.loads(kilos), "unit": "kg"},
    }


def identified(value: str, **more: Any) -> dict[str, Any]:
    return {**EMILE, "identifier": [{"system": "urn:x", "value": value}], **more}


def location(said: Said, place: int) -> str:
    where: str = said.json["entry"][place]["response"]["location"]
    return where.removeprefix("http://127.0.0.1:8421/fhir/").partition("/_history")[0]


def rows() -> list[Any]:
    return gate.audit_page(by=ALICE)


def test_entries_refer_to_each_other_by_their_full_urls(any_cell: Path) -> None:
    before = len(rows())
    said = transaction(
        entry("POST", "Observation", weight("urn:uuid:11111111-1111-4111-8111-111111111111")),
        entry("POST", "Patient", EMILE, name="urn:uuid:11111111-1111-4111-8111-111111111111"),
    )
    assert (said.status, said.json["type"]) == (200, "transaction-response")
    assert [e["response"]["status"] for e in said.json["entry"]] == ["201 Created"] * 2
    assert {"location", "etag", "lastModified"} <= said.json["entry"][0]["response"].keys()
    observation, patient = location(said, 0), location(said, 1)
    kept = ask("GET", observation)
    assert kept.json["subject"]["reference"] == patient
    assert b"72.50" in kept.body
    journal = rows()
    assert journal[1].action == "api.transaction"
    assert len(journal) == before + 2  # the transaction, and the reading above
    assert journal[1].patient == patient.removeprefix("Patient/")


def test_all_places_that_name_an_entry_follow_it(open_cell: Path) -> None:
    name = "urn:uuid:22222222-2222-4222-8222-222222222222"
    said = transaction(
        entry("POST", "Patient", EMILE, name="http://elsewhere/fhir/Patient/9"),
        entry(
            "POST",
            "Binary",
            {"resourceType": "Binary", "contentType": "text/plain", "data": "YQ=="},
            name=name,
        ),
        entry(
            "POST",
            "DocumentReference",
            {
                "resourceType": "DocumentReference",
                "status": "current",
                "subject": {"reference": "Patient/9"},
                "text": {
                    "status": "generated",
                    "div": f'<div xmlns="http://www.w3.org/1999/xhtml"><a href="{name}">x</a></div>',
                },
                "identifier": [{"system": "urn:ietf:rfc:3986", "value": name}],
                "content": [{"attachment": {"url": name}}],
            },
            name="http://elsewhere/fhir/DocumentReference/1",
        ),
    )
    assert said.status == 200, said.json
    kept = ask("GET", location(said, 2)).json
    assert kept["subject"]["reference"] == location(said, 0)
    assert kept["content"][0]["attachment"]["url"] == location(said, 1)
    assert f'href="{location(said, 1)}"' in kept["text"]["div"]
    assert kept["identifier"][0]["value"] == name  # a name, not a link


def test_conditional_references_find_what_is_there_and_what_the_transaction_brings(open_cell: Path) -> None:
    there = ask("POST", "Patient", identified("1")).json["id"]
    said = transaction(
        entry("POST", "Observation", weight("Patient?identifier=urn:x|1")),
        entry("POST", "Observation", weight("Patient?identifier=urn:x|2")),
        entry("POST", "Patient", identified("2")),
    )
    assert said.status == 200, said.json
    assert ask("GET", location(said, 0)).json["subject"]["reference"] == f"Patient/{there}"
    assert ask("GET", location(said, 1)).json["subject"]["reference"] == location(said, 2)


def test_the_order_is_that_of_the_standard(open_cell: Path) -> None:
    old = ask("POST", "Patient", identified("1")).json["id"]
    kept = ask("PUT", "Patient/kept", identified("2", id="kept")).json["id"]
    said = transaction(
        entry("GET", f"Patient/{kept}"),
        entry("PUT", f"Patient/{kept}", identified("2", id=kept, gender="female"), ifMatch='W/"1"'),
        entry("POST", "Patient", identified("3")),
        entry("DELETE", f"Patient/{old}"),
    )
    assert [e["response"]["status"][:3] for e in said.json["entry"]] == ["200", "200", "201", "204"]
    assert said.json["entry"][0]["resource"]["gender"] == "female"
    assert ask("GET", f"Patient/{old}").status == 410


def test_conditional_writes(open_cell: Path) -> None:
    one = ask("POST", "Patient", identified("1")).json["id"]
    said = transaction(
        entry(
            "POST", "Patient", identified("1"), ifNoneExist="identifier=urn:x|1", name="urn:uuid:" + "1" * 36
        ),
        entry("PUT", "Patient?identifier=urn:x|2", identified("2")),
        entry("DELETE", "Patient?identifier=urn:x|3"),
        entry("POST", "Observation", weight("urn:uuid:" + "1" * 36)),
    )
    assert [e["response"]["status"][:3] for e in said.json["entry"]] == ["200", "201", "204", "201"], (
        said.json
    )
    assert location(said, 0) == f"Patient/{one}"
    assert ask("GET", location(said, 3)).json["subject"]["reference"] == f"Patient/{one}"
    again = transaction(entry("PUT", "Patient?identifier=urn:x|2", identified("2", gender="female")))
    assert again.json["entry"][0]["response"]["etag"] == 'W/"2"'
    assert location(again, 0) == location(said, 1)


def test_a_patch_travels_as_a_binary(open_cell: Path) -> None:
    one = ask("POST", "Patient", identified("1")).json["id"]
    change = base64.b64encode(b'[{"op": "replace", "path": "/gender", "value": "female"}]').decode()
    binary = {"resourceType": "Binary", "contentType": "application/json-patch+json", "data": change}
    said = transaction(entry("PATCH", f"Patient/{one}", binary), prefer="return=representation")
    assert said.json["entry"][0]["resource"]["gender"] == "female"
    wrong = transaction(entry("PATCH", f"Patient/{one}", {**binary, "contentType": "text/plain"}))
    assert (wrong.status, wrong.places) == (415, ["Bundle.entry[0]"])


def test_prefer_decides_what_comes_back(open_cell: Path) -> None:
    assert "resource" not in transaction(entry("POST", "Patient", EMILE)).json["entry"][0]
    whole = transaction(entry("POST", "Patient", EMILE), prefer="return=representation").json["entry"][0]
    assert whole["resource"]["meta"]["versionId"] == "1"
    assert whole["fullUrl"].endswith(whole["resource"]["id"])
    told = transaction(entry("POST", "Patient", EMILE), prefer="return=OperationOutcome").json["entry"][0]
    assert told["response"]["outcome"]["resourceType"] == "OperationOutcome"


def test_several_patients_are_all_named_in_the_journal(open_cell: Path) -> None:
    said = transaction(entry("POST", "Patient", EMILE), entry("POST", "Patient", FATOU))
    row = rows()[0]
    assert (row.action, row.patient) == ("api.transaction", None)
    assert {f"{location(said, 0)}/1", f"{location(said, 1)}/1"} <= set(row.entities)
    two = transaction(*(entry("POST", "Observation", weight(location(said, n))) for n in (0, 1)))
    assert two.status == 200
    assert {location(said, 0), location(said, 1)} <= set(rows()[0].entities)


@pytest.mark.parametrize(
    ("wrong", "status", "place"),
    [
        (
            entry("POST", "Patient", {**EMILE, "birthDate": "1955-13-45"}),
            422,
            "Bundle.entry[1].resource.birthDate",
        ),
        (entry("POST", "Patient", {**EMILE, "x": 1}), 422, "Bundle.entry[1].resource.x"),
        (entry("POST", "Observation", weight("Patient/nobody")), 422, "Bundle.entry[1]"),
        (
            entry("POST", "Observation", weight("urn:uuid:99999999-9999-4999-8999-999999999999")),
            422,
            "Bundle.entry[1].resource.subject.reference",
        ),
        (
            entry("POST", "Observation", weight("Patient?identifier=urn:x|none")),
            422,
            "Bundle.entry[1].resource.subject.reference",
        ),
        (
            entry("POST", "Observation", weight("Patient?identifier=urn:x|twice")),
            412,
            "Bundle.entry[1].resource.subject.reference",
        ),
        (entry("PUT", "Patient/one", {**EMILE, "id": "two"}), 400, "Bundle.entry[1]"),
        (entry("PUT", "Patient/a~b", {**EMILE, "id": "a~b"}), 422, "Bundle.entry[1].resource.id"),
        (entry("PUT", "Patient/there", {**EMILE, "id": "there"}, ifMatch='W/"7"'), 412, "Bundle.entry[1]"),
        (entry("PUT", "Patient/there", {**EMILE, "id": "there"}, ifNoneMatch="*"), 412, "Bundle.entry[1]"),
        (entry("PUT", "Patient/here", {**EMILE, "id": "here"}, ifMatch='W/"1"'), 412, "Bundle.entry[1]"),
        (entry("DELETE", "Patient?identifier=urn:x|twice"), 412, "Bundle.entry[1]"),
        (entry("PUT", "Patient?identifier=urn:x|twice", EMILE), 412, "Bundle.entry[1]"),
        (entry("POST", "Patient", EMILE, ifNoneExist="identifier=urn:x|twice"), 412, "Bundle.entry[1]"),
        (entry("POST", "Patient", EMILE, ifNoneExist="colour=red"), 400, "Bundle.entry[1].request"),
        (
            entry("PATCH", "Patient/nobody", {"resourceType": "Binary", "contentType": "text/plain"}),
            415,
            "Bundle.entry[1]",
        ),
        (entry("POST", "Patient"), 422, "Bundle.entry[1].resource"),
        (entry("POST", "Observation", EMILE), 422, "Bundle.entry[1].resource"),
        (entry("POST", "Patient/$validate", EMILE), 422, "Bundle.entry[1].request.url"),
        (entry("PUT", "Patient", EMILE), 422, "Bundle.entry[1].request.url"),
        (entry("DELETE", "Pasta/1"), 422, "Bundle.entry[1].request.url"),
        (entry("POST", "http://elsewhere/fhir/Patient", EMILE), 422, "Bundle.entry[1].request.url"),
        (entry("POST", "", {"resourceType": "Bundle", "type": "batch"}), 422, "Bundle.entry[1].request.url"),
        ({"resource": EMILE}, 422, "Bundle.entry[1].request"),
        ({"request": {"method": "SPAM", "url": "Patient"}}, 422, "Bundle.entry[1].request.method"),
        ({"request": {"method": "GET"}}, 422, "Bundle.entry[1].request.url"),
        (entry("POST", "Patient", EMILE, name="urn:uuid:same"), 422, "Bundle.entry[1]"),
        (entry("DELETE", "Patient/there2"), 422, "Bundle.entry[1]"),
    ],
)
def test_one_entry_that_cannot_be_undoes_all(
    open_cell: Path, wrong: dict[str, Any], status: int, place: str
) -> None:
    ask("PUT", "Patient/there", {**EMILE, "id": "there"})
    for _ in range(2):
        ask("POST", "Patient", identified("twice"))
    before = len(rows())
    said = transaction(entry("PUT", "Patient/there2", {**FATOU, "id": "there2"}, name="urn:uuid:same"), wrong)
    assert (said.status, said.json["resourceType"]) == (status, "OperationOutcome"), said.json
    assert place in said.places
    assert ask("GET", "Patient/there2").status == 404
    assert len(rows()) == before


def test_a_secretary_writes_only_what_is_hers(open_cell: Path) -> None:
    name = "urn:uuid:11111111-1111-4111-8111-111111111111"
    said = transaction(
        entry("POST", "Patient", EMILE, name=name), entry("POST", "Observation", weight(name)), by="chloe"
    )
    assert (said.status, said.places) == (403, ["Bundle.entry[1]"])
    assert list(gate.everybody(by=ALICE)) == []


def test_another_practice_sees_nothing(open_cell: Path) -> None:
    ask("PUT", "Patient/there", {**EMILE, "id": "there"})
    assert transaction(entry("POST", "Patient", EMILE), by="dalia").status == 404
    assert transaction(entry("DELETE", "Patient/there"), by="dalia").status == 404
    assert (
        transaction(entry("GET", "Patient/there"), by="dalia").json["entry"][0]["response"]["status"][:3]
        == "404"
    )


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"[]", 400),
        (b"{}", 400),
        ({"resourceType": "Patient"}, 400),
        ({"resourceType": "Bundle"}, 422),
        ({"resourceType": "Bundle", "type": "collection"}, 422),
        ({"resourceType": "Bundle", "type": "transaction", "entry": {}}, 422),
        ({"resourceType": "Bundle", "type": "transaction", "entry": [None]}, 422),
        ({"resourceType": "Bundle", "type": "transaction", "entry": [3]}, 422),
        ({"resourceType": "Bundle", "type": "transaction", "entry": [{"request": []}]}, 422),
        ({"resourceType": "Bundle", "type": "transaction", "colour": "red"}, 422),
        ({"resourceType": "Bundle", "type": ["transaction"]}, 422),
        ({"resourceType": "Bundle", "type": "transaction", "entry": [{}] * 5_001}, 413),
    ],
)
def test_what_is_no_transaction_is_refused(open_cell: Path, body: Any, status: int) -> None:
    assert ask("POST", "", body).status == status


def test_an_empty_transaction_does_nothing(open_cell: Path) -> None:
    before = len(rows())
    said = ask("POST", "", {"resourceType": "Bundle", "type": "transaction"})
    assert (said.status, "entry" in said.json) == (200, False)
    assert len(rows()) == before


def test_what_is_about_something_else_belongs_to_its_patient_in_any_order(open_cell: Path) -> None:
    patient, observation = "urn:uuid:" + "1" * 36, "urn:uuid:" + "2" * 36
    said = transaction(
        entry(
            "POST",
            "Provenance",
            {
                "resourceType": "Provenance",
                "target": [{"reference": observation}],
                "recorded": "2026-03-03T09:30:00Z",
                "agent": [{"who": {"display": "x"}}],
            },
        ),
        entry("POST", "Observation", weight(patient), name=observation),
        entry("POST", "Patient", EMILE, name=patient),
    )
    assert said.status == 200, said.json
    record = gate.open_record(by=ALICE, at=datetime(2026, 3, 3).astimezone(), patient=location(said, 2)[8:])
    assert location(said, 0) in [one.reference for one in record.all("Provenance")]


def test_the_public_records_come_in_whole(open_cell: Path, shared_data: Path) -> None:
    sample = sorted((shared_data / "fhir-samples").glob("*.json.gz"), key=lambda p: p.stat().st_size)[0]
    bundle = json.loads(gzip.decompress(sample.read_bytes()))
    for practitioner in {
        node["reference"] for node in _references(bundle) if node["reference"].startswith("Practitioner?")
    }:
        system, _, value = practitioner.partition("=")[2].partition("|")
        ask(
            "POST",
            "Practitioner",
            {"resourceType": "Practitioner", "identifier": [{"system": system, "value": value}]},
        )
    for kind in ("Organization", "Location"):
        for reference in {
            n["reference"] for n in _references(bundle) if n["reference"].startswith(f"{kind}?")
        }:
            system, _, value = reference.partition("=")[2].partition("|")
            ask(
                "POST",
                kind,
                {"resourceType": kind, "name": "x", "identifier": [{"system": system, "value": value}]},
            )
    said = ask("POST", "", bundle)
    assert said.status == 200, said.json
    assert len(said.json["entry"]) == len(bundle["entry"])


def _references(node: Any) -> list[dict[str, Any]]:
    if isinstance(node, list):
        return [found for part in node for found in _references(part)]
    if not isinstance(node, dict):
        return []
    here = [node] if isinstance(node.get("reference"), str) else []
    return here + [found for part in node.values() for found in _references(part)]


def test_what_waits_for_what_waits_is_written_in_its_turn_up_to_a_depth(open_cell: Path) -> None:
    def chain(length: int) -> Said:
        """Each part of a place lies in the one that comes after it; the last lies nowhere."""
        return transaction(
            *(
                entry(
                    "POST",
                    "Location",
                    {
                        "resourceType": "Location",
                        "identifier": [{"value": f"{length}-{n}"}],
                        **(
                            {"partOf": {"reference": f"Location?identifier={length}-{n + 1}"}}
                            if n < length
                            else {}
                        ),
                    },
                )
                for n in range(1, length + 1)
            )
        )

    said = chain(4)
    assert ask("GET", location(said, 0)).json["partOf"]["reference"] == location(said, 1)
    said = chain(6)
    assert (said.status, said.places) == (422, ["Bundle.entry[0].resource.partOf.reference"])


def test_too_many_conditions_are_refused(open_cell: Path) -> None:
    writes = [entry("POST", "Patient", EMILE, ifNoneExist=f"identifier=x|{n}") for n in range(1001)]
    assert transaction(*writes).status == 413
    observations = [entry("POST", "Observation", weight(f"Patient?identifier=x|{n}")) for n in range(1001)]
    assert transaction(*observations).status == 413


def test_a_bundle_that_is_kept_keeps_its_own_names(open_cell: Path) -> None:
    name = "urn:uuid:" + "1" * 36
    inner = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"fullUrl": name, "resource": EMILE}, {"resource": weight(name)}],
    }
    said = transaction(entry("POST", "Patient", FATOU, name=name), entry("POST", "Bundle", inner))
    assert ask("GET", location(said, 1)).json["entry"] == inner["entry"]


def test_a_transaction_asks_the_database_as_often_whatever_its_length(open_cell: Path) -> None:
    ask("PUT", "Patient/there", {**EMILE, "id": "there"})

    def observed(count: int) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert transaction(*[entry("POST", "Observation", weight("Patient/there"))] * count).status == 200
        return len(queries)

    assert observed(300) == observed(30)


def test_of_many_transactions_with_one_condition_one_creates(any_cell: Path) -> None:
    said: list[str] = []
    start = threading.Barrier(4)

    def write() -> None:
        start.wait()
        answer = transaction(
            entry(
                "POST",
                "Patient",
                identified("1"),
                ifNoneExist="identifier=urn:x|1",
                name="urn:uuid:" + "1" * 36,
            ),
            entry("POST", "Observation", weight("urn:uuid:" + "1" * 36)),
        )
        said.append(answer.json["entry"][0]["response"]["status"][:3])
        connections.close_all()

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["200", "200", "200", "201"]
    [patient] = gate.everybody(by=ALICE)
    assert ask("GET", f"Observation?patient={patient.id}&_total=accurate").json["total"] == 4


def test_a_transaction_that_the_journal_cannot_tell_is_undone(
    any_cell: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(**_: Any) -> None:
        raise DiskFull("Le disque est plein.")

    with monkeypatch.context() as broken:
        broken.setattr(audit, "append", full)
        said = transaction(
            entry("PUT", "Patient/there", {**EMILE, "id": "there"}), entry("POST", "Patient", EMILE)
        )
    assert (said.status, said.json["issue"][0]["code"]) == (507, "no-store")
    assert list(gate.everybody(by=ALICE)) == []
