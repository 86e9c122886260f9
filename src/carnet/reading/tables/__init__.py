"""The packaged tables of reading, each loaded once. It interprets nothing."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any

Row = dict[str, str]


@cache
def toml(name: str) -> dict[str, Any]:
    """A grammar table."""
    return tomllib.loads(files(__name__).joinpath(name).read_text("utf-8"))


@cache
def tsv(name: str) -> tuple[Row, ...]:
    """The rows of a vocabulary table: lines that begin with # are its head, the first other line names the columns."""
    path = files(__name__).joinpath(name)
    if not path.is_file():
        return ()
    lines = [line for line in path.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    head = lines[0].split("\t")
    return tuple(
        dict(zip(head, (cell.strip() for cell in line.split("\t")), strict=False)) for line in lines[1:]
    )


def any_of(forms: Iterable[str]) -> str:
    """One alternation of regular expressions, the longest first."""
    return "|".join(sorted(forms, key=len, reverse=True))
