"""What two persons are compared by: the identity as it came, and the same folded once for many comparisons. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from carnet.fhir import folding, identifiers
from carnet.rules import identity, person, tables

_STREET_NUMBER = re.compile(r"^\s*([0-9]+)")
# HL7 table 0203: national person identifier, passport. Not NH or SS: in France a child bears a parent's number there.
_STATE_KINDS = {"NI", "PPN"}
_SPELLED_SEX = {"male": "male", "female": "female"}


@dataclass(frozen=True, slots=True)
class Identity:
    """A person as somebody wrote them down. Dates `YYYY-MM-DD` or less; `sex` a FHIR gender; `ins` numbers without
    their OID; `numbers` (system, value) given by other programs to a record, `state_numbers` by a State to this one
    person (foreign social security number, passport); `street` the lines of the address without number."""

    birth_name: str = ""
    given: tuple[str, ...] = ()
    used_name: str = ""
    used_given: str = ""
    born: str = ""
    sex: str = ""
    birthplace: str = ""
    ins: frozenset[str] = frozenset()
    numbers: frozenset[tuple[str, str]] = frozenset()
    state_numbers: frozenset[tuple[str, str]] = frozenset()
    phones: frozenset[str] = frozenset()
    street_number: str = ""
    street: tuple[str, ...] = ()
    postal_code: str = ""
    city: str = ""


@dataclass(frozen=True, slots=True)
class Name:
    """A name folded: its words with short forms written out, all as one word, and as one word without particles."""

    words: tuple[str, ...] = ()
    joined: str = ""
    bare: str = ""


@dataclass(frozen=True, slots=True)
class Folded:
    """An Identity ready to compare. `given` are all words of the first names in their order, `first` those of the
    first one (two in Jean-Pierre)."""

    birth: Name
    used: Name
    given: tuple[str, ...]
    first: tuple[str, ...]
    used_given: str
    born: str
    sex: str
    birthplace: str
    ins: frozenset[str]
    numbers: frozenset[tuple[str, str]]
    state_numbers: frozenset[tuple[str, str]]
    phones: frozenset[str]
    street_number: str
    street: tuple[str, ...]
    postal_code: str
    city: str


def from_patient(patient: dict[str, Any]) -> Identity:
    """The Identity that a FHIR Patient states."""
    birth, used = identity.birth_name(patient), _named(patient, "usual")
    home: dict[str, Any] = next(
        (one for one in patient.get("address", []) if one.get("use") in (None, "home")), {}
    )
    lines = [str(line) for line in home.get("line", [])]
    number = next((found[1] for line in lines if (found := _STREET_NUMBER.match(line))), "")
    of_states = frozenset(_state_numbers(patient))
    return Identity(
        birth_name="" if birth is used else str(birth.get("family", "")),
        given=tuple(str(one) for one in birth.get("given", [])),
        used_name=str(used.get("family", "")),
        used_given=str((used.get("given") or [""])[0]),
        born=str(patient.get("birthDate", "")),
        sex=str(patient.get("gender", "")),
        birthplace=person.typed(patient).birthplace,
        ins=identity.ins(patient),
        numbers=identity.sources(patient) - of_states,
        state_numbers=of_states,
        phones=frozenset(
            str(one.get("value", "")) for one in patient.get("telecom", []) if one.get("system") != "email"
        ),
        street_number=number,
        street=tuple(_STREET_NUMBER.sub("", line) for line in lines),
        postal_code=str(home.get("postalCode", "")),
        city=str(home.get("city", "")),
    )


def _state_numbers(patient: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for one in patient.get("identifier", []):
        kinds = {coding.get("code") for coding in one.get("type", {}).get("coding", [])}
        if kinds & _STATE_KINDS and one.get("system") and one["system"] not in identifiers.INS_SYSTEMS:
            yield str(one["system"]), str(one.get("value", ""))


def _named(patient: dict[str, Any], use: str) -> dict[str, Any]:
    names: list[dict[str, Any]] = patient.get("name", [])
    return next((name for name in names if name.get("use") == use), {})


def folded(one: Identity) -> Folded:
    """The same person without accents, case, blanks, prefixes of telephone numbers and doubtful sexes."""
    return Folded(
        birth=_name(one.birth_name),
        used=_name(one.used_name),
        given=tuple(word for name in one.given for word in folding.words(name)),
        first=tuple(folding.words(one.given[0])) if one.given else (),
        used_given="".join(folding.words(one.used_given)),
        born=re.sub(r"[^0-9]", "", one.born),
        sex=_SPELLED_SEX.get(one.sex, ""),
        birthplace=_compact(one.birthplace),
        ins=frozenset(kept[:13] for value in one.ins if (kept := _compact(value))),  # with or without its key
        numbers=_numbers(one.numbers),
        state_numbers=_numbers(one.state_numbers),
        phones=frozenset(kept for phone in one.phones if (kept := _digits(phone))),
        street_number=_digits(one.street_number),
        street=tuple(kept for line in one.street if (kept := "".join(folding.words(line)))),
        postal_code=_compact(one.postal_code),
        city="".join(folding.words(one.city)),
    )


def _name(text: str) -> Name:
    words = tuple(variants().abbreviations.get(word, word) for word in folding.words(text))
    bare = "".join(word for word in words if word not in variants().particles)
    joined = "".join(words)
    return Name(words, joined, bare or joined)


def _numbers(pairs: frozenset[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    return frozenset((system, kept) for system, value in pairs if (kept := _compact(value)))


def _compact(text: str) -> str:
    return "".join(text.split()).upper()


def _digits(text: str) -> str:
    """The digits that stay the same however a number is dialled: the last nine."""
    return re.sub(r"[^0-9]", "", text)[-9:]


@dataclass(frozen=True, slots=True)
class Variants:
    """The table of names that are one: words written short, particles, and name → the lines in which it stands."""

    abbreviations: dict[str, str]
    particles: frozenset[str]
    given: dict[str, frozenset[int]]
    family: dict[str, frozenset[int]]


@cache
def variants() -> Variants:
    """tables/name_variants.toml."""
    table = tables.toml("name_variants")
    return Variants(
        table["abbreviations"],
        frozenset(table["particles"]["words"]),
        _lines(table["given"]["lines"]),
        _lines(table["family"]["lines"]),
    )


def _lines(lines: list[str]) -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = {}
    for number, line in enumerate(lines):
        for name in line.split():
            found.setdefault(name.replace("-", ""), set()).add(number)
    return {name: frozenset(numbers) for name, numbers in found.items()}
