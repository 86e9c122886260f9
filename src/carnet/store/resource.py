"""Rows of the current versions, and of the versions before them. Plain SQL, both engines, no rights."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

from django.db import connection

COLUMNS = "id, type, fhir_id, version, subject, updated, deleted, body"


class Row(NamedTuple):
    """One version of one resource; `updated` in microseconds."""

    pk: int
    type: str
    id: str
    version: int
    subject: str | None
    updated: int
    deleted: bool
    body: bytes


_AGE = itemgetter(Row._fields.index("updated"), Row._fields.index("pk"))


def row(values: Sequence[Any]) -> Row:
    """A Row from the values of COLUMNS, in their order."""
    pk, type_, id_, version, subject, updated, deleted, body = values
    return Row(pk, type_, id_, version, subject, updated, bool(deleted), bytes(body))


def get(type: str, id: str, *, lock: bool = False) -> Row | None:
    """The current version (a deleted one included), or None. `lock` holds the row until the commit."""
    tail = " FOR UPDATE" if lock and connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {COLUMNS} FROM store_resource WHERE type = %s AND fhir_id = %s{tail}",  # noqa: S608
            [type, id],
        )
        found = cursor.fetchone()
    return row(found) if found else None


def exists(type: str, id: str) -> bool:
    """Whether there is such a resource, not deleted."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT NOT deleted FROM store_resource WHERE type = %s AND fhir_id = %s", [type, id])
        found = cursor.fetchone()
    return bool(found and found[0])


def of_subject(subjects: Sequence[str], types: Sequence[str]) -> list[Row]:
    """Everything of these patients' records, newest first; all types when `types` is empty."""
    where = f"subject IN ({_marks(subjects)}) AND NOT deleted"
    if types:
        where += f" AND type IN ({_marks(types)})"
    columns = COLUMNS.replace("deleted", "FALSE")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM store_resource WHERE {where}", [*subjects, *types])  # noqa: S608
        found = map(Row._make, cursor.fetchall())
    # Put in order here: inside the database a long record would be copied whole to sort it.
    return sorted(found, key=_AGE, reverse=True)


def written_since(moments: Mapping[str, int]) -> list[tuple[Row, bool]]:
    """What was written into each patient's record after its moment (microseconds), deletions included, oldest
    first; True when it did not exist before that moment."""
    where = " OR ".join(["(r.subject = %s AND r.updated > %s)"] * len(moments))
    columns = ", ".join(f"r.{column.strip()}" for column in COLUMNS.split(","))
    first = "(SELECT MIN(h.updated) FROM store_history h WHERE h.resource = r.id)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {columns}, {first} FROM store_resource r WHERE {where} ORDER BY r.updated, r.id",  # noqa: S608
            [part for pair in moments.items() for part in pair],
        )
        found = [(row(values), earliest) for *values, earliest in cursor.fetchall()]
    return [(one, earliest is None or earliest > moments[str(one.subject)]) for one, earliest in found]


def of_type(type: str, after: int, limit: int) -> list[Row]:
    """The next rows of this type that are not deleted, by their key."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {COLUMNS} FROM store_resource WHERE type = %s AND NOT deleted AND id > %s"  # noqa: S608
            " ORDER BY id LIMIT %s",
            [type, after, limit],
        )
        return [row(values) for values in cursor.fetchall()]


def by_references(references: Iterable[tuple[str, str]]) -> list[Row]:
    """The current versions of these (type, id) pairs that exist, in no order, one statement."""
    wanted = list(references)
    if not wanted:
        return []
    where = " OR ".join("(type = %s AND fhir_id = %s)" for _ in wanted)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {COLUMNS} FROM store_resource WHERE {where}",  # noqa: S608
            [part for pair in wanted for part in pair],
        )
        return [row(values) for values in cursor.fetchall()]


def insert(type: str, id: str, subject: str | None, updated: int, body: bytes) -> int:
    """A first version; returns its integer key. The caller has made sure that the id is free."""
    sql = (
        "INSERT INTO store_resource (type, fhir_id, version, subject, updated, deleted, body)"
        " VALUES (%s, %s, 1, %s, %s, %s, %s)"
    )
    values = [type, id, subject, updated, False, body]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"{sql} RETURNING id", values)
            return int(cursor.fetchone()[0])
        # RETURNING would open a savepoint inside SQLite, and at each one FTS5 writes out what it has gathered: an
        # action of twelve resources would add twelve lists of words to merge, not one.
        cursor.execute(sql, values)
        return int(cursor.lastrowid)


def replace(old: Row, *, subject: str | None, updated: int, deleted: bool, body: bytes) -> None:
    """The next version; the one before moves to the history."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO store_history (resource, version, updated, deleted, body) VALUES (%s, %s, %s, %s, %s)",
            [old.pk, old.version, old.updated, old.deleted, old.body],
        )
        cursor.execute(
            "UPDATE store_resource SET version = %s, subject = %s, updated = %s, deleted = %s, body = %s WHERE id = %s",
            [old.version + 1, subject, updated, deleted, body, old.pk],
        )


def _marks(values: Sequence[object]) -> str:
    return ", ".join(["%s"] * len(values))
