"""What the patient finder knows of a patient: single folded terms, each kind behind its own mark. Pure.

Names become words in any order, whole and joined; nothing of it is ever shown."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import chain
from typing import Any

from carnet.fhir import folding
from carnet.fhir.identifiers import INS_SYSTEMS
from carnet.store.search import keys

# Folded words hold no accent, so these begin no name. Names alone and numbers have no mark.
FAMILY, CITY, INITIALS, BORN, DAY, SOUND = "à", "ç", "ï", "é", "ö", "ù"
MARKS = frozenset((FAMILY, CITY, INITIALS, BORN, DAY, SOUND))
_PREFIX = re.compile(r"^(?:\+|00)33")  # of French telephone numbers
_SAINTS = {"saint": "st", "sainte": "ste", "st": "saint", "ste": "sainte"}
_JOINED_WORDS = 6  # of one name; longer ones are not typed as one word
PARTICLES = frozenset(
    ("d", "de", "del", "della", "des", "di", "du", "l", "la", "las", "le", "les", "los", "n", "m", "o", "van", "von",
     "der", "den", "ten", "el", "al", "ait", "ben", "bou", "mac", "mc", "saint", "sainte", "st", "ste")
)  # fmt: skip


def terms(patient: dict[str, Any]) -> list[str]:
    """Every term of a patient, each once, sorted."""
    names = [name for name in patient.get("name") or () if isinstance(name, dict)]
    found = set(chain(*(_of_name(name) for name in names)))
    found |= {SOUND + key for word in found if word[0] not in MARKS if (key := sound(word))}
    found |= {CITY + word for address in patient.get("address") or () for word in _run(address.get("city"))}
    return sorted({*found, *_numbers(patient), *_birth(patient.get("birthDate"))})


def words(listed: Iterable[str]) -> list[str]:
    """The names and, behind their mark, the cities among the terms of a patient: what is compared to find errors."""
    return [term for term in listed if term[0] == CITY or not (term[0] in MARKS or term[0].isdigit())]


def _of_name(name: dict[str, Any]) -> Iterable[str]:
    family, given = _run(name.get("family")), [g for g in name.get("given") or () if isinstance(g, str)]
    yield from family
    yield from (FAMILY + word for word in family)
    yield from _run(" ".join(given[:4]))
    for text in (*given, name.get("text")):
        yield from chain(*(_run(part) for part in str(text or "").split()))
    yield from (INITIALS + letters for letters in _initials(str(name.get("family") or ""), given))


def _run(text: Any) -> list[str]:
    """The words of a name and what they make when typed as one: de, la, fontaine, delafontaine, lafontaine.
    A name with Saint is also written with St."""
    if not isinstance(text, str):
        return []
    own = list(folding.words(text))
    both = [own, [_SAINTS.get(word, word) for word in own]] if _SAINTS.keys() & set(own) else [own]
    joined = [
        "".join(listed[n:]) for listed in both for n in range(len(listed)) if len(listed) <= _JOINED_WORDS
    ]
    return [word[: folding.WORD_LIMIT] for word in chain(*both, joined)]


def _initials(family: str, given: list[str]) -> set[str]:
    """JP for Jean-Pierre, DJP and JPD for Jean-Pierre Dupont, DJ and JD too."""
    first = "".join(word[0] for word in folding.words(given[0])) if given else ""
    own = [word for word in folding.words(family) if word not in PARTICLES]
    last = own[0][0] if own else ""
    pairs = (first, last + first, first + last, last + first[:1], first[:1] + last)
    return {letters for letters in pairs if 1 < len(letters) <= 4}


def _numbers(patient: dict[str, Any]) -> Iterable[str]:
    for identifier in patient.get("identifier") or ():
        if identifier.get("system") in INS_SYSTEMS:
            yield from _number(identifier.get("value"))
    for contact in patient.get("telecom") or ():
        if contact.get("system") != "email":
            yield from _number(_PREFIX.sub("0", keys.contact(str(contact.get("value", "")))))
    for address in patient.get("address") or ():
        yield from _number(address.get("postalCode"))


def _number(value: Any) -> list[str]:
    kept = re.sub(r"[^0-9a-z]", "", value.lower())[: folding.WORD_LIMIT] if isinstance(value, str) else ""
    return [kept] if kept[:1].isdigit() else []


def _birth(date: Any) -> Iterable[str]:
    """1955-03-12 as é19550312 and, its day alone, ö0312."""
    if isinstance(date, str) and re.fullmatch(r"[0-9]{4}(-[0-9]{2}){0,2}", date):
        digits = date.replace("-", "")
        yield BORN + digits
        if len(digits) == 8:
            yield DAY + digits[4:]


# What is written in several ways for one sound in French names, in this order.
_SOUNDS = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"ph", "f"), (r"[ea]u[lx]?[dt]?s?$|eaux?|aux?", "o"), (r"(?<!^)h", ""), (r"^h", ""), (r"y", "i"),
        (r"sc(?=[ei])|c(?=[ei])|ss|z", "s"), (r"g(?=[ei])", "j"), (r"gu(?=[ei])", "g"), (r"qu|ck|q|c", "k"),
        (r"[ae][mn](?=[^aeiou]|$)", "an"), (r"ai|ei", "e"), (r"w", "v"), (r"(?:er|ez|et|es|ee)$", "e"),
        (r"(.)\1+", r"\1"), (r"(?<=..)[dtsxp]$", ""),
    )
)  # fmt: skip


def sound(word: str) -> str:
    """How a French name sounds, roughly: Gauthier and Gautier, Philippe and Filipe are one. Empty when short."""
    if len(word) < 4 or not (word.isascii() and word.isalpha()):
        return ""
    for pattern, written in _SOUNDS:
        word = pattern.sub(written, word)
    return word if len(word) > 2 else ""
