"""The table of what comes back by itself, and the tick that starts it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from carnet.actions import safety
from carnet.record import cell
from carnet.record.actor import operator

# name: (how often, what)
TABLE: dict[str, tuple[timedelta, Callable[..., object]]] = {
    "safety.check": (timedelta(hours=24), safety.check_cell),
}


def tick(at: datetime) -> None:
    """Do what is due. When each was last done is read from the journal, so a restart forgets nothing."""
    by = operator(cell.practice_id())
    for name, (every, action) in TABLE.items():
        last = safety.last(by=by, action=name)
        if last is None or at - last >= every:
            action(by=by, at=at)
