"""The left column: what a person confirmed stays; sides, doses and refusals are not lost on the way."""

from __future__ import annotations

from datetime import date
from typing import Any

from carnet.fhir import codes
from carnet.rules.received import Fact, groups, is_to_take, meanings
from carnet.rules.synthesis import GONE, Synthesis, dosage, synthesis

ATC = {"system": codes.ATC, "code": "H03AA01"}


def fact(type: str, *tags: str, **more: Any) -> dict[str, Any]:
    made = {"resourceType": type, "id": str(abs(hash(str(more) + str(tags))))}
    return {**made, "meta": {"tag": [{"system": codes.TAG, "code": tag} for tag in tags]}, **more}


def medicine(words: str, how: str, *tags: str, **more: Any) -> dict[str, Any]:
    said = {"status": "active", "medicationCodeableConcept": {"text": words}, "dosage": [{"text": how}]}
    return fact("MedicationStatement", *tags, **(said | more))


def fracture(side: str) -> dict[str, Any]:
    code = {"coding": [{"system": codes.CIM10, "code": "S52.5"}], "text": "Fracture du radius"}
    return fact("Condition", codes.RECEIVED, code=code, bodySite=[{"text": side}])


def told(*resources: dict[str, Any]) -> Synthesis:
    return synthesis(resources, today=date(2026, 3, 3))


def test_what_a_person_took_up_stays_and_says_that_the_document_no_longer_does() -> None:
    (line,) = told(fact("Condition", codes.TAKEN_UP, codes.SUPERSEDED, code={"text": "HTA"})).problems
    assert (line.text, line.detail) == ("HTA", GONE)
    assert told(fact("Condition", codes.SUPERSEDED, code={"text": "HTA"})).problems == []


def test_a_replaced_fact_that_nobody_took_up_is_not_already_known() -> None:
    gone, again = (
        fact("Condition", codes.SUPERSEDED, code={"text": "HTA"}),
        fact("Condition", codes.RECEIVED, code={"text": "HTA"}),
    )
    (group,) = groups([Fact("Condition/a", 1, gone), Fact("Condition/b", 1, again)])
    assert group.known is None
    assert not is_to_take(fact("Condition", codes.RECEIVED, codes.SUPERSEDED, code={"text": "HTA"}))


def test_right_and_left_are_two_lines_and_the_side_is_written() -> None:
    sides = [Fact(f"Condition/{side}", 1, fracture(side)) for side in ("poignet droit", "poignet gauche")]
    assert [group.label for group in groups(sides)] == [
        "Fracture du radius (poignet droit)",
        "Fracture du radius (poignet gauche)",
    ]


def test_two_posologies_are_two_lines_one_class_of_medicines_is_not_one_medicine() -> None:
    morning, evening = medicine("LEVOTHYROX 75", "1 le matin"), medicine("LEVOTHYROX 75", "½ le soir")
    assert {line.detail for line in told(morning, evening).treatments} == {"1 le matin", "½ le soir"}
    strengths = [
        medicine(
            words, "1 le matin", codes.RECEIVED, medicationCodeableConcept={"text": words, "coding": [ATC]}
        )
        for words in ("LEVOTHYROX 25", "LEVOTHYROX 75")
    ]
    assert len(groups([Fact(one["id"], 1, one) for one in strengths])) == 2


def test_a_renewal_replaces_the_line_before_it() -> None:
    old = medicine("RAMIPRIL 5 mg", "1 le soir", effectivePeriod={"start": "2024-01-01"})
    new = medicine("RAMIPRIL 5 mg", "1 le matin", effectivePeriod={"start": "2026-01-01"})
    assert [line.detail for line in told(old, new).treatments] == ["1 le matin"]


def test_what_must_not_be_taken_is_no_treatment() -> None:
    never = fact("MedicationRequest", status="active", intent="order", doNotPerform=True, medicationCodeableConcept={"text": "Aspirine"})  # fmt: skip
    assert told(never).treatments == []
    assert "denied" in meanings(never)[0]


def test_what_was_stopped_is_not_what_is_taken() -> None:
    stopped = medicine("SOLIAN 100 mg", "1 par jour", codes.RECEIVED, status="completed")
    taken = medicine("SOLIAN 100 mg", "1 par jour", codes.RECEIVED)
    assert meanings(stopped) != meanings(taken)


def test_a_suspicion_is_not_a_diagnosis() -> None:
    unsure = {"coding": [{"code": "provisional"}]}
    code = {"text": "Embolie pulmonaire"}
    assert meanings(fact("Condition", code=code, verificationStatus=unsure)) != meanings(
        fact("Condition", code=code)
    )


def test_a_dosage_without_text_is_spelled_out_and_advice_never_stands_for_it() -> None:
    spoken = {
        "doseAndRate": [{"doseRange": {"low": {"value": 1, "unit": "cp"}, "high": {"value": 2, "unit": "cp"}}}],
        "timing": {"repeat": {"frequency": 1, "period": 8, "periodUnit": "h"}}, "patientInstruction": "Au repas",
    }  # fmt: skip
    assert dosage(medicine("X", "", dosage=[spoken])) == "1 à 2 cp, 1 fois / 8 h ; Au repas"


def test_what_waits_says_what_would_change_its_meaning() -> None:
    over = {"clinicalStatus": {"coding": [{"code": "resolved"}]}, "code": {"text": "Pyélonéphrite"}}
    unsure = {"verificationStatus": {"coding": [{"code": "provisional"}]}, "code": {"text": "Embolie"}}
    found = [fact("Condition", codes.RECEIVED, **one) for one in (over, unsure)]
    found.append(medicine("SOLIAN 100 mg", "1 par jour", codes.RECEIVED, status="stopped"))
    found.append(medicine("ASPIRINE", "", codes.RECEIVED, doNotPerform=True))
    assert [group.label for group in groups([Fact(one["id"], 1, one) for one in found])] == [
        "Pyélonéphrite – passé",
        "Embolie – suspecté",
        "SOLIAN 100 mg – arrêté ou terminé",
        "ASPIRINE – à ne pas prendre",
    ]


def test_one_disease_of_two_relatives_is_two_lines() -> None:
    found = told(
        *(
            fact("FamilyMemberHistory", status="completed", relationship={"text": who}, condition=[{"code": {"text": "Diabète"}}])
            for who in ("Mère", "Père")
        )
    )  # fmt: skip
    assert {line.detail for line in found.family} == {"Mère", "Père"}


def test_two_lots_of_one_day_are_two_vaccinations() -> None:
    doses = [
        fact("Immunization", codes.RECEIVED, status="completed", vaccineCode={"text": "REVAXIS"}, lotNumber=lot, occurrenceDateTime="2009-09-28")
        for lot in ("A", "B")
    ]  # fmt: skip
    assert len(groups([Fact(one["id"], 1, one) for one in doses])) == 2


def bounded(**repeat: Any) -> dict[str, Any]:
    return {"text": "1 par jour", "timing": {"repeat": repeat}}


def test_a_prescription_that_ended_is_no_treatment_unless_a_part_of_it_goes_on() -> None:
    ended, goes_on = bounded(boundsPeriod={"end": "2021-12-06"}), {"text": "puis 1 par semaine"}
    assert told(medicine("PARACETAMOL", "", dosage=[ended])).treatments == []
    assert told(medicine("CORTANCYL", "", dosage=[ended, goes_on])).treatments
    assert told(medicine("RAMIPRIL", "", dosage=[bounded(boundsPeriod={"end": "2027-01-01"})])).treatments


def test_a_medicine_suspected_of_harm_is_no_treatment_and_says_so() -> None:
    suspect = medicine("AMOXICILLINE", "1 g", codes.RECEIVED, extension=[{"url": "urn:carnet:suspect", "valueBoolean": True}])  # fmt: skip
    (group,) = groups([Fact("a", 1, suspect)])
    assert group.label == "AMOXICILLINE – suspecté d'un effet indésirable"
    assert told({**suspect, "meta": {}}).treatments == []
