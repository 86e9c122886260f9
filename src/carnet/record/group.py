"""Whose turn it is to commit, and the rows of the journal that wait for a commit. In one process one thread commits at a
time; rows that arrive meanwhile wait together and become durable together. It knows no database."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import Any

from carnet.fhir.errors import Unavailable

LONGEST_WAIT = 20.0  # seconds, as long as the database itself waits for another process


Row = Mapping[str, Any]
Look = Callable[[], tuple[Any, Row]]


class Waiting:
    """One row on its way: settled once it is durable, or once there is an error to tell instead. `look` finds what is
    asked for and says the row of it; whoever commits calls it."""

    __slots__ = ("error", "found", "look", "settled")

    def __init__(self, look: Look) -> None:
        self.look = look
        self.found: Any = None
        self.settled = False
        self.error: Exception | None = None

    def row(self) -> Row | None:
        """The row to keep; None when there is nothing to find, which only this one is told."""
        try:
            self.found, row = self.look()
        except Exception as error:
            self.error, self.settled = error, True
            return None
        return row


_turn = Lock()
_queue: deque[Waiting] = deque()


def join(look: Look) -> Waiting:
    """Let this row go with the next commit, whoever makes it."""
    mine = Waiting(look)
    _queue.append(mine)
    return mine


@contextmanager
def turn(mine: Waiting | None = None) -> Iterator[None]:
    """Be the one who commits. Raises Unavailable when others take too long; `mine` is then withdrawn."""
    if not _turn.acquire(timeout=LONGEST_WAIT) and not (mine and _is_under_way(mine)):
        raise Unavailable("Le cabinet est occupé par une autre opération. Recommencez dans un instant.")
    try:
        yield
    finally:
        _turn.release()


def _is_under_way(mine: Waiting) -> bool:
    """Withdraw the row; if somebody is committing it right now, wait for the outcome instead."""
    try:
        _queue.remove(mine)
    except ValueError:
        return _turn.acquire()
    return False


def take() -> list[Waiting]:
    """All that wait, in the order of their arrival. Whoever takes them has the turn, and settles or puts back each."""
    taken = []
    while _queue:
        taken.append(_queue.popleft())
    return taken


def put_back(taken: Sequence[Waiting]) -> None:
    """They were not committed: their own threads will try, or somebody before them."""
    _queue.extendleft(reversed(taken))


def settle(taken: Sequence[Waiting], error: Exception | None = None) -> None:
    """They are durable, or this is why not; what was found for nobody stays so."""
    for one in taken:
        if not one.settled:
            one.error, one.settled = error, True
