"""Tobacco and alcohol in hurried words: a verb without its « ne », an amount before the name of the drink."""

from __future__ import annotations

import pytest

from tests.reading.reading import told


@pytest.mark.parametrize(
    ("text", "status", "pack_years"),
    [
        ("Fume 0", "never", None),
        ("fume : non", "never", None),
        ("fume pas", "never", None),
        ("Fume plus depuis 28/12 (40 PA).", "former", 40),
        ("fume plus", "former", None),
        ("fume plus de 10 cig/j", "current", None),
        ("fume plus qu'avant", "current", None),
        ("fume plus depuis le divorce", "current", None),
        ("fume pas mal", "current", None),
        ("20 PA actif", "current", 20),
        ("souhaite arrêter de fumer", "current", None),
        ("Tabac : ancien, 8 PA", "former", 8),
        ("Tabac 12/j = arrêt conseillé", "current", None),
        ("tabac : 10/j, projet d'arrêt", "current", None),
        ("Il consomme un paquet par jour, soit environ trente paquets-années", "current", 30),
    ],
)
def test_a_verb_says_whether_somebody_smokes(text: str, status: str, pack_years: float | None) -> None:
    assert told(text, "tobacco", "status", "pack_years") == [(status, pack_years)]


def test_who_smokes_at_home_is_not_the_patient() -> None:
    assert told("papa fume à la maison", "tobacco", "status") == []
    assert told("alcool : néant, etoh", "alcohol", "status") == ["alcool : néant"]


def test_cannabis_is_no_tobacco() -> None:
    assert told("fume du cannabis tous les soirs", "tobacco", "status") == []


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("6-8 bières fortes/j depuis le divorce", "6-8 bières fortes/j"),
        ("sevrage alcool, ex 1,5 l vin/j, abstinent 5 sem", "ex 1,5 l vin/j, abstinent 5 sem"),
        ("parle de l'alcool. 1 litre de rouge par jour", "1 litre de rouge par jour"),
    ],
)
def test_an_amount_says_more_than_a_word(text: str, status: str) -> None:
    assert told(text, "alcohol", "status") == [status]
