"""Vital signs, laboratory values, tobacco and alcohol: Observations. Numbers stay as they were written."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from carnet.fhir import codes, dates
from carnet.fhir.errors import Malformed
from carnet.rules import tables
from carnet.rules.accepted.scene import Fact, Resource, Scene, concept, place, status
from carnet.rules.timeline import moment

MEASURES: dict[str, dict[str, str]] = tables.toml("measures")
_PRESSURE = (("8480-6", "Systolique", "systolic"), ("8462-4", "Diastolique", "diastolic"))
# SNOMED CT: recumbent, sitting, orthostatic body position.
_POSITIONS = {"couché": "102538003", "assis": "33586001", "debout": "10904000"}
_SMOKING, _PACK_YEARS, _DRINKING = "72166-2", "8664-5", "11331-6"  # LOINC
_BOUND = re.compile(r"([<>≤≥](?: ?=)?) ?\d")
_BOUNDS = {"≤": "<=", "≥": ">=", "<=": "<=", ">=": ">="}
_SMOKES = {"current": "fumeur", "former": "sevré", "never": "n’a jamais fumé"}


def vital(fact: Fact, scene: Scene) -> Resource:
    """One vital sign of item `name`; the pressure has two components."""
    if fact["name"] == "bp":
        return _pressure(fact, scene)
    known = MEASURES[fact["name"]]
    made = _observation(fact, scene, "vital-signs", concept(known["label"], codes.LOINC, known["loinc"]))
    return made | {"valueQuantity": _quantity(fact["value"], known["unit"], known["ucum"])}


def _pressure(fact: Fact, scene: Scene) -> Resource:
    """Both numbers; standing or lying, its name says so, for it is no measure like the others."""
    position = str(fact.get("position") or "")
    name = f"Pression artérielle ({position})" if position else "Pression artérielle"
    made = _observation(fact, scene, "vital-signs", concept(name, codes.LOINC, "85354-9"))
    made |= {"component": [_part(code, label, fact["value"][name]) for code, label, name in _PRESSURE]}
    if position in _POSITIONS:
        told = concept(position, codes.SNOMED, _POSITIONS[position])
        made["extension"].append({"url": codes.BODY_POSITION, "valueCodeableConcept": told})
    return made


def lab(fact: Fact, scene: Scene) -> Resource:
    """A value that the doctor typed from a report: a number with its unit, else words."""
    made = _observation(fact, scene, "laboratory", concept(fact["name"], codes.LOINC, fact.get("loinc")))
    if isinstance(fact["value"], str):
        return made | {"valueString": fact["value"]}
    unit = fact.get("unit") or ""
    return made | {"valueQuantity": _compared(fact) | _quantity(fact["value"], unit, unit)}


def comparator(fact: Fact) -> str:
    """`<`, `<=`, `>` or `>=` where the words of a result say a bound, not a value: « TSH < 0,01 »; empty otherwise."""
    found = _BOUND.search(str(fact.get("quote") or ""))
    return _BOUNDS.get(found[1].replace(" ", ""), found[1][0]) if found else ""


def _compared(fact: Fact) -> Resource:
    bound = comparator(fact)
    return {"comparator": bound} if bound else {}


def tobacco(fact: Fact, scene: Scene) -> Resource:
    """Whether the patient smokes, and the pack-years where they are written."""
    made = _observation(fact, scene, "social-history", concept("Tabac", codes.LOINC, _SMOKING))
    made |= {"valueCodeableConcept": {"text": _SMOKES.get(fact["status"], str(fact["status"]))}}
    if fact.get("pack_years") is None:
        return made
    amount = _quantity(fact["pack_years"], "paquets-années", "{PackYears}")
    return made | {
        "component": [{"code": concept("Paquets-années", codes.LOINC, _PACK_YEARS), "valueQuantity": amount}]
    }


def alcohol(fact: Fact, scene: Scene) -> Resource:
    """What is drunk, in the doctor's words."""
    made = _observation(fact, scene, "social-history", concept("Alcool", codes.LOINC, _DRINKING))
    return made | {"valueString": str(fact.get("status") or scene.text[fact["start"] : fact["end"]])}


def said(observations: Iterable[Resource]) -> str:
    """`Pression artérielle 140/80 mmHg, Poids 81 kg`: vital signs in words, each once, the latest."""
    found: dict[str, str] = {}
    for one in sorted(observations, key=lambda one: str(one.get("effectiveDateTime", "")), reverse=True):
        kinds = {coding.get("code") for kind in one.get("category", []) for coding in kind.get("coding", [])}
        words = _amount(one) if "vital-signs" in kinds and one.get("status") in ("final", "amended") else ""
        if words:
            found.setdefault(str(one["code"].get("text", "")), words)
    return ", ".join(f"{name} {words}" for name, words in found.items())


def weight_of_child(observations: Iterable[Resource], born: date, today: date) -> str:
    """`12,4 kg le 22/11/2026`: the last weight of a child, where it is recent enough to dose by (tables/child_weight.toml);
    empty for an adult."""
    years = dates.age(born, today)[0]
    fresh = next(
        (row["days"] for row in tables.toml("child_weight")["fresh"] if years < row["under_years"]), -1
    )
    found = [
        (moment(str(one["effectiveDateTime"])), str(one.get("meta", {}).get("lastUpdated", "")), day, words)
        for one in observations
        if MEASURES["weight"]["loinc"] in codes.of(one, "code") and one.get("status") in ("final", "amended")
        if (day := _day(one)) and 0 <= (today - day).days <= fresh and (words := _amount(one))
    ]
    *_when, day, words = max(found, default=("", "", today, ""))
    return f"{words} le {day:%d/%m/%Y}" if words else ""


def _day(observation: Resource) -> date | None:
    try:
        return dates.first_day(str(observation.get("effectiveDateTime") or ""))
    except Malformed:
        return None


def _amount(observation: Resource) -> str:
    parts = [one.get("valueQuantity") or {} for one in observation.get("component", [])]
    listed = parts or [observation.get("valueQuantity") or {}]
    numbers = [f"{one['value']}".replace(".", ",") for one in listed if "value" in one]
    return f"{'/'.join(numbers)} {listed[-1].get('unit', '')}".strip() if numbers else ""


def _observation(fact: Fact, scene: Scene, category: str, code: Resource) -> Resource:
    return {
        "resourceType": "Observation",
        "extension": place(fact, scene),
        "status": "final",
        "category": [status(codes.OBSERVATION_CATEGORY, category)],
        "code": code,
        "subject": scene.subject,
        "encounter": scene.visit,
        "effectiveDateTime": str(fact.get("on") or scene.measured),
        "performer": [scene.author],
    }


def _part(code: str, label: str, value: Any) -> Resource:
    return {"code": concept(label, codes.LOINC, code), "valueQuantity": _quantity(value, "mmHg", "mm[Hg]")}


def _quantity(value: Any, unit: str, ucum: str) -> Resource:
    amount: Resource = {"value": value if isinstance(value, int | Decimal) else Decimal(str(value))}
    return amount | ({"unit": unit, "system": codes.UCUM, "code": ucum} if ucum else {})
