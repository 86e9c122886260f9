"""Loads the stories: people who do not exist, what was written about them, what others sent. Their years were
written in WRITTEN; told later, they all move on together."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from datetime import date
from importlib.resources import files
from typing import Any

from carnet.demo import when

Story = dict[str, Any]
WRITTEN = 2026
_YEAR = re.compile(r"(?<![\d,.])(?:19[3-9]\d|20[0-4]\d)(?![\d,])")
_DAY = re.compile(r"\{([+-])(\w+)\}")
_NUMBERS = ("labs", "measures", "measures_at")  # hold no year


def patients(today: date) -> list[Story]:
    """Every patient, in the order of the files."""
    return [
        _told(story, today) for name in ("heart", "chronic", "families") for story in file(name)["patient"]
    ]


def letters(today: date) -> list[Story]:
    """What other professionals wrote."""
    return [_told(letter, today) for letter in file("letters")["letter"]]


def file(name: str) -> Story:
    """One file of this folder, as it is written."""
    return tomllib.loads((files("carnet.demo.stories") / f"{name}.toml").read_text("utf-8"))


def _told(story: Story, today: date) -> Story:
    shift = today.year - WRITTEN

    def words(text: str) -> str:
        moved = _YEAR.sub(lambda found: str(int(found[0]) + shift), text)
        return _DAY.sub(lambda found: f"{_day(today, found[1], found[2]):%d/%m}", moved)

    return {name: value if name in _NUMBERS else _each(value, words) for name, value in story.items()}


def _day(today: date, sign: str, span: str) -> date:
    before = when.before(today, span)
    return before if sign == "-" else today + (today - before)


def _each(value: Any, words: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return words(value)
    return [_each(one, words) for one in value] if isinstance(value, list) else value
