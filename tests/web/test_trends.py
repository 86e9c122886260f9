"""Earlier values beside an offered measure: the last one with its day, in its own unit, of this patient only."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from carnet.fhir import codes
from carnet.rules import results
from carnet.web.consultation.trends import MOST, Trend, trends

TODAY = date(2026, 11, 21)


def measured(day: str, value: str, *, code: str = "29463-7", unit: str = "kg", **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "id": f"{code}-{day}",
        "status": "final",
        "code": {"coding": [{"system": codes.LOINC, "code": code}]},
        "effectiveDateTime": day,
        "valueQuantity": {"value": Decimal(value), "unit": unit},
        **more,
    }


def drawn(*observations: dict[str, Any]) -> dict[str, Trend]:
    return {one.code: one for one in trends(results.series(results.values(observations)), today=TODAY)}


def test_the_last_value_stands_with_its_day_and_a_curve() -> None:
    weight = drawn(measured("2025-03-02", "79.50"), measured("2026-11-10", "81"))["29463-7"]
    assert (weight.words.replace("\u202f", " "), weight.date) == ("81 kg", "10/11")
    assert len(weight.points.split()) == 2
    assert drawn(measured("2025-03-02", "79"))["29463-7"].date == "03/2025"


def test_one_value_is_no_curve_and_many_are_few_points() -> None:
    assert drawn(measured("2026-11-10", "81"))["29463-7"].points == ""
    many = [measured(f"2024-{1 + day // 28:02}-{1 + day % 28:02}", str(70 + day)) for day in range(60)]
    assert len(drawn(*many)["29463-7"].points.split()) == MOST


def pressure(day: str, upper: int, lower: int) -> dict[str, Any]:
    parts = [
        {
            "code": {"coding": [{"system": codes.LOINC, "code": code}]},
            "valueQuantity": {"value": value, "unit": "mmHg"},
        }
        for code, value in (("8480-6", upper), ("8462-4", lower))
    ]
    made = measured(day, "0") | {"id": f"{day}-{upper}", "component": parts}
    del made["valueQuantity"]
    return made


def test_a_pressure_is_read_as_one() -> None:
    assert drawn(pressure("2026-11-10", 148, 92))["8480-6"].words == "148/92"


def test_of_two_pressures_of_one_moment_the_last_is_whole() -> None:
    day = "2026-11-10"
    for first, last in (((148, 92), (135, 80)), ((142, 80), (135, 80)), ((135, 85), (135, 80))):
        two = drawn(pressure(day, *first), pressure(day, *last) | {"id": "second"})["8480-6"]
        assert "/" in two.words
    assert drawn(pressure(day, 142, 80), pressure(day, 135, 80))["8480-6"].words == "135/80"


def test_two_units_are_never_one_curve() -> None:
    old = [measured(f"2020-0{month}-01", "1.3", code="2089-1", unit="g/L") for month in (1, 2)]
    (ldl,) = drawn(*old, measured("2026-01-05", "2.6", code="2089-1", unit="mmol/L")).values()
    assert ldl.points == ""
    assert "mmol/L" in ldl.words


def test_a_measure_of_a_fetus_is_not_the_patient_s() -> None:
    assert drawn(measured("2026-11-10", "3", focus=[{"reference": "RelatedPerson/child"}])) == {}


def test_one_measure_by_another_method_is_still_that_measure() -> None:
    assert drawn(measured("2026-11-10", "1.02", code="13457-7", unit="g/L")).keys() == {"2089-1"}
    assert drawn(measured("2026-11-10", "40", code="98979-8", unit="mL/min")).keys() == {"62238-1"}
