"""Why a medicine taken as needed is taken: the words of the doctor reach the paper, shorthand in full."""

import pytest

from carnet.rules.accepted import medicines
from carnet.rules.accepted.reasons import reason


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("paracetamol 1g x3/j si t>38.5", "température > 38,5"),
        ("doliprane 1g si fièvre > 38,5 max 4/j", "fièvre > 38,5"),
        ("paracetamol 1g x3/j si douleur max 4/j", "douleur"),
        ("paracetamol 1g si dl 1 sem", "douleur"),
        ("ventoline 2 bouff si gêne respi", "gêne respiratoire"),
        ("tramadol 50 1 x3/j si EVA > 4", "EVA > 4"),
        ("Atarax 25 1 cp si insomnie, 10 j", "insomnie"),
        ("ventoline en cas de crise toutes les 4h", "crise"),
        ("macrogol si constipation 1 à 2/j", "constipation"),
        ("paracetamol 1g si besoin, si douleur ou fièvre", "douleur ou fièvre"),
        ("paracetamol 1g si besoin 10j", ""),
        ("paracetamol 1g x3/j sb", ""),
    ],
)
def test_the_reason_is_kept(typed: str, said: str) -> None:
    assert reason({"as_needed": True, "quote": typed}) == said


def test_what_is_not_taken_as_needed_has_no_reason() -> None:
    assert reason({"as_needed": False, "quote": "si fièvre"}) == ""


def test_it_stands_in_the_directions() -> None:
    fact = {"kind": "medication", "status": "prescribed", "drug": "paracétamol", "strength": "1 g", "as_needed": True,
            "times_per_day": 3, "max_per_day": 4, "quote": "paracetamol 1g x3/j si t>38.5 max 4/j"}  # fmt: skip
    assert medicines.directions(fact) == "3 fois par jour si température > 38,5, au plus 4 par jour"
    plain = {**fact, "quote": "paracetamol 1g x3/j si besoin max 4/j"}
    assert medicines.directions(plain) == "3 fois par jour si besoin, au plus 4 par jour"
