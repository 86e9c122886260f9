"""FHIR files read: whose each resource is, what references become, which fate each has."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carnet.documents.fhir_json.patients import patient_address
from carnet.documents.fhir_json.read import read
from carnet.documents.reading import SUBJECT, Read
from carnet.documents.recognise import recognise
from carnet.fhir import references
from carnet.fhir.errors import CarnetError, Malformed

EMILE = {
    "resourceType": "Patient",
    "id": "e1",
    "identifier": [{"system": "urn:x", "value": "77"}],
    "name": [{"family": "Durand", "given": ["Émile"]}],
}


def weight(subject: str, **more: Any) -> dict[str, Any]:
    code = {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]}
    return {
        "resourceType": "Observation", "status": "final", "code": code, "subject": {"reference": subject}, **more
    }  # fmt: skip


def bundle(*resources: dict[str, Any], type: str = "collection", **more: Any) -> bytes:
    entries = [
        {"fullUrl": one.pop("_url"), "resource": one} if "_url" in one else {"resource": one}
        for one in resources
    ]
    return json.dumps({"resourceType": "Bundle", "type": type, "entry": entries, **more}).encode()


def one(content: bytes) -> Read:
    (found,) = read(content)
    return found


def fates(*found: Read) -> dict[str, int]:
    return dict(Counter(statement.fate for each in found for statement in each.statements))


def test_a_resource_alone() -> None:
    found = one(json.dumps(EMILE).encode())
    assert found.patient == {key: value for key, value in EMILE.items() if key != "id"}
    assert fates(found) == {"created": 1}
    assert found.statements[0].target == SUBJECT


def test_numbers_stay_as_written() -> None:
    found = one(
        b'{"resourceType":"Observation","subject":{"reference":"Patient/1"},"valueQuantity":{"value":1.00}}'
    )
    value = found.resources[0]["valueQuantity"]["value"]
    assert value == Decimal("1.00")
    assert str(value) == "1.00"


@pytest.mark.parametrize(
    "type", ["document", "message", "collection", "searchset", "history", "transaction", "batch"]
)
def test_every_kind_of_bundle(type: str) -> None:
    found = one(bundle(dict(EMILE), weight("Patient/e1", id="w"), type=type))
    assert fates(found) == {"created": 2}
    assert found.resources[0]["subject"]["reference"] == SUBJECT


@pytest.mark.parametrize(
    "written",
    [
        "Patient/e1",
        "urn:uuid:0a1b2c3d-0000-4000-8000-000000000001",
        "Patient?identifier=urn:x|77",
        "Patient/e1/_history/3",
    ],
)
def test_every_way_to_name_the_patient(written: str) -> None:
    patient = {**EMILE, "_url": "urn:uuid:0a1b2c3d-0000-4000-8000-000000000001"}
    found = one(bundle(patient, weight(written)))
    assert found.resources[0]["subject"]["reference"] == SUBJECT


def test_absolute_urls_and_versions_meet() -> None:
    url = "https://a.example/fhir/Practitioner/7"
    doctor = {"resourceType": "Practitioner", "id": "7", "_url": url}
    found = one(
        bundle(dict(EMILE), doctor, weight("Patient/e1", performer=[{"reference": f"{url}/_history/2"}]))
    )
    ids = {f"{r['resourceType']}/{r['id']}" for r in found.resources}
    observation = next(r for r in found.resources if r["resourceType"] == "Observation")
    assert observation["performer"][0]["reference"] in ids


def test_a_reference_that_leads_nowhere_becomes_words() -> None:
    performer = [{"reference": "Practitioner/9", "display": "Dr Nulle Part"}]
    found = one(bundle(dict(EMILE), weight("Patient/e1", performer=performer)))
    said = found.resources[0]["performer"][0]
    assert "reference" not in said
    assert said["display"] == "Dr Nulle Part"
    assert said["identifier"]["value"] == "Practitioner/9"
    assert found.statements[1].reason.startswith("1 référence hors du fichier")


def test_a_conditional_reference_keeps_its_identifier() -> None:
    performer = [{"reference": "Practitioner?identifier=http://hl7.org/fhir/sid/us-npi|200"}]
    found = one(bundle(dict(EMILE), weight("Patient/e1", performer=performer)))
    said = found.resources[0]["performer"][0]
    assert said == {
        "type": "Practitioner",
        "identifier": {"system": "http://hl7.org/fhir/sid/us-npi", "value": "200"},
    }


def test_contained_resources_stay_inside() -> None:
    medication = {"resourceType": "Medication", "id": "m"}
    request = {
        "resourceType": "MedicationRequest", "contained": [medication], "subject": {"reference": "Patient/e1"},
        "medicationReference": {"reference": "#m"},
    }  # fmt: skip
    found = one(bundle(dict(EMILE), request))
    assert found.resources[0]["medicationReference"]["reference"] == "#m"
    assert fates(found) == {"created": 2}


def test_two_patients_are_two_readings_and_never_meet() -> None:
    fatou = {**EMILE, "id": "f1", "identifier": [{"system": "urn:x", "value": "78"}]}
    linked = weight("Patient/f1", id="w", hasMember=[{"reference": "Observation/v"}])
    first, second = read(bundle(dict(EMILE), fatou, weight("Patient/e1", id="v"), linked))
    assert fates(first) == fates(second) == {"created": 2}
    assert "reference" not in second.resources[0]["hasMember"][0]
    assert first.resources[0]["id"] != second.resources[0]["id"]


def test_two_senders_may_both_have_an_observation_1() -> None:
    other = {**EMILE, "identifier": [{"system": "urn:y", "value": "1"}]}
    first = one(bundle(dict(EMILE), weight("Patient/e1", id="1")))
    second = one(bundle(other, weight("Patient/e1", id="1")))
    assert first.resources[0]["id"] != second.resources[0]["id"]


def test_a_patient_outside_the_file_is_for_a_person_to_name() -> None:
    found = one(bundle(weight("Patient/14602")))
    assert found.patient is None
    assert found.resources[0]["subject"]["reference"] == SUBJECT
    nameless = weight("Patient/1")
    del nameless["subject"]
    assert one(json.dumps(nameless).encode()).resources[0]["subject"]["reference"] == SUBJECT


def test_what_cannot_be_read_does_not_stop_the_rest() -> None:
    content = bundle(dict(EMILE), {"resourceType": "Potion"}, {"x": 1}, {"resourceType": "Parameters"}, weight("Patient/e1"))  # fmt: skip
    found = one(content)
    assert fates(found) == {"created": 2, "not_understood": 3}
    assert {s.place for s in found.statements if s.fate == "not_understood"} == {
        "Bundle.entry[1]", "Bundle.entry[2]", "Bundle.entry[3]"
    }  # fmt: skip
    assert all(s.reason for s in found.statements if s.fate == "not_understood")


def test_a_history_keeps_the_newest_and_accounts_for_the_others() -> None:
    versions = [
        weight(
            "Patient/e1",
            id="w",
            meta={"versionId": str(n)},
            valueString=f"v{n}",
            _url="https://a.example/Observation/w",
        )
        for n in (1, 3, 2)
    ]
    found = one(bundle(dict(EMILE), *versions, type="history"))
    assert [r["valueString"] for r in found.resources] == ["v3"]
    assert fates(found) == {"created": 2, "part_of": 2}


def test_what_the_sender_deleted_is_not_brought_back() -> None:
    deleted = {"request": {"method": "DELETE", "url": "Observation/w"}}
    entries = [
        deleted,
        {"resource": weight("Patient/e1", id="w")},
        {"resource": weight("Patient/e1", id="v")},
    ]
    entries.append({"resource": dict(EMILE)})
    history = {"resourceType": "Bundle", "type": "history", "entry": entries}
    assert fates(one(json.dumps(history).encode())) == {"created": 2, "not_understood": 1}
    batch = {**history, "type": "transaction"}
    assert fates(one(json.dumps(batch).encode())) == {"created": 3, "not_understood": 1}


def test_lines() -> None:
    lines = [json.dumps(EMILE), "", "{broken", json.dumps(weight("Patient/e1"))]
    (found,) = read("\n".join(lines).encode(), lines=True)
    assert fates(found) == {"created": 2, "not_understood": 1}
    assert next(s.place for s in found.statements if s.fate == "not_understood") == "ligne 3"


def test_a_file_inside_a_document_reference_is_taken_out() -> None:
    binary = {
        "resourceType": "Binary",
        "id": "b",
        "contentType": "text/plain",
        "data": "Ym9uam91cg==",
        "_url": "urn:uuid:b",
    }
    document = {
        "resourceType": "DocumentReference", "subject": {"reference": "Patient/e1"},
        "content": [{"attachment": {"url": "urn:uuid:b"}}, {"attachment": {"data": "YQ=="}}],
    }  # fmt: skip
    found = one(bundle(dict(EMILE), binary, document))
    assert [part.content for part in found.parts] == [b"bonjour", b"a"]
    assert fates(found) == {"created": 2, "part_of": 1}
    held = next(r for r in found.resources if r["resourceType"] == "DocumentReference")
    assert [c["attachment"]["url"] for c in held["content"]] == ["Binary/part-1", "Binary/part-2"]


def test_the_same_bytes_give_the_same_ids(shared_data: Path) -> None:
    for path in sorted((shared_data / "interop" / "fhir").rglob("*.json"))[::7]:
        content = path.read_bytes()
        assert read(content) == read(content)


def test_every_entry_of_the_samples_has_a_fate(shared_data: Path) -> None:
    samples = sorted((shared_data / "fhir-samples").glob("*.gz"))[:5]
    for path in samples:
        content = recognise(path.read_bytes()).content
        assert sum(fates(*read(content)).values()) == len(json.loads(content)["entry"])


def test_no_reference_of_the_samples_leads_nowhere(shared_data: Path) -> None:
    for path in sorted((shared_data / "interop" / "fhir").rglob("*.json")):
        for found in read(path.read_bytes()):
            here = {f"{r['resourceType']}/{r['id']}" for r in found.resources} | {SUBJECT}
            for resource in found.resources:
                local = {
                    n["reference"] for n in references.walk(resource) if references.split(n["reference"])
                }
                assert local <= here


@pytest.mark.parametrize("content", [b"{}", b"[]", b'{"resourceType":1}', b"{", b'{"a":1,"a":2}', b"\xff"])
def test_what_is_not_fhir_is_refused(content: bytes) -> None:
    with pytest.raises(Malformed):
        read(content)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(["Patient/e1", "#m", "Bundle"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["resourceType", "id", "entry", "resource", "subject", "reference", "contained", "identifier", "fullUrl", "meta", "system", "value", "request", "content", "attachment", "url", "data"]),
        inner,
        max_size=5,
    ),
    max_leaves=20,
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(json_values, st.sampled_from(["Bundle", "Patient", "Observation", "DocumentReference", "Provenance"]))
def test_any_json_is_read_or_refused_in_words(value: Any, type: str) -> None:
    wrapped = (
        {**value, "resourceType": type} if isinstance(value, dict) else {"resourceType": type, "entry": value}
    )
    try:
        found = read(json.dumps(wrapped).encode())
    except CarnetError:
        return
    assert all(statement.place for each in found for statement in each.statements)


@pytest.mark.parametrize(
    ("address", "is_one"),
    [
        ("https://fhir.labo-dupont.fr/Patient/1", True),
        ("urn:uuid:0f5b7a51-2a0c-4f0e-9d3b-3f7a4c1f2e11", True),
        ("http://localhost:8080/fhir/Patient/1", False),
        ("http://127.0.0.1/Patient/1", False),
        ("http://[::1]:80/Patient/1", False),
        ("http://serveur/fhir/Patient/1", False),
        ("https://labo.local/fhir/Patient/1", False),
        ("http://example.org/fhir/Patient/1", False),
        ("https://hapi.fhir.org/baseR4/Patient/1", False),
        ("https://exemple.localhost.fr/Patient/1", True),
    ],
)
def test_an_address_that_two_senders_may_both_write_names_nobody(address: str, is_one: bool) -> None:
    """Two laboratories whose server calls itself localhost both have a Patient/1."""
    assert (patient_address(address) is not None) == is_one
