"""How long a leave lasts, as doctors write it."""

from __future__ import annotations

from datetime import date

import pytest

from carnet.rules.accepted.steps import leave_days

DAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("words", "days"),
    [
        ("AT 3j", 3),
        ("arrêt de travail 5 jours", 5),
        ("prolongation AT 15 j", 15),
        ("arrêt 1 semaine", 7),
        ("arrêt 2 sem", 14),
        ("AT 1 mois", 30),
        ("AT jusqu'au 25/11", 4),
        ("arrêt jusqu’au 22/11/2026", 1),
        ("AT jusqu'au 03/01", 43),
        ("AT jusqu'au 25/11/26", 4),
        ("AT jusqu'au 32/11", 0),
        ("AT jusqu'au 21/11", 0),
        ("AT jusqu'au 01/09", 0),
        ("AT jusqu'au 01/09/2027", 284),
        ("AT jusqu'au 21/11/2026", 0),
        ("AT", 0),
        ("certificat sport", 0),
    ],
)
def test_its_length_is_what_was_written(words: str, days: int) -> None:
    assert leave_days(words, DAY) == days
