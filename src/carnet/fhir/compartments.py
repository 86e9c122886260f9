"""Which resources R4 counts as a patient's own: the patient compartment, read from its table. Pure."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources


@cache
def patient() -> Mapping[str, tuple[str, ...]]:
    """The types of the patient compartment, each with the search parameters that lead to the patient."""
    text = resources.files("carnet.fhir").joinpath("patient_compartment.toml").read_text(encoding="utf-8")
    return {type: tuple(codes) for type, codes in tomllib.loads(text).items()}
