"""Medications: name, strength, intakes, duration and need; and whether they start, go on, or were stopped."""

from __future__ import annotations

from typing import Any

import pytest

from tests.reading.reading import read, told

FIELDS = ("strength", "dose_per_intake", "intake_unit", "times_per_day", "duration_days", "as_needed")


def line(text: str) -> tuple[Any, ...]:
    [values] = told(text, "medication", "drug", *FIELDS)
    return tuple(values)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Amlodipine 5 1/j 3 mois", ("amlodipine", "5 mg", None, None, 1, 90, False)),
        ("paracetamol 1g x3/j si douleur max 4/j", ("paracétamol", "1 g", None, None, 3, None, True)),
        ("Ventoline 2 bouff x4/j", ("salbutamol", None, 2, "bouffée", 4, None, False)),
        ("MTX 15 mg /sem", ("méthotrexate", "15 mg", None, None, 0.143, None, False)),
        ("IPP 20 1cp le soir 4 sem", ("inhibiteur de la pompe à protons", "20 mg", 1, "cp", 1, 28, False)),
        ("Metformine 1000 1-0-1", ("metformine", "1000 mg", 1, None, 2, None, False)),
        ("Metformine 1000 x2, RAS", ("metformine", "1000 mg", None, None, 2, None, False)),
        ("Lantus 20 UI le soir", ("insuline glargine", None, 20, "UI", 1, None, False)),
        ("Novorapid 8-8-10", ("insuline asparte", None, 8, "UI", 3, None, False)),
        ("Amox 1 g 1 cp matin et soir pdt 7 j", ("amoxicilline", "1 g", 1, "cp", 2, 7, False)),
        ("Amoxicilline 80 mg/kg/j en 2 prises 8j", ("amoxicilline", None, 40, "mg/kg", 2, 8, False)),
        ("doliprane dose-poids x4/j si T>38,5", ("paracétamol", None, 1, "dose-poids", 4, None, True)),
        ("Bisoprolol 2,5 1/2 cp matin", ("bisoprolol", "2,5 mg", 0.5, "cp", 1, None, False)),
        ("Kardegic 75 1/j", ("acide acétylsalicylique", "75 mg", None, None, 1, None, False)),
        ("Levothyrox 75 1 cp/j à jeun", ("lévothyroxine", "75 µg", 1, "cp", 1, None, False)),
        ("Ibuprofène 400 : 1 cp toutes les 8h, 5 jours", ("ibuprofène", "400 mg", 1, "cp", 3, 5, False)),
        ("Monuril 3g dose unique", ("fosfomycine", "3 g", None, None, 1, 1, False)),
        ("Uvedose 1 amp tous les 3 mois", ("colécalciférol", None, 1, "ampoule", 0.011, None, False)),
        ("Cortancyl 20 : 2 cp 1j/2", ("prednisone", "20 mg", 2, "cp", 0.5, None, False)),
        ("Solupred 20 3 cp/j 3j puis 2 cp/j 3j", ("prednisolone", "20 mg", 3, "cp", 1, 3, False)),
        ("Spasfon 2 cp x3/j sb", ("phloroglucinol", None, 2, "cp", 3, None, True)),
        ("Zolpidem 10 1/2 à 1 cp au coucher 14 j", ("zolpidem", "10 mg", 0.5, "cp", 1, 14, False)),
        ("Symbicort 200/6 1 bouff x2/j", ("budésonide/formotérol", "200 µg/6 µg", 1, "bouffée", 2, None, False)),
        ("amoxiciline 1g x2/j 6j", ("amoxicilline", "1 g", None, None, 2, 6, False)),
        ("DOLIPRANE 1000 MG 1 CP X 3/JOUR", ("paracétamol", "1000 mg", 1, "cp", 3, None, False)),
        ("Valaciclovir 500: 2 cp x3/j 7j", ("valaciclovir", "500 mg", 2, "cp", 3, 7, False)),
        ("Ramipril 5 mg/j", ("ramipril", "5 mg", None, None, 1, None, False)),
        ("Furosémide 40 -> 80 mg/j", ("furosémide", "80 mg", None, None, 1, None, False)),
        ("Fentanyl 25 µg/h 1 patch / 72h", ("fentanyl", "25 µg", 1, "patch", 0.333, None, False)),
        ("Atarax 25 1 cp le soir si besoin", ("hydroxyzine", "25 mg", 1, "cp", 1, None, True)),
    ],
)  # fmt: skip
def test_dosage(text: str, expected: tuple[Any, ...]) -> None:
    assert line(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sous Metformine 1000 x2, Ramipril 5", ["ongoing", "ongoing"]),
        ("TTT : Kardegic 75 1/j, Tahor 20", ["ongoing", "ongoing"]),
        ("TA 14/8. Gorge rouge. TTT : Amoxicilline 1g x3 6j", ["prescribed"]),
        ("CAT : Amoxicilline 1g x2/j 6j + doliprane", ["prescribed", "prescribed"]),
        ("stop AINS", ["stopped"]),
        ("Arrêt du Kardegic", ["stopped"]),
        ("Diazépam arrêté", ["stopped"]),
        ("Entresto 24/26 x2 inchangé", ["ongoing"]),
        ("Ramipril 5 1/j à poursuivre", ["ongoing"]),
        ("Début sertraline 50 1/j", ["prescribed"]),
        ("-> Augmentin 1g x3/j 7j", ["prescribed"]),
        ("K 5,8 sous Aldactone 25. Stop Aldactone", ["ongoing", "stopped"]),
        # Only spoken of.
        ("pas d'AINS", []),
        ("éviter les AINS", []),
        ("allergie à l'amoxicilline", []),
        ("Champix refusé", []),
        ("a pris du doliprane hier", []),
        ("fer sérique", []),
        ("Pas de corticoïdes", []),
    ],
)
def test_status(text: str, expected: list[str]) -> None:
    assert told(text, "medication", "status") == expected


def test_a_ceiling_is_no_frequency() -> None:
    [values] = told(
        "Doliprane 1g si besoin max 4/j", "medication", "times_per_day", "max_per_day", "as_needed"
    )
    assert values == (None, 4, True)


def test_a_duration_said_once_holds_for_the_list() -> None:
    text = "Renouvellement : Ramipril 5 1/j, Bisoprolol 2,5 1/j, Eliquis 5 x2 qsp 3 mois"
    assert told(text, "medication", "duration_days") == [90, 90, 90]
    ahead = "Renouvellement 3 mois : Ramipril 5 1/j, Kardegic 75 1/j"
    assert told(ahead, "medication", "duration_days") == [90, 90]


def test_the_quote_is_the_whole_line_and_nothing_else() -> None:
    text = "Doliprane 1g x3/j 5j, AT 3 jours, rdv 8 j. Tahor 20 le soir. Revoir si fièvre"
    quotes = [text[fact.start : fact.end] for fact in read(text, "medication")]
    assert quotes == ["Doliprane 1g x3/j 5j", "Tahor 20 le soir"]


def test_two_strengths_taken_together_are_both_kept() -> None:
    """Losing the second one would halve a dose."""
    assert told("Levothyrox 75+25 1/j", "medication", "strength") == ["75 µg + 25 µg"]
    assert told("Levothyrox 75 + 25 le matin", "medication", "strength", "dose_per_intake") == [
        ("75 µg + 25 µg", None)
    ]
    assert told("Levothyrox 75 + Doliprane 1g", "medication", "strength") == ["75 µg", "1 g"]


@pytest.mark.parametrize(
    ("text", "drug", "brand", "strength"),
    [
        ("Tramadol 37,5/paracetamol 325 1 cp x3/j", "tramadol/paracétamol", None, "37,5 mg/325 mg"),
        ("irbésartan 300/HCTZ 12,5", "irbésartan/hydrochlorothiazide", None, "300 mg/12,5 mg"),
        ("Mopral (oméprazole) 20 1/j", "oméprazole", "Mopral", "20 mg"),
        ("cholécalciférol (Uvedose) 100000 1 amp/3 mois", "colécalciférol", "Uvedose", "100000 UI"),
    ],
)
def test_two_names_of_one_medicine_are_one(text: str, drug: str, brand: str | None, strength: str) -> None:
    assert told(text, "medication", "drug", "brand", "strength") == [(drug, brand, strength)]


def test_two_medicines_that_nobody_makes_as_one_stay_two() -> None:
    assert told("Doliprane 1g/ibuprofène 400", "medication", "strength") == ["1 g", "400 mg"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("TTT : Uvedose 1 amp/3 mois\nCAT : ttt inchangé, Uvedose inchangé", ["ongoing"]),
        ("Uvedose inchangé. Bilan fait. Uvedose inchangé.", ["ongoing"]),
        ("CAT : Augmentin. Ordonnance : Augmentin 1g x3/j 7j", ["prescribed"]),
    ],
)
def test_what_is_named_again_stands_once(text: str, expected: list[str]) -> None:
    assert told(text, "medication", "status") == expected
