"""Readings that could harm: what must not be read, or must be read so. Each line was found by trying to make the reader
dangerous."""

from __future__ import annotations

from typing import Any

import pytest

from carnet.reading import reader
from carnet.reading.facts import Context
from carnet.reference import names

READER = reader.packaged(names.shipped_names())
TODAY = Context(age=60, sex="M", date="2026-11-21")


def read(text: str, kind: str) -> list[dict[str, Any]]:
    return [
        fact.as_json(text) for fact in READER.read(text, TODAY) if fact.kind == kind and fact.confidence > 0.5
    ]


@pytest.mark.parametrize(
    "text",
    [
        "ne pas prescrire d'amoxicilline",
        "sa femme prend du Tahor 40",
        "mère sous Lithium",
        "pas de reprise du Tahor",
        "ne prend plus ses médicaments : Kardégic 75, bisoprolol 5",
        "oedème de Quincke sous ramipril",
        "si échec passer à Augmentin 1g x3/j",
        "si pas mieux à 48h : amoxicilline 1 g x3/j 7j",
    ],
)
def test_is_no_medicine_of_this_patient(text: str) -> None:
    assert [one for one in read(text, "medication") if one["status"] != "stopped"] == []


@pytest.mark.parametrize("text", ["sa soeur est allergique à la pénicilline", "mère allergique à l'iode"])
def test_is_no_allergy_of_this_patient(text: str) -> None:
    assert read(text, "allergy") == []


@pytest.mark.parametrize(
    "text",
    [
        "pas allergique à l'amoxicilline",
        "allergie pénicilline infirmée par l'allergologue",
        "n'est plus allergique aux oeufs",
        "allergie amox exclue",
        "allergie pénicilline non confirmée",
    ],
)
def test_an_allergy_denied_is_neither_affirmed_nor_none_known(text: str) -> None:
    assert [
        one for one in read(text, "allergy") if one["status"] == "affirmed" or "aucune" in one["substance"]
    ] == []


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("urticaire après amoxicilline", "suspected"),
        ("oedème de Quincke sous ramipril", "suspected"),
        ("ne tolère pas la codéine", "affirmed"),
    ],
)
def test_a_drug_that_harmed_is_told(text: str, status: str) -> None:
    assert [one["status"] for one in read(text, "allergy")] == [status]


def test_a_reaction_denied_tells_of_no_allergy() -> None:
    assert read("pas d'éruption sous amoxicilline", "allergy") == []


@pytest.mark.parametrize(
    "text", ["suspendre Eliquis 48 h avant", "arrêt du Kardégic 75 5 jours avant le geste"]
)
def test_hours_before_an_operation_are_neither_strength_nor_duration(text: str) -> None:
    (one,) = read(text, "medication")
    assert (one["status"], one["duration_days"]) == ("stopped", None)
    assert one["strength"] in (None, "75 mg")


@pytest.mark.parametrize(
    ("text", "strength", "dose", "times"),
    [
        ("Eliquis 5 x2/j", "5 mg", None, 2),
        ("Paracétamol ,5 g x3/j", "0,5 g", None, 3),
        ("Amoxicilline 1.000 mg x3/j", "1000 mg", None, 3),
        ("Imovane 3,75 le soir", "3,75 mg", None, 1),
        ("Lovenox 0.6 x 2", None, None, 2),
        ("2 Doliprane 1000 3 fois par jour", "1000 mg", 2, 3),
        ("Trulicity 1,5 /sem", "1,5 mg", None, pytest.approx(0.143, abs=0.001)),
        ("Ozempic 0,25 puis 0,5", "0,25 mg", None, None),
        ("Amlor 10 (5 avant)", "10 mg", None, None),
        ("Cortancyl 60-40-20 mg", "60 mg", None, None),
        ("Lantus 2 4 UI le soir", None, None, 1),
        ("Lantus 24 UI le soir", None, 24, 1),
        ("Lamisil 250 1/j", "250 mg", None, 1),
        ("Actiskenan 5 mg/4h", "5 mg", None, 6),
        ("Bétaméthasone 0,05% 1 app/j", "0,05 %", 1, 1),
        ("Clamoxyl 500 mg/5ml 1 c-mes 2x/j", None, 1, 2),
        ("Uvedose 100000 1 amp/3 mois", "100000 UI", 1, pytest.approx(1 / 90, abs=0.001)),
        ("Skenan 30 x 2/j", "30 mg", None, 2),
        ("deroxat 2 comprimés de 20 milligrammes par jour", "20 mg", 2, 1),
        ("desloratadine 0,5 mg/ml 2 millilitres et demi par jour", None, 2.5, 1),
        ("atorvastatine 20 mg 1 comprimé matin midi et soir tous les jours", "20 mg", 1, 3),
    ],
)
def test_a_dose_is_not_multiplied(
    text: str, strength: str | None, dose: float | None, times: float | None
) -> None:
    (one,) = read(text, "medication")
    assert (one["dose_per_intake"] or 1) == (dose or 1)
    assert one["times_per_day"] == times
    if strength:
        assert str(one["strength"]).replace(".", ",").replace(" ", "") == strength.replace(" ", "")


def test_a_step_of_a_scheme_is_no_dose_at_a_time_and_its_words_are_kept() -> None:
    (one,) = read("Colchicine 1 mg J1 3 mg J2 2 mg puis 1 mg/j", "medication")
    assert (one["strength"], one["dose_per_intake"]) == ("1 mg", None)
    (one,) = read("Previscan 1/4 alterné 1/2", "medication")
    assert one["quote"].endswith("alterné 1/2")


@pytest.mark.parametrize("text", ["Prednisone 40 mg 3j puis 20 mg 3j puis 10 mg 3j puis stop"])
def test_a_scheme_that_ends_is_prescribed(text: str) -> None:
    assert [one["status"] for one in read(text, "medication")] == ["prescribed"]


@pytest.mark.parametrize(
    "text",
    [
        "Sa mère TA 18/10",
        "(09/11/2026) TA 148/92",
        "TA hier 18/10",
        "TA la semaine dernière 160/95",
        "le 12/03 TA 150/90",
        "T° 40 hier",
        "TA maman 16/9",
        "(09/11/2026) Pds 84",
        "TA 18/12 à l'époque",
        "38,5 à la maison cette nuit",
        "T 38 il y a 2 jours",
    ],
)
def test_is_no_measure_of_today(text: str) -> None:
    assert read(text, "vital") == []


@pytest.mark.parametrize(
    "text",
    [
        "père décédé IDM, mère HTA, diabète",
        "mari décédé d'un cancer du poumon",
        "vit avec son mari Alzheimer",
        "vient avec sa fille diabétique",
        "épouse grippée",
        "peur d'avoir un cancer du sein",
        "risque de diabète",
        "pas une sciatique",
        "son frère a la gale",
        "rue du Cancer",
        "ordonnance de diabète",
        "faux diabétique",
        "suspicion levée de phlébite",
        "fièvre - toux -",
    ],
)
def test_is_no_illness_of_this_patient(text: str) -> None:
    assert [one for one in read(text, "condition") if one["status"] not in ("family", "negated")] == []


def test_whoever_comes_with_a_relative_has_what_is_told() -> None:
    told = "amené par sa mère, T 38,5, fièvre, toux"
    assert [one["status"] for one in read(told, "condition")] == ["affirmed", "affirmed"]
    assert [one["value"] for one in read(told, "vital")] == [38.5]


@pytest.mark.parametrize("text", ["pas certain que ce soit une angine", "? pneumopathie", "craint un cancer"])
def test_a_doubt_stays_a_doubt(text: str) -> None:
    assert [one["status"] for one in read(text, "condition")] == ["suspected"]


@pytest.mark.parametrize(
    "text", ["fièvre la semaine dernière, résolue", "angine en septembre", "pneumopathie en mars traitée"]
)
def test_what_is_over_is_history(text: str) -> None:
    assert [one["status"] for one in read(text, "condition")] == ["history"]


@pytest.mark.parametrize(
    "text", ["CRP 120 hier 45 ce jour", "PSA 4,2 en 2023, 6,1 ce jour", "DFG 58 -> 45", "TSH 12 en 2019"]
)
def test_an_old_result_is_not_the_one_of_today(text: str) -> None:
    assert [one["value"] for one in read(text, "lab") if one["value"] in (120, 4.2, 58, 12)] == []


def test_a_result_below_a_limit_is_less_sure_and_a_pulse_is_no_weight() -> None:
    (one,) = read("HbA1c < 7", "lab")
    assert one["confidence"] <= 0.8
    assert [one["name"] for one in read("P 80 bpm", "vital")] == ["heart_rate"]


def test_milligrams_are_no_magnesium_and_a_dose_by_weight_no_weight() -> None:
    assert read("le tenormine 100 mg 1 comprimé", "lab") == []
    assert [one["value"] for one in read("bio : Mg 0,8", "lab")] == [0.8]
    assert read("dose poids de 10 kilogrammes", "vital") == []
    assert [one["label"] for one in read("il s'agit de fatigue", "condition")] == ["Asthénie"]


def test_an_allergy_in_case_is_no_allergy_and_the_end_of_a_period_no_stop() -> None:
    assert read("azithromycine si allergie à la pénicilline", "allergy") == []
    (one,) = read("minidril 1 comprimé par jour pendant 21 jours à l'arrêt des règles", "medication")
    assert one["status"] == "prescribed"


def test_who_calls_is_not_who_is_ill() -> None:
    assert [one["status"] for one in read("Appel fille : confus depuis hier", "condition")] == ["affirmed"]


def test_results_of_a_partner_are_not_the_patient_s() -> None:
    assert read("conjoint : chlamydia +", "lab") == []


@pytest.mark.parametrize(("text", "unit"), [("glycémie 6,1", "g/L"), ("créat 12", "umol/L")])
def test_a_number_that_no_one_survives_takes_another_unit_or_none(text: str, unit: str) -> None:
    assert [one for one in read(text, "lab") if one["unit"] == unit] == []
