"""The one connection of this process that writes to the embedded database. Another connection's commit makes SQLite forget
every page that a connection had read, and each one costs a decryption: whoever has the turn works on this one, so that
what the journal and the index touch stays at hand. It is lent, never shared at the same time."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import NamedTuple

from django.db import DEFAULT_DB_ALIAS, DatabaseError, OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from carnet.record import group, keeper
from carnet.store import keys

CACHE = "PRAGMA cache_size = -24000"  # KiB; every other connection has a sixth of it (store/sqlcipher)


MOMENT = 0.05  # seconds
_STEPS = 5000  # of SQLite's machine between two looks at the clock: a millisecond or less


class _Held(NamedTuple):
    keyring: keys.Keyring
    connection: BaseDatabaseWrapper


_held: _Held | None = None


@contextmanager
def lent() -> Iterator[None]:
    """Inside, this thread works on that connection. Only who has the turn may ask for it."""
    own = connections[DEFAULT_DB_ALIAS]
    if own.vendor != "sqlite":
        yield
        return
    ready = _ready()
    # what listens to this thread's statements hears these too
    ready.execute_wrappers, ready.queries_log = own.execute_wrappers, own.queries_log
    ready.force_debug_cursor = own.force_debug_cursor
    connections[DEFAULT_DB_ALIAS] = ready
    try:
        yield
    finally:
        connections[DEFAULT_DB_ALIAS] = own
        keeper.wake()


@contextmanager
def for_a_moment() -> Iterator[None]:
    """Inside, a statement that takes longer than a MOMENT is interrupted: nobody waits behind a slow search."""
    raw = connections[DEFAULT_DB_ALIAS].connection
    if _held is None or raw is not _held.connection.connection:
        yield
        return
    until = time.monotonic() + MOMENT
    raw.set_progress_handler(lambda: time.monotonic() > until, _STEPS)
    try:
        yield
    finally:
        raw.set_progress_handler(None, 0)


def was_interrupted(error: Exception) -> bool:
    """Whether this is what `for_a_moment` does."""
    return isinstance(error, OperationalError) and str(error) == "interrupted"


def _ready() -> BaseDatabaseWrapper:
    global _held
    keyring = keys.current()
    if _held is not None and (_held.keyring is not keyring or _has_failed(_held.connection)):
        close()
    if _held is None:
        made = connections.create_connection(DEFAULT_DB_ALIAS)
        made.inc_thread_sharing()
        with made.cursor() as cursor:
            cursor.execute(CACHE)
        _held = _Held(keyring, made)
    return _held.connection


def _has_failed(held: BaseDatabaseWrapper) -> bool:
    """Not in the middle of a transaction: who ends it finds out what is left of it."""
    return held.errors_occurred and not held.in_atomic_block


def close() -> None:
    """Forget it: the cell is closed, or another one was opened."""
    global _held
    held, _held = _held, None
    if held is not None:
        with suppress(DatabaseError):
            held.connection.close()


_forking = ExitStack()


def _before_fork() -> None:
    _forking.enter_context(group.turn())  # until it is over, so that nobody opens it again meanwhile
    close()
    _forking.enter_context(keeper.closed())


def _in_child() -> None:
    _forking.close()
    group.forget()
    keeper.forget()


# A child process must not inherit an open database: their locks would be mixed up. Nor a turn that some thread of its
# parent has, nor what those threads wait for: they do not exist in it.
os.register_at_fork(before=_before_fork, after_in_parent=_forking.close, after_in_child=_in_child)
