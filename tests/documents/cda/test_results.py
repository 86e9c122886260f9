"""Results, vital signs and other observations: numbers as written, ranges, germs, and no contrary by negation."""

from __future__ import annotations

from decimal import Decimal

import pytest

from carnet.fhir import json
from tests.documents.cda.writing import (
    LOINC,
    SNOMED,
    cd,
    code_of,
    comment,
    entry,
    fates,
    lost,
    observation,
    of,
    read_one,
    related,
    template,
    the,
)

CODE = cd("3016-3", LOINC, "TSH", "code")
DONE = '<statusCode code="completed"/>'


def result(value: str, more: str = "", attributes: str = "") -> str:
    return observation("80", CODE + DONE + value + more, attributes)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('<value xsi:type="PQ" value="1.950" unit="m[IU]/L"/>', {"valueQuantity": {"value": Decimal("1.950"), "unit": "m[IU]/L", "system": "http://unitsofmeasure.org", "code": "m[IU]/L"}}),
        ('<value xsi:type="PQ" value="3" unit="verres par jour"/>', {"valueQuantity": {"value": Decimal(3), "unit": "verres par jour"}}),
        ('<value xsi:type="IVL_PQ"><high value="0.12" unit="mg" inclusive="false"/></value>', {"valueQuantity": {"value": Decimal("0.12"), "comparator": "<", "unit": "mg", "system": "http://unitsofmeasure.org", "code": "mg"}}),
        ('<value xsi:type="IVL_PQ"><low value="5" unit="1"/></value>', {"valueQuantity": {"value": Decimal(5), "comparator": ">=", "system": "http://unitsofmeasure.org", "code": "1"}}),
        ('<value xsi:type="RTO"><numerator value="1"/><denominator value="40"/></value>', {"valueRatio": {"numerator": {"value": Decimal(1)}, "denominator": {"value": Decimal(40)}}}),
        ('<value xsi:type="INT" value="4"/>', {"valueInteger": 4}),
        ('<value xsi:type="BL" value="false"/>', {"valueBoolean": False}),
        ('<value xsi:type="ST">positif +++</value>', {"valueString": "positif +++"}),
        ('<value xsi:type="TS" value="202602"/>', {"valueDateTime": "2026-02"}),
        ('<value xsi:type="CD" code="260385009" codeSystem="2.16.840.1.113883.6.96" displayName="négatif"/>', {"valueCodeableConcept": {"coding": [{"system": "http://snomed.info/sct", "code": "260385009", "display": "négatif"}], "text": "négatif"}}),
        ("", {}),
    ],
)  # fmt: skip
def test_values(value: str, expected: dict[str, object]) -> None:
    made = the(read_one(entry(result(value))), "Observation")
    assert {key: made[key] for key in made if key.startswith("value")} == expected
    assert json.loads(json.dumps(made)) == made


@pytest.mark.parametrize(
    ("flavor", "code"),
    [("UNK", "unknown"), ("NASK", "not-asked"), ("MSK", "masked"), ("NA", "not-applicable")],
)
def test_a_missing_value_says_why(flavor: str, code: str) -> None:
    made = the(read_one(entry(result(f'<value xsi:type="PQ" nullFlavor="{flavor}"/>'))), "Observation")
    assert [each["code"] for each in made["dataAbsentReason"]["coding"]] == [code, flavor]


@pytest.mark.parametrize("value", ['<value xsi:type="PQ" value="1,5" unit="g"/>', '<value xsi:type="GLIST" code="x"/>', '<value xsi:type="BL" value="peut-être"/>'])  # fmt: skip
def test_a_value_that_cannot_be_read_is_not_understood(value: str) -> None:
    found = read_one(entry(result(value)))
    assert fates(found) == ["not_understood"]
    assert of(found, "Observation") == []


def test_a_negated_observation_is_left_to_a_person() -> None:
    found = read_one(entry(result('<value xsi:type="BL" value="true"/>', attributes='negationInd="true"')))
    assert "niée" in lost(found)[0].reason


def test_range_interpretation_method_and_the_earlier_result() -> None:
    more = (
        '<interpretationCode code="H" codeSystem="2.16.840.1.113883.5.83" displayName="Haut"/><methodCode code="DC" codeSystem="1.2.250.1.213.2.3.5"/>'
        '<referenceRange><observationRange><text>selon l\'âge</text><value xsi:type="IVL_PQ"><low value="0.27" unit="g"/><high value="4.20" unit="g"/></value></observationRange></referenceRange>'
        + related(f'<observation classCode="OBS" moodCode="EVN">{CODE}{DONE}<effectiveTime value="20250101"/><value xsi:type="PQ" value="2" unit="g"/></observation>', "REFR")
    )  # fmt: skip
    now, before = of(
        read_one(entry(result('<value xsi:type="PQ" value="9" unit="g"/>', more))), "Observation"
    )
    assert str(now["referenceRange"][0]["high"]["value"]) == "4.20"
    assert now["referenceRange"][0]["text"] == "selon l'âge"
    assert code_of(now["interpretation"][0]) == "H"
    assert before["effectiveDateTime"] == "2025-01-01"
    assert before["category"] == now["category"]
    assert now["extension"][0]["valueReference"]["reference"] == f"Observation/{before['id']}"


def test_a_report_with_its_specimen_its_germ_and_its_antibiogram() -> None:
    germ = f"<specimen><specimenRole><specimenPlayingEntity>{cd('112283007', SNOMED, 'Escherichia coli', 'code')}</specimenPlayingEntity></specimenRole></specimen>"
    antibiogram = f'<component><organizer classCode="BATTERY" moodCode="EVN">{template("78")}{cd("18769-0", LOINC, "Antibiogramme", "code")}{DONE}<component>{result("", "<interpretationCode code=" + chr(34) + "R" + chr(34) + " codeSystem=" + chr(34) + "2.16.840.1.113883.5.83" + chr(34) + "/>")}</component></organizer></component>'
    isolate = (
        f'<organizer classCode="CLUSTER" moodCode="EVN">{template("79")}{DONE}{germ}{antibiogram}</organizer>'
    )
    taken = (
        f'<procedure classCode="PROC" moodCode="EVN">{template("77")}{cd("5201", "1.2.250.1.213.2.7", "ECBU", "code")}<effectiveTime><high value="202602090735+0100"/></effectiveTime>'
        f'<participant typeCode="PRD"><participantRole><playingEntity>{cd("UR", "2.16.840.1.113883.18.311", "Urine", "code")}</playingEntity></participantRole></participant>'
        + related(f'<act classCode="ACT" moodCode="EVN">{template("107")}<effectiveTime value="202602090800+0100"/></act>', "COMP") + "</procedure>"
    )  # fmt: skip
    nameless = f'<organizer classCode="BATTERY" moodCode="EVN">{template("78")}{DONE}<component>{result("")}</component></organizer>'
    act = (
        f'<act classCode="ACT" moodCode="EVN">{cd("18725-2", LOINC, "Microbiologie", "code")}{DONE}'
        + related(taken, "COMP")
        + related(nameless, "COMP")
        + related(isolate, "COMP")
        + comment("à revoir")
        + "</act>"
    )
    found = read_one(f"<entry>{template('21')}{act}</entry>", code="18725-2")
    report, specimen = the(found, "DiagnosticReport"), the(found, "Specimen")
    assert (
        specimen["collection"]["collectedDateTime"]
        == report["effectiveDateTime"]
        == "2026-02-09T07:35:00+01:00"
    )
    assert specimen["receivedTime"] == "2026-02-09T08:00:00+01:00"
    assert report["conclusion"] == "à revoir"
    assert len(report["result"]) == 2
    isolated = next(
        each for each in of(found, "Observation") if each["code"].get("text") == "Micro-organisme isolé"
    )
    assert isolated["valueCodeableConcept"]["text"] == "Escherichia coli"
    assert len(isolated["hasMember"]) == 1
    assert lost(found) == []


def vital(code: str, value: str, when: str = "20260209") -> str:
    return f"<component>{observation('50', cd(code, LOINC, tag='code') + DONE + f'<effectiveTime value={chr(34)}{when}{chr(34)}/>' + value)}</component>"


def test_one_blood_pressure_of_two_numbers() -> None:
    systolic = vital("8480-6", '<value xsi:type="PQ" value="145" unit="mm[Hg]"/>')
    diastolic = vital("8462-4", '<value xsi:type="PQ" value="85" unit="mm[Hg]"/>')
    weight = vital("29463-7", '<value xsi:type="PQ" value="70.0" unit="kg"/>')
    organizer = (
        '<organizer classCode="CLUSTER" moodCode="EVN">{}<effectiveTime nullFlavor="NA"/>{}</organizer>'
    )
    found = read_one(entry(organizer.format(template("49"), weight + systolic + diastolic)), code="8716-3")
    pressure = next(each for each in of(found, "Observation") if code_of(each["code"]) == "85354-9")
    assert [(code_of(c["code"]), c["valueQuantity"]["value"]) for c in pressure["component"]] == [
        ("8480-6", 145),
        ("8462-4", 85),
    ]
    assert sorted(fates(found)) == ["created", "created", "part_of", "part_of"]
    other_day = vital("8462-4", '<value xsi:type="PQ" value="85" unit="mm[Hg]"/>', "20260208")
    apart = read_one(entry(organizer.format(template("49"), systolic + other_day)), code="8716-3")
    assert [code_of(each["code"]) for each in of(apart, "Observation")] == ["8480-6", "8462-4"]
