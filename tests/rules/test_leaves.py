"""What a note says of a leave: its length, its last day, its outings, and whether it begins with the visit."""

from __future__ import annotations

from datetime import date

import pytest

from carnet.rules.leaves import Leave, asked

DAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("words", "leave"),
    [
        ("AT 15 jours jusqu'au 6/12, sorties libres", Leave(15, date(2026, 12, 6), "Sorties libres.")),
        ("AT 15 jours jusqu'au 8/12", Leave(15, date(2026, 12, 8))),
        ("AT 3j", Leave(3)),
        ("arrêt de travail jusqu'au 25/11", Leave(None, date(2026, 11, 25))),
        ("arrêt de travail", Leave()),
        ("AT de 8 jours soit jusqu'au 29/11 inclus", Leave(8, date(2026, 11, 29))),
        ("AT 3 j sorties autorisées 10h-12h", Leave(3, rest="Sorties autorisées 10h-12h.")),
        ("prolongation AT 15j", Leave(15, is_plain=False)),
        ("AT 8j à partir de lundi", Leave(8, is_plain=False)),
        ("AT 10j à compter du 9/3", Leave(10, is_plain=False)),
        ("mi-temps thérapeutique 3 mois", Leave(90, is_plain=False)),
        ("AT jusqu'au 1/9", Leave(is_plain=False)),
    ],
)
def test_it_is_what_was_written(words: str, leave: Leave) -> None:
    assert asked(words, DAY) == leave
