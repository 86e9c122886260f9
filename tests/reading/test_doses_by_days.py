"""Doses that differ from day to day, or are taken on some days only; numbers that are milligrams or units and no times a
day. What cannot be told in one dose is never certain."""

from __future__ import annotations

import pytest

from carnet.reading import prescriptions
from tests.reading.reading import packaged, read, told


@pytest.mark.parametrize(
    ("text", "strength", "dose", "times"),
    [
        ("Levothyrox 75 et 100 un jour sur deux", "75 µg", None, 0.5),
        ("Levothyrox 75/100 1j/2 en alternance", "75 µg", None, 0.5),
        ("Levothyrox 75 1 j/2, 100 l'autre jour", "75 µg", None, 0.5),
        ("Levothyrox 75 les jours pairs et 100 les jours impairs", "75 µg", None, 0.5),
        ("Levothyrox 75 µg et 100 µg en alternance", "75 µg", None, 1),
        ("Levothyrox 75 5 j/7 et 100 2 j/7", "75 µg", None, 0.714),
        ("Levothyrox 75 lun mer ven, 100 les autres jours", "75 µg", None, 0.429),
        ("Coumadine 4 mg 1j/2 et 5 mg 1j/2", "4 mg", None, 0.5),
        ("Previscan 3/4 et 1/2 1j/2", None, 0.75, 0.5),
    ],
)
def test_of_two_doses_the_first_is_told_and_never_certain(
    text: str, strength: str | None, dose: float | None, times: float
) -> None:
    (fact,) = read(text, "medication")
    assert (fact.values["strength"], fact.values["dose_per_intake"]) == (strength, dose)
    assert fact.values["times_per_day"] == times
    assert fact.confidence <= 0.7
    assert text[fact.start : fact.end] == text


def test_a_prescription_line_holds_both_doses() -> None:
    doses = prescriptions.read("Préviscan 20 mg 3/4 cp les jours pairs 1/2 cp les jours impairs", packaged())[
        "doses"
    ]
    assert [(one["amount"], one["times_per_day"], one["period_days"]) for one in doses] == [
        (0.75, 1, 2),
        (0.5, 1, 2),
    ]


@pytest.mark.parametrize(
    ("text", "strength", "dose", "unit", "times"),
    [
        ("Durogesic 12 tous les 3 jours", "12 µg", None, None, 0.333),
        ("Tahor 10/j", "10 mg", None, None, 1),
        ("Lasilix 20 par jour", "20 mg", None, None, 1),
        ("MTX 15/semaine", "15 mg", None, None, 0.143),
        ("Lantus 22/j", None, 22, "UI", 1),
        ("Novorapid 8 8 10 avt repas", None, 8, "UI", 3),
        ("Humalog Mix 25 20-0-18", None, 20, "UI", 2),
        ("Cortancyl 60-40-20 3 jours chaque", "60 mg", None, None, None),
        ("Seresta 50-25-25", None, 50, "mg", 3),
        ("Ventoline 8/j", None, None, None, 8),
        ("Levothyrox 100 du lundi au vendredi", "100 µg", None, None, 0.714),
        ("Levothyrox 100 sauf le dimanche", "100 µg", None, None, 0.857),
        ("Lasilix 40 1 jour / 3", "40 mg", None, None, 0.333),
        ("Uvedose /3 mois", None, None, None, 0.011),
        ("Uvedose 100000/3 mois", "100000 UI", None, None, 0.011),
        ("Ramipril 5 1/j / 3 mois", "5 mg", None, None, 1),  # how long; never once in three months
        ("Tahor 40/3 mois", "40 mg", None, None, None),
        ("Doliprane 1 g x3/j lundi au vendredi", "1 g", None, None, 2.143),
        ("Anapen 0,3 x2 stylos", "0,3 mg", None, None, None),
        ("Cardensiel 2,5 -> 5 ne pas monter pour le moment", "2,5 mg", None, None, None),
        ("irbesartan hctz 300/12,5 1/j", "300 mg/12,5 mg", None, None, 1),
    ],
)
def test_a_number_is_what_it_can_be(
    text: str, strength: str | None, dose: float | None, unit: str | None, times: float | None
) -> None:
    keys = ("strength", "dose_per_intake", "intake_unit", "times_per_day")
    assert told(text, "medication", *keys) == [(strength, dose, unit, times)]


@pytest.mark.parametrize(
    "text",
    [
        "depuis l'escitalopram, prise de 3 kg",
        "FSH LH estradiol J3",
        "Vapote (nicotine 3 mg)",
        "Nicopatch 14 proposé : veut réfléchir",
    ],
)
def test_what_is_no_dose_gives_no_medicine(text: str) -> None:
    assert told(text, "medication", "drug") == []


def test_weeks_of_pregnancy_are_no_ceiling() -> None:
    found = prescriptions.read("Acide folique 0,4 mg 1 cp le matin jusqu'à 12 SA, 3 mois", packaged())
    assert (found["max_per_day"], found["duration_days"]) == (None, 90)


@pytest.mark.parametrize(
    ("text", "unit", "route"),
    [
        ("kétoprofène gel 2,5 % 2 applic/j 7 jours", "application", "cutanée"),
        ("Dermoval gel cuir chevelu 1 appli/j 2 sem", "application", "cutanée"),
        ("lasilix 20 1 le mat un jour sur deux 1 mois", "cp", "orale"),
        ("Amoxicilline 500 mg/5ml 1 càm x3/j 7 jours", "mesure", "orale"),
    ],
)
def test_a_unit_left_out_is_that_of_the_product_in_that_form(text: str, unit: str, route: str) -> None:
    found = prescriptions.read(text, packaged())
    assert ([one["unit"] for one in found["doses"]], found["route"]) == ([unit], route)


def test_the_same_dose_goes_on() -> None:
    assert told("INR 2,5 : même dose Coumadine 5 mg", "medication", "status") == ["ongoing"]
