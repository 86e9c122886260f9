"""Notes being written. Compare-and-set on a revision; no history."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from django.db import connection

COLUMNS = "id, actor, patient, composition, revision, text, opened, updated"


class Row(NamedTuple):
    """One draft; times in microseconds."""

    id: str
    actor: str
    patient: str
    composition: str | None
    revision: int
    text: str
    opened: int
    updated: int


def insert(draft: Row) -> None:
    """A new draft."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO store_draft ({COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",  # noqa: S608
            list(draft),
        )


def save(id: str, *, actor: str, revision: int, text: str, updated: int) -> bool:
    """Replace the text if the draft still has this revision; False when somebody was faster."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE store_draft SET text = %s, revision = revision + 1, updated = %s"
            " WHERE id = %s AND actor = %s AND revision = %s",
            [text, updated, id, actor, revision],
        )
        return bool(cursor.rowcount)


def get(id: str) -> Row | None:
    """The draft, or None."""
    return next(iter(_select("id = %s", [id])), None)


def of_actor(actor: str) -> list[Row]:
    """An actor's drafts, newest first."""
    return _select("actor = %s ORDER BY updated DESC", [actor])


def of_note(actor: str, patient: str, composition: str | None) -> Row | None:
    """The draft this actor already has open for this patient and note, or None."""
    if composition is None:
        rows = _select("actor = %s AND patient = %s AND composition IS NULL", [actor, patient])
    else:
        rows = _select("actor = %s AND patient = %s AND composition = %s", [actor, patient, composition])
    return next(iter(rows), None)


def is_open(patients: Collection[str]) -> bool:
    """Whether anybody writes in one of these records."""
    places = ", ".join(["%s"] * len(patients))
    return bool(_select(f"patient IN ({places}) LIMIT 1", sorted(patients)))


def delete(id: str) -> None:
    """Drop a draft: it was signed, or its author gave it up."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM store_draft WHERE id = %s", [id])


def _select(where: str, args: list[str]) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {COLUMNS} FROM store_draft WHERE {where}", args)  # noqa: S608
        return [Row(*values) for values in cursor.fetchall()]
