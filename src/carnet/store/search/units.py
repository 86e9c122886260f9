"""The common units of a practice, each as a multiple of one canonical unit (UCUM codes). Pure; no other units."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from carnet.fhir.codes import UCUM


class Canonical(NamedTuple):
    """1 of the unit is `factor` of `code`."""

    code: str
    factor: Decimal


# Only exact factors, only within one kind of amount: mass is never turned into amount of substance.
_FAMILIES = {
    "g": {"kg": "1000", "hg": "100", "g": "1", "mg": "1e-3", "ug": "1e-6", "ng": "1e-9", "[lb_av]": "453.59237"},
    "m": {"m": "1", "dm": "0.1", "cm": "0.01", "mm": "1e-3", "um": "1e-6", "[in_i]": "0.0254", "[ft_i]": "0.3048"},
    "L": {"L": "1", "l": "1", "dL": "0.1", "dl": "0.1", "cL": "0.01", "mL": "1e-3", "ml": "1e-3", "uL": "1e-6"},
    "g/L": {"g/L": "1", "g/l": "1", "g/dL": "10", "g/dl": "10", "mg/L": "1e-3", "mg/l": "1e-3", "mg/dL": "0.01",
            "mg/dl": "0.01", "mg/mL": "1", "ug/L": "1e-6", "ug/dL": "1e-5", "ug/mL": "1e-3", "ng/mL": "1e-6",
            "ng/dL": "1e-8", "ng/L": "1e-9", "pg/mL": "1e-9"},
    "mol/L": {"mol/L": "1", "mol/l": "1", "mmol/L": "1e-3", "mmol/l": "1e-3", "umol/L": "1e-6", "umol/l": "1e-6",
              "nmol/L": "1e-9", "pmol/L": "1e-12"},
    "s": {"s": "1", "min": "60", "h": "3600", "d": "86400", "wk": "604800"},
    "mo": {"mo": "1", "a": "12"},
    "[iU]/L": {"[iU]/L": "1", "[iU]/mL": "1000", "m[iU]/L": "1e-3", "m[iU]/mL": "1", "u[iU]/mL": "1e-3"},
    "U/L": {"U/L": "1", "U/l": "1", "kU/L": "1000", "mU/L": "1e-3"},
    "/L": {"/L": "1", "/mL": "1000", "/uL": "1e6", "/mm3": "1e6", "10*3/uL": "1e9", "10*6/uL": "1e12", "10*9/L": "1e9",
           "10*12/L": "1e12"},
}  # fmt: skip
_CANONICAL = {
    code: Canonical(base, Decimal(factor))
    for base, family in _FAMILIES.items()
    for code, factor in family.items()
}


def is_ucum(system: str | None) -> bool:
    """Whether a unit's code is to be read as UCUM."""
    return system == UCUM


def canonical(code: str) -> Canonical | None:
    """The canonical unit of a common unit; None for any other."""
    return _CANONICAL.get(code)
