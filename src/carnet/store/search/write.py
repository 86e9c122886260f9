"""Writes and removes the index rows of a resource, inside the caller's transaction. Never reads them."""

# ruff: noqa: S608 - the SQL is put together from this package's own pieces; every value is an argument.

from __future__ import annotations

from typing import Any

from django.db import connection

from carnet.fhir.errors import TooBig
from carnet.store.search import finder_rows, note_text
from carnet.store.search.extract import rows
from carnet.store.search.tables import SLOTS
from carnet.store.search.text import WORD_COUNT, texts

Statement = tuple[str, tuple[Any, ...]]
Listed = dict[str, list[tuple[Any, ...]]]
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
INSERT_WORDS = (
    "INSERT INTO store_text (resource, narrative, content)"
    " VALUES (%s, array_to_tsvector(%s::text[]), array_to_tsvector(%s::text[]))"
)
_DELETE_WORDS = ("DELETE FROM store_text WHERE resource = %s", "DELETE FROM store_text WHERE rowid = %s")
_ROWS_AT_ONCE = 1000
_DELETE = [f"DELETE FROM store_{table} WHERE id >= %s AND id < %s" for table in COLUMNS]


def index(pk: int, resource: dict[str, Any]) -> None:
    """Index a resource that has no rows yet."""
    found = rows(resource)
    first = pk * SLOTS
    listed = {
        table: [(first + n, pk, *row) for n, row in enumerate(values)]
        for table in COLUMNS
        if (values := getattr(found, table))
    }
    if any(len(numbered) >= SLOTS for numbered in listed.values()):
        raise TooBig("Cette ressource contient trop de valeurs pour être indexée.")
    insert = _insert_sqlite if connection.vendor == "sqlite" else _insert_postgresql
    insert(pk, listed, *words_of(resource))
    if resource.get("resourceType") == "Patient":
        finder_rows.index(pk, resource)


def index_text_again(pk: int, resource: dict[str, Any]) -> None:
    """Only the full text of a resource, when what belongs there has changed."""
    sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        cursor.execute(_DELETE_WORDS[sqlite], [pk])
    insert = _insert_sqlite if sqlite else _insert_postgresql
    insert(pk, {}, *words_of(resource))


def words_of(resource: dict[str, Any]) -> tuple[list[str], list[str]]:
    """What full text keeps of a resource: words of its narrative, other words with the marks of notes."""
    narrative, content = texts(resource)
    words = {*content, *note_text.file_words(resource)}
    return narrative, [*sorted(words - {*narrative})[:WORD_COUNT], *note_text.marks(resource)]


def unindex(pk: int) -> None:
    """Remove all index rows of a resource: it was deleted, or is about to be indexed again."""
    sqlite = connection.vendor == "sqlite"
    statements: list[Statement] = [(statement, (pk * SLOTS, (pk + 1) * SLOTS)) for statement in _DELETE]
    statements.append((_DELETE_WORDS[sqlite], (pk,)))
    with connection.cursor() as cursor:
        if sqlite:
            for statement, args in statements:
                cursor.execute(statement, args)
        else:
            _at_once(cursor, statements)
    finder_rows.unindex(pk)


def _insert_sqlite(pk: int, listed: Listed, narrative: list[str], content: list[str]) -> None:
    with connection.cursor() as cursor:
        for table, numbered in listed.items():
            cursor.executemany(_INSERT[table], numbered)
        if narrative or content:
            cursor.execute(
                "INSERT INTO store_text (rowid, narrative, content) VALUES (%s, %s, %s)",
                [pk, " ".join(narrative), " ".join(content)],
            )


def _insert_postgresql(pk: int, listed: Listed, narrative: list[str], content: list[str]) -> None:
    statements: list[Statement] = []
    for table, numbered in listed.items():
        head, _, marks = _INSERT[table].partition(" VALUES ")
        for start in range(0, len(numbered), _ROWS_AT_ONCE):
            part = numbered[start : start + _ROWS_AT_ONCE]
            args = tuple(value for row in part for value in row)
            statements.append((f"{head} VALUES {', '.join([marks] * len(part))}", args))
    if narrative or content:
        statements.append((INSERT_WORDS, (pk, narrative, content)))
    if statements:
        with connection.cursor() as cursor:
            _at_once(cursor, statements)


def _at_once(cursor: Any, statements: list[Statement]) -> None:
    """One round trip: the arguments are merged on this side, as Django's cursor for PostgreSQL does."""
    cursor.execute("; ".join(text for text, _ in statements), [arg for _, args in statements for arg in args])
