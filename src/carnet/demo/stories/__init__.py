"""Loads the stories: people who do not exist, what was written about them, what others sent."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Any

Story = dict[str, Any]


def patients() -> list[Story]:
    """Every patient, in the order of the files."""
    return [story for name in ("heart", "chronic", "families") for story in file(name)["patient"]]


def file(name: str) -> Story:
    """One file of this folder."""
    return tomllib.loads((files("carnet.demo.stories") / f"{name}.toml").read_text("utf-8"))
