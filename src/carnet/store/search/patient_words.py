"""What the patient finder knows of a patient, and what it understands of what was typed. Pure.

Names become single folded words, so that they are found in any order; digits of INS and telephone are kept apart."""

from __future__ import annotations

import re
from typing import Any

from carnet.fhir import folding
from carnet.fhir.identifiers import INS_SYSTEMS
from carnet.store.search import keys, spans

WORD, DIGITS = 11, 12  # ids of the private lines of the search parameter table
_JOINED = re.compile(r"[\w'’‑-]+")
_DAY = re.compile(r"([0-3]?[0-9])[/.\-]([01]?[0-9])[/.\-]([0-9]{4}|[0-9]{2})")
_MONTH = re.compile(r"([01]?[0-9])[/.\-]([0-9]{4})")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_PREFIX = re.compile(r"^(?:\+|00)33")  # of French telephone numbers


def rows(patient: dict[str, Any]) -> list[tuple[int, int, str, str]]:
    """String rows (param, ordinal, folded, exact); `exact` is not needed and empty."""
    words = {word for name in patient.get("name") or () for word in _name_words(name)}
    digits = set(_numbers(patient))
    return [(WORD, 0, word, "") for word in sorted(words)] + [
        (DIGITS, 0, number, "") for number in sorted(digits)
    ]


def _name_words(name: dict[str, Any]) -> list[str]:
    parts = [name.get("family"), name.get("text"), *(name.get("given") or ())]
    texts = [part for part in parts if isinstance(part, str)]
    found = [word for text in texts for word in folding.words(text)]
    # L'Hermitte is also typed LHERMITTE, and Jean-Pierre JEANPIERRE.
    found += [keys.folded(joined).replace(" ", "") for text in texts for joined in _JOINED.findall(text)]
    return [word for word in found if word]


def _numbers(patient: dict[str, Any]) -> list[str]:
    found = [
        _digits(i.get("value")) for i in patient.get("identifier") or () if i.get("system") in INS_SYSTEMS
    ]
    for contact in patient.get("telecom") or ():
        if contact.get("system") != "email":
            found.append(_PREFIX.sub("0", keys.contact(str(contact.get("value", "")))))
    return [number for number in found if number]


def _digits(value: Any) -> str:
    return re.sub(r"[\s.]", "", value).upper()[:64] if isinstance(value, str) else ""


def read(typed: str) -> tuple[list[str], list[list[tuple[int, int]]], list[str]]:
    """(words, birth dates, digits) of what was typed; a birth date is the moments [low, high) it may mean."""
    births: list[list[tuple[int, int]]] = []
    rest = re.sub(r"(?:\+|\b00)33\s?", "0", typed)
    rest = _DAY.sub(lambda m: _take(births, m[3], f"-{int(m[2]):02}-{int(m[1]):02}"), rest)
    rest = _MONTH.sub(lambda m: _take(births, m[2], f"-{int(m[1]):02}"), rest)
    rest = re.sub(r"(?<=[0-9])[\s.](?=[0-9])", "", rest)
    words, digits = list[str](), list[str]()
    for word in folding.words(rest):
        if _YEAR.fullmatch(word):
            _take(births, word, "")
        else:
            (digits if word[0].isdigit() else words).append(word)
    return words, births, [number.upper() for number in digits]


def _take(births: list[list[tuple[int, int]]], year: str, rest: str) -> str:
    """Two digits of a year may be of either century."""
    years = [year] if len(year) == 4 else [f"19{year}", f"20{year}"]
    births.append([found for y in years if (found := spans.span(y + rest))])
    return " "
