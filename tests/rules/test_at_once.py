"""What goes to paper without a person reading it: a request whose every word is understood, and nothing else."""

from __future__ import annotations

from datetime import date

import pytest

from carnet.rules import at_once

SPORT = "Certificat de non contre-indication au sport"


@pytest.mark.parametrize(
    ("asked", "model", "is_named"),
    [
        ("certificat de non contre-indication au sport", SPORT, True),
        ("certif sport non-contre-indication", SPORT, True),
        ("certificat médical sport", "Sport", True),
        ("certificat pour la crèche", "Certificat de crèche", True),
        ("certificat contre-indication sport", SPORT, False),
        ("certif inaptitude sport", SPORT, False),
        ("certificat dispense de sport 15j", SPORT, False),
        ("certificat dispense de sport 15j", "Dispense de sport", False),
        ("certificat sport", SPORT, False),
        ("certificat enfant malade", "Garde d’enfant", False),
        ("certificat", "Certificat médical", False),
    ],
)
def test_a_certificate_is_named_by_all_its_words(asked: str, model: str, is_named: bool) -> None:
    assert at_once.names(asked, model) is is_named


@pytest.mark.parametrize(
    ("asked", "days"),
    [
        ("AT 3j", 3),
        ("arrêt de travail de 5 jours", 5),
        ("arrêt 1 semaine", 7),
        ("arrêt de travail jusqu’au 05/03", 4),
        ("arrêt de travail jusqu'au 1/3", 0),
        ("arrêt travail 1 semaine jusqu'au 8/3", 0),
        ("AT 10j à compter du 9/3", 0),
        ("AT 8j à partir de", 0),
        ("AT du 2/3 au 5/3", 0),
        ("prolongation AT 15j", 0),
        ("mi-temps thérapeutique 3 mois", 0),
        ("AT 3j sorties libres", 0),
        ("AT", 0),
    ],
)
def test_a_plain_leave_says_its_length_and_nothing_else(asked: str, days: int) -> None:
    assert at_once.leave(asked, date(2026, 3, 2)) == days


@pytest.mark.parametrize(
    ("note", "is_plain"),
    [
        ("AT 3j", True),
        ("grippe, AT 3j, revoir vendredi\nDRP 1 g", False),
        ("grippe : AT 3j. Revoir vendredi", False),
        ("grippe, AT 3j, DRP 1 g, revoir si fièvre\nà jeun", True),
        ("AT 3j + certificat enfant malade", True),
        ("AT 3j dès demain", False),
        ("AT 3j (à partir de demain)", False),
        ("AT 3j, à partir de lundi", False),
        ("AT 3j, sauf si reprise possible", False),
        ("refuse AT 3j", False),
        ("si pas mieux AT 3j", False),
        ("AT 3j le mois dernier ; AT 3j", False),
        ("AT 5j", False),
    ],
)
def test_nothing_around_it_changes_what_is_asked(note: str, is_plain: bool) -> None:
    assert at_once.is_plain("AT 3j", note) is is_plain
