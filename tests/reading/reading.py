"""What the tests of reading share: one reader of the packaged tables, and facts as short lines."""

from __future__ import annotations

from functools import cache
from typing import Any

from carnet.reading import reader
from carnet.reading.facts import Context, Fact
from carnet.reading.reader import Reader
from carnet.reference.names import shipped_names

FRIDAY = "2026-11-20"


@cache
def packaged() -> Reader:
    return reader.packaged(shipped_names())


def read(text: str, kind: str | None = None) -> list[Fact]:
    found = packaged().read(text, Context(age=67, sex="F", date=FRIDAY))
    return [fact for fact in found if kind is None or fact.kind == kind]


def told(text: str, kind: str, *keys: str) -> list[Any]:
    """The values of these keys, of each fact of a kind; one key gives bare values."""
    rows = [tuple(fact.values.get(key) for key in keys) for fact in read(text, kind)]
    return [row[0] if len(keys) == 1 else row for row in rows]
