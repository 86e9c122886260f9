"""The day of a measure, where a note says another than its own."""

from __future__ import annotations

import pytest

from carnet.reading.facts import Context
from tests.reading.reading import packaged

DAY = "2026-11-22"


def days(text: str, day: str | None = DAY) -> list[tuple[str, str]]:
    """What was measured and when: a day, `older`, or nothing for the visit's own."""
    facts = [one.as_json(text) for one in packaged().read(text, Context(60, "F", day))]
    measures = [one for one in facts if one["kind"] in ("vital", "lab")]
    return [(one["quote"], one.get("on", "older" if one.get("older") else "")) for one in measures]


@pytest.mark.parametrize(
    ("text", "on"),
    [
        ("INR 6,2 hier", "2026-11-21"),
        ("Na 131 (10/11)", "2026-11-10"),
        ("PSA 4,2 en 06/2026", "2026-06"),
        ("créat 98 en 2024", "2024"),
        ("HbA1c 7,2% (nov 2026)", "2026-11"),
        ("CRP 54 le 20/11", "2026-11-20"),
        ("K 4,1 il y a 3 sem", "2026-11-01"),
        ("K 4,1 (12/12)", "2025-12-12"),
        ("T° 39 hier soir", "2026-11-21"),
        ("le 12/11 TA 15/9", "2026-11-12"),
        ("hier TA 15/9", "2026-11-21"),
    ],
)
def test_a_value_has_the_day_beside_it(text: str, on: str) -> None:
    assert [day for _, day in days(text)] == [on]


def test_the_heading_of_a_report_dates_its_values_and_nothing_of_today() -> None:
    assert days("bio du 12/11/2026 : K 5,6, Na 131. TA 14/8") == [
        ("K 5,6", "2026-11-12"),
        ("Na 131", "2026-11-12"),
        ("TA 14/8", ""),
    ]
    assert days("bio du 12/11\nK 5,6\nNa 140\n\nCRP 3") == [
        ("K 5,6", "2026-11-12"),
        ("Na 140", "2026-11-12"),
        ("CRP 3", ""),
    ]
    assert days("bio du 12/11 : K 5,6 ; ce jour CRP 4")[1][1] == ""


@pytest.mark.parametrize(
    "text", ["poids 81->78 kg", "TA habituelle 13/8", "DFG 60 l'an dernier", "le 12/03 TA 15/9"]
)
def test_an_older_value_without_its_day_says_so(text: str) -> None:
    assert days(text)[0][1] == "older"


@pytest.mark.parametrize(
    "text",
    ["TA 14/8, 1/2 cp le soir", "RDV 12/12 TA 14/8", "Revoir le 12/12. TA 14/8", "Bio du jour : CRP 12",
     "LDL 1,3 sous atorva 40 1/j", "CRP 12, contrôle le 30/11"],
)  # fmt: skip
def test_what_is_no_day_of_the_past_dates_nothing(text: str) -> None:
    assert [day for _, day in days(text)] == [""]


def test_without_the_day_of_the_note_nothing_is_dated() -> None:
    assert days("Na 131 (10/11)", None) == [("Na 131", "")]


@pytest.mark.parametrize(
    "text",
    [
        "TA 16/9 le 23/11",
        "TA 16/9 du 5 décembre",
        "TA 23/11 : 14/8",
        "bio du 12/12 : K 5,6",
        "TA 16/9 le 5/1",
    ],
)
def test_a_day_to_come_is_not_one_of_last_year(text: str) -> None:
    assert [day for _, day in days(text)] == ["older"]
    assert days("K 4,1 (23/11)") == [("K 4,1", "2025-11-23")]


def test_the_day_of_the_note_itself_makes_nothing_older() -> None:
    assert days("le 22/11 TA 16/9") == [("TA 16/9", "")]
    assert days("TA 16/9 le 21/11") == [("TA 16/9", "2026-11-21")]


def test_a_value_far_along_a_line_keeps_the_heading_of_its_report() -> None:
    report = "bio du 12/11 : " + ", ".join(["K 5,6"] * 40)
    assert {day for _, day in days(report)} == {"2026-11-12"}
    assert days(report + ", ce jour CRP 4")[-1] == ("CRP 4", "")
