"""The comparison of all identities of the practice, slowly enough for the pages that are served meanwhile."""

from __future__ import annotations

import time
from datetime import datetime

from carnet.actions import doubles
from carnet.jobs import insi
from carnet.record import clock
from carnet.record.actor import Actor

PAUSE = 0.1  # seconds, every 200 people: a practice of 100,000 takes some minutes, one of 4,000 some seconds


def look(*, by: Actor, at: datetime) -> int:
    """One pass; questions to the national teleservice do not wait for its end."""
    return doubles.look(by=by, at=at, rest=_rest)


def _rest() -> None:
    insi.ask_waiting(clock.now())
    time.sleep(PAUSE)
