"""Numbers told in words, as a dictation writes them: read as figures, in their places."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carnet.reading import spoken
from tests.reading.reading import read


@pytest.mark.parametrize(
    ("told", "figures"),
    [
        ("trente-huit virgule cinq", "38,5"),
        ("cent trente-cinq sur quatre-vingts", "135 sur 80"),
        ("quatorze huit et demi", "14 8 et demi"),
        ("saturation quatre-vingt dix sept", "saturation 97"),
        ("zéro virgule zéro cinq", "0,05"),
        ("sept virgule deux pour cent", "7,2 %"),
        ("deux cent quarante mille", "240000"),
        ("soixante et onze ans", "71 ans"),
        ("six kilos huit cents", "6,800 kilos"),
        ("un gramme vingt, à jeun", "1,20 gramme, à jeun"),
        ("un mètre soixante-cinq", "1,65 metre"),
        ("douleur à six sur dix", "douleur à 6 sur 10"),
        # what is counted begins anew
        ("Doliprane mille trois fois par jour", "Doliprane 1000 3 fois par jour"),
        ("vingt deux comprimés", "20 2 comprimés"),
        ("un gramme trois fois par jour", "un gramme trois fois par jour"),
    ],
)
def test_a_number_told_in_words_is_a_number(told: str, figures: str) -> None:
    assert spoken.figures(told)[0] == figures


@pytest.mark.parametrize(
    "text",
    ["un appareil neuf", "deux comprimés trois fois par jour", "une semaine", "pour cent raisons", "HTA"],
)
def test_words_that_count_nothing_measured_stay(text: str) -> None:
    assert spoken.figures(text)[0] in (text, text.replace("cent", "100"))


def test_a_dictated_visit_is_read_in_its_own_words() -> None:
    text = (
        "La tension est à quatorze huit, le pouls à soixante-douze, la température à trente-huit virgule deux. "
        "L'hémoglobine glyquée est à sept virgule un pour cent. Glycémie capillaire à un gramme vingt."
    )
    found: list[tuple[str, Any]] = [
        (text[one.start : one.end], one.values["value"]) for one in [*read(text, "vital"), *read(text, "lab")]
    ]
    assert found == [
        ("tension est à quatorze huit", {"systolic": 140, "diastolic": 80}),
        ("pouls à soixante-douze", 72),
        ("température à trente-huit virgule deux", 38.2),
        ("Glycémie capillaire à un gramme vingt", 1.2),
        ("hémoglobine glyquée est à sept virgule un pour cent", 7.1),
    ]


_PIECES = st.sampled_from(
    [
        "cent",
        "quatre",
        "-",
        " ",
        "vingt",
        "et",
        "un",
        "virgule",
        "mille",
        "six",
        "gramme",
        "7",
        "é",
        "\n",
        "pour",
    ]
)


@given(st.lists(_PIECES, max_size=30).map("".join))
def test_every_place_stays_in_the_text(text: str) -> None:
    told, places = spoken.figures(text)
    if places is not None:
        assert len(places) == len(told) + 1
        assert places == sorted(places)
        assert places[-1] == len(text)
