"""Whether the person behind a session is still there: awake, locked after 15 minutes, gone after two hours.
Pure: the session's own mapping and the time are passed in."""

from __future__ import annotations

from collections.abc import MutableMapping
from datetime import datetime, timedelta
from typing import Any, Literal

LOCK_AFTER = timedelta(minutes=15)
SIGN_OUT_AFTER = timedelta(hours=2)
# Each mark is a synced write: one in this time is enough. The lock may therefore come this much early, never late.
MARK_EVERY = timedelta(seconds=20)

_LAST, _LOCKED = "presence.last", "presence.locked"
State = Literal["awake", "locked", "gone"]
Session = MutableMapping[str, Any]


def begin(session: Session, *, at: datetime) -> None:
    """A person has just proved who he is: at sign-in or at unlock."""
    session[_LAST] = at.timestamp()
    session[_LOCKED] = False


def lock(session: Session) -> None:
    session[_LOCKED] = True


def is_locked(session: Session) -> bool:
    """Whether the lock has already been written down (and audited)."""
    return bool(session.get(_LOCKED, True))


def state(session: Session, *, at: datetime) -> State:
    """A session without a mark, or with one from the future, is nobody's."""
    last = session.get(_LAST)
    if last is None:
        return "gone"
    idle = timedelta(seconds=at.timestamp() - float(last))
    if idle >= SIGN_OUT_AFTER or idle < -MARK_EVERY:
        return "gone"
    return "locked" if is_locked(session) or idle >= LOCK_AFTER else "awake"


def touch(session: Session, *, at: datetime) -> None:
    """The person did something. Background requests must not call this."""
    if at.timestamp() - float(session[_LAST]) >= MARK_EVERY.total_seconds():
        session[_LAST] = at.timestamp()
