"""What is measured at a visit: read from the plain writing of the stories' notes (`TA 148/92 FC 72 Pds 81`), and the
growth of children. Pure."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from carnet.demo import when
from carnet.demo.dice import Dice, dice
from carnet.demo.facts import subject
from carnet.demo.tables import Table, table
from carnet.fhir import codes, dates

Resource = dict[str, Any]

# sign in a note: LOINC code, name, unit, UCUM code
SIGNS = {
    "FC": ("8867-4", "Fréquence cardiaque", "/min", "/min"),
    "P": ("29463-7", "Poids", "kg", "kg"),
    "Pds": ("29463-7", "Poids", "kg", "kg"),
    "T": ("8302-2", "Taille", "cm", "cm"),
    "Taille": ("8302-2", "Taille", "cm", "cm"),
    "PC": ("9843-4", "Périmètre crânien", "cm", "cm"),
    "T°": ("8310-5", "Température", "°C", "Cel"),
    "SpO2": ("59408-5", "SpO₂", "%", "%"),
}
_PRESSURE = re.compile(r"\bTA (\d{2,3})/(\d{2,3})(?! debout)")
_SIGN = re.compile(r"(?<![\w°])(FC|Pds|P|Taille|T°|T|PC|SpO2) (\d{1,3}(?:,\d{1,3})?)(?![\d/,])")


def measured(patient: str, text: str, at: datetime) -> list[Resource]:
    """The measures that a note says, blood pressure first."""
    pressure = _PRESSURE.search(text)
    found = [_pressure(patient, pressure[1], pressure[2], at)] if pressure else []
    signs = {SIGNS[sign][0]: (sign, value) for sign, value in reversed(_SIGN.findall(text))}
    return found + [
        _simple(patient, sign, Decimal(value.replace(",", ".")), at) for sign, value in signs.values()
    ]


def _vital(patient: str, code: str, name: str, at: datetime) -> Resource:
    return {
        "resourceType": "Observation",
        "status": "final",
        "category": [{"coding": [{"system": codes.OBSERVATION_CATEGORY, "code": "vital-signs"}]}],
        "code": {"coding": [{"system": codes.LOINC, "code": code}], "text": name},
        "subject": subject(patient),
        "effectiveDateTime": dates.instant(at),
    }


def _quantity(value: Decimal, unit: str, ucum: str) -> Resource:
    return {"value": value, "unit": unit, "system": codes.UCUM, "code": ucum}


def _simple(patient: str, sign: str, value: Decimal, at: datetime) -> Resource:
    code, name, unit, ucum = SIGNS[sign]
    return {**_vital(patient, code, name, at), "valueQuantity": _quantity(value, unit, ucum)}


def _pressure(patient: str, systolic: str, diastolic: str, at: datetime) -> Resource:
    parts = [("8480-6", "Systolique", systolic), ("8462-4", "Diastolique", diastolic)]
    component = [
        {
            "code": {"coding": [{"system": codes.LOINC, "code": code}], "text": name},
            "valueQuantity": _quantity(Decimal(value), "mmHg", "mm[Hg]"),
        }
        for code, name, value in parts
    ]
    return {**_vital(patient, "85354-9", "Pression artérielle", at), "component": component}


def grown(story: Table, birthday: date, today: date) -> Iterator[tuple[date, str]]:
    """(day, measures as a note would write them) of a child at the ages of its story."""
    for moment, words in story.get("measures", []):
        yield when.before(today, moment), words
    drawn = dice("growth", story["id"])
    for age in story.get("measures_at", []):
        day = when.after(birthday, int(age.rstrip("m")))
        if day <= today:
            yield day, _size(story, int(age.rstrip("m")), drawn)


def _size(story: Table, months: int, drawn: Dice) -> str:
    """Weight, height and, under two years, head, around the median of the child's sex and shifted by its story."""
    curve = table("growth")["girls" if story["sex"] == "F" else "boys"]
    shift = story.get("growth", 0.0) + drawn.uniform(-0.15, 0.15)
    weight, height = (_at_age(curve, name, months) for name in ("weight", "height"))
    words = f"P {_plain(weight * (1 + 0.11 * shift), 1 if months > 24 else 2)} T {_plain(height * (1 + 0.035 * shift), 0 if months > 36 else 1)}"
    return words + (
        f" PC {_plain(_at_age(curve, 'head', months) * (1 + 0.02 * shift), 1)}" if months <= 24 else ""
    )


def _at_age(curve: Table, name: str, months: int) -> float:
    """The median at an age, straight between the ages of the table."""
    ages, values = curve["months"], curve[name]
    right = min(bisect_left(ages, months), len(values) - 1)
    left = max(right - 1, 0)
    if ages[right] == ages[left]:
        return float(values[right])
    part = (months - ages[left]) / (ages[right] - ages[left])
    return float(values[left] + (values[right] - values[left]) * min(max(part, 0), 1))


def _plain(value: float, decimals: int) -> str:
    return f"{value:.{decimals}f}".replace(".", ",")
