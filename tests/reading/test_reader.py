"""Reading as a whole: any text gives facts that stand in it, always the same."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carnet.reading.facts import Fact
from tests.reading.reading import packaged, read

NOTE = (
    "ATCD : HTA, DT2, cholécystectomie 2012. AF : père IDM 55 ans.\n"
    "TA 14/8 FC 72 Pds 72,5. HbA1c 7,2. Pas de fièvre ni toux.\n"
    "CAT : Amlodipine 5 1/j 3 mois. Bio NFS CRP. rdv ds 3 mois."
)
# Pieces of notes, to fall upon the edges of the grammars.
SCRAPS = st.lists(
    st.sampled_from(
        ["TA", "14/8", "1/2", "½", "pas de", "fièvre", "?", "Doliprane", "1g", "x3/j", "si", "max", "4/j", "qsp", "3", "mois",
         ",", ".", "\n", ":", "ATCD", "œ", "É", "e\u0301", "HbA1c", "7,2", "+++", "-", "(", ")", "→", "1-0-1", "père", "/", "%",
         "rdv", "ds", "J14", "12/03/2026", "31/02", "tabac", "20 PA", "vaccin", "grippe", "allergie", "BU", "T°", "38°5", "0"]
    ),
    max_size=30,
).map(" ".join)  # fmt: skip


def shown(text: str, facts: list[Fact]) -> list[dict[str, Any]]:
    return [{**fact.as_json(text), "start": 0, "end": 0} for fact in facts]


def stands(text: str) -> None:
    for fact in read(text):
        assert 0 <= fact.start < fact.end <= len(text)
        assert fact.as_json(text)["quote"] == text[fact.start : fact.end]
        assert text[fact.start : fact.end].strip() == text[fact.start : fact.end]
        assert 0 < fact.confidence <= 1


@given(st.one_of(st.text(max_size=200), SCRAPS))
@settings(max_examples=300, deadline=None)
def test_any_text_gives_facts_that_stand_in_it(text: str) -> None:
    stands(text)


def test_naughty_strings_give_facts_that_stand_in_them(shared_data: Path) -> None:
    naughty = (shared_data / "suites/blns/blns.txt").read_text("utf-8")
    for line in [*naughty.split("\n"), naughty]:
        stands(line)


def test_reading_twice_gives_the_same() -> None:
    assert packaged().read(NOTE) == packaged().read(NOTE)


def test_accents_written_in_two_characters_are_read_at_their_places() -> None:
    text = "ATCD : e\u0301pilepsie. Pas de fie\u0300vre"
    assert [text[fact.start : fact.end] for fact in read(text, "condition")] == [
        "e\u0301pilepsie",
        "fie\u0300vre",
    ]


# Texts that would make a careless grammar try everything with everything.
REPEATED = (
    "1", "1/", " ", "pas de ", "\n", ",", "a", "toux ", "doliprane 1g x3/j ", "TA ", "rdv ", "tabac ", "allergie à ", "si ",
    "vaccin ", "nfs crp ", "alcool 2 ou ", "BU leuco ", "HbA1c du 12/03 ", "lundi mardi ", "3 000 ", "a.b.", "ATCD : ", "(",
)  # fmt: skip


def processor_time(text: str) -> float:
    before = time.process_time()
    packaged().read(text)
    return time.process_time() - before


@pytest.mark.parametrize("piece", REPEATED)
def test_four_times_the_text_takes_about_four_times_the_time(piece: str) -> None:
    short, long = ((piece * size)[:size] for size in (3000, 12000))
    packaged().read(short)
    growth = min(processor_time(long) / max(processor_time(short), 0.002) for _ in range(3))
    assert growth < 9
