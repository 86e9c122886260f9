"""The grade written with a condition: kept in its name, and in its code where the CIM-10 has one for it."""

from __future__ import annotations

import csv
import gzip
import re
from pathlib import Path

import pytest

from carnet.reading import tables
from tests.reading.reading import told


@pytest.mark.parametrize(
    ("text", "label", "code"),
    [
        ("épisode dépressif sévère", "Épisode dépressif sévère", "F32.2"),
        ("EDC modéré", "Épisode dépressif modéré", "F32.1"),
        ("EDC d'intensité légère", "Épisode dépressif léger", "F32.0"),
        ("EDM caracterise modere a severe", "Épisode dépressif modéré à sévère", "F32.1"),
        (
            "dépression sévère avec symptômes psychotiques",
            "Épisode dépressif sévère avec symptômes psychotiques",
            "F32.3",
        ),
        ("dépression sévère sans symptômes psychotiques", "Épisode dépressif sévère", "F32.2"),
        (
            "trouble dépressif récurrent, épisode actuel sévère",
            "Trouble dépressif récurrent, épisode sévère",
            "F33.2",
        ),
        ("dépression", "Dépression", "F32.9"),
        ("asthme sévère persistant", "Asthme, sévère persistant", "J45.9"),
        ("asthme persistant modere", "Asthme, persistant modéré", "J45.9"),
        ("insuffisance cardiaque NYHA III", "Insuffisance cardiaque, NYHA III", "I50.9"),
        ("IC stade 2", "Insuffisance cardiaque, stade 2", "I50.9"),
        ("IRC stade 3b", "Maladie rénale chronique stade 3b", "N18.3"),
        ("IRC modérée stade 3A", "Maladie rénale chronique stade 3a", "N18.3"),
        ("insuffisance rénale chronique stade IIIb", "Maladie rénale chronique stade 3b", "N18.3"),
        ("MRC G4", "Maladie rénale chronique stade 4", "N18.4"),
        ("IRC st 5", "Maladie rénale chronique stade 5", "N18.5"),
        ("dénutrition modérée", "Dénutrition modérée", "E44.0"),
        ("escarre sacrée stade 3", "Escarre de stade 3", "L89.2"),
        ("hémorroïdes grade 2", "Hémorroïdes de grade 2", "K64.1"),
        ("BAV du 2e degré", "Bloc auriculo-ventriculaire du 2e degré", "I44.1"),
        ("brûlure de la main du 2e degré", "Brûlure de la main, du 2e degré", "T23.2"),
        ("BPCO GOLD 3", "BPCO, GOLD 3", "J44.9"),
        ("prééclampsie sévère", "Pré-éclampsie sévère", "O14.1"),
    ],
)
def test_a_grade_is_kept_in_words_and_code(text: str, label: str, code: str) -> None:
    assert told(text, "condition", "label", "cim10") == [(label, code)]


def test_a_side_a_date_or_a_first_pregnancy_is_no_grade() -> None:
    assert told("pré-éclampsie G1", "condition", "label") == ["Pré-éclampsie"]
    assert told("gonarthrose D depuis 2019", "condition", "label") == ["Gonarthrose"]


def test_every_row_has_its_form_and_a_code_of_the_classification(shared_data: Path) -> None:
    path = shared_data / "diagnoses" / "cim10_fr_atih_via_edsnlp-0.23.0.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        known = {row["code"] for row in csv.DictReader(lines) if "*** SU" not in row["long"]}
    for row in tables.tsv("grades.tsv"):
        assert row["then"].replace(".", "") in known
        assert row["label"].count("{0}") <= re.compile(row["form"]).groups
