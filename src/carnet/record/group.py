"""Whose turn it is to commit, and the rows of the journal that wait for a commit. In one process one thread commits at a
time; rows that arrive meanwhile wait together and become durable together, and an action may leave its transaction open
for the next one. It knows no database."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from threading import Event, Lock, get_ident
from typing import Any, Protocol

from carnet.fhir.errors import Unavailable

LONGEST_WAIT = 20.0  # seconds, as long as the database itself waits for another process
PATIENCE = 0.1  # seconds after which an action sees for itself to the transaction that it handed on
_BUSY = "Le cabinet est occupé par une autre opération. Recommencez dans un instant."

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


class Handed(Protocol):
    """A transaction that its last action left open for the next one."""

    def end(self) -> None:
        """Commit it, and tell each of its actions how that went. Never raises an error of the database."""


class Outcome:
    """How the transaction of an action ended: told once, by whoever ended it."""

    __slots__ = ("_known", "error")

    def __init__(self) -> None:
        self.error: Exception | None = None
        self._known = Event()

    def tell(self, error: Exception | None) -> None:
        """It is durable, or this is why not."""
        self.error = error
        self._known.set()

    def wait(self) -> None:
        """Until it is told; raises what is told. When nobody goes on with the transaction, this thread ends it."""
        try:
            while not self._known.wait(PATIENCE):
                _end_handed()
        except BaseException:
            _end_handed()
            raise
        if self.error is not None:
            raise self.error


_turn = Lock()
_coming: set[int] = set()  # threads whose action waits for the turn
_handed: Handed | None = None  # only who has the turn looks at it
_queue: deque[Waiting] = deque()


def join(look: Look) -> Waiting:
    """Let this row go with the next commit, whoever makes it."""
    mine = Waiting(look)
    _queue.append(mine)
    return mine


@contextmanager
def turn(mine: Waiting | None = None) -> Iterator[None]:
    """Be the one who commits, alone: a transaction that was handed on is ended first. Raises Unavailable when others
    take too long; `mine` is then withdrawn."""
    if not _turn.acquire(timeout=LONGEST_WAIT) and not (mine and _is_under_way(mine)):
        raise Unavailable(_BUSY)
    try:
        handed = go_on()
        if handed is not None:
            handed.end()
        yield
    finally:
        _turn.release()


@contextmanager
def turn_of_action() -> Iterator[None]:
    """The same for an action that goes on with what was handed on: whoever is inside asks for it with `go_on`."""
    me = get_ident()
    _coming.add(me)
    try:
        if not _turn.acquire(timeout=LONGEST_WAIT):
            raise Unavailable(_BUSY)
    finally:
        _coming.discard(me)
    try:
        yield
    finally:
        _turn.release()


def is_awaited() -> bool:
    """Whether an action waits that would go on with this transaction."""
    return bool(_coming)


def hand_on(transaction: Handed) -> None:
    """Leave it open for whoever has the turn next."""
    global _handed
    _handed = transaction


def go_on() -> Handed | None:
    """What was handed on; from now on it is the caller's to end or to hand on."""
    global _handed
    handed, _handed = _handed, None
    return handed


def forget() -> None:
    """In a forked process: what the threads of its parent waited for is not its own."""
    global _handed
    _handed = None
    _coming.clear()
    _queue.clear()


def _end_handed() -> None:
    with suppress(Unavailable), turn():
        pass


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
