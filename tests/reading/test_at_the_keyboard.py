"""Lines that a doctor typed and that were once misread: days, pressures, wishes, ends of requests, doubts."""

from __future__ import annotations

from typing import Any

import pytest

from carnet.reading.facts import Context
from tests.reading.reading import packaged


def read(text: str, age: int = 67, sex: str = "M") -> list[dict[str, Any]]:
    found = packaged().read(text, Context(age=age, sex=sex, date="2026-11-22"))
    return [one.as_json(text) for one in found]


def test_a_date_after_a_pressure_is_no_pressure() -> None:
    found = [one for one in read("TA 14/8\nbio du 18/11 : K 4,6") if one["kind"] == "vital"]
    assert [one["value"]["systolic"] for one in found] == [140]


@pytest.mark.parametrize("text", ["bio 03/08 : HbA1c 8,2", "labo 13/8 LDL 1,2", "HbA1c 7,1 le 12/08/2026"])
def test_a_value_has_the_day_of_its_line(text: str) -> None:
    (lab,) = [one for one in read(text) if one["kind"] == "lab"]
    assert lab.get("on", "")[:7] == "2026-08"


def test_the_same_value_on_two_days_is_two_results() -> None:
    found = read("HbA1c 7,1 le 03/02/2026\nHbA1c 7,1 le 12/08/2026")
    assert [one.get("on") for one in found if one["kind"] == "lab"] == ["2026-02-03", "2026-08-12"]


def test_two_pressures_taken_one_after_the_other_both_stand() -> None:
    found = [one for one in read("TA 150/95 puis 140/85") if one["kind"] == "vital"]
    assert [one["value"]["systolic"] for one in found] == [150, 140]
    assert not any(one.get("older") for one in found)


@pytest.mark.parametrize("text", ["poids souhaité 60 kg", "doit peser 72 kg", "poids cible 70 kg"])
def test_a_weight_that_is_wished_is_not_measured(text: str) -> None:
    assert not [one for one in read(text) if one["kind"] == "vital"]


def test_two_values_of_one_bio_have_one_day() -> None:
    found = [one for one in read("bio d'hier : K 5,6, créat 90") if one["kind"] == "lab"]
    assert [one.get("on") for one in found] == ["2026-11-21", "2026-11-21"]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("CRP à jeun dans 8 jours", "CRP à jeun dans 8 jours"),
        ("INR 2x/sem pendant 1 mois", "INR 2x/sem pendant 1 mois"),
        ("bio : iono créat dans 15 j", "bio : iono créat dans 15 j"),
        ("AT 10 jours jusqu'au 1/12, sorties libres", "AT 10 jours jusqu'au 1/12, sorties libres"),
    ],
)
def test_a_request_keeps_its_end(text: str, what: str) -> None:
    """What is printed is what was typed."""
    (order,) = [one for one in read(text) if one["kind"] == "order"]
    assert order["what"] == what


def test_a_target_is_no_request() -> None:
    assert not [one for one in read("HbA1c cible < 7") if one["kind"] in ("order", "lab")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Revoir dans 6 mois pour la 2e dose de Gardasil", [("HPV", "due")]),
        ("Méningo ACWY conseillé à faire au centre", [("méningocoque ACWY", "due")]),
        ("Repevax fait aussi bras D", [("dTcaP", "done_today")]),
        ("Grippe : conseillé repos", []),
    ],
)
def test_a_vaccine_told_in_other_words(text: str, said: list[tuple[str, str]]) -> None:
    found = [one for one in read(text) if one["kind"] == "immunization"]
    assert [(one["vaccine"], one["status"]) for one in found] == said


def test_all_for_three_months_is_said_of_the_whole_list() -> None:
    found = read("Cacit D3 1 cp/j, Actonel 35 mg 1 cp par semaine, HTA : Amlor 5 1/j. Tout pour 3 mois.")
    assert [one.get("duration_days") for one in found if one["kind"] == "medication"] == [90, 90, 90]
