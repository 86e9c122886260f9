"""What is not given, and what is taken no more: prescriptions denied or only discussed, switches refused, stops of
several medicines, stops under a condition. A status that is wrong is worse than one that is missed."""

from __future__ import annotations

import pytest

from tests.reading.reading import read, told


@pytest.mark.parametrize(
    "text",
    [
        "pas de relais de l'Eliquis par Lovenox",
        "ne pas relayer l'Eliquis par Lovenox",
        "on ne remplace pas le Tahor par Crestor",
        "le cardio ne veut pas remplacer Coumadine par Eliquis",
        "pas de substitution de Levothyrox par Euthyrox",
        "relais par Lovenox inutile",
        "pas lieu de passer à Entresto",
        "pas encore débuté le Tahor",
        "pas besoin d'ATB type Augmentin",
        "je ne prescris pas d'antibiotique (Augmentin)",
        "discuter l'introduction d'Entresto avec cardio",
        "avis cardio pour ajout Entresto",
        "refus de débuter Crestor",
        "Ne prend pas son Tahor",
        "n'est pas sous Tahor",
        "jamais sous Previscan",
        "si échec : Xolair à envisager",
    ],
)
def test_what_is_denied_or_only_discussed_is_not_given(text: str) -> None:
    assert told(text, "medication", "drug", "status") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("relais de l'Eliquis par Lovenox", ["stopped", "prescribed"]),
        ("Tahor mal toléré, passage à Crestor 5", ["prescribed"]),
        ("TA non contrôlée, ajout amlodipine 5 1/j", ["prescribed"]),
        ("pas d'amélioration, débuter Augmentin 1g x3/j", ["prescribed"]),
        ("bascule Previscan vers Eliquis 5 x2", ["stopped", "prescribed"]),
        ("Tahor stoppé, remplacé par Crestor 5 mg 1/j", ["stopped", "prescribed"]),
        ("arrêt Tahor, Kardegic et Lasilix", ["stopped"] * 3),
        ("J'arrête le Tahor ainsi que le Kardegic", ["stopped"] * 2),
        ("Tahor, Kardegic stoppés", ["stopped"] * 2),
        ("arrêt brutal du Tahor", ["stopped"]),
        ("arrêt définitif de la Cordarone", ["stopped"]),
        ("stop AINS, Doliprane 1 g si douleur", ["stopped", "prescribed"]),
        ("Kardegic à ne pas arrêter", ["ongoing"]),
    ],
)
def test_what_is_given_or_stopped(text: str, expected: list[str]) -> None:
    assert told(text, "medication", "status") == expected


@pytest.mark.parametrize(
    "text",
    [
        "stop Lasilix, Coversyl si vomissements",
        "suspendre Metformine, Forxiga et Ramipril en cas de déshydratation",
        "Stop Ramipril + Lasilix si diarrhée",
    ],
)
def test_a_stop_under_a_condition_is_of_all_and_never_certain(text: str) -> None:
    found = read(text, "medication")
    assert len(found) == text.count(",") + text.count(" et ") + text.count("+") + 1
    assert all(fact.values["status"] == "stopped" and fact.confidence <= 0.5 for fact in found)
    assert not any(fact.values["as_needed"] for fact in found)


@pytest.mark.parametrize(
    "text", ["Tahor 20 1/j, à arrêter si myalgies", "Ciprofloxacine 500 x2 7 j, stop si douleur tendineuse"]
)
def test_a_dose_with_what_would_end_it_is_given(text: str) -> None:
    assert told(text, "medication", "status") == ["prescribed"]


def test_a_pause_is_no_certain_end() -> None:
    for text in ("arrêt temporaire du Lasilix", "Lasilix en pause 5 j"):
        (fact,) = read(text, "medication")
        assert fact.values["status"] == "stopped"
        assert fact.confidence <= 0.7


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Sous Augmentin depuis 5 j : arrêt ce jour", "stopped"),
        ("Tahor 10 depuis 2 ans, à arrêter", "stopped"),
        ("Sous Augmentin depuis 5 j : arrêt de travail 3 j", "ongoing"),
    ],
)
def test_a_stop_may_stand_behind_since_when_it_was_taken(text: str, status: str) -> None:
    assert told(text, "medication", "status") == [status]
