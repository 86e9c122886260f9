"""Specialities as the official base of medicines names them: one row each, read once, found by brand or substance.
Knows names only: no interaction, no dose, no advice."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path
from sys import intern
from typing import NamedTuple

from carnet.fhir.folding import fold

_UNITS: dict[str, str] = tomllib.loads((files("carnet.reference") / "tables/forms.toml").read_text("utf-8"))[
    "units"
]


class Speciality(NamedTuple):
    """One marketing authorisation. `inn`: the substances, a `/` between those of a combination; `brand` empty when it is
    sold under the substance's name; `strength` as its name says it; `place` town or hospital; `ordered` yes when the
    substances of a combination are known to stand in the order of its strengths."""

    cis: str
    name: str
    brand: str
    inn: str
    strength: str
    form: str
    routes: str
    atc: str
    place: str
    marketed: str
    ordered: str = ""  # as in a table of former days

    @property
    def unit(self) -> str:
        """What is taken at a time: comprimé, bouffée…; empty when the form does not say."""
        return unit_of(self.form)


COLUMNS = Speciality._fields


@cache
def unit_of(form: str) -> str:
    """The unit of intake of a pharmaceutical form, by tables/forms.toml."""
    folded = fold(form)
    return next((unit for word, unit in _UNITS.items() if word in folded), "")


def read(lines: Iterable[str]) -> Iterator[Speciality]:
    """The rows of a table written by `carnet reference build`; its head comments and column names are skipped. Most
    words stand in many rows and are kept once."""
    for line in lines:
        if not line.startswith("#") and line.strip():
            yield Speciality(*map(intern, line.rstrip("\n").split("\t")))


@cache
def official() -> tuple[Speciality, ...]:
    """The table of the official base that comes with the program."""
    return _packaged("specialities.tsv")


@cache
def shipped() -> tuple[Speciality, ...]:
    """All that comes with the program: the official base, and names that it no longer lists."""
    return official() + _no_longer_listed()


def _no_longer_listed() -> tuple[Speciality, ...]:
    return _packaged("former.tsv") + _packaged("withdrawn.tsv")


def _packaged(name: str) -> tuple[Speciality, ...]:
    with (files("carnet.reference") / "tables" / name).open(encoding="utf-8") as lines:
        return tuple(read(lines))


def built(path: Path) -> tuple[Speciality, ...]:
    """The table that this practice built from the full official files and the names that are no longer listed, else what
    comes with the program."""
    if not path.exists():
        return shipped()
    with path.open(encoding="utf-8") as lines:
        return tuple(read(lines)) + _no_longer_listed()
