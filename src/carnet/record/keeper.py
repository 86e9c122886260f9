"""Moves what was committed from the log of the embedded database into its file, in a thread of the server: nobody who
saves waits for it. It decides nothing and makes nothing durable: what is in the log is durable already."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import NamedTuple

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from carnet.fhir.errors import CarnetError, Unavailable
from carnet.record import group
from carnet.store import keys

# Pages in the log: what is worth moving, and from where on it is time that the log begins anew. Where there is no such
# thread, or it does not keep up, who commits sees to it himself (wal_autocheckpoint in store/sqlcipher).
ENOUGH, MUCH = 160, 240
GATHER = 0.01  # seconds: what is committed meanwhile goes with it
logger = logging.getLogger(__name__)
_wanted = threading.Event()
_lock = threading.Lock()  # of what is held; who wants the turn too takes the turn first


class _Held(NamedTuple):
    keyring: keys.Keyring
    connection: BaseDatabaseWrapper


_held: _Held | None = None


def start() -> None:
    """Begin, for as long as this process lives."""
    threading.Thread(target=_run, name="log", daemon=True).start()


def wake() -> None:
    """Something was committed."""
    _wanted.set()


def close() -> None:
    """Forget the connection: the cell is closed, or another one was opened."""
    with closed():
        pass


@contextmanager
def closed() -> Iterator[None]:
    """Inside, there is none."""
    global _held
    with _lock:
        held, _held = _held, None
        if held is not None:
            with suppress(DatabaseError):
                held.connection.close()
        yield


def forget() -> None:
    """In a forked process: there is no such thread, and what it may have been about to do is not its own."""
    global _wanted
    _wanted = threading.Event()


def _run() -> None:
    while True:
        _next()


def _next() -> None:
    _wanted.wait()
    time.sleep(GATHER)
    _wanted.clear()
    try:
        move()
    except (CarnetError, DatabaseError, OSError) as error:
        logger.warning("the log of the database stays as it is after %s", type(error).__name__)
        close()


def move() -> None:
    """Move what is in the log, when it is enough. Readers are never in the way of it nor it in theirs; a writer waits
    only for the little that was committed while the rest was moved."""
    if connections[DEFAULT_DB_ALIAS].vendor != "sqlite" or not keys.is_open() or _log("NOOP") < ENOUGH:
        return
    if _log("PASSIVE") >= MUCH:
        with suppress(Unavailable), group.turn():
            _log("PASSIVE")


def _log(mode: str) -> int:
    """How many pages it holds; they are moved first, or left (NOOP)."""
    with _lock, _ready().cursor() as cursor:
        cursor.execute(f"PRAGMA wal_checkpoint({mode})")
        _, pages, _ = cursor.fetchone()
    return int(pages)


def _ready() -> BaseDatabaseWrapper:
    global _held
    keyring = keys.current()
    if _held is not None and _held.keyring is not keyring:
        _held.connection.close()
        _held = None
    if _held is None:
        made = connections.create_connection(DEFAULT_DB_ALIAS)
        made.inc_thread_sharing()
        _held = _Held(keyring, made)
    return _held.connection
