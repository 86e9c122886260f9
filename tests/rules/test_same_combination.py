"""A combination told in another order of its substances is the same treatment; one of its substances alone is not."""

from __future__ import annotations

import pytest

from carnet.rules.accepted import same_medicine

HELD = {
    "resourceType": "MedicationRequest",
    "medicationCodeableConcept": {"text": "périndopril/amlodipine 10 mg/5 mg (Coveram)"},
}


@pytest.mark.parametrize(
    ("drug", "same"),
    [
        ("périndopril/amlodipine", True),
        ("amlodipine/périndopril", True),
        ("amlodipine", False),
        ("amlodipine/valsartan", False),
    ],
)
def test_it_is_known_in_any_order(drug: str, same: bool) -> None:
    assert same_medicine.is_of(HELD, drug) is same
