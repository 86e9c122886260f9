"""Prescriptions as they are typed: bursts, lists, falling doses, what stops and what takes its place. The phrases stand in
medication_phrases.tsv."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.reading.reading import told

PHRASES = [
    line.split("\t")
    for line in (Path(__file__).parent / "medication_phrases.tsv").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]
FIELDS = ("drug", "strength", "dose_per_intake", "intake_unit", "times_per_day", "duration_days")


@pytest.mark.parametrize(("text", "expected"), PHRASES)
def test_a_phrase_is_read_as_it_was_meant(text: str, expected: str) -> None:
    found = told(text.replace("\\n", "\n"), "medication", *FIELDS, "as_needed", "status")
    assert [_shown(row) for row in found] == [one for one in expected.split("; ") if one]


def _shown(row: tuple[Any, ...]) -> str:
    *values, as_needed, status = row
    shown = ["" if value is None else str(value) for value in values]
    return " | ".join([*shown, "si besoin" if as_needed else "", status])


@pytest.mark.parametrize(
    "text",
    [
        "allergie à l'amoxicilline",
        "éviter les AINS",
        "discuté de mettre une statine",
        "notice de l'Eliquis remise",
        "demande du Stilnox",
        "Effexor 37,5 ? elle réfléchit",
        "vit D 22, calcémie 2,31",
        "a déjà essayé le Seroplex sans effet",
        "Selincro pas donné",
        "prescris une IRM ainsi que TSH B12 folates",
        "pollens de bouleau",
        "pleure avec larmes",
    ],
)
def test_a_drug_only_spoken_of_is_no_medication(text: str) -> None:
    assert told(text, "medication", "drug", "status") == []


@pytest.mark.parametrize(
    ("text", "dose", "times"),
    [
        ("Inexium 40 1 cp 30 minutes avant le repas du soir", 1, 1),
        ("Lasilix 40 → 80 matin + 40 midi 5 j", None, 2),
        ("Actiskenan 10 toutes les 4 h si douleur (6 max/j)", None, 6),
        ("Seresta 10 1/2 si angoisse (1 bte)", 0.5, None),
        ("Ventoline 100 2 bouffées à 7 heures 30", 2, 1),
        ("Ventoline 2b x4 à 6 par jour", 2, 4),
        ("Laroxyl 5 gouttes le soir, ↑ 1 gtte/j jusqu'à 15", 5, 1),
        ("Josacine 25 mg/kg matin et soir, enfant 14 kg", 25, 2),
        ("Lantus 18 UI le soir au coucher à augmenter de 2 UI tous les 3 j", 18, 1),
    ],
)
def test_no_number_that_is_something_else_becomes_a_dose(
    text: str, dose: float | None, times: float | None
) -> None:
    assert told(text, "medication", "dose_per_intake", "times_per_day") == [(dose, times)]


def test_a_stop_of_work_is_no_stop_of_the_drug() -> None:
    text = "propranolol 40 un comprimé matin et soir pendant quinze jours arrêt de travail dix jours"
    assert told(text, "medication", "status", "duration_days") == [("prescribed", 15)]


def test_a_result_after_a_name_takes_no_duration_of_a_list() -> None:
    text = "fosavance 1/sem vit D 22 inexium 20 le soir 3 mois le tout"
    assert told(text, "medication", "drug", "duration_days") == [
        ("acide alendronique/colécalciférol", 90),
        ("ésoméprazole", 90),
    ]


@pytest.mark.parametrize(
    ("text", "strength", "dose"),
    [
        ("Ramipril 10, TA passée de 16 à 14", "10 mg", None),
        ("Lantus 20 UI, glycémie augmente à 2,5", None, 20),
        ("Lasilix 40, poids monté à 82 kg", "40 mg", None),
        ("Coumadine 4 mg, INR baisse à 1,8", "4 mg", None),
        ("Bisoprolol 2,5 FC descend à 52", "2,5 mg", None),
        ("Previscan 20, INR monte à 4", "20 mg", None),
        ("10 Zopiclone 7,5 par mois", "7,5 mg", None),
        ("boîte de 30 Tahor 40 le soir", "40 mg", None),
    ],
)
def test_what_changes_is_the_dose_and_nothing_else(
    text: str, strength: str | None, dose: float | None
) -> None:
    assert told(text, "medication", "strength", "dose_per_intake") == [(strength, dose)]
