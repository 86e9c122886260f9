"""Makes the rows of the patient finder and the marks of notes anew, for practices that were there before them."""

from __future__ import annotations

from django.db import connection

from carnet.fhir import json
from carnet.store.search import finder_rows, write
from carnet.store.search.note_text import TYPES

_AT_ONCE = 500
_FORMER = (11, 12)  # parameters under which names and numbers were kept among the strings


def finder() -> None:
    """Every patient, the latest changed last; running it again gives the same."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM store_string WHERE param IN (%s, %s)", _FORMER)
        cursor.execute(
            "SELECT id FROM store_resource WHERE type = 'Patient' AND NOT deleted ORDER BY updated, id"
        )
        keys = [pk for (pk,) in cursor.fetchall()]
    finder_rows.clear()
    for start in range(0, len(keys), _AT_ONCE):
        bodies = _bodies(keys[start : start + _AT_ONCE])
        finder_rows.index_all([(pk, json.loads(bodies[pk])) for pk in keys[start : start + _AT_ONCE]])
    finder_rows.gather()


def notes() -> None:
    """Every note and document, in the full text."""
    with connection.cursor() as cursor:
        marks = ", ".join(["%s"] * len(TYPES))
        cursor.execute(
            f"SELECT id FROM store_resource WHERE type IN ({marks}) AND NOT deleted ORDER BY id",  # noqa: S608
            list(TYPES),
        )
        keys = [pk for (pk,) in cursor.fetchall()]
    for start in range(0, len(keys), _AT_ONCE):
        for pk, body in _bodies(keys[start : start + _AT_ONCE]).items():
            write.index_text_again(pk, json.loads(body))


def _bodies(keys: list[int]) -> dict[int, bytes]:
    with connection.cursor() as cursor:
        marks = ", ".join(["%s"] * len(keys))
        cursor.execute(f"SELECT id, body FROM store_resource WHERE id IN ({marks})", keys)  # noqa: S608
        return {pk: bytes(body) for pk, body in cursor.fetchall()}
