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
    names, found = _names(patient), words(patient)
    heard = {SOUND + key for word in found if word[0] != CITY if (key := sound(word))}
    of_names = chain(*(_of_name(name) for name in names))
    return sorted({*found, *heard, *of_names, *_numbers(patient), *_birth(patient.get("birthDate"))})


def words(patient: dict[str, Any]) -> set[str]:
    """The words of the names and, behind their mark, of the cities: what is compared to find errors."""
    found = set(chain(*(_words_of_name(name) for name in _names(patient))))
    cities = chain(*(_run(address.get("city")) for address in patient.get("address") or ()))
    return found | {CITY + word for word in cities}


def _names(patient: dict[str, Any]) -> list[dict[str, Any]]:
    return [name for name in patient.get("name") or () if isinstance(name, dict)]


def _given(name: dict[str, Any]) -> list[str]:
    return [given for given in name.get("given") or () if isinstance(given, str)]


def _words_of_name(name: dict[str, Any]) -> Iterable[str]:
    yield from _run(name.get("family"))
    for text in (*_given(name), name.get("text")):
        yield from chain(*(_run(part) for part in str(text or "").split()))


def _of_name(name: dict[str, Any]) -> Iterable[str]:
    """What is only of a name: its family marked, its first two given names typed as one, its initials."""
    yield from (FAMILY + word for word in _run(name.get("family")))
    given = _given(name)
    first = list(folding.words(" ".join(given[:2])))[:2]
    if len(first) == 2:
        yield "".join(first)[: folding.WORD_LIMIT]
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
