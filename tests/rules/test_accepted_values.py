"""Numbers of a note as they enter the record: bounds, days, ages."""

from __future__ import annotations

from decimal import Decimal

from carnet.rules.accepted.resources import change
from tests.rules.test_accepted import SCENE, fact, made


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


def test_the_age_at_which_a_relative_fell_ill_is_kept() -> None:
    ill = made(
        fact("condition", "IDM à 55 ans", label="Infarctus du myocarde", cim10="I21.9", status="family")
    )
    assert ill["condition"][0]["onsetAge"]["value"] == 55
