"""One durable transaction, and what must follow it: the second place of the journal. Turns the errors of the
database and of the disk (no room, closed, damaged) into words. Never nests: an action inside an action would
announce what may still be undone."""

from __future__ import annotations

import errno
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import DatabaseError, DataError, IntegrityError, connection
from django.db import transaction as database

from carnet.fhir.errors import Conflict, Damaged, DiskFull, Malformed, Unavailable
from carnet.record import audit

Done = Callable[[tuple[int, bytes]], None]
logger = logging.getLogger(__name__)
_WRITERS = 4276002  # of PostgreSQL's advisory locks; the journal's own is taken later and held less long
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def transaction(*, alone: bool = False) -> Iterator[Done]:
    """A transaction whose end is told the journal's new head, published once the commit is durable. `alone`: no
    other such transaction runs meanwhile, so that what was looked up is still so when it is written."""
    heads: list[tuple[int, bytes]] = []
    with in_words(), database.atomic(durable=True):
        if alone:
            _wait_for_other_writers()
        yield heads.append
    for head in heads:
        _publish(head)


def _wait_for_other_writers() -> None:
    if connection.vendor == "postgresql":  # SQLite has one writer by itself
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_WRITERS])


def _publish(head: tuple[int, bytes]) -> None:
    """What is committed stays done: a second place that lags is made up for by the next action."""
    try:
        audit.publish(*head)
    except (OSError, DatabaseError) as error:
        logger.warning("the second place of the journal lags after %s", type(error).__name__)


@contextmanager
def in_words() -> Iterator[None]:
    """Errors of the database and a full disk leave as Carnet's errors."""
    try:
        yield
    except (DatabaseError, OSError) as error:
        said = words(error)
        if said is error:
            raise
        raise said from error


def words(error: DatabaseError | OSError) -> Exception:
    """What the database or the disk said, as one of Carnet's errors; itself when it is none of them."""
    text = str(error).lower()
    if isinstance(error, OSError) and error.errno not in _NO_ROOM:
        return error
    if isinstance(error, DataError):
        return Malformed("Ce contenu ne peut pas être enregistré tel quel.")
    if isinstance(error, IntegrityError):
        return Conflict("Quelqu'un vient d'enregistrer la même chose. Rien n'a été écrasé.")
    if "full" in text or "no space" in text:
        return DiskFull(
            "Le disque est plein : rien de nouveau n'est enregistré, ce qui l'était reste. Libérez de la place."
        )
    if "locked" in text or "busy" in text or "deadlock" in text:
        return Unavailable("Le cabinet est occupé par une autre opération. Recommencez dans un instant.")
    if "malformed" in text or "not a database" in text:
        return Damaged("La base du cabinet est abîmée. Rien n'a été modifié. Restaurez une sauvegarde.")
    if "connection" in text or "i/o error" in text:
        return Unavailable(
            "La base du cabinet ne répond pas. Recommencez ; si cela dure, vérifiez le disque."
        )
    return error
