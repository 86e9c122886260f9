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
    ],
)
def test_an_allergy_denied_is_neither_affirmed_nor_none_known(text: str) -> None:
    assert [
        one for one in read(text, "allergy") if one["status"] == "affirmed" or "aucune" in one["substance"]
    ] == []


@pytest.mark.parametrize(
    ("text", "strength", "dose", "times"),
    [
        ("Eliquis 5 x2/j", "5 mg", None, 2),
        ("Paracétamol ,5 g x3/j", "0,5 g", None, 3),
        ("Amoxicilline 1.000 mg x3/j", "1000 mg", None, 3),
        ("Imovane 3,75 le soir", "3,75 mg", None, 1),
        ("Lovenox 0.6 x 2", None, None, 2),
        ("2 Doliprane 1000 3 fois par jour", "1000 mg", 2, 3),
    ],
)
def test_a_dose_is_not_multiplied(text: str, strength: str | None, dose: float | None, times: float) -> None:
    (one,) = read(text, "medication")
    assert (one["dose_per_intake"] or 1) == (dose or 1)
    assert one["times_per_day"] == times
    if strength:
        assert str(one["strength"]).replace(".", ",").replace(" ", "") == strength.replace(" ", "")


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
    ],
)
def test_is_no_illness_of_this_patient(text: str) -> None:
    assert [one for one in read(text, "condition") if one["status"] not in ("family", "negated")] == []


def test_an_old_result_is_not_the_one_of_today() -> None:
    values = [one["value"] for one in read("CRP 120 hier 45 ce jour", "lab")]
    assert 120 not in values


@pytest.mark.parametrize(("text", "unit"), [("glycémie 6,1", "g/L"), ("créat 12", "umol/L")])
def test_a_number_that_no_one_survives_takes_another_unit_or_none(text: str, unit: str) -> None:
    assert [one for one in read(text, "lab") if one["unit"] == unit] == []
