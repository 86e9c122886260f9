"""Every clinical statement of a document has exactly one fate, counted here by another road than the reader's."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from lxml import etree

from carnet.documents.cda.read import read
from carnet.record.validate import validate
from tests.documents.cda.writing import (
    ABSENT,
    CIM10,
    LOINC,
    SNOMED,
    body,
    cd,
    comment,
    document,
    entry,
    lost,
    observation,
    product,
    read_one,
    related,
    section,
    template,
)

COUNT = (
    "count(//*[local-name()='structuredBody']//*[local-name()='act' or local-name()='observation' "
    "or local-name()='procedure' or local-name()='substanceAdministration' or local-name()='supply' "
    "or local-name()='encounter' or local-name()='organizer' or local-name()='observationMedia' "
    "or local-name()='regionOfInterest'])"
)
CONCERN = (
    f'<act classCode="ACT" moodCode="EVN">{template("39")}<code nullFlavor="NA"/><statusCode code="active"/>'
)
PROBLEM = observation(
    "37",
    f'<id root="1.2.3" extension="p1"/><text><reference value="#p1"/></text><effectiveTime><low value="20190811"/></effectiveTime>{cd("I10", CIM10, "Hypertension")}'
    + related(
        observation("29", cd("SEV", "2.16.840.1.113883.5.4", tag="code") + cd("6736007", SNOMED, "modéré"))
    )
    + comment("suivi au cabinet"),
)
ALLERGY = observation(
    "41",
    f'{cd("416098002", SNOMED, tag="code")}<participant typeCode="CSM"><participantRole><playingEntity>'
    f"{cd('J01CA04', '2.16.840.1.113883.6.73', 'amoxicilline', tag='code')}</playingEntity></participantRole></participant>"
    + related(observation("37", cd("L50.9", CIM10, "Urticaire")), "MFST"),
)
MEDICATION = (
    f'<substanceAdministration classCode="SBADM" moodCode="EVN">{template("42")}<text><reference value="#m1"/></text><statusCode code="completed"/>'
    '<effectiveTime xsi:type="IVL_TS"><low value="20250101"/><high nullFlavor="UNK"/></effectiveTime>'
    '<effectiveTime xsi:type="PIVL_TS" operator="A"><period value="12" unit="h"/></effectiveTime>'
    '<doseQuantity><low value="1" unit="{tablet}"/><high value="2" unit="{tablet}"/></doseQuantity>'
    f"{product('PARACÉTAMOL 500 mg')}"
    + related(
        f'<act classCode="ACT" moodCode="EVN">{template("36")}<id root="1.2.3" extension="p1"/>{cd("I10", CIM10, "Hypertension", "code")}</act>',
        "RSON",
    )
    + "</substanceAdministration>"
)
VACCINE = (
    f'<substanceAdministration classCode="SBADM" moodCode="EVN">{template("45")}<effectiveTime value="20251012"/>'
    f"{product('VAXIGRIP')}{related(observation('82', '<value xsi:type=' + chr(34) + 'INT' + chr(34) + ' value=' + chr(34) + '1' + chr(34) + '/>'))}</substanceAdministration>"
)
RESULT = observation(
    "80",
    f'{cd("3016-3", LOINC, "TSH", "code")}<statusCode code="completed"/><effectiveTime value="20260209074500+0100"/>'
    '<value xsi:type="PQ" value="1.950" unit="m[IU]/L"/><interpretationCode code="N" codeSystem="2.16.840.1.113883.5.83"/>'
    '<referenceRange><observationRange><value xsi:type="IVL_PQ"><low value="0.270" unit="m[IU]/L"/><high value="4.200" unit="m[IU]/L"/></value></observationRange></referenceRange>',
)
LAB = (
    f'<entry>{template("21")}<act classCode="ACT" moodCode="EVN">{cd("18719-5", LOINC, "Biochimie", "code")}<statusCode code="completed"/>'
    + related(RESULT, "COMP")
    + "</act></entry>"
)
PDF = '<observationMedia classCode="OBS" moodCode="EVN" ID="pdf1"><value mediaType="application/pdf" representation="B64">JVBERi0xLjQK</value></observationMedia>'
UNKNOWN = (
    '<act classCode="ACT" moodCode="EVN"><templateId root="9.9.9"/><code code="X" codeSystem="9.9"/>'
    + related(RESULT)
    + "</act>"
)
EVERYTHING = document(
    body(
        section(entry(CONCERN + related(PROBLEM) + "</act>"), text='<content ID="p1">Hypertension</content>'),
        section(entry(f'<act classCode="ACT" moodCode="EVN">{template("40")}{related(ALLERGY)}</act>'), code="48765-2"),
        section(entry(MEDICATION) + entry(UNKNOWN), code="10160-0", text='<table><thead><tr><th>Médicament</th><th>Posologie</th></tr></thead><tbody><tr><td ID="m1">PARACÉTAMOL</td><td>1 à 2 cp matin et soir</td></tr></tbody></table>'),
        section(entry(VACCINE), code="11369-6"),
        section(LAB + entry(PDF), code="18719-5", text='<renderMultiMedia referencedObject="pdf1"/>'),
        section(entry(f'<procedure classCode="PROC" moodCode="EVN">{cd("no-known-procedures", ABSENT, tag="code")}</procedure>'), code="47519-4"),
    )
)  # fmt: skip


def counted(content: bytes) -> int:
    return int(etree.fromstring(content, etree.XMLParser(huge_tree=True)).xpath(COUNT))


def test_every_statement_has_one_fate() -> None:
    found = read(EVERYTHING.encode())
    assert (
        len(found.statements)
        == counted(EVERYTHING.encode())
        == len({each.place for each in found.statements})
    )
    assert Counter(each.fate for each in found.statements) == {
        "created": 8,
        "part_of": 7,
        "not_understood": 2,
    }
    for resource in found.resources:
        validate(resource)


def test_every_target_is_there_and_every_loss_has_a_reason() -> None:
    found = read(EVERYTHING.encode())
    known = {f"{each['resourceType']}/{each['id']}" for each in found.resources}
    for statement in found.statements:
        if statement.fate == "not_understood":
            assert statement.reason
            assert statement.target is None
        else:
            assert statement.target in known


def test_what_is_below_the_unknown_is_lost_with_it_and_said() -> None:
    found = read_one(entry(UNKNOWN))
    assert [each.reason for each in lost(found)] == [
        "Type d'élément inconnu : act (9.9.9).",
        "Dépend d'un élément qui n'a pas été compris.",
    ]


def test_a_statement_where_no_entry_leads_is_said() -> None:
    found = read(
        document(
            body(section(f"<component><section><entryOops>{RESULT}</entryOops></section></component>"))
        ).encode()
    )
    assert [each.fate for each in found.statements] == ["not_understood"]


def test_the_same_document_gives_the_same_ids() -> None:
    assert read(EVERYTHING.encode()) == read(EVERYTHING.encode())
    other = read(EVERYTHING.replace("doc-1", "doc-2").encode())
    assert not {each["id"] for each in other.resources} & {
        each["id"] for each in read(EVERYTHING.encode()).resources
    }


@pytest.mark.shared
def test_every_published_document(shared_data: Path) -> None:
    """Count by XPath = count reported; every resource is valid R4; nothing refers to nothing."""
    paths = sorted((shared_data / "interop").glob("cda-*/*.xml"))
    total: Counter[str] = Counter()
    for path in paths:
        content = path.read_bytes()
        found = read(content)
        total.update(each.fate for each in found.statements)
        assert len(found.statements) == counted(content), path.name
        for resource in [*found.resources, *([found.patient] if found.patient else [])]:
            validate(resource)
    assert len(paths) == 36
    # 12 of them concern somebody else: parents, fetuses, newborns in the documents of a mother or a child.
    assert total["not_understood"] <= 21, (
        "fewer statements of the published documents are understood than before"
    )
    assert total.total() == 991


def test_documents_without_number_never_share_ids() -> None:
    bare = EVERYTHING.replace('<id root="1.2.3.4" extension="doc-1"/>', "")
    one, other = read(bare.encode()), read(bare.replace("Synthèse médicale", "Autre").encode())
    assert one.document_id is None
    assert not {each["id"] for each in one.resources} & {each["id"] for each in other.resources}


def test_a_reason_never_quotes_the_document() -> None:
    hostile = UNKNOWN.replace("9.9.9", "Émile BLANDIN")
    wrong_type = RESULT.replace('"PQ"', '"BLANDIN Émile"')
    assert "BLANDIN" not in "".join(
        each.reason for each in read_one(entry(hostile) + entry(wrong_type)).statements
    )
