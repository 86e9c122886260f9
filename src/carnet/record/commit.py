"""One durable transaction, and what must follow it: the second place of the journal. Turns the database's
own errors (no room, closed, damaged) into words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import DatabaseError, IntegrityError
from django.db import transaction as database

from carnet.fhir.errors import Conflict, Damaged, DiskFull, Unavailable
from carnet.record import audit

Done = Callable[[tuple[int, bytes]], None]


@contextmanager
def transaction() -> Iterator[Done]:
    """A transaction whose end is told the journal's new head, published once the commit is durable."""
    heads: list[tuple[int, bytes]] = []
    try:
        with database.atomic():
            yield heads.append
    except DatabaseError as error:
        raise in_words(error) from error
    for head in heads:
        audit.publish(*head)


def in_words(error: DatabaseError) -> Exception:
    """What the database said, as one of Carnet's errors."""
    text = str(error).lower()
    if isinstance(error, IntegrityError):
        return Conflict("Quelqu'un vient d'enregistrer la même chose. Rien n'a été écrasé.")
    if "full" in text or "no space" in text:
        return DiskFull(
            "Le disque est plein : rien de nouveau n'est enregistré, ce qui l'était reste. Libérez de la place."
        )
    if "locked" in text or "busy" in text:
        return Unavailable("Le cabinet est occupé par une autre opération. Recommencez dans un instant.")
    if "malformed" in text or "not a database" in text:
        return Damaged("La base du cabinet est abîmée. Rien n'a été modifié. Restaurez une sauvegarde.")
    return error
