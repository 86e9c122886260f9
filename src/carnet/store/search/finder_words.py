"""Asks the words of all names and cities: which of those typed anybody bears, which are one typing error away, which
hold them. It finds no patient."""

# ruff: noqa: S608 - the SQL is put together from this package's own pieces; every value is an argument.

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db import connection

from carnet.store.search.patient_terms import CITY
from carnet.store.search.words_match import LAST

CITIES, CITY_FROM = 30, 4  # cities named one by one; shorter beginnings have lists of their own
INSIDE = 20  # words that hold what was typed
_NEXT = "(SELECT w.word FROM store_finder_word w WHERE w.word >= v.value ORDER BY w.word LIMIT 1)"
_LAST = "(SELECT w.word FROM store_finder_word w WHERE w.word < v.value ORDER BY w.word DESC LIMIT 1)"


class Borne(NamedTuple):
    """Of the words typed: those that are a name, those that begin some name, those that begin some city, and of each
    how many of its first letters begin some name."""

    names: frozenset[str]
    begun: frozenset[str]
    cities: frozenset[str]
    letters: dict[str, int]


def borne(typed: Iterable[str]) -> Borne:
    """What is borne of these words."""
    words = sorted(set(typed))
    around = _around([mark + word for word in words for mark in ("", CITY)], f"{_NEXT}, {_LAST}")
    first = {value: name or "" for value, (name, _) in around.items()}
    return Borne(
        names=frozenset(word for word in words if first[word] == word),
        begun=frozenset(word for word in words if first[word].startswith(word)),
        cities=frozenset(word for word in words if first[CITY + word].startswith(CITY + word)),
        letters={word: max(alike(word, name or "") for name in around[word]) for word in words},
    )


def beginning(beginnings: Iterable[str]) -> set[str]:
    """Of these beginnings those that some name has."""
    found = _around(sorted(set(beginnings)), _NEXT)
    return {value for value, (name,) in found.items() if name and name.startswith(value)}


def cities(word: str) -> list[str]:
    """The marked words of the cities that begin so; none when they are too many to name."""
    if len(word) < CITY_FROM:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT word FROM store_finder_word WHERE word >= %s AND word < %s ORDER BY word LIMIT %s",
            [CITY + word, CITY + word + LAST, CITIES + 1],
        )
        found = [city for (city,) in cursor.fetchall()]
    return found if len(found) <= CITIES else []


def inside(word: str) -> list[str]:
    """Names that hold this elsewhere than at their beginning."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT word FROM store_finder_part WHERE part >= %s AND part < %s ORDER BY part, word LIMIT %s",
            [word, word + LAST, INSIDE],
        )
        return list(dict.fromkeys(found for (found,) in cursor.fetchall()))


def _around(values: list[str], asked: str) -> dict[str, list[str | None]]:
    listed = "json_each(%s) v" if connection.vendor == "sqlite" else "unnest(%s::text[]) v(value)"
    argument: Any = json.dumps(values) if connection.vendor == "sqlite" else values
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT v.value, {asked} FROM {listed}", [argument])
        return {value: found for value, *found in cursor.fetchall()}


def alike(word: str, name: str) -> int:
    """How many letters they begin with alike."""
    pairs = zip(word, name, strict=False)
    return next((n for n, (one, other) in enumerate(pairs) if one != other), min(len(word), len(name)))
