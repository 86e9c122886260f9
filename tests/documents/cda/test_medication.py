"""Medicines: taken, prescribed, given out, none, unknown; doses as written."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.documents.cda.writing import (
    ABSENT,
    CIM10,
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

TWICE = '<effectiveTime xsi:type="PIVL_TS" operator="A"><period value="12" unit="h"/></effectiveTime>'
DOSE = '<doseQuantity><low value="0.50" unit="{tablet}"/><high value="0.50" unit="{tablet}"/></doseQuantity>'


def lasting(low: str = 'value="20250101"', high: str = 'nullFlavor="UNK"') -> str:
    return f'<effectiveTime xsi:type="IVL_TS"><low {low}/><high {high}/></effectiveTime>'


def treatment(inside: str, mood: str = "EVN", last: str = "42", attributes: str = "") -> str:
    return f'<substanceAdministration classCode="SBADM" moodCode="{mood}" {attributes}>{template(last)}<statusCode code="completed"/>{inside}</substanceAdministration>'


def test_a_current_treatment() -> None:
    made = the(
        read_one(entry(treatment(lasting() + TWICE + DOSE + product("COUMADINE 5 mg"))), code="10160-0"),
        "MedicationStatement",
    )
    assert made["status"] == "active"
    assert made["effectivePeriod"] == {"start": "2025-01-01"}
    assert (
        made["medicationCodeableConcept"]["coding"][0]["system"]
        == "http://data.esante.gouv.fr/ansm/medicament/CIS"
    )
    dosage = made["dosage"][0]
    assert dosage["timing"]["repeat"] == {"frequency": 1, "period": Decimal("12"), "periodUnit": "h"}
    assert str(dosage["doseAndRate"][0]["doseQuantity"]["value"]) == "0.50"


@pytest.mark.parametrize(
    ("times", "section", "attributes", "status"),
    [
        (lasting(high='value="20260101"'), "10160-0", "", "completed"),
        (lasting(high='value="20270101"'), "10160-0", "", "active"),
        (lasting(low='nullFlavor="UNK"'), "10160-0", "", "unknown"),
        (lasting(), "18610-6", "", "completed"),
        (lasting(), "42346-7", "", "unknown"),
        (lasting(), "10160-0", 'negationInd="true"', "not-taken"),
    ],
)
def test_status_from_dates_and_section_never_from_today(
    times: str, section: str, attributes: str, status: str
) -> None:
    found = read_one(entry(treatment(times + product("X"), attributes=attributes)), code=section)
    assert the(found, "MedicationStatement")["status"] == status


def test_none_known_and_nothing_known() -> None:
    for code in ("no-known-medications", "no-medication-info"):
        made = the(read_one(entry(treatment(cd(code, ABSENT, tag="code")))), "MedicationStatement")
        assert (code_of(made["medicationCodeableConcept"]), made["status"]) == (code, "unknown")


def test_the_words_of_the_posology_stand_beside_the_code_that_contradicts_them() -> None:
    text = '<table><thead><tr><th>Médicament</th><th>Posologie</th></tr></thead><tbody><tr><td><content ID="m">COUMADINE</content></td><td>1 cp/j</td></tr></tbody></table>'
    found = read_one(
        entry(treatment('<text><reference value="#m"/></text>' + lasting() + TWICE + product("COUMADINE"))),
        text=text,
    )
    made = the(found, "MedicationStatement")
    assert made["dosage"][0]["text"] == "1 cp/j"
    assert made["dosage"][0]["timing"]["repeat"]["period"] == Decimal("12")
    assert "1 cp/j" in made["text"]["div"]


def test_the_reason_is_linked_only_when_it_says_the_same() -> None:
    def reading(code: str) -> dict[str, object]:
        problem = entry(observation("37", f'<id root="1.2.3" extension="p"/>{cd("I48", CIM10, "FA")}'))
        why = f'<act classCode="ACT" moodCode="EVN">{template("36")}<id root="1.2.3" extension="p"/>{cd(code, CIM10, tag="code")}</act>'
        return the(
            read_one(entry(treatment(product("X") + related(why, "RSON"))) + problem), "MedicationStatement"
        )

    assert reading("I48")["reasonReference"]
    other = reading("N10")
    assert "reasonReference" not in other
    assert code_of(other["reasonCode"][0]) == "N10"  # type: ignore[index]


def step(low: str, hours: str) -> str:
    times = (
        f'<effectiveTime xsi:type="SXPR_TS"><comp xsi:type="IVL_TS"><low value="{low}"/><width value="2" unit="d"/></comp>'
        f'<comp xsi:type="PIVL_TS"><period value="{hours}" unit="h"/></comp></effectiveTime>'
    )
    nothing = '<consumable><manufacturedProduct><manufacturedMaterial><code nullFlavor="NA"/><name nullFlavor="NA"/></manufacturedMaterial></manufacturedProduct></consumable>'
    return related(treatment(times + DOSE + nothing, "INT", "83.1"), "COMP")


def act(mood: str, last: str, inside: str, kind: str = "SUBJ") -> str:
    return related(f'<act classCode="ACT" moodCode="{mood}">{template(last)}{inside}</act>', kind)


YES = '<value xsi:type="BL" value="true"/>'
PRESCRIBED = (
    lasting(high='value="20260220"')
    + '<repeatNumber value="3"/>'
    + product("PARACÉTAMOL")
    + act("INT", "33", "<text>au cours du repas</text>")
    + step("20260210", "8")
    + step("20260212", "12")
    + act("INT", "34", "<text>à fractionner</text>")
    + act("DEF", "87", cd("N", "2.16.840.1.113883.5.1070", "Non", "code"), "COMP")
    + related(
        f'<supply classCode="SPLY" moodCode="RQO">{template("86")}<quantity value="2" unit="30009000"/></supply>',
        "COMP",
    )
    + related(
        observation(
            "48.13", cd("MED-574", "1.2.250.1.213.1.1.4.322", "En rapport avec une ALD", "code") + YES
        ),
        "COMP",
    )
)


def test_a_prescription() -> None:
    found = read_one(entry(treatment(PRESCRIBED, "INT", "83")), code="57828-6")
    made = the(found, "MedicationRequest")
    assert (made["status"], made["intent"], made["authoredOn"]) == (
        "active",
        "order",
        "2026-02-10T10:15:00+01:00",
    )
    assert made["requester"]["display"] == "DR Alice MARTIN"
    boxes = {"value": Decimal(2), "system": "http://standardterms.edqm.eu", "code": "30009000"}
    assert made["dispenseRequest"] == {"numberOfRepeatsAllowed": 3, "quantity": boxes}
    assert made["substitution"]["allowedCodeableConcept"]["text"] == "Non"
    assert made["note"] == [{"text": "Note au pharmacien : à fractionner"}]
    assert lost(found) == []
    assert fates(found).count("part_of") == 7


def test_the_steps_of_a_prescription_in_their_order() -> None:
    made = the(read_one(entry(treatment(PRESCRIBED, "INT", "83"))), "MedicationRequest")
    whole, first, second = made["dosageInstruction"]
    assert whole["patientInstruction"] == "au cours du repas"
    assert (first["sequence"], second["sequence"]) == (2, 3)
    assert first["additionalInstruction"] == [{"text": "À partir du 10/02/2026"}]
    assert first["timing"]["repeat"]["boundsDuration"]["value"] == Decimal(2)
    assert str(first["timing"]["repeat"]["period"]) == "8"


def test_given_out() -> None:
    author = '<author><time value="20260101"/><assignedAuthor><assignedPerson><name><family>MARTIN</family></name></assignedPerson></assignedAuthor></author>'
    supply = (
        f'<supply classCode="SPLY" moodCode="EVN">{template("204")}<quantity value="1"/>{product("X").replace("consumable", "product")}'
        f'<performer><time value="20260103"/><assignedEntity><representedOrganization><name>Pharmacie du Pont</name></representedOrganization></assignedEntity></performer>{author}</supply>'
    )
    made = the(read_one(entry(supply)), "MedicationDispense")
    assert (made["status"], made["whenHandedOver"]) == ("completed", "2026-01-03")
    assert made["performer"][0]["actor"]["display"] == "Pharmacie du Pont"
    assert made["note"] == [{"text": "Prescrit par MARTIN le 01/01/2026"}]


def test_a_medicine_without_name_is_not_invented() -> None:
    found = read_one(entry(treatment(lasting())))
    assert of(found, "MedicationStatement") == []
    assert fates(found) == ["not_understood"]
