"""Documents in: files in the right record, once, whole; waits when it cannot be sure; refuses and leaves nothing."""

from __future__ import annotations

import gzip
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from carnet.actions import documents, identity
from carnet.actions.documents import ImportReport
from carnet.actions.patient import banner
from carnet.actions.received import waiting
from carnet.fhir import codes
from carnet.fhir.errors import CarnetError
from carnet.record import gate
from carnet.record.work import Stored
from carnet.rules.received import source, state
from tests.cast import ALICE, CHLOE, DALIA, FATOU
from tests.documents.test_pictures import pdf_of, picture

pytestmark = pytest.mark.usefixtures("open_cell")

INS = "urn:oid:1.2.250.1.213.1.4.8"
TEST_INS = "urn:oid:1.2.250.1.213.1.4.10"
NUMBER = "255045412345687"


def emile(**more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Patient", "id": "e1", "gender": "male", "birthDate": "1955-04-03",
        "identifier": [{"system": INS, "value": NUMBER}],
        "name": [{"use": "official", "family": "Durand-Petit", "given": ["Émile"]}], **more,
    }  # fmt: skip


def condition(code: str = "I10", words: str = "HTA", id: str = "c1") -> dict[str, Any]:
    return {
        "resourceType": "Condition", "id": id, "subject": {"reference": "Patient/e1"},
        "code": {"coding": [{"system": codes.CIM10, "code": code}], "text": words},
    }  # fmt: skip


def bundle(*resources: dict[str, Any], type: str = "collection", **more: Any) -> bytes:
    entries = [{"resource": resource} for resource in resources]
    return json.dumps({"resourceType": "Bundle", "type": type, "entry": entries, **more}).encode()


def letter(version: str, *facts: dict[str, Any], number: str = "set-1") -> bytes:
    """A FHIR document of the set `number`, dated `version`."""
    composition = {
        "resourceType": "Composition", "id": f"k{version}", "status": "final", "title": "Lettre",
        "type": {"text": "Lettre"}, "date": version, "subject": {"reference": "Patient/e1"},
        "author": [{"display": "Dr Bruno"}], "identifier": {"system": "urn:x", "value": number},
    }  # fmt: skip
    identifier = {"system": "urn:doc", "value": version}
    return bundle(composition, emile(), *facts, type="document", identifier=identifier)


def bring(content: bytes, at: datetime, name: str = "file", **more: Any) -> ImportReport:
    (report,) = documents.import_file(by=ALICE, at=at, name=name, content=content, **more)
    return report


def held(patient: str, at: datetime, *types: str) -> list[Stored]:
    return gate.open_record(by=ALICE, at=at, patient=patient).all(*types)


def only(patient: str, at: datetime, type: str) -> dict[str, Any]:
    (found,) = held(patient, at, type)
    return found.resource()


def id_of(report: ImportReport) -> str:
    assert report.patient
    return report.patient["id"]


def test_a_file_opens_a_provisional_record_and_is_kept_to_the_byte(at: datetime) -> None:
    content = gzip.compress(bundle(emile(), condition()))
    report = bring(content, at, name="envoi.json.gz")
    assert (report.status, report.format) == ("imported", "fhir")
    assert report.patient == {"id": id_of(report), "outcome": "created"}
    assert report.resources == {"Condition": 1, "Patient": 1}
    assert report.statements == {"created": 2, "part_of": 0, "unchanged": 0, "not_understood": 0}
    opened = gate.open_record(by=ALICE, at=at, patient=id_of(report))
    assert codes.has_tag(opened.patient.resource(), codes.PROVISIONAL)
    (document,) = opened.all("DocumentReference")
    attachment = document.resource()["content"][0]["attachment"]
    assert opened.blob(attachment["url"].removeprefix("Binary/")) == content


def test_facts_are_received_and_say_where_they_come_from(at: datetime) -> None:
    report = bring(bundle(emile(), condition()), at)
    fact = only(id_of(report), at, "Condition")
    assert state(fact) == codes.RECEIVED
    assert source(fact) == f"DocumentReference/{report.document}"
    provenance = only(id_of(report), at, "Provenance")
    assert provenance["entity"][0]["what"]["reference"] == f"DocumentReference/{report.document}"
    assert provenance["agent"][0]["type"]["text"] == "received"


def test_the_same_file_twice_changes_nothing(at: datetime) -> None:
    content = bundle(emile(), condition())
    first = bring(content, at)
    before = [(one.reference, one.version) for one in held(id_of(first), at)]
    for again in (content, gzip.compress(content)):
        second = bring(again, at)
        assert second.status == "unchanged"
        assert second.patient == {"id": id_of(first), "outcome": "existing"}
        assert second.statements == {"created": 0, "part_of": 0, "unchanged": 2, "not_understood": 0}
        assert second.resources == first.resources
    assert [(one.reference, one.version) for one in held(id_of(first), at)] == before


@pytest.mark.parametrize(
    "other",
    [
        {"identifier": [{"system": TEST_INS, "value": NUMBER}]},
        {"name": [{"use": "official", "family": "DURAND PETIT", "given": ["EMILE", "Jean"]}]},
        {"telecom": [{"system": "phone", "value": "0102030405"}]},
    ],
    ids=["another OID", "folded name", "more details"],
)
def test_one_number_and_the_same_traits_are_one_person(other: dict[str, Any], at: datetime) -> None:
    first = bring(bundle(emile(), condition()), at)
    second = bring(bundle(emile(**other), condition("E11.9", "Diabète", "c2")), at)
    assert second.patient == {"id": id_of(first), "outcome": "existing"}
    assert second.statements["created"] == 1
    assert len(held(id_of(first), at, "Condition")) == 2


@pytest.mark.parametrize(
    "other",
    [
        {"birthDate": "1956-04-03"},
        {"gender": "female"},
        {"name": [{"use": "official", "family": "Durand", "given": ["Émile"]}]},
        {"name": [{"use": "official", "family": "Durand-Petit", "given": ["Paul"]}]},
        {"name": [], "birthDate": "1955-04-03"},
    ],
)
def test_one_number_and_other_traits_wait_for_a_person(other: dict[str, Any], at: datetime) -> None:
    first = bring(bundle(emile(), condition()), at)
    content = bundle(emile(**other), condition("E11.9", "Diabète", "c2"))
    report = bring(content, at)
    assert (report.status, report.patient) == ("waiting", None)
    assert report.statements["created"] == 0
    assert report.statements["waiting"] == 2
    assert len(held(id_of(first), at, "Condition")) == 1
    (waiting,) = documents.waiting_documents(by=ALICE)
    assert waiting.id == report.document
    assert bring(content, at).status == "waiting"
    assert [one.version for one in documents.waiting_documents(by=ALICE)] == [1]


def test_another_number_is_another_person(at: datetime) -> None:
    first = bring(bundle(emile(), condition()), at)
    name = [{"use": "official", "family": "Durand-Petit", "given": ["Paul"]}]
    twin = emile(identifier=[{"system": INS, "value": "255045412345900"}], name=name)
    second = bring(bundle(twin, condition(id="c2")), at)
    assert second.patient
    assert second.patient["outcome"] == "created"
    assert id_of(second) != id_of(first)


def test_the_same_sender_and_number_without_ins(at: datetime) -> None:
    known = emile(identifier=[{"system": "https://github.com/synthetichealth/synthea", "value": "7"}])
    first = bring(bundle(known), at)
    second = bring(bundle(known, condition()), at)
    assert second.patient == {"id": id_of(first), "outcome": "existing"}


def test_two_records_never_meet_even_when_senders_repeat_their_ids(at: datetime) -> None:
    fatou = emile(identifier=[{"system": INS, "value": "262115412345611"}], birthDate="1962-11-30")
    url = "urn:uuid:0a1b2c3d-0000-4000-8000-000000000001"
    for patient in (emile(), fatou):
        entries = [{"resource": patient}, {"fullUrl": url, "resource": condition()}]
        content = json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode()
        report = bring(content, at)
        assert report.statements["created"] == 2
        assert len(held(id_of(report), at, "Condition")) == 1


def test_a_person_says_whose_a_waiting_document_is(at: datetime) -> None:
    with gate.write(by=ALICE, at=at, action="patient.create") as work:
        fatou = work.create(FATOU)
    content = bundle(condition())
    waiting = bring(content, at)
    assert waiting.status == "waiting"
    report = documents.assign(by=ALICE, at=at, document=str(waiting.document), patient=fatou.id)
    assert report.patient == {"id": fatou.id, "outcome": "existing"}
    assert len(held(fatou.id, at, "Condition")) == 1
    assert documents.waiting_documents(by=ALICE) == []
    assert bring(content, at).status == "unchanged"


def test_or_that_it_is_somebody_new(at: datetime) -> None:
    first = bring(bundle(emile()), at)
    waiting = bring(bundle(emile(birthDate="1990-01-01"), condition()), at)
    report = documents.assign(by=ALICE, at=at, document=str(waiting.document))
    assert report.patient
    assert report.patient["outcome"] == "created"
    assert id_of(report) != id_of(first)


@pytest.mark.parametrize(
    ("content", "format"), [(pdf_of("Lettre"), "pdf"), (picture("JPEG"), "jpeg"), (picture("PNG"), "png")]
)
def test_a_picture_waits_or_goes_where_a_person_says(content: bytes, format: str, at: datetime) -> None:
    assert bring(content, at, name="scan/Lettre du 3 mars.pdf").status == "waiting"
    with gate.write(by=ALICE, at=at, action="patient.create") as work:
        fatou = work.create(FATOU)
    report = bring(content, at, name="scan/Lettre du 3 mars.pdf", patient=fatou.id)
    assert (report.status, report.format, report.resources) == ("imported", format, {"DocumentReference": 1})
    assert documents.waiting_documents(by=ALICE) == []
    document = only(fatou.id, at, "DocumentReference")
    assert document["description"] == "Lettre du 3 mars"
    original, thumbnail = (one["attachment"] for one in document["content"])
    opened = gate.open_record(by=ALICE, at=at, patient=fatou.id)
    assert opened.blob(original["url"].removeprefix("Binary/")) == content
    assert thumbnail["contentType"] == "image/png"
    assert bring(content, at, patient=fatou.id).status == "unchanged"


def test_a_document_of_another_number_is_not_filed_by_mistake(at: datetime) -> None:
    first = bring(bundle(emile()), at)
    stranger = emile(identifier=[{"system": INS, "value": "262115412345611"}])
    report = bring(bundle(stranger, condition()), at, patient=id_of(first))
    assert report.status == "refused"
    assert "autre numéro INS" in str(report.reason)
    assert held(id_of(first), at, "Condition") == []


def test_a_person_may_file_what_carnet_cannot_read(at: datetime) -> None:
    wrong = bring(json.dumps({**condition(), "onsetDateTime": "hier"}).encode(), at)
    assert wrong.status == "waiting"
    with gate.write(by=ALICE, at=at, action="patient.create") as work:
        fatou = work.create(FATOU)
    report = documents.assign(by=ALICE, at=at, document=str(wrong.document), patient=fatou.id)
    assert (report.status, report.statements["not_understood"]) == ("imported", 1)
    assert len(held(fatou.id, at, "DocumentReference")) == 1


def test_several_patients_in_one_file(at: datetime) -> None:
    fatou = emile(id="f1", identifier=[{"system": INS, "value": "262115412345611"}])
    lines = [emile(), fatou, condition(), {**condition(id="c2"), "subject": {"reference": "Patient/f1"}}]
    content = "\n".join(json.dumps(line) for line in lines).encode()
    reports = documents.import_file(by=ALICE, at=at, name="all.ndjson", content=content)
    assert [report.statements["created"] for report in reports] == [2, 2]
    assert len({id_of(report) for report in reports}) == 2
    again = documents.import_file(by=ALICE, at=at, name="all.ndjson", content=content)
    assert [report.status for report in again] == ["unchanged", "unchanged"]


def test_what_concerns_no_patient_is_kept_by_the_practice(at: datetime) -> None:
    doctor = {"resourceType": "Practitioner", "id": "p", "name": [{"family": "Caron"}]}
    report = bring(json.dumps(doctor).encode(), at)
    assert (report.status, report.patient) == ("imported", None)
    assert report.resources == {"Practitioner": 1}
    assert bring(json.dumps(doctor).encode(), at).status == "unchanged"


def test_an_invalid_resource_is_named_and_the_rest_goes_on(at: datetime) -> None:
    wrong = {**condition(id="c2"), "onsetDateTime": "hier"}
    asks = {
        "resourceType": "Procedure", "status": "completed", "subject": {"reference": "Patient/e1"},
        "reasonReference": [{"reference": "Condition/c2"}],
    }  # fmt: skip
    report = bring(bundle(emile(), condition(), wrong, asks), at)
    assert report.statements == {"created": 3, "part_of": 0, "unchanged": 0, "not_understood": 1}
    (unread,) = report.not_understood
    assert unread["place"] == "Bundle.entry[2]"
    assert unread["reason"].startswith("Condition.onsetDateTime")
    assert "reference" not in only(id_of(report), at, "Procedure")["reasonReference"][0]


def test_nothing_valid_is_refused_and_leaves_nothing(at: datetime) -> None:
    report = bring(json.dumps({"resourceType": "Organization", "active": "oui"}).encode(), at)
    assert report.status == "refused"
    assert report.statements["not_understood"] == 1
    assert gate.across(by=ALICE, type="DocumentReference", params=[]) == []


@pytest.mark.parametrize(
    "content", [b"", b"{", b"<html/>", b"PK\x05\x06" + b"\0" * 18, b"%PDF-1.4 cut", b"hello"]
)
def test_refusals_are_sentences_and_leave_nothing(content: bytes, at: datetime) -> None:
    report = bring(content, at)
    assert report.status == "refused"
    assert str(report.reason).startswith("C")
    assert gate.across(by=ALICE, type="DocumentReference", params=[]) == []


def test_a_newer_version_replaces_the_facts_of_the_older(at: datetime) -> None:
    report = bring(letter("2024-01-01", condition(), condition("E11.9", "Diabète", "c2")), at)
    bring(letter("2024-02-01", condition(), condition("J45", "Asthme", "c3")), at)
    states = {f.resource()["code"]["text"]: f.resource() for f in held(id_of(report), at, "Condition")}
    assert state(states["HTA"]) == codes.RECEIVED
    assert state(states["Asthme"]) == codes.RECEIVED
    assert state(states["Diabète"]) is None
    assert codes.has_tag(states["Diabète"], codes.SUPERSEDED)
    papers = {d.resource()["date"][:10]: d.resource() for d in held(id_of(report), at, "DocumentReference")}
    assert papers["2024-01-01"]["status"] == "superseded"
    assert papers["2024-02-01"]["status"] == "current"
    assert (
        papers["2024-02-01"]["relatesTo"][0]["target"]["reference"] == f"DocumentReference/{report.document}"
    )


def test_an_older_version_that_arrives_late_does_not_win(at: datetime) -> None:
    newer = bring(letter("2024-02-01", condition()), at)
    bring(letter("2024-01-01", condition(words="HTA ?"), condition("E11.9", "Diabète", "c2")), at)
    facts = {f.resource()["code"]["text"]: f.resource() for f in held(id_of(newer), at, "Condition")}
    assert set(facts) == {"HTA", "Diabète"}
    assert state(facts["HTA"]) == codes.RECEIVED
    assert state(facts["Diabète"]) is None
    papers = {
        d.resource()["date"][:10]: d.resource()["status"] for d in held(id_of(newer), at, "DocumentReference")
    }
    assert papers == {"2024-02-01": "current", "2024-01-01": "superseded"}


def test_a_version_of_a_cda_document(shared_data: Path, at: datetime) -> None:
    first = next((shared_data / "interop" / "cda-3.0").glob("VSM*")).read_bytes()
    second = first.replace(b'<versionNumber value="1"', b'<versionNumber value="2"')
    assert second != first
    report, later = bring(first, at), bring(second, at)
    assert sum(later.statements.values()) == sum(report.statements.values())
    papers = [d.resource()["status"] for d in held(id_of(report), at, "DocumentReference")]
    assert sorted(papers) == ["current", "superseded"]


def test_the_secretary_files_letters_but_no_facts(at: datetime) -> None:
    (report,) = documents.import_file(by=CHLOE, at=at, name="f", content=bundle(emile(), condition()))
    assert report.status == "refused"
    assert "rôle" in str(report.reason)
    (letter_,) = documents.import_file(by=CHLOE, at=at, name="f", content=pdf_of("Lettre"))
    assert letter_.status == "waiting"


def test_dalia_sees_and_files_nothing(at: datetime) -> None:
    first = bring(bundle(emile(), condition()), at)
    (report,) = documents.import_file(by=DALIA, at=at, name="f", content=bundle(emile(), condition(id="c9")))
    assert report.status == "refused"
    assert len(held(id_of(first), at, "Condition")) == 1
    with pytest.raises(CarnetError):
        documents.waiting_documents(by=DALIA)


def test_one_import_is_one_row_in_the_journal(at: datetime) -> None:
    report = bring(bundle(emile(), condition()), at)
    rows = [row for row in gate.audit_page(by=ALICE) if row.action == "document.import"]
    assert [row.patient for row in rows] == [id_of(report)]


@pytest.mark.parametrize(
    "other",
    [
        {"birthDate": "1956-04-03"},
        {"name": [{"use": "official", "family": "Émile", "given": ["Durand-Petit"]}]},
        {"name": [{"use": "official", "family": "Durand-Petit", "given": ["Paul"]}]},
    ],
    ids=["another day", "names swapped", "a twin"],
)
@pytest.mark.parametrize("number", [NUMBER, None], ids=["same INS", "no INS"])
def test_a_chosen_record_of_another_name_waits_until_somebody_is_sure(
    other: dict[str, Any], number: str | None, at: datetime
) -> None:
    first = bring(bundle(emile()), at)
    known = {"identifier": [{"system": INS, "value": number}]} if number else {"identifier": []}
    content = bundle({key: value for key, value in emile(**known, **other).items() if value}, condition())
    report = bring(content, at, patient=id_of(first))
    assert report.status == "waiting"
    assert "quelqu'un d'autre" in str(report.reason)
    assert held(id_of(first), at, "Condition") == []
    again = documents.assign(by=ALICE, at=at, document=str(report.document), patient=id_of(first))
    assert again.status == "imported"
    assert len(held(id_of(first), at, "Condition")) == 1


def test_another_number_is_refused_even_to_who_is_sure(at: datetime) -> None:
    first = bring(bundle(emile()), at)
    stranger = emile(identifier=[{"system": INS, "value": "262115412345611"}])
    waiting = bring(bundle({**stranger, "name": []}, condition()), at)
    assert waiting.status == "waiting"
    with pytest.raises(CarnetError):
        documents.assign(by=ALICE, at=at, document=str(waiting.document), patient=id_of(first))
    assert held(id_of(first), at, "Condition") == []


def test_an_allergy_that_fhir_refuses_is_in_view_all_the_same(at: datetime) -> None:
    wrong = {
        "resourceType": "AllergyIntolerance", "id": "a", "patient": {"reference": "Patient/e1"},
        "code": {"text": "Pénicilline"}, "criticality": "mortelle",
    }  # fmt: skip
    report = bring(bundle(emile(), wrong), at)
    assert report.statements["not_understood"] == 1
    opened = gate.open_record(by=ALICE, at=at, patient=id_of(report))
    shown = banner(ALICE, opened).allergies
    assert [(one.text, one.received) for one in shown] == [("à lire : « Pénicilline »", True)]
    assert [group.type for group in waiting(opened)] == ["AllergyIntolerance"]


def test_a_sender_decides_nothing_about_our_identities(at: datetime) -> None:
    """Another practice's Carnet, or anybody, may write the words by which this one remembers its own decisions."""
    ours = {"tag": [{"system": codes.TAG, "code": "two-people"}, {"system": "urn:theirs", "code": "x"}]}
    item = [{"type": "source", "resource": {"display": "X"}}]
    sent = {"resourceType": "Linkage", "id": "pair-1", "meta": ours, "item": item}
    content = json.dumps(sent).encode()
    [report] = documents.import_file(by=ALICE, at=at, name="x.json", content=content)
    assert report.status == "imported"
    [kept] = gate.across(by=ALICE, type="Linkage", params=[])
    assert kept.resource()["meta"]["tag"] == [{"system": "urn:theirs", "code": "x"}]
    assert identity.linked(by=ALICE, state="two-people") == []
