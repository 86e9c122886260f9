"""Vital signs as a tired doctor writes them: the number, its unit, and what is none."""

from __future__ import annotations

from typing import Any

import pytest

from tests.reading.reading import read, told


def pressures(text: str) -> list[str]:
    values = [value for name, value in told(text, "vital", "name", "value") if name == "bp"]
    return [f"{value['systolic']}/{value['diastolic']}" for value in values]


def others(text: str) -> dict[str, Any]:
    return {name: value for name, value in told(text, "vital", "name", "value") if name != "bp"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("TA 14/8", "140/80"),
        ("TA 15 8", "150/80"),
        ("TA 136/74. Bio 28/10 : LDL 0,52", "136/74"),
        ("tension artérielle quatorze huit et demi", "140/85"),
        ("tension cent quarante sur quatre-vingts", "140/80"),
        ("prise de tension deux fois par jour", ""),
        ("TA: 148/92 mmHg", "148/92"),
        ("ta 13,5/8,5", "135/85"),
        ("TA 12-7", "120/70"),
        ("TA14/8", "140/80"),
        ("PA 160/95 bras D", "160/95"),
        ("TA à 13/7", "130/70"),
        ("TA 145/80 assise, 130/75 debout", "145/80 130/75"),
        ("TA 16/9, contrôlée à 15/8", "160/90 150/80"),
        ("Automesures : moy 138/84", "138/84"),
        ("TA 14 / 8 FC 72", "140/80"),
        ("TA BD 142/78 BG 138/76", "142/78 138/76"),
        ("tension 11/6", "110/60"),
        ("auto-mesures 135/85 en moyenne", "135/85"),
        ("TA ce jour : 150/90", "150/90"),
        ("MAPA diurne 138/88", "138/88"),
        # Dates, fractions, dosages, targets are no pressures.
        ("vu le 12/11", ""),
        ("Bisoprolol 1/2 cp", ""),
        ("objectif TA < 140/90", ""),
        ("Coaprovel 300/12,5 1/j", ""),
        ("Symbicort 200/6", ""),
        ("Seretide 250/50 x2", ""),
        ("boit 2/3 biberons", ""),
        ("si TA > 160/100 rappeler", ""),
        ("RDV le 14/08", ""),
        ("acuité 10/10 et 8/10", ""),
        ("HBA 14/8 le 14/8/2025", ""),
        ("TA 23/11 : 14/8", "140/80"),
        ("TA le 23/11 : 14/8", "140/80"),
        ("TA 12/11: 14/8, 10/11 : 15/9", "140/80 150/90"),
        ("TA 140/80 : 130/70", "140/80 130/70"),
    ],
)
def test_blood_pressure(text: str, expected: str) -> None:
    assert pressures(text) == expected.split()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FC 72 reg", {"heart_rate": 72}),
        ("pouls à 80/min", {"heart_rate": 80}),
        ("FC irrégulière 76", {"heart_rate": 76}),
        ("24 SA, HU 23, BDC 145/min", {}),
        ("température maximale 38,2", {"temperature": 38.2}),
        ("Lasègue 40° à G", {}),
        ("toux, 38,4, sat 92 %", {"temperature": 38.4, "spo2": 92}),
        ("poids déclaré 58", {"weight": 58}),
        ("Poids 6 420 g", {"weight": 6.42}),
        ("9,8 kg 75 cm", {"weight": 9.8, "height": 75}),
        ("Dextro 2,34 à 9h", {"glucose_capillary": 2.34}),
        ("BDC réguliers 64/min", {"heart_rate": 64}),
        ("T° 38,2", {"temperature": 38.2}),
        ("T 37 9, toux", {"temperature": 37.9}),
        ("P: 26kg4", {"weight": 26.4}),
        ("T 38°5 ce matin", {"temperature": 38.5}),
        ("fièvre 39 depuis hier", {"temperature": 39}),
        ("fébrile à 38,7", {"temperature": 38.7}),
        ("temp 36.9", {"temperature": 36.9}),
        ("SpO2 98% AA", {"spo2": 98}),
        ("sat 94", {"spo2": 94}),
        ("saturation à 97 %", {"spo2": 97}),
        ("96% en AA", {"spo2": 96}),
        ("Pds 72", {"weight": 72}),
        ("15 mois, 11kg200, 79 cm", {"weight": 11.2, "height": 79}),
        ("pas de fièvre (36,8)", {"temperature": 36.8}),
        ("55 kg pour 1,74", {"weight": 55, "height": 174}),
        ("chute d'une échelle de 1m50", {}),
        ("P 72,5", {"weight": 72.5}),
        ("P: 9,8kg T: 75 cm", {"weight": 9.8, "height": 75}),
        ("poids 3450 g", {"weight": 3.45}),
        ("T 172 P 68", {"height": 172, "weight": 68}),
        ("1m72 pour 68 kg", {"height": 172, "weight": 68}),
        ("Taille 1,65 m", {"height": 165}),
        ("FR 24/min", {"respiratory_rate": 24}),
        ("IMC 27,3", {"bmi": 27.3}),
        ("PO 102 cm", {"waist": 102}),
        ("tour de taille 98", {"waist": 98}),
        ("DEP 350 L/min", {"peak_flow": 350}),
        ("dextro 1,45", {"glucose_capillary": 1.45}),
        ("glycémie capillaire 2,1 g/L", {"glucose_capillary": 2.1}),
        ("EVA 6/10", {"pain_scale": 6}),
        ("douleur 7/10", {"pain_scale": 7}),
        ("EN à 4", {"pain_scale": 4}),
        ("Garçon 3 ans, 14 kg", {"weight": 14}),
        # Not measures of today.
        ("perte de 5 kg en 2 mois", {}),
        ("a pris 3 kg", {}),
        ("+2 kg", {}),
        ("Revoir si fièvre > 38,5", {}),
        ("Doliprane 1 dose 12 kg x4/j", {}),
        ("PC 39 cm, HU 24 cm", {}),
        ("BDCF 140", {}),
        ("G2P1", {}),
        ("T4L 12", {}),
        ("port de charges de 20 kg", {}),
        ("toux depuis 40 jours", {}),
        ("femme de 67 ans", {}),
    ],
)
def test_other_signs(text: str, expected: dict[str, Any]) -> None:
    assert others(text) == expected


def test_two_numbers_in_brackets_behind_a_pressure_are_not_certain() -> None:
    """« (14/8) » is a second pressure or the day of the first: a person says which."""
    first, second = read("TA 16/9 (14/8)", "vital")
    assert (first.values.get("on"), first.confidence > 0.9) == (None, True)
    assert second.confidence < 0.9
    assert read("TA 16/9 (14/8 au repos)", "vital")[1].confidence > 0.9


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("TA couché 15/8 debout 12/6", ["150/80 couché", "120/60 debout"]),
        ("TA 150/80 couché, 120/60 debout", ["150/80 couché", "120/60 debout"]),
        ("TA : 140/80 (assis), 125/70 (debout)", ["140/80 assis", "125/70 debout"]),
        ("TA 12/7, debout 11/7", ["120/70", "110/70 debout"]),
        ("TA debout 120/60 à 1 min, 115/60 à 3 min", ["120/60 debout", "115/60 debout"]),
        ("hypotension ortho : 13/7 couché 10/6 debout 1 min", ["130/70 couché", "100/60 debout"]),
        ("TA 130/80 (bras droit, assise)", ["130/80 assis"]),
        ("TA 14/8, patient debout dans le couloir", ["140/80"]),
        ("TA 15/8 couché → 12/6 debout", ["150/80 couché", "120/60 debout"]),
        ("rdv le 12/6, reste debout toute la journée", []),
        ("hypoTA ortho 13/7 → 10/6 debout", ["130/70", "100/60 debout"]),
    ],
)
def test_the_posture_of_a_pressure(text: str, expected: list[str]) -> None:
    found = [fact.values for fact in read(text, "vital") if fact.values["name"] == "bp"]
    said = [
        f"{one['value']['systolic']}/{one['value']['diastolic']} {one.get('position', '')}".strip()
        for one in found
    ]
    assert said == expected
    assert not any(one.get("older") for one in found if one.get("position")), (
        "lying and standing are of one moment"
    )
