"""Numbers of a note as they enter the record: bounds, days, ages."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from carnet.fhir import codes
from carnet.rules import results
from carnet.rules.accepted import measures, medicines, same_medicine
from carnet.rules.accepted.resources import change
from carnet.rules.offers import words
from tests.rules.test_accepted import PRESSURE, SCENE, fact, made


def test_a_bound_is_kept_as_a_bound_and_an_earlier_value_with_its_day() -> None:
    bound = {
        "kind": "lab",
        "quote": "TSH < 0,01",
        "start": 0,
        "end": 2,
        "name": "TSH",
        "value": Decimal("0.01"),
    }
    assert made(bound)["valueQuantity"]["comparator"] == "<"
    earlier = {**bound, "quote": "K 5,6", "name": "potassium", "value": Decimal("5.6"), "on": "2026-11-12"}
    assert made(earlier)["effectiveDateTime"] == "2026-11-12"
    assert "comparator" not in made(earlier)["valueQuantity"]
    today = {**earlier, "on": None}
    both = change([earlier, today], [], SCENE).created
    assert len(both) == 2, "the same number on two days is two results"


def test_a_pressure_standing_or_lying_is_another_measure_and_says_so() -> None:
    """An orthostatic drop is no noise in the curve of the pressures of every visit."""
    lying, standing = ({**PRESSURE, "position": position} for position in ("couché", "debout"))
    made_of = change([PRESSURE, lying, standing], [], SCENE).created
    assert [one["code"]["text"] for one in made_of] == [
        "Pression artérielle",
        "Pression artérielle (couché)",
        "Pression artérielle (debout)",
    ]
    (told,) = [one for one in made_of[2]["extension"] if one["url"] == codes.BODY_POSITION]
    assert told["valueCodeableConcept"]["coding"][0]["code"] == "10904000"
    found = results.values(one | {"id": str(place)} for place, one in enumerate(made_of))
    assert len(results.series(found)) == 6
    assert words(standing, SCENE.day) == ("✓", "TA 140/80 mmHg debout")


def test_a_seated_pressure_joins_the_others() -> None:
    found = results.values([made({**PRESSURE, "position": "assis"}), made(PRESSURE)])
    assert len(results.series(found)) == 2


def test_the_age_at_which_a_relative_fell_ill_is_kept() -> None:
    ill = made(
        fact("condition", "IDM à 55 ans", label="Infarctus du myocarde", cim10="I21.9", status="family")
    )
    assert ill["condition"][0]["onsetAge"]["value"] == 55


def test_of_two_weights_of_one_day_the_later_is_the_childs() -> None:
    """« 9,2 » is no later than « 12,4 » because its first figure is larger."""
    weights = [weight("9.2", "2026-11-21T08:00:00Z"), weight("12.4", "2026-11-21T16:00:00Z")]
    said = measures.weight_of_child(weights, date(2022, 1, 1), date(2026, 11, 21))
    assert said == "12,4 kg le 21/11/2026"


def weight(value: str, when: str) -> dict[str, Any]:
    return {
        "status": "final",
        "code": {"coding": [{"code": "29463-7"}]},
        "effectiveDateTime": when,
        "valueQuantity": {"value": Decimal(value), "unit": "kg"},
    }


@pytest.mark.parametrize(
    ("quote", "said"),
    [
        ("zopiclone 7,5 1 cp au coucher, 14 j", "1 fois par jour, au coucher"),
        ("amoxicilline 1 g 1 fois par jour au repas", "1 fois par jour, au cours du repas"),
        ("oméprazole 20 1 le matin à jeun", "1 fois par jour, le matin, à jeun"),
        ("paracétamol 1 g toutes les 6 h", "1 fois par jour, toutes les 6 h"),
    ],
)
def test_when_it_is_taken_is_on_the_paper(quote: str, said: str) -> None:
    drug = {"kind": "medication", "quote": quote, "status": "prescribed", "times_per_day": 1}
    assert medicines.directions({**drug, "drug": quote.split()[0]}) == said


def test_a_dose_by_weight_stands_as_it_was_typed() -> None:
    drug = {"kind": "medication", "drug": "amoxicilline", "status": "prescribed", "times_per_day": 3}
    shared = {
        **drug,
        "quote": "amoxicilline 80 mg/kg/j en 3 prises",
        "dose_per_intake": Decimal("26.67"),
        "intake_unit": "mg/kg",
    }
    assert medicines.directions(shared) == "« amoxicilline 80 mg/kg/j en 3 prises »"
    pipette = {
        **drug,
        "quote": "Josacine 250 dose 12 kg x2/j",
        "dose_per_intake": 1,
        "intake_unit": "dose-poids",
    }
    assert "dose 12 kg" in medicines.directions(pipette)


def test_an_injection_told_by_its_brand_is_the_one_of_the_record() -> None:
    held = {
        "medicationCodeableConcept": {"text": "sémaglutide (OZEMPIC) 0,5 mg"},
        "dosage": [{"text": "1 injection par semaine"}],
    }
    typed = {
        "quote": "Ozempic 0,5 mg par semaine : idem",
        "drug": "sémaglutide",
        "brand": "Ozempic",
        "strength": "0,5 mg",
    }
    assert same_medicine.is_same(held, typed)
    gel = {
        "medicationCodeableConcept": {"text": "diclofénac (VOLTARENE) 1 % gel"},
        "dosage": [{"text": "1 application"}],
    }
    pill = {"quote": "Voltarène 50 1 cp x2", "drug": "diclofénac", "brand": "Voltarène", "strength": "50 mg"}
    assert not same_medicine.is_same(gel, pill)
