"""The packaged tables of the rules, each read once. It interprets nothing."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def toml(name: str) -> dict[str, Any]:
    """A table, by its name without its ending. Nobody changes what it gives."""
    return tomllib.loads(files(__name__).joinpath(f"{name}.toml").read_text("utf-8"))
