"""The table of what comes back by itself, and the tick that starts it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from carnet.actions import doubles, safety
from carnet.jobs import comparing
from carnet.record import cell
from carnet.record.actor import Actor, operator

DAY = timedelta(hours=24)
# name: (how often, what)
TABLE: dict[str, tuple[timedelta, Callable[..., object]]] = {
    safety.CHECK: (DAY, safety.check_cell),
    doubles.LOOK: (DAY, comparing.look),
}
# What a person may ask for before its time: name → the action that asks.
ASKED = {doubles.LOOK: doubles.ASK}


def tick(at: datetime) -> None:
    """Do what is due. When each was last done is read from the journal, so a restart forgets nothing."""
    by = operator(cell.practice_id())
    for name, (every, action) in TABLE.items():
        last = safety.last(by=by, action=name)
        if last is None or at - last >= every or _is_asked(by, name, last):
            action(by=by, at=at)


def _is_asked(by: Actor, name: str, last: datetime) -> bool:
    asked = safety.last(by=by, action=ASKED[name]) if name in ASKED else None
    return asked is not None and asked > last
