"""Chance that always falls the same way: the demonstration is drawn, and the same each time."""

from __future__ import annotations

import random

Dice = random.Random


def dice(*names: object) -> Dice:
    """Dice that belong to these names."""
    return random.Random(" ".join(map(str, names)))  # noqa: S311  # nothing secret is drawn here
