"""Many first versions at once, with their index rows: the same rows as one by one, in fewer statements. It checks
nothing; the transaction is its caller's."""

# ruff: noqa: S608 - the SQL is put together from this package's own pieces; every value is an argument.

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from carnet.fhir.errors import TooBig
from carnet.store.resource import COLUMNS, Row
from carnet.store.search import finder_rows, fulltext_merge, write
from carnet.store.search.extract import rows
from carnet.store.search.tables import SLOTS

Resource = dict[str, Any]
_SEQUENCE = "SELECT nextval(pg_get_serial_sequence('store_resource', 'id')) FROM generate_series(1, %s)"


def keys(count: int) -> list[int]:
    """That many integer keys that nobody else gets, in order."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_SEQUENCE, [count])
            return [int(pk) for (pk,) in cursor.fetchall()]
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = 'store_resource'")
        [last] = cursor.fetchone() or [0]
    return list(range(last + 1, last + 1 + count))


def insert(made: Sequence[tuple[Row, Resource]]) -> None:
    """Keep these first versions and index them. The caller has made sure that the ids are free."""
    values = [(r.pk, r.type, r.id, r.version, r.subject, r.updated, r.deleted, r.body) for r, _ in made]
    _insert("store_resource", COLUMNS, values)
    for table, listed in _index_rows(made).items():
        _insert(f"store_{table}", write.COLUMNS[table], listed)
    _insert_words(made)
    finder_rows.index_all([(row.pk, resource) for row, resource in made if row.type == "Patient"])


def settle() -> None:
    """After a large filling, outside any transaction: PostgreSQL counts what its tables hold, which it would do by
    itself within minutes, and plans badly before. SQLite's plans need no count; its full text and its finder are put together."""
    fulltext_merge.settle()
    finder_rows.gather()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM (ANALYZE)")


def _index_rows(made: Iterable[tuple[Row, Resource]]) -> dict[str, list[tuple[Any, ...]]]:
    listed: dict[str, list[tuple[Any, ...]]] = {table: [] for table in write.COLUMNS}
    for row, resource in made:
        found, first = rows(resource), row.pk * SLOTS
        for table, into in listed.items():
            its = getattr(found, table)
            if len(its) >= SLOTS:
                raise TooBig("Cette ressource contient trop de valeurs pour être indexée.")
            into.extend((first + n, row.pk, *values) for n, values in enumerate(its))
    return {table: values for table, values in listed.items() if values}


def _insert(table: str, columns: str, values: Sequence[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with connection.wrap_database_errors, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for row in values:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(columns.split(",")))
            cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", values)


def _insert_words(made: Iterable[tuple[Row, Resource]]) -> None:
    cut = ((row.pk, *write.words_of(resource)) for row, resource in made)
    found = [one for one in cut if one[1] or one[2]]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.executemany(write.INSERT_WORDS, found)
        else:
            plain = [(pk, " ".join(narrative), " ".join(content)) for pk, narrative, content in found]
            cursor.executemany(
                "INSERT INTO store_text (rowid, narrative, content) VALUES (%s, %s, %s)", plain
            )
