"""What is asked of INSi and what it answers. Whether the answer is this patient's is decided by rules.insi. Pure.

Source: the INSi integration guide of the GIE SESAM-Vitale: search by traits answers 00 (one identity), 01 (none) or
02 (several: the search must be narrowed); anything else is an error of the service."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from carnet.rules import identity
from carnet.rules.person import Identity, typed

Outcome = Literal["one", "none", "several"]
CODES: dict[str, Outcome] = {"00": "one", "01": "none", "02": "several"}


@dataclass(frozen=True, slots=True)
class Question:
    """The traits that a search by traits may send: no more than these leave the practice."""

    family: str
    given: str
    sex: str
    born: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: `found` only with the outcome `one`."""

    outcome: Outcome
    found: Identity | None = None


def question(patient: dict[str, Any]) -> Question | None:
    """What to ask about this Patient; None when a trait that the service needs is missing."""
    traits, shown = identity.traits(patient), typed(patient)
    if traits is None:
        return None
    return Question(traits.family, traits.given, traits.sex, traits.born, shown.birthplace)
