"""A letter that a note asks for: « courrier cardio pour écho » goes to cardiology, for an ultrasound. It reads what the
doctor typed and no more: a name that is not known stays out, and a person writes it."""

from __future__ import annotations

import re
from functools import cache

from carnet.fhir.folding import fold, words
from carnet.rules import tables

_WHY = re.compile(r"\b(?:pour|pr)\b\s*", re.IGNORECASE)


def reason(typed: str) -> str:
    """What is asked of the reader; empty when the words do not say."""
    said = _WHY.split(typed, maxsplit=1)
    return said[1].strip(" .;,") if len(said) == 2 else ""


def recipient(typed: str) -> str:
    """The specialty that is named before the reason, as an address begins; empty when none is known."""
    said = {*words(fold(_WHY.split(typed, maxsplit=1)[0]))}
    return next((name for name, known in _specialties() if said & known), "")


def fits(model: str, typed: str) -> bool:
    """Whether a model of that name may begin the letter: it names the same specialty, or none."""
    of = _named(model)
    return not of or recipient(typed) in of


def names_one(model: str) -> bool:
    """Whether a model is for one specialty."""
    return bool(_named(model))


def _named(model: str) -> set[str]:
    said = [*words(fold(model))]
    return {name for name, known in _specialties() for one in known for word in said if _begins(word, one)}


def _begins(word: str, known: str) -> bool:
    """« cardiologique » is of « cardio »; a short word must be the same."""
    return word == known or (len(known) > 4 and word.startswith(known))


@cache
def _specialties() -> list[tuple[str, frozenset[str]]]:
    return [(name, frozenset(said)) for name, said in tables.toml("specialties")["specialties"].items()]
