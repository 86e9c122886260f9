"""A letter that a note asks for: « courrier cardio pour écho » goes to cardiology, for an ultrasound. It reads what the
doctor typed and no more: a name that is not known stays out, and a person writes it."""

from __future__ import annotations

import re
from functools import cache

from carnet.fhir.folding import fold, words
from carnet.rules import tables

# « pr » is « pour », but for the title of who is named: « au Pr Y », « le pr Y ».
_WHY = re.compile(r"\s?:\s|\b(?:[Pp]our|POUR|(?<!\bau )(?<!\ble )(?<!\bdu )(?<!\bchez )pr)\b\s*")
_PASSED = frozenset(("le", "la", "l", "les", "un", "une", "mon", "ma", "avis"))
_PERSONS = frozenset(("dr", "docteur", "pr", "professeur", "confrere", "consoeur"))


def reason(typed: str) -> str:
    """What is asked of the reader; empty when the words do not say."""
    return _parted(typed)[1]


def recipient(typed: str) -> str:
    """The specialty that is named before the reason, as an address begins; empty when none is known."""
    said = {*words(fold(_parted(typed)[0]))}
    found = (name for listed in (_specialties(), _examinations()) for name, known in listed if said & known)
    return next(found, "")


def examination(typed: str) -> str:
    """The words themselves where they name what is to be done (« FO à faire »), no person and no specialty."""
    said = {*words(fold(typed))}
    return typed if any(said & known for _, known in _examinations()) else ""


def _parted(typed: str) -> tuple[str, str]:
    """To whom, and what for; « lettre pour le Dr Simon (ORL) » says only to whom."""
    for sign in _WHY.finditer(typed):
        why = typed[sign.end() :].strip(" .;,")
        if why and not why[0].isdigit() and not _names_somebody(why):
            return typed[: sign.start()], why
    return typed, ""


def _names_somebody(typed: str) -> bool:
    said = [word for word in words(fold(typed)) if word not in _PASSED][:1]
    return any(word in _PERSONS or any(word in known for _, known in _specialties()) for word in said)


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
def _examinations() -> list[tuple[str, frozenset[str]]]:
    return [(name, frozenset(said)) for name, said in tables.toml("specialties")["examinations"].items()]


@cache
def _specialties() -> list[tuple[str, frozenset[str]]]:
    return [(name, frozenset(said)) for name, said in tables.toml("specialties")["specialties"].items()]
