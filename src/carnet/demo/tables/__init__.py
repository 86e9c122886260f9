"""Loads the words and codes that the stories use. No clinical use: a few well-known facts each."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

Table = dict[str, Any]


@cache
def table(name: str) -> Table:
    """One file of this folder."""
    return tomllib.loads((files("carnet.demo.tables") / f"{name}.toml").read_text("utf-8"))
