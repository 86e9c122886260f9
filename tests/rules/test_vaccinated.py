"""Vaccines of a note: whose lot it is, and the day or the year of those given before."""

from __future__ import annotations

import pytest

from carnet.record.validate import validate
from carnet.rules.accepted import steps
from tests.rules.test_accepted import made


@pytest.mark.parametrize(
    ("text", "lots"),
    [
        ("DTP fait ce jour lot X123.", ["X123"]),
        ("DTP fait ce jour. Lot n° X123", ["X123"]),
        ("DTP fait ce jour\n(lot : X123)", ["X123"]),
        ("DTP fait ce jour, bras gauche, lot X123", ["X123"]),
        ("DTP fait ce jour, Prevenar fait ce jour lot AB123", [None, "AB123"]),
        ("DTP fait ce jour lot X123, Prevenar fait ce jour lot Y456", ["X123", "Y456"]),
        ("DTP fait ce jour\nPrevenar fait ce jour lot Y456", [None, "Y456"]),
        ("DTP fait ce jour\nexamen normal, boîte lot Y456", [None]),
    ],
)
def test_a_lot_is_of_the_vaccine_that_it_follows(text: str, lots: list[str | None]) -> None:
    told = [
        {"kind": "immunization", "quote": quote, "start": text.index(quote), "end": text.index(quote) + len(quote),
         "vaccine": quote, "status": "done_today"}
        for quote in ("DTP fait ce jour", "Prevenar fait ce jour")
        if quote in text
    ]  # fmt: skip
    assert [one.get("lot") for one in steps.vaccinated(told, text, "2026-11-21")] == lots


@pytest.mark.parametrize(
    ("words", "on"),
    [
        ("DTP fait en 2015", "2015"),
        ("DTP fait le 2/5/2015", "2015-05-02"),
        ("DTP fait 05/2015 lot 2019", "2015-05"),
        ("DTP 2005, 2015, à refaire en 2035", "2015"),
        ("DTP fait le 31/02/2015", "2015"),
        ("DTP à jour", None),
    ],
)
def test_a_vaccine_of_before_keeps_the_year_that_was_said(words: str, on: str | None) -> None:
    told = {"kind": "immunization", "quote": words, "start": 0, "end": len(words), "vaccine": "DTP"}
    (one,) = steps.vaccinated([{**told, "status": "up_to_date"}], words, "2026-11-21")
    assert one.get("on") == on
    resource = made(one)
    validate({**resource, "id": "one"})
    assert (resource.get("occurrenceDateTime"), "occurrenceString" in resource) == (on, on is None)
