"""Results read as a doctor reads them: no value hides another, no sign is lost, nothing replaced comes back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from carnet.fhir import codes
from carnet.rules import results


def measure(id: str, value: Any = None, **more: Any) -> dict[str, Any]:
    quantity = {"valueQuantity": {"value": Decimal(str(value)), "unit": "mg/L"}} if value is not None else {}
    made = {"resourceType": "Observation", "id": id, "status": "final", "effectiveDateTime": "2026-01-04"}
    return {**made, "code": {"text": "CRP"}, **quantity, **more}


def said(*letters: str) -> dict[str, Any]:
    return {"interpretation": [{"coding": [{"code": letter}]} for letter in letters]}


def two_germs() -> list[dict[str, Any]]:
    """Escherichia resists amoxicillin, the streptococcus does not: one antibiogram each, the same code and hour."""
    found = []
    for germ, letter, value in (("Escherichia coli", "R", "0.512"), ("Streptococcus D.", "S", "0.012")):
        code = {"coding": [{"system": codes.LOINC, "code": "20-8"}], "text": "Amoxicilline"}
        test, panel = measure(f"{germ[0]}t", value, code=code, **said(letter)), measure(f"{germ[0]}p")
        panel["hasMember"] = [{"reference": f"Observation/{test['id']}"}]
        isolate = measure(f"{germ[0]}i", valueCodeableConcept={"text": germ})
        isolate |= {"code": {"text": "Micro-organisme isolé"}, "hasMember": [{"reference": f"Observation/{panel['id']}"}]}  # fmt: skip
        found += [test, panel, isolate]
    return found


def test_each_germ_keeps_its_own_antibiogram() -> None:
    found = [value for value in results.summary(results.values(two_germs())) if value.code]
    assert [(value.label, value.words, value.flag) for value in found] == [
        ("Amoxicilline (Escherichia coli)", "R · 0,512 mg/L", "abnormal"),
        ("Amoxicilline (Streptococcus D.)", "S · 0,012 mg/L", ""),
    ]
    assert len([one for one in results.series(found) if "Amoxicilline" in one.label]) == 2


def test_an_antibiotic_with_a_letter_and_no_concentration_is_shown() -> None:
    (value,) = results.values([measure("a", **said("R"))])
    assert (value.words, value.flag) == ("R", "abnormal")


def test_right_and_left_are_two_analytes() -> None:
    sides = [measure(side, 1, bodySite={"text": side}) for side in ("œil droit", "œil gauche")]
    assert [one.label for one in results.series(results.values(sides))] == [
        "CRP (œil droit)",
        "CRP (œil gauche)",
    ]


@pytest.mark.parametrize("tag", [codes.SUPERSEDED, codes.DISMISSED])
def test_what_was_replaced_or_set_aside_is_no_result(tag: str) -> None:
    old = measure("old", 8, meta={"tag": [{"system": codes.TAG, "code": tag}]})
    assert results.values([old]) == []
    assert bool(results.values([old], replaced=True)) == (tag == codes.SUPERSEDED)


@pytest.mark.parametrize(
    ("sign", "value", "flag"),
    [
        ("", 6, "high"),
        ("<", 6, ""),
        ("<=", 6, ""),
        (">", 6, "high"),
        (">", 5, "high"),
        ("<", 1, "low"),
        (">", 0, ""),
    ],
)
def test_a_sign_counts_beside_a_range(sign: str, value: int, flag: str) -> None:
    one = measure("a", value, referenceRange=[{"low": {"value": 1}, "high": {"value": 5}}])
    one["valueQuantity"] |= {"comparator": sign} if sign else {}
    assert results.values([one])[0].flag == flag


def test_a_range_of_another_unit_or_of_no_width_is_not_compared() -> None:
    other = {"low": {"value": 0.7, "unit": "g/L"}, "high": {"value": 1.08, "unit": "g/L"}}
    empty = {"low": {"value": 3.89, "unit": "mg/L"}, "high": {"value": 3.89, "unit": "mg/L"}}
    for wrong in (other, empty):
        (value,) = results.values([measure("a", 4.89, referenceRange=[wrong])])
        assert (value.flag, value.low, value.high) == ("", None, None)


def test_an_earlier_result_in_the_same_report_does_not_stand_for_the_last() -> None:
    earlier = measure("b", 90, effectiveDateTime="2025-12-01")
    for order in ([measure("a", 5), earlier], [earlier, measure("a", 5)]):
        assert [str(value.number) for value in results.summary(results.values(order))] == ["5"]


def test_one_measure_in_two_documents_is_one_and_two_of_one_day_are_two() -> None:
    (one,) = results.series(results.values([measure("a", 5), measure("b", 5), measure("c", 9)]))
    assert sorted(str(value.number) for value in one.values) == ["5", "9"]


def test_ranges_and_ratios_have_words() -> None:
    titre = measure("a", valueRatio={"numerator": {"value": 1}, "denominator": {"value": 160}})
    span = measure("b", valueRange={"low": {"value": 2, "unit": "mm"}, "high": {"value": 4, "unit": "mm"}})
    assert [value.words for value in results.values([titre, span])] == ["1/160", "2 mm à 4 mm"]


def test_a_measure_of_somebody_else_says_so() -> None:
    fetus = measure("a", 5, focus=[{"reference": "RelatedPerson/x"}])
    assert results.values([fetus])[0].label == "CRP (concerne une autre personne)"
