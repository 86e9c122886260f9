"""Vaccinations, family history, procedures, encounters, devices, plans, adverse effects, attached files."""

from __future__ import annotations

import pytest

from tests.documents.cda.writing import (
    ABSENT,
    CIM10,
    LOINC,
    SNOMED,
    cd,
    code_of,
    entry,
    fates,
    lost,
    observation,
    of,
    product,
    read_one,
    related,
    template,
    the,
)


def vaccine(inside: str, attributes: str = "", last: str = "45", mood: str = "EVN") -> str:
    return f'<substanceAdministration classCode="SBADM" moodCode="{mood}" {attributes}>{template(last)}{cd("INITIMMUNIZ", "2.16.840.1.113883.5.4", tag="code")}{inside}</substanceAdministration>'


GIVEN = '<effectiveTime value="20251012"/>'
SUPPLY = related(f'<supply classCode="SPLY" moodCode="EVN">{template("44")}<performer><time value="20251001"/><assignedEntity><representedOrganization><name>Pharmacie</name></representedOrganization></assignedEntity></performer></supply>', "REFR")  # fmt: skip


def test_a_vaccine_given() -> None:
    rank = related(observation("82", cd("30973-2", LOINC, tag="code") + '<value xsi:type="INT" value="2"/>'))
    fever = related(observation("37", cd("R50.9", CIM10, "Fièvre")), "CAUS")
    found = read_one(entry(vaccine(GIVEN + product("REVAXIS") + rank + fever)), code="11369-6")
    made = the(found, "Immunization")
    assert (made["status"], made["occurrenceDateTime"], made["lotNumber"]) == (
        "completed",
        "2025-10-12",
        "L42",
    )
    assert made["protocolApplied"] == [{"doseNumberPositiveInt": 2}]
    assert the(found, "Observation")["valueCodeableConcept"]["text"] == "Fièvre"
    assert made["reaction"][0]["detail"]["reference"].startswith("Observation/")


def test_a_vaccine_not_given() -> None:
    made = the(read_one(entry(vaccine(GIVEN + product("REVAXIS"), 'negationInd="true"'))), "Immunization")
    assert made["status"] == "not-done"


def test_a_vaccine_only_dispensed_proves_no_vaccination() -> None:
    found = read_one(entry(vaccine('<effectiveTime nullFlavor="UNK"/>' + product("REVAXIS") + SUPPLY)))
    assert of(found, "Immunization") == []
    assert the(found, "MedicationDispense")["whenHandedOver"] == "2025-10-01"
    assert "pas une preuve" in found.statements[0].reason


def test_a_vaccine_to_come_and_none_known() -> None:
    planned = vaccine(
        '<effectiveTime><low value="20261201"/></effectiveTime>' + product("BCG"), last="47", mood="INT"
    )
    made = the(read_one(entry(planned)), "ImmunizationRecommendation")
    assert made["recommendation"][0]["dateCriterion"][0]["value"] == "2026-12-01"
    none = f'<substanceAdministration classCode="SBADM" moodCode="EVN">{template("45")}{cd("no-known-immunizations", ABSENT, tag="code")}</substanceAdministration>'
    made = the(read_one(entry(none)), "Immunization")
    assert (made["status"], made["occurrenceString"]) == ("not-done", "Date inconnue")


def test_family_history_and_what_the_family_did_not_have() -> None:
    subject = f'<subject><relatedSubject classCode="PRS">{cd("MTH", "2.16.840.1.113883.5.111", "Mère", "code")}</relatedSubject></subject>'
    had = observation("51", cd("C50", CIM10, "Cancer du sein"))
    not_had = observation("51", cd("I21", CIM10, "Infarctus"), 'negationInd="true"')
    organizer = f'<organizer classCode="CLUSTER" moodCode="EVN">{template("59")}{subject}<component>{had}</component><component>{not_had}</component></organizer>'
    made = the(read_one(entry(organizer), code="10157-6"), "FamilyMemberHistory")
    assert made["relationship"]["text"] == "Mère"
    assert [each["code"]["text"] for each in made["condition"]] == ["Cancer du sein"]
    assert made["note"] == [{"text": "Absence, selon le document : Infarctus"}]


def procedure(mood: str, inside: str, attributes: str = "") -> str:
    return f'<procedure classCode="PROC" moodCode="{mood}" {attributes}>{template("62")}{cd("DDAF004", "1.2.250.1.215.300.1", "Dilatation", "code")}{inside}</procedure>'


@pytest.mark.parametrize(
    ("inside", "attributes", "status"),
    [
        ('<statusCode code="completed"/><effectiveTime value="20180114"/>', "", "completed"),
        ('<statusCode code="completed"/>', 'negationInd="true"', "not-done"),
        ('<statusCode code="active"/><effectiveTime value="20271201"/>', "", "preparation"),
        ('<statusCode code="active"/><effectiveTime value="20250101"/>', "", "in-progress"),
        ("", "", "unknown"),
    ],
)
def test_procedures(inside: str, attributes: str, status: str) -> None:
    assert the(read_one(entry(procedure("EVN", inside, attributes))), "Procedure")["status"] == status


def test_what_is_to_be_done() -> None:
    urgent = '<statusCode code="active"/><effectiveTime value="20261201"/><priorityCode code="UR" codeSystem="2.16.840.1.113883.5.7" displayName="Urgent"/>'
    made = the(read_one(entry(procedure("INT", urgent))), "ServiceRequest")
    assert (made["intent"], made["priority"], made["occurrenceDateTime"]) == ("plan", "urgent", "2026-12-01")
    goal = f'<observation classCode="OBS" moodCode="GOL">{template("27")}{cd("22748-8", LOINC, "LDL", "code")}<value xsi:type="ST">dans trois mois</value></observation>'
    made = the(read_one(entry(goal)), "ServiceRequest")
    assert (made["intent"], made["note"]) == ("proposal", [{"text": "dans trois mois"}])


def test_encounters() -> None:
    stay = f'<encounter classCode="ENC" moodCode="EVN">{template("58")}{cd("IMP", "2.16.840.1.113883.5.4", "Hospitalisation", "code")}<effectiveTime><low value="20250515"/><high value="20250530"/></effectiveTime></encounter>'
    made = the(read_one(entry(stay)), "Encounter")
    assert (made["status"], made["class"]["code"], made["period"]["end"]) == ("finished", "IMP", "2025-05-30")
    made = the(read_one(entry(stay.replace("EVN", "ARQ"))), "ServiceRequest")
    assert made["code"]["text"] == "Hospitalisation"


def test_devices() -> None:
    role = f'<participant typeCode="DEV"><participantRole><playingDevice>{cd("J010104", "1.2.250.1.213.2.68", "Stimulateur", "code")}</playingDevice></participantRole></participant>'
    supply = '<supply classCode="SPLY" moodCode="{}">{}<effectiveTime xsi:type="IVL_TS"><low value="20190811"/></effectiveTime>{}</supply>'
    found = read_one(entry(supply.format("EVN", template("20"), role)), code="46264-8")
    used = the(found, "DeviceUseStatement")
    assert used["device"]["reference"] == f"Device/{the(found, 'Device')['id']}"
    assert used["timingPeriod"] == {"start": "2019-08-11"}
    asked = the(read_one(entry(supply.format("INT", template("20"), role))), "DeviceRequest")
    assert asked["codeCodeableConcept"]["text"] == "Stimulateur"


def test_an_adverse_effect_with_its_suspect() -> None:
    drug = f'<substanceAdministration classCode="SBADM" moodCode="EVN">{template("42")}{product("AMOXICILLINE")}</substanceAdministration>'
    grave = related(observation("212", cd("94030-4", LOINC, tag="code") + cd("24484000", SNOMED)))
    event = observation("210", cd("281647001", SNOMED, "effet indésirable", "code") + '<effectiveTime value="20211204"/>' + related(drug, "COMP") + related(observation("37", cd("R11", CIM10, "Nausées")), "MFST") + grave)  # fmt: skip
    found = read_one(entry(event), code="44939-7")
    made = the(found, "AdverseEvent")
    assert made["suspectEntity"][0]["instance"]["reference"].startswith("MedicationStatement/")
    assert made["resultingCondition"][0]["reference"].startswith("Condition/")
    assert code_of(made["severity"]) == "severe"


def test_an_attached_document_is_kept_whole() -> None:
    kind = observation("48.18", cd("69764-9", LOINC, tag="code") + cd("55108-5", LOINC, "Copie du document"))
    file = '<observationMedia classCode="OBS" moodCode="EVN"><value mediaType="application/pdf" representation="B64">JVBERi0xLjQK</value></observationMedia>'
    organizer = f'<organizer classCode="CLUSTER" moodCode="EVN">{template("18")}<component>{kind}</component><component>{file}</component></organizer>'
    found = read_one(entry(organizer), code="55107-7")
    made = the(found, "DocumentReference")
    assert made["content"] == [
        {
            "attachment": {
                "contentType": "application/pdf",
                "url": "Binary/part-1",
                "title": "Copie du document",
                "size": 9,
            }
        }
    ]
    assert found.parts[0].content == b"%PDF-1.4\n"
    assert fates(found) == ["created", "part_of", "part_of"]
    broken = read_one(entry(organizer.replace("JVBERi0xLjQK", "pas du base64 !")))
    assert "sans fichier lisible" in lost(broken)[0].reason
