"""The packaged tables of reading, each loaded once. It interprets nothing."""

from __future__ import annotations

import gc
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from typing import Any

Row = dict[str, str]


@contextmanager
def filling() -> Iterator[None]:
    """While tables are filled nothing of them is garbage: looking for it would take a quarter of the time. They join at
    once what is oldest, or what a server has set apart from the collector's rounds."""
    collecting, apart = gc.isenabled(), gc.get_freeze_count()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if not apart:
            gc.unfreeze()
        if collecting:
            gc.enable()


@cache
def toml(name: str) -> dict[str, Any]:
    """A grammar table."""
    return tomllib.loads(files(__name__).joinpath(name).read_text("utf-8"))


@cache
def tsv(name: str) -> tuple[Row, ...]:
    """The rows of a vocabulary table: lines that begin with # are its head, the first other line names the columns."""
    if not files(__name__).joinpath(name).is_file():
        return ()
    named, *rows = lines(name)
    head = named.split("\t")
    return tuple(dict(zip(head, map(str.strip, row.split("\t")), strict=False)) for row in rows)


def lines(name: str) -> list[str]:
    """The lines of a list, without its head."""
    written = files(__name__).joinpath(name).read_text("utf-8").splitlines()
    return [line for line in written if line and not line.startswith("#")]


def any_of(forms: Iterable[str]) -> str:
    """One alternation of regular expressions, the longest first."""
    return "|".join(sorted(forms, key=len, reverse=True))
