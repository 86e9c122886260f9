"""Believable resources to measure with: deterministic, the shapes and sizes of a GP's record."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from carnet.fhir import codes

NAMES = ("Martin", "Bernard", "Dubois", "Petit", "Durand", "Leroy", "Moreau", "Lefèvre", "Garnier", "N'Diaye")
GIVEN = ("Marie", "Jean", "Lucie", "Paul", "Zoé", "Émile", "Nadia", "Hugo", "Inès", "Anne-Sophie")
# LOINC, French label, unit, low, high
MEASURES = (
    ("8480-6", "Pression systolique", "mm[Hg]", "110", "160"),
    ("29463-7", "Poids", "kg", "48.0", "104.0"),
    ("4548-4", "HbA1c", "%", "5.1", "8.9"),
    ("2160-0", "Créatinine", "umol/L", "55", "140"),
    ("2823-3", "Potassium", "mmol/L", "3.5", "5.2"),
)
PROBLEMS = (
    ("I10", "Hypertension artérielle"),
    ("E11", "Diabète de type 2"),
    ("J45", "Asthme"),
    ("M17", "Gonarthrose"),
)
DRUGS = (("C08CA01", "Amlodipine 5 mg"), ("A10BA02", "Metformine 1000 mg"), ("N02BE01", "Paracétamol 1 g"))
NOTE = "Renouvellement. Se sent bien, pas de dyspnée.\nTA 14/8  FC 72  Pds 81\nOMI discrets. Amlodipine 5 1/j 3 mois."


def patient(chance: Random) -> dict[str, Any]:
    """One patient with what the banner shows."""
    name = {"use": "official", "family": chance.choice(NAMES), "given": [chance.choice(GIVEN)]}
    return {
        "resourceType": "Patient",
        "active": True,
        "name": [name],
        "gender": chance.choice(("male", "female")),
        "birthDate": str(date(1930, 1, 1) + timedelta(days=chance.randrange(34000))),
        "telecom": [{"system": "phone", "value": f"06{chance.randrange(10**8):08d}"}],
    }


def record(subject: str, count: int, chance: Random) -> Iterator[dict[str, Any]]:
    """`count` resources for `Patient/…`: mostly measures and results, some problems, treatments and notes."""
    makers = (_measure, _measure, _measure, _measure, _measure, _measure, _problem, _drug, _note, _measure)
    for index in range(count):
        day = date(2018, 1, 1) + timedelta(days=chance.randrange(3000))
        yield makers[index % len(makers)](subject, str(day), chance)


def _measure(subject: str, day: str, chance: Random) -> dict[str, Any]:
    code, label, unit, low, high = chance.choice(MEASURES)
    places = -Decimal(low).as_tuple().exponent  # type: ignore[operator]
    value = (
        Decimal(chance.randrange(int(Decimal(low) * 10**places), int(Decimal(high) * 10**places)))
        / 10**places
    )
    return {
        "resourceType": "Observation",
        "status": "final",
        "category": [{"coding": [{"system": codes.OBSERVATION_CATEGORY, "code": "laboratory"}]}],
        "code": {"coding": [{"system": codes.LOINC, "code": code, "display": label}], "text": label},
        "subject": {"reference": subject},
        "effectiveDateTime": day,
        "valueQuantity": {"value": value, "unit": unit, "system": codes.UCUM, "code": unit},
    }


def _problem(subject: str, day: str, chance: Random) -> dict[str, Any]:
    code, label = chance.choice(PROBLEMS)
    return {
        "resourceType": "Condition",
        "clinicalStatus": {"coding": [{"system": codes.CONDITION_CLINICAL, "code": "active"}]},
        "code": {"coding": [{"system": codes.CIM10, "code": code, "display": label}], "text": label},
        "subject": {"reference": subject},
        "onsetDateTime": day,
    }


def _drug(subject: str, day: str, chance: Random) -> dict[str, Any]:
    code, label = chance.choice(DRUGS)
    return {
        "resourceType": "MedicationStatement",
        "status": "active",
        "medicationCodeableConcept": {"coding": [{"system": codes.ATC, "code": code}], "text": label},
        "subject": {"reference": subject},
        "effectiveDateTime": day,
        "dosage": [{"text": "1 comprimé par jour"}],
    }


def _note(subject: str, day: str, chance: Random) -> dict[str, Any]:
    text = f"{NOTE} {chance.randrange(10**6)}"
    return {
        "resourceType": "Composition",
        "status": "final",
        "type": {"coding": [{"system": codes.LOINC, "code": "11488-4"}], "text": "Consultation"},
        "subject": {"reference": subject},
        "date": day,
        "author": [{"display": "Dr A. Martin"}],
        "title": "Consultation",
        "extension": [{"url": codes.NOTE, "valueString": text}],
    }
