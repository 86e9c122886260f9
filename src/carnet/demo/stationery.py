"""The letterhead, snippets and models of the demonstration practice, written through the same actions as a doctor's.
Everything in it is fictional."""

from __future__ import annotations

import tomllib
from datetime import datetime
from importlib.resources import files

from carnet.actions import letterhead, wordings
from carnet.actions.letterhead import Letterhead
from carnet.record.actor import Actor


def write(*, by: Actor, at: datetime) -> None:
    """Keep it for this doctor's practice."""
    table = tomllib.loads((files("carnet.demo") / "tables/stationery.toml").read_text("utf-8"))
    letterhead.save(by=by, at=at, letterhead=Letterhead(**table["letterhead"]))
    for one in table["wordings"]:
        wordings.save(by=by, at=at, **one)
