"""Keeps what the patient finder reads, inside the caller's transaction: one row of terms per patient, the words of
all names, the ends of these words. It finds nobody."""

# ruff: noqa: S608 - the SQL is put together from this package's own pieces; every value is an argument.

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from carnet.store.search import patient_terms
from carnet.store.search.typing_errors import LONGEST

_AT_ONCE = 500
SHORTEST_PART, LONGEST_CUT = 4, 14  # letters; shorter middles are in too many names, longer names are several


def index(pk: int, patient: dict[str, Any]) -> None:
    """Make a patient who has no row yet the latest changed."""
    index_all([(pk, patient)])


def index_all(patients: Sequence[tuple[int, dict[str, Any]]]) -> None:
    """Make these patients, by the keys of their rows, the latest changed, the last one latest; none has a row yet."""
    with connection.cursor() as cursor:
        for pk, patient in patients:
            terms = patient_terms.terms(patient)
            _keep_row(cursor, [pk, patient["id"], " ".join(terms)], terms)
        _keep_words(cursor, set[str]().union(*(patient_terms.words(patient) for _, patient in patients)))


def unindex(pk: int) -> None:
    """Forget the patient with this key, if it is one. The words of names stay: nobody is found by them alone."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT id FROM store_finder WHERE resource = %s", [pk])
            for (rank,) in cursor.fetchall():
                cursor.execute("DELETE FROM store_finder_text WHERE rowid = %s", [rank])
        cursor.execute("DELETE FROM store_finder WHERE resource = %s", [pk])


def _keep_row(cursor: Any, values: list[Any], terms: list[str]) -> None:
    if connection.vendor == "sqlite":
        sql = "INSERT INTO store_finder (resource, patient, terms) VALUES (%s, %s, %s) RETURNING id"
        cursor.execute(sql, values)
        [(rank,)] = cursor.fetchall()
        cursor.execute("INSERT INTO store_finder_text (rowid, terms) VALUES (%s, %s)", [rank, values[-1]])
    else:
        sql = "INSERT INTO store_finder (resource, patient, terms, folded) VALUES (%s, %s, %s, array_to_tsvector(%s))"
        cursor.execute(sql, [*values, terms])


def clear() -> None:
    """Forget everybody and all words."""
    empty = "DELETE FROM" if connection.vendor == "sqlite" else "TRUNCATE"
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("INSERT INTO store_finder_text (store_finder_text) VALUES ('delete-all')")
        for table in ("store_finder", "store_finder_word", "store_finder_part"):
            cursor.execute(f"{empty} {table}")


def gather() -> None:
    """After many changes, what both engines would do by themselves in time: the index in one piece, so that a word costs
    one look-up instead of ten."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("INSERT INTO store_finder_text (store_finder_text) VALUES ('optimize')")
        else:
            cursor.execute("SELECT gin_clean_pending_list('store_finder_folded')")
            cursor.execute("ANALYZE store_finder, store_finder_word, store_finder_part")


def _keep_words(cursor: Any, words: Iterable[str]) -> None:
    listed = sorted(word for word in words if len(word) <= LONGEST)
    for start in range(0, len(listed), _AT_ONCE):
        _keep_new(cursor, listed[start : start + _AT_ONCE])


def _keep_new(cursor: Any, words: list[str]) -> None:
    marks = ", ".join(["%s"] * len(words))
    cursor.execute(f"SELECT word FROM store_finder_word WHERE word IN ({marks})", words)
    new = sorted(set(words) - {word for (word,) in cursor.fetchall()})
    if new:
        cursor.executemany(
            "INSERT INTO store_finder_word (word) VALUES (%s) ON CONFLICT DO NOTHING", [(w,) for w in new]
        )
        parts = [(word[n:], word) for word in new for n in _cuts(word)]
        if parts:
            cursor.executemany("INSERT INTO store_finder_part (part, word) VALUES (%s, %s)", parts)


def _cuts(word: str) -> range:
    """Where a name may be entered by its middle; a city (behind its mark) only at its beginning."""
    inner = len(word) <= LONGEST_CUT and word[0] not in patient_terms.MARKS
    return range(1, len(word) - SHORTEST_PART + 1) if inner else range(0)
