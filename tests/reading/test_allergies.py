"""An allergy that is asked about, and what the answer makes of it."""

from __future__ import annotations

import pytest

from tests.reading.reading import told


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("allergie pénicilline ? non", [("pénicilline", "negated")]),
        ("pénicilline : allergie ? non", [("pénicilline", "negated")]),
        ("Allergies ? non", [("aucune connue", "negated")]),
        ("allergie pénicilline ?", [("pénicilline", "suspected")]),
        ("allergie pénicilline ? non testée", [("pénicilline", "suspected")]),
        ("allergie pénicilline ? non confirmée", [("pénicilline", "suspected")]),
        ("allergie non précisée", []),
        ("allergie : non testée", []),
        ("allergies : non connues", [("aucune connue", "negated")]),
        ("allergie suspectée à la pénicilline", [("pénicilline", "suspected")]),
        ("allergie à confirmer : pénicilline", [("pénicilline", "suspected")]),
        ("allergie possible aux fruits à coque", [("fruits à coque", "suspected")]),
    ],
)
def test_a_question_answered_no_denies_the_allergy(text: str, expected: list[tuple[str, str]]) -> None:
    assert told(text, "allergy", "substance", "status") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "ne supporte pas l'Augmentin (diarrhée)",
            [("Augmentin (amoxicilline, acide clavulanique)", "affirmed")],
        ),
        ("allergique aux piqûres de guêpe", [("venin de guêpe", "affirmed")]),
        (
            "bactrim=rash 2014 allergie",
            [("bactrim (sulfamides, triméthoprime, sulfaméthoxazole)", "affirmed")],
        ),
        ("RAS allergie", [("aucune connue", "negated")]),
        ("Allergie : œuf (urticaire), pas de réaction aux vaccins", [("œuf", "affirmed")]),
        ("Allergie iode: non", [("iode", "negated")]),
        ("Allergie: sulfamides (rash), latex non", [("sulfamides", "affirmed"), ("latex", "negated")]),
        ("amoxicilline 1 g, allergie saisonnière", []),
        ("douleur calmée par l'Augmentin", []),
    ],
)
def test_an_allergy_in_other_words(text: str, expected: list[tuple[str, str]]) -> None:
    assert told(text, "allergy", "substance", "status") == expected
