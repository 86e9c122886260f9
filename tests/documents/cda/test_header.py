"""The header: whose document, which one, by whom, which version."""

from __future__ import annotations

import pytest

from carnet.documents.cda.header import BIRTH_GIVEN
from carnet.documents.cda.read import read
from carnet.documents.reading import SUBJECT
from carnet.record.validate import validate
from tests.documents.cda.writing import PATIENT, body, document, section

EMPTY = body(section(""))


def test_the_patient() -> None:
    patient = read(document(EMPTY).encode()).patient
    assert patient is not None
    validate(patient)
    birth, used = patient["name"]
    assert (birth["use"], birth["family"], birth["given"]) == ("official", "BLANDIN", ["ÉMILE"])
    assert birth["extension"] == [{"url": BIRTH_GIVEN, "valueString": "ÉMILE JEAN"}]
    assert (used["use"], used["family"], used["given"]) == ("usual", "BLANDIN-ROY", ["Émile"])
    assert patient["identifier"] == [
        {"use": "official", "system": "urn:oid:1.2.250.1.213.1.4.10", "value": "155047505500126"}
    ]
    assert (patient["gender"], patient["birthDate"]) == ("male", "1955-04-03")
    place = patient["extension"][0]["valueAddress"]
    assert (place["extension"][0]["valueCoding"]["code"], place["city"]) == ("86194", "POITIERS")
    assert patient["address"] == [
        {"use": "home", "line": ["3 rue des Lilas"], "city": "POITIERS", "postalCode": "86000"}
    ]
    assert patient["telecom"] == [{"system": "phone", "value": "0600000000", "use": "mobile"}]


def test_a_name_without_qualifiers_stays_as_it_is() -> None:
    bare = "<recordTarget><patientRole><patient><name><given>Fatou</given><family>DIOP</family></name></patient></patientRole></recordTarget>"
    patient = read(document(EMPTY, patient=bare).encode()).patient
    assert patient is not None
    assert patient["name"] == [{"family": "DIOP", "given": ["Fatou"]}]


@pytest.mark.parametrize("nobody", ["", "<recordTarget><patientRole><addr/></patientRole></recordTarget>"])
def test_nobody(nobody: str) -> None:
    assert read(document(EMPTY, patient=nobody).encode()).patient is None


@pytest.mark.parametrize(("written", "day"), [("1955", "1955"), ("195504", "1955-04"), ("19550403101500+0100", "1955-04-03"), ("19551399", None), ("hier", None)])  # fmt: skip
def test_birth_dates_as_written(written: str, day: str | None) -> None:
    patient = read(document(EMPTY, patient=PATIENT.replace("19550403", written)).encode()).patient
    assert patient is not None
    assert patient.get("birthDate") == day


def test_the_document() -> None:
    replaced = '<relatedDocument typeCode="RPLC"><parentDocument><id root="1.2.3.4" extension="doc-0"/></parentDocument></relatedDocument>'
    found = read(document(EMPTY, extra=replaced).encode())
    assert (found.document_id, found.set_id, found.version, found.replaces) == (
        "1.2.3.4^doc-1",
        "1.2.3.4^set-1",
        2,
        ["1.2.3.4^doc-0"],
    )
    assert (found.kind.code, found.kind.system, found.kind.label) == (
        "60591-5",
        "http://loinc.org",
        "Synthèse médicale",
    )
    assert (found.title, found.language, found.created) == (
        "Synthèse médicale",
        "fr-FR",
        "2026-02-10T10:15:00+01:00",
    )
    assert found.confidentiality == ["N"]


def test_the_author_keeps_rpps_and_name() -> None:
    found = read(document(EMPTY).encode())
    doctor = next(each for each in found.resources if each["resourceType"] == "Practitioner")
    validate(doctor)
    assert doctor["identifier"] == [{"system": "urn:oid:1.2.250.1.71.4.2.1", "value": "810000000000"}]
    assert [each["display"] for each in found.authors] == ["DR Alice MARTIN", "Cabinet des Tilleuls"]
    assert found.custodian is not None
    assert found.custodian["display"] == "Cabinet des Tilleuls"


def test_two_names_under_one_number_stay_two_persons() -> None:
    second = "<author><assignedAuthor><id root='1.2.250.1.71.4.2.1' extension='810000000000'/><assignedPerson><name><given>Bruno</given><family>MARTIN</family></name></assignedPerson></assignedAuthor></author>"
    found = read(document(EMPTY, extra=second).encode())
    doctors = [each for each in found.resources if each["resourceType"] == "Practitioner"]
    assert len({each["id"] for each in doctors}) == 2


def test_a_level_one_document_is_one_file() -> None:
    pdf = '<nonXMLBody><text mediaType="application/pdf" representation="B64">JVBERi0x\n LjQK</text></nonXMLBody>'
    found = read(document(pdf).encode())
    (part,) = found.parts
    assert (part.id, part.media_type, part.content, part.body) == (
        "part-1",
        "application/pdf",
        b"%PDF-1.4\n",
        True,
    )
    assert found.statements == []
    plain = read(document('<nonXMLBody><text mediaType="text/plain">Bonjour</text></nonXMLBody>').encode())
    assert plain.parts[0].content == b"Bonjour"


def test_facts_belong_to_the_patient_to_come() -> None:
    assert SUBJECT == "Patient/subject"
