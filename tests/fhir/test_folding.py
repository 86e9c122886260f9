"""One way of comparing words, for the index, the searches and the full text."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies

from carnet.fhir.folding import WORD_LIMIT, fold, words


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Cœur", "coeur"),
        ("COEUR", "coeur"),
        ("Ægidius", "aegidius"),
        ("Straße", "strasse"),
        ("L’Hermitte", "l hermitte"),
        ("L'HERMITTE", "l hermitte"),
        ("Jean-Pierre", "jean pierre"),
        ("Jean\u2011Pierre", "jean pierre"),
        ("E\u0301lise", "elise"),
        ("Élise", "elise"),
        ("  deux   mots ", "deux mots"),
        ("ﬁn", "fin"),
        ("Søren Łukasz", "soren lukasz"),
        ("Ναί", "ναι"),
        ("", ""),
    ],
)
def test_case_accents_ligatures_and_joints_do_not_count(written: str, folded: str) -> None:
    assert fold(written) == folded


@given(strategies.text(max_size=40))
def test_what_is_folded_stays_so(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert "\x00" not in fold(text)


@given(strategies.text(max_size=40))
def test_words_are_those_of_the_folded_text(text: str) -> None:
    assert list(words(text)) == list(words(fold(text)))


def test_words_are_letters_and_digits_and_never_endless() -> None:
    assert list(words("T.A. 12/8, l'œdème ; 5 µg")) == ["t", "a", "12", "8", "l", "oedeme", "5", "μg"]
    assert len(next(words("a" * 1000))) == WORD_LIMIT
