"""Writes the documents that other professionals of the story send: CDA R2 with the French header (CI-SIS), small and
only for the demonstration. The product's own export is elsewhere."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from xml.sax.saxutils import escape, quoteattr

NAMESPACE = uuid.UUID("6f1b3a52-8d0c-4b57-9a35-1d6b1c1f0a01")
LOINC = "2.16.840.1.113883.6.1"
CIM10 = "2.16.840.1.113883.6.3"
ATC = "2.16.840.1.113883.6.73"
INS_TEST = "1.2.250.1.213.1.4.10"


@dataclass(frozen=True, slots=True)
class Person:
    """The patient as the sender knows them."""

    family: str
    given: str
    used: str
    gender: str
    birthday: date
    birthplace: str
    ins: str


@dataclass(frozen=True, slots=True)
class Author:
    """Who signs, and where they work (a code of TRE_G15 and its words, the sector)."""

    place: str
    family: str
    given: str
    code: str
    speciality: str
    number: int


@dataclass(frozen=True, slots=True)
class Kind:
    """The type of a document: code, code system, its words, templateIds beyond those of every French document."""

    code: str
    label: str
    templates: tuple[str, ...] = ()
    system: str = LOINC


@dataclass(frozen=True, slots=True)
class Section:
    """One section: narrative (XML), coded entries (XML), sections inside."""

    code: str
    title: str
    text: str
    entries: list[str] = field(default_factory=list)
    templates: tuple[str, ...] = ()
    inside: list[Section] = field(default_factory=list)


RESULTS = Kind("11502-2", "CR d'examens biologiques", ("1.3.6.1.4.1.19376.1.3.3", "1.2.250.1.213.1.1.1.55"))


def document(
    kind: Kind, patient: Person, author: Author, sections: list[Section], *, name: str, at: datetime
) -> bytes:
    """The whole document, UTF-8. `name` fixes its identifiers."""
    body = "".join(f"<component>{_section(section)}</component>" for section in sections)
    return "".join(
        (
            '<?xml version="1.0" encoding="UTF-8"?>\n<ClinicalDocument xmlns="urn:hl7-org:v3" ',
            'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">',
            _first_lines(kind, name, at),
            _patient(patient),
            _author(author, at),
            _custodian(author),
            _signer(author, at),
            f"<component><structuredBody>{body}</structuredBody></component></ClinicalDocument>\n",
        )
    ).encode()


def _first_lines(kind: Kind, name: str, at: datetime) -> str:
    roots = ("2.16.840.1.113883.2.8.2.1", "1.2.250.1.213.1.1.1.1", *kind.templates)
    return (
        '<realmCode code="FR"/><typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>'
        + _templates(roots)
        + f'<id root="{_oid(name)}"/>'
        + f'<code code="{kind.code}" displayName={quoteattr(kind.label)} codeSystem="{kind.system}"/>'
        + f'<title>{escape(kind.label)}</title><effectiveTime value="{stamp(at)}"/>'
        + '<confidentialityCode code="N" codeSystem="2.16.840.1.113883.5.25" displayName="Normal"/>'
        + f'<languageCode code="fr-FR"/><setId root="{_oid(name + " set")}"/><versionNumber value="1"/>'
    )


def _patient(patient: Person) -> str:
    gender = {"female": "F", "male": "M"}[patient.gender]
    used = f'<family qualifier="CL">{escape(patient.used)}</family>' if patient.used else ""
    place = f"<birthplace><place><addr><county>{patient.birthplace}</county></addr></place></birthplace>"
    first = escape(patient.given.split(" ", maxsplit=1)[0])
    return (
        f'<recordTarget><patientRole><id root="{INS_TEST}" extension="{patient.ins}"/><patient><name>'
        f'<family qualifier="BR">{escape(patient.family)}</family><given>{escape(patient.given)}</given>'
        f'<given qualifier="BR">{first}</given>{used}</name>'
        f'<administrativeGenderCode code="{gender}" codeSystem="2.16.840.1.113883.5.1"/>'
        f'<birthTime value="{patient.birthday:%Y%m%d}"/>{place}</patient></patientRole></recordTarget>'
    )


def _who(author: Author) -> str:
    return (
        f'<id root="1.2.250.1.71.4.2.1" extension="{rpps(author.number)}"/>'
        f'<code code="{author.code}" displayName={quoteattr(author.speciality)} codeSystem="1.2.250.1.213.1.1.4.5"/>'
        f"<assignedPerson><name><given>{escape(author.given)}</given><family>{escape(author.family)}</family>"
        "<prefix>Dr</prefix></name></assignedPerson>"
        f"<representedOrganization><name>{escape(author.place)}</name></representedOrganization>"
    )


def rpps(number: int) -> str:
    """An RPPS number of the range kept for tests (8997), with its Luhn key."""
    digits = f"8997000{number:03d}"
    doubled = [int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(digits))]
    return f"{digits}{-sum(d - 9 if d > 9 else d for d in doubled) % 10}"


def _author(author: Author, at: datetime) -> str:
    return f'<author><time value="{stamp(at)}"/><assignedAuthor classCode="ASSIGNED">{_who(author)}</assignedAuthor></author>'


def _custodian(author: Author) -> str:
    return (
        f'<custodian><assignedCustodian><representedCustodianOrganization><id root="1.2.250.1.71.4.2.2" '
        f'extension="19999900{author.number}"/><name>{escape(author.place)}</name>'
        "</representedCustodianOrganization></assignedCustodian></custodian>"
    )


def _signer(author: Author, at: datetime) -> str:
    return (
        f'<legalAuthenticator><time value="{stamp(at)}"/><signatureCode code="S"/>'
        f"<assignedEntity>{_who(author)}</assignedEntity></legalAuthenticator>"
    )


def _section(section: Section) -> str:
    inside = "".join(f"<component>{_section(one)}</component>" for one in section.inside)
    text = f"<text>{section.text}</text>" if section.text else ""
    return (
        f'<section>{_templates(section.templates)}<code code="{section.code}" codeSystem="{LOINC}"/>'
        f"<title>{escape(section.title)}</title>{text}{''.join(section.entries)}{inside}</section>"
    )


def _templates(roots: tuple[str, ...]) -> str:
    return "".join(f'<templateId root="{root}"/>' for root in roots)


def row(cell: str, cells: list[str], *, raw: bool = False) -> str:
    """A row of a narrative table."""
    return "<tr>" + "".join(f"<{cell}>{one if raw else escape(one)}</{cell}>" for one in cells) + "</tr>"


def stamp(at: datetime) -> str:
    """An HL7 time with its zone."""
    return at.strftime("%Y%m%d%H%M%S%z")


def _oid(name: str) -> str:
    return f"2.25.{uuid.uuid5(NAMESPACE, name).int}"


def _id(name: str) -> str:
    return f'<id root="{str(uuid.uuid5(NAMESPACE, name)).upper()}"/>'


# coded entries


def laboratory_entry(title: str, code: str, observations: list[str]) -> str:
    """The act of a chapter of results."""
    return (
        f'<entry typeCode="DRIV">{_templates(("1.3.6.1.4.1.19376.1.3.1", "1.2.250.1.213.1.1.3.21"))}'
        f'<act classCode="ACT" moodCode="EVN"><code code="{code}" displayName={quoteattr(title)} codeSystem="{LOINC}"/>'
        '<statusCode code="completed"/>'
        + "".join(f'<entryRelationship typeCode="COMP">{one}</entryRelationship>' for one in observations)
        + "</act></entry>"
    )


def laboratory_observation(
    loinc: str,
    label: str,
    value: Decimal,
    unit: str,
    limits: dict[str, Decimal | None],
    flag: str,
    anchor: str,
    taken: datetime,
) -> str:
    """One result with its usual limits."""
    bounds = "".join(
        f'<{side} value="{bound}" unit="{unit}"/>' for side, bound in limits.items() if bound is not None
    )
    span = (
        '<referenceRange typeCode="REFV"><observationRange classCode="OBS" moodCode="EVN.CRT">'
        f'<value xsi:type="IVL_PQ">{bounds}</value><interpretationCode code="N" codeSystem="2.16.840.1.113883.5.83"/>'
        "</observationRange></referenceRange>"
        if bounds
        else ""
    )
    return (
        f'<observation classCode="OBS" moodCode="EVN">{_templates(("1.3.6.1.4.1.19376.1.3.1.6", "1.2.250.1.213.1.1.3.80"))}'
        f'<code code="{loinc}" displayName={quoteattr(label)} codeSystem="{LOINC}"><originalText>'
        f'<reference value="#{anchor}"/></originalText></code><statusCode code="completed"/>'
        f'<effectiveTime value="{stamp(taken)}"/><value xsi:type="PQ" value="{value}" unit="{unit}"/>'
        f'<interpretationCode code="{flag}" codeSystem="2.16.840.1.113883.5.83"/>{span}</observation>'
    )


def problem_entry(code: str, label: str, since: str, anchor: str) -> str:
    """A problem under its concern."""
    low = f'<low value="{since}"/>' if since else '<low nullFlavor="UNK"/>'
    observation = (
        '<observation classCode="OBS" moodCode="EVN" negationInd="false">'
        + _templates(
            ("2.16.840.1.113883.10.20.1.28", "1.3.6.1.4.1.19376.1.5.3.1.4.5", "1.2.250.1.213.1.1.3.37")
        )
        + _id(anchor + label + since)
        + '<code code="282291009" displayName="interprétation diagnostique" codeSystem="2.16.840.1.113883.6.96"/>'
        + f'<text><reference value="#{anchor}"/></text><statusCode code="completed"/><effectiveTime>{low}</effectiveTime>'
        + f'<value xsi:type="CD" code="{code}" displayName={quoteattr(label)} codeSystem="{CIM10}"/></observation>'
    )
    roots = (
        "2.16.840.1.113883.10.20.1.27",
        "1.3.6.1.4.1.19376.1.5.3.1.4.5.1",
        "1.3.6.1.4.1.19376.1.5.3.1.4.5.2",
        "1.2.250.1.213.1.1.3.39",
    )
    return _concern(roots, low, observation, "problem" + anchor + label)


def allergy_entry(label: str, since: str, anchor: str) -> str:
    """An allergy under its concern."""
    low = f'<low value="{since}"/>' if since else '<low nullFlavor="UNK"/>'
    observation = (
        '<observation classCode="OBS" moodCode="EVN" negationInd="false">'
        + _templates(
            (
                "2.16.840.1.113883.10.20.1.18",
                "2.16.840.1.113883.10.20.1.28",
                "1.3.6.1.4.1.19376.1.5.3.1.4.5",
                "1.3.6.1.4.1.19376.1.5.3.1.4.6",
                "1.2.250.1.213.1.1.3.41",
            )
        )
        + _id(anchor + label)
        + '<code code="416098002" displayName="allergie médicamenteuse" codeSystem="2.16.840.1.113883.6.96"/>'
        + f'<text><reference value="#{anchor}"/></text><statusCode code="completed"/><effectiveTime>{low}</effectiveTime>'
        + '<participant typeCode="CSM"><participantRole classCode="MANU"><playingEntity classCode="MMAT">'
        + f'<code nullFlavor="OTH"><originalText><reference value="#{anchor}"/></originalText></code>'
        + f"<name>{escape(label)}</name></playingEntity></participantRole></participant></observation>"
    )
    roots = (
        "2.16.840.1.113883.10.20.1.27",
        "1.3.6.1.4.1.19376.1.5.3.1.4.5.1",
        "1.3.6.1.4.1.19376.1.5.3.1.4.5.3",
        "1.2.250.1.213.1.1.3.40",
    )
    return _concern(roots, low, observation, "allergy" + anchor + label)


def _concern(roots: tuple[str, ...], low: str, observation: str, name: str) -> str:
    return (
        f'<entry><act classCode="ACT" moodCode="EVN">{_templates(roots)}{_id(name)}<code nullFlavor="NA"/>'
        f'<statusCode code="active"/><effectiveTime>{low}</effectiveTime>'
        f'<entryRelationship typeCode="SUBJ" inversionInd="false">{observation}</entryRelationship></act></entry>'
    )


def medicine_entry(atc: str, label: str, anchor: str) -> str:
    """A treatment; how it is taken stands in the narrative that `anchor` names."""
    roots = (
        "2.16.840.1.113883.10.20.1.24",
        "1.3.6.1.4.1.19376.1.5.3.1.4.7",
        "1.2.250.1.213.1.1.3.42",
        "1.3.6.1.4.1.19376.1.5.3.1.4.7.1",
    )
    product = (
        "2.16.840.1.113883.10.20.1.53",
        "1.3.6.1.4.1.19376.1.5.3.1.4.7.2",
        "1.2.250.1.213.1.1.3.43",
    )
    return (
        f'<entry typeCode="DRIV"><substanceAdministration classCode="SBADM" moodCode="EVN">{_templates(roots)}'
        f'{_id("medicine" + anchor + label)}<text><reference value="#{anchor}"/></text><statusCode code="completed"/>'
        '<effectiveTime xsi:type="IVL_TS"><low nullFlavor="UNK"/><high nullFlavor="UNK"/></effectiveTime>'
        f"<consumable><manufacturedProduct>{_templates(product)}<manufacturedMaterial>"
        f'<code code="{atc}" displayName={quoteattr(label)} codeSystem="{ATC}"/><name>{escape(label)}</name>'
        "</manufacturedMaterial></manufacturedProduct></consumable></substanceAdministration></entry>"
    )
