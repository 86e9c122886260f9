"""What is asked of INSi and what it answers, and how both meet a Patient. Pure.

Source: the INSi integration guide of the GIE SESAM-Vitale: search by traits answers 00 (one identity), 01 (none) or
02 (several: the search must be narrowed); anything else is an error of the service."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from carnet.rules import identity
from carnet.rules.person import Identity, typed

Outcome = Literal["one", "none", "several"]
CODES: dict[str, Outcome] = {"00": "one", "01": "none", "02": "several"}
# What a person reads; the teleservice never decides, it only answers.
WORDS: dict[Outcome, str] = {
    "one": "Le téléservice a rendu une identité. Comparez-la, puis enregistrez.",
    "none": "Le téléservice ne trouve personne avec ces traits. Vérifiez-les sur une pièce d'identité.",
    "several": "Le téléservice trouve plusieurs personnes. Précisez le lieu de naissance ou les prénoms.",
}


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

    @property
    def words(self) -> str:
        """The answer as a sentence."""
        return WORDS[self.outcome]


def question(patient: dict[str, Any]) -> Question | None:
    """What to ask about this Patient; None when a trait that the service needs is missing."""
    traits, shown = identity.traits(patient), typed(patient)
    if traits is None:
        return None
    return Question(traits.family, traits.given, traits.sex, traits.born, shown.birthplace)


def agrees(asked: Question, found: Identity) -> bool:
    """Whether the identity that came back has the traits that were asked about; if not, nothing may rise."""
    back = identity.traits(
        {
            "name": [{"use": "official", "family": found.birth_name, "given": found.given.split()}],
            "birthDate": found.birth_date,
            "gender": found.gender,
        }
    )
    return back is not None and (back.family, back.given, back.sex, back.born) == (
        asked.family,
        asked.given,
        asked.sex,
        asked.born,
    )
