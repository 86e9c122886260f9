"""What one takes at a time is told with its unit wherever the reference knows one form of that strength."""

from __future__ import annotations

from typing import Any

import pytest

from carnet.actions import offers
from carnet.reading.facts import Context
from carnet.rules.accepted import medicines


def read(text: str) -> dict[str, Any]:
    (found,) = [one for one in offers.facts(text, Context()) if one["kind"] == "medication"]
    return found


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("Atarax 25 1 le soir si besoin", "1 comprimé le soir si besoin"),
        ("Eliquis 2,5 1-0-1", "1 comprimé 2 fois par jour, le matin et le soir"),
        ("Furosemide 40 1-0-0", "1 comprimé le matin"),
        ("Leeloo 1/j", "1 comprimé 1 fois par jour"),
        ("Levothyrox 75 1/j", "1 comprimé 1 fois par jour"),
        ("amlodipine 5 1 le soir", "1 le soir"),  # tablets and capsules are sold
        ("Eliquis 5 2 cp/j", "2 comprimés par jour"),
        ("Eliquis 5 x2/j", "2 fois par jour"),
        ("Xarelto 15 1-0-1 en attendant, 21 j puis 20 1/j", "« Xarelto 15 1-0-1 en attendant, 21 j puis 20 1/j »"),
    ],
)  # fmt: skip
def test_a_number_alone_is_of_the_one_form_of_its_strength(typed: str, said: str) -> None:
    assert medicines.directions(read(typed)) == said


def test_a_form_that_is_not_known_stays_a_number() -> None:
    assert read("amlodipine 5 1 le soir")["intake_unit"] is None
