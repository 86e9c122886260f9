"""Writes and removes the index rows of a resource, inside the caller's transaction. Never reads them."""

# ruff: noqa: S608 - the SQL is put together from this package's own pieces; every value is an argument.

from __future__ import annotations

from typing import Any

from django.db import connection

from carnet.fhir.errors import TooBig
from carnet.store.search import patient_words
from carnet.store.search.extract import rows
from carnet.store.search.tables import SLOTS
from carnet.store.search.text import texts

COLUMNS = {
    "token": "id, resource, param, ordinal, system, code, text",
    "string": "id, resource, param, ordinal, folded, exact",
    "date": "id, resource, param, ordinal, low, high",
    "reference": "id, resource, param, ordinal, type, target, version",
    "quantity": "id, resource, param, ordinal, low, high, system, code, unit",
    "number": "id, resource, param, ordinal, low, high",
    "uri": "id, resource, param, ordinal, value",
}
_INSERT = {
    table: f"INSERT INTO store_{table} ({columns}) VALUES ({', '.join(['%s'] * len(columns.split(',')))})"
    for table, columns in COLUMNS.items()
}
_DELETE = [f"DELETE FROM store_{table} WHERE id >= %s AND id < %s" for table in COLUMNS]


def index(pk: int, resource: dict[str, Any]) -> None:
    """Index a resource that has no rows yet."""
    found = rows(resource)
    if resource.get("resourceType") == "Patient":
        found.string += patient_words.rows(resource)
    first = pk * SLOTS
    with connection.cursor() as cursor:
        for table, statement in _INSERT.items():
            listed = getattr(found, table)
            if len(listed) >= SLOTS:
                raise TooBig("Cette ressource contient trop de valeurs pour être indexée.")
            if listed:
                cursor.executemany(statement, [(first + n, pk, *row) for n, row in enumerate(listed)])
        _insert_text(cursor, pk, *texts(resource))


def unindex(pk: int) -> None:
    """Remove all index rows of a resource: it was deleted, or is about to be indexed again."""
    with connection.cursor() as cursor:
        for statement in _DELETE:
            cursor.execute(statement, [pk * SLOTS, (pk + 1) * SLOTS])
        key = "rowid" if connection.vendor == "sqlite" else "resource"
        cursor.execute(f"DELETE FROM store_text WHERE {key} = %s", [pk])


def _insert_text(cursor: Any, pk: int, narrative: list[str], content: list[str]) -> None:
    if not narrative and not content:
        return
    if connection.vendor == "sqlite":
        cursor.execute(
            "INSERT INTO store_text (rowid, narrative, content) VALUES (%s, %s, %s)",
            [pk, " ".join(narrative), " ".join(content)],
        )
    else:
        cursor.execute(
            "INSERT INTO store_text (resource, narrative, content)"
            " VALUES (%s, array_to_tsvector(%s::text[]), array_to_tsvector(%s::text[]))",
            [pk, narrative, content],
        )
