"""What goes to paper without a person reading it: a request whose every word is understood, and nothing else."""

from __future__ import annotations

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
