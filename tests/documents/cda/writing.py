"""Small CDA documents about Émile, who does not exist: the header once, the entries as each test needs them."""

from __future__ import annotations

from typing import Any

from carnet.documents.cda.read import read
from carnet.documents.reading import Read, Statement
from carnet.record.validate import validate

FR = "1.2.250.1.213.1.1.3."
CIM10 = "2.16.840.1.113883.6.3"
LOINC = "2.16.840.1.113883.6.1"
SNOMED = "2.16.840.1.113883.6.96"
ABSENT = "2.16.840.1.113883.5.1150.1"

PATIENT = """
<recordTarget><patientRole>
  <id root="1.2.250.1.213.1.4.10" extension="155047505500126"/>
  <addr use="H"><houseNumber>3</houseNumber><streetName>rue des Lilas</streetName><postalCode>86000</postalCode><city>POITIERS</city></addr>
  <telecom value="tel:0600000000" use="MC"/>
  <patient>
    <name>
      <family qualifier="BR">BLANDIN</family><given>ÉMILE JEAN</given><given qualifier="BR">ÉMILE</given>
      <family qualifier="CL">BLANDIN-ROY</family><given qualifier="CL">Émile</given>
    </name>
    <administrativeGenderCode code="M" codeSystem="2.16.840.1.113883.5.1"/>
    <birthTime value="19550403"/>
    <birthplace><place><addr><county>86194</county><city>POITIERS</city></addr></place></birthplace>
  </patient>
</patientRole></recordTarget>"""

AUTHOR = """
<author><time value="20260210101500+0100"/><assignedAuthor>
  <id root="1.2.250.1.71.4.2.1" extension="810000000000"/>
  <assignedPerson><name><given>Alice</given><family>MARTIN</family><suffix>DR</suffix></name></assignedPerson>
  <representedOrganization><name>Cabinet des Tilleuls</name></representedOrganization>
</assignedAuthor></author>"""


def document(body: str, *, extra: str = "", patient: str = PATIENT, code: str = "60591-5") -> str:
    """A whole document around a body (structuredBody or nonXMLBody)."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<id root="1.2.3.4" extension="doc-1"/>
<code code="{code}" displayName="Synthèse" codeSystem="{LOINC}"/>
<title>Synthèse médicale</title>
<effectiveTime value="20260210101500+0100"/>
<confidentialityCode code="N" codeSystem="2.16.840.1.113883.5.25"/>
<languageCode code="fr-FR"/>
<setId root="1.2.3.4" extension="set-1"/><versionNumber value="2"/>
{patient}{AUTHOR}
<custodian><assignedCustodian><representedCustodianOrganization><id root="1.2.250.1.71.4.2.2" extension="1860000001"/><name>Cabinet des Tilleuls</name></representedCustodianOrganization></assignedCustodian></custodian>
{extra}
<component>{body}</component>
</ClinicalDocument>"""


def section(entries: str, *, code: str = "11450-4", text: str = "", title: str = "Section") -> str:
    return (
        f'<component><section><code code="{code}" codeSystem="{LOINC}"/><title>{title}</title>'
        f"<text>{text}</text>{entries}</section></component>"
    )


def body(*sections: str) -> str:
    return "<structuredBody>" + "".join(sections) + "</structuredBody>"


def entry(statement: str) -> str:
    return f"<entry>{statement}</entry>"


def related(statement: str, kind: str = "SUBJ") -> str:
    return f'<entryRelationship typeCode="{kind}">{statement}</entryRelationship>'


def template(last: str) -> str:
    return f'<templateId root="{FR}{last}"/>'


def observation(last: str, inside: str, attributes: str = "") -> str:
    return f'<observation classCode="OBS" moodCode="EVN" {attributes}>{template(last)}{inside}</observation>'


def cd(code: str, system: str, display: str = "", tag: str = "value") -> str:
    kind = ' xsi:type="CD"' if tag == "value" else ""
    return f'<{tag}{kind} code="{code}" codeSystem="{system}" displayName="{display}"/>'


def comment(text: str) -> str:
    return related(
        f'<act classCode="ACT" moodCode="EVN">{template("32")}<code code="48767-8" codeSystem="{LOINC}"/><text>{text}</text></act>'
    )


def product(name: str, code: str = "60234100") -> str:
    return (
        "<consumable><manufacturedProduct><manufacturedMaterial>"
        f'<code code="{code}" codeSystem="1.2.250.1.213.2.3.1" displayName="{name}"/><name>{name}</name>'
        "<lotNumberText>L42</lotNumberText></manufacturedMaterial></manufacturedProduct></consumable>"
    )


def read_one(entries: str, *, code: str = "11450-4", text: str = "") -> Read:
    """Read a document of one section, and hold that everything made of it is valid FHIR R4 and that each statement
    has one fate."""
    found = read(document(body(section(entries, code=code, text=text))).encode())
    for resource in [*found.resources, *([found.patient] if found.patient else [])]:
        validate(resource)
    places = [each.place for each in found.statements]
    assert len(places) == len(set(places))
    return found


def of(found: Read, kind: str) -> list[dict[str, Any]]:
    return [each for each in found.resources if each["resourceType"] == kind]


def the(found: Read, kind: str) -> dict[str, Any]:
    (one,) = of(found, kind)
    return one


def fates(found: Read) -> list[str]:
    return [each.fate for each in found.statements]


def lost(found: Read) -> list[Statement]:
    return [each for each in found.statements if each.fate == "not_understood"]


def code_of(concept: dict[str, Any]) -> str:
    return str(concept["coding"][0]["code"])
