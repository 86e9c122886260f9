"""Versions of a resource, of a type, of everything: the current ones and those before them, newest first."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db import connection

from carnet.store.resource import Row, row


def of(current: Row) -> list[Row]:
    """All versions, the current one first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT version, updated, deleted, body FROM store_history WHERE resource = %s ORDER BY version DESC",
            [current.pk],
        )
        older = cursor.fetchall()
    return [
        current,
        *(
            current._replace(version=version, updated=updated, deleted=bool(deleted), body=bytes(body))
            for version, updated, deleted, body in older
        ),
    ]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which versions, by resource (`pk`) or by types (None: all), and when (microseconds): written `since`, or current
    at some moment between `start` and `end`. `before`: those older than this place."""

    pk: int | None = None
    types: Collection[str] | None = None
    since: int | None = None
    start: int | None = None
    end: int | None = None
    before: tuple[int, int, int] | None = None


# Keys and times only, which stand in indexes: bodies are fetched for one page.
_CURRENT = "SELECT r.id AS pk, r.updated, 0 AS old FROM store_resource r{index}"
_OLD = (
    "SELECT h.resource AS pk, h.updated, h.id AS old FROM store_history h{index}"
    " JOIN store_resource r ON r.id = h.resource"
)
# SQLite knows how many rows a table had when it was last counted: an empty practice, and it would read the whole table.
_BY_TIME = {"r": " INDEXED BY store_resource_updated", "h": " INDEXED BY store_history_updated"}
_NEXT = (
    "COALESCE((SELECT n.updated FROM store_history n WHERE n.resource = h.resource AND n.version = h.version + 1),"
    " r.updated)"
)
_COLUMNS = (
    "r.id, r.type, r.fhir_id, CASE WHEN h.id IS NULL THEN r.version ELSE h.version END, r.subject, v.updated,"
    " CASE WHEN h.id IS NULL THEN r.deleted ELSE h.deleted END,"
    " CASE WHEN h.id IS NULL THEN r.body ELSE h.body END, v.old"
)
# (type, updated) is an index: that every type is greater than none makes a scan of all use it.
_ANY_TYPE = "r.type > ''"
# Of superseded versions of a type, begin with the newest: their resources may be many. (`||` keeps the index of types out.)
_OF_TYPES = {"r": "r.type IN ({marks})", "h": "r.type || '' IN ({marks})"}
_ORDER = {"r": "r.updated DESC, r.id DESC", "h": "h.updated DESC, h.id DESC"}
_PLACE = {"r": "(r.updated, 0, r.id)", "h": "(h.updated, h.id, h.id)"}


def page(wanted: Wanted, limit: int) -> list[tuple[Row, tuple[int, int, int]]]:
    """The newest versions that are wanted, at most `limit`, each with its place for `before`."""
    current, its = _half(_CURRENT, "r", wanted, limit)
    old, theirs = _half(_OLD, "h", wanted, limit)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_COLUMNS} FROM (SELECT * FROM ({current}) c UNION ALL SELECT * FROM ({old}) o"  # noqa: S608
            " ORDER BY updated DESC, old DESC, pk DESC LIMIT %s) v JOIN store_resource r ON r.id = v.pk"
            " LEFT JOIN store_history h ON h.id = v.old ORDER BY v.updated DESC, v.old DESC, v.pk DESC",
            [*its, *theirs, limit],
        )
        found = [(row(values), old) for *values, old in cursor.fetchall()]
    return [(one, (one.updated, old, old or one.pk)) for one, old in found]


def count(wanted: Wanted) -> int:
    """How many versions are wanted."""
    total = 0
    for select, alias in ((_CURRENT, "r"), (_OLD, "h")):
        conditions, args = _conditions(alias, wanted)
        every = f"{select.format(index='')} WHERE {' AND '.join(conditions)}"
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT COUNT(*) FROM ({every}) c", args)  # noqa: S608
            total += int(cursor.fetchone()[0])
    return total


def _half(select: str, alias: str, wanted: Wanted, limit: int) -> tuple[str, list[Any]]:
    conditions, args = _conditions(alias, wanted)
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    by_time = connection.vendor == "sqlite" and wanted.pk is None
    start = select.format(index=_BY_TIME[alias] if by_time else "")
    return f"{start}{where} ORDER BY {_ORDER[alias]} LIMIT %s", [*args, limit]


def _conditions(alias: str, wanted: Wanted) -> tuple[list[str], list[Any]]:
    listed: list[tuple[str, list[Any]]] = []
    if wanted.pk is not None:
        listed.append(("r.id = %s", [wanted.pk]))
    elif wanted.types is not None:
        marks = ", ".join(["%s"] * len(wanted.types)) or "NULL"
        listed.append((_OF_TYPES[alias].format(marks=marks), [*wanted.types]))
    elif alias == "r":
        listed.append((_ANY_TYPE, []))
    if wanted.since is not None:
        listed.append((f"{alias}.updated >= %s", [wanted.since]))
    if wanted.end is not None:
        listed.append((f"{alias}.updated <= %s", [wanted.end]))
    if wanted.start is not None and alias == "h":
        listed.append((f"{_NEXT} > %s", [wanted.start]))
    if wanted.before is not None:
        listed.append(
            (f"{alias}.updated <= %s AND {_PLACE[alias]} < (%s, %s, %s)", [wanted.before[0], *wanted.before])
        )
    return [text for text, _ in listed], [arg for _, args in listed for arg in args]


def version(current: Row, number: int) -> Row | None:
    """One version of this resource."""
    if number == current.version:
        return current
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT version, updated, deleted, body FROM store_history WHERE resource = %s AND version = %s",
            [current.pk, number],
        )
        found = cursor.fetchone()
    if found is None:
        return None
    return current._replace(version=found[0], updated=found[1], deleted=bool(found[2]), body=bytes(found[3]))
