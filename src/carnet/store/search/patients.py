"""Finds patients by a few letters of their names in any order, a birth date, an INS or a telephone number."""

# ruff: noqa: S608 - the SQL is put together from this package's own pieces; every value is an argument.

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db import connection

from carnet.fhir import search_parameters
from carnet.store.resource import COLUMNS, Row, row
from carnet.store.search import clauses, limits
from carnet.store.search.clauses import Clause, Match, Sql, for_engine
from carnet.store.search.compile import candidates
from carnet.store.search.patient_words import DIGITS, WORD, read
from carnet.store.search.words_match import LAST

WORD_LIMIT = 8  # words; nobody has more names


def find(text: str, *, limit: int = 20, subjects: Collection[str] | None = None) -> list[Row]:
    """The best first: those with a whole word as typed, then the last changed. Nothing typed finds nobody."""
    words, births, digits = read(text)
    asked = [_starting(WORD, word) for word in words[:WORD_LIMIT]]
    asked += [_starting(DIGITS, number) for number in digits[:WORD_LIMIT]]
    asked += [_born(spans) for spans in births]
    if not asked:
        return []
    source = candidates("Patient", asked, limits.limit(subjects), need_row=True)
    source = source._replace(sql=for_engine(source.sql, connection.vendor))
    score, args = _score(words[:WORD_LIMIT])
    columns = ", ".join(f"r.{column.strip()}" for column in COLUMNS.split(","))
    merged = " AND NOT EXISTS (SELECT 1 FROM store_alias a WHERE a.old_id = r.fhir_id)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {columns} FROM {source.sql.text}{merged} ORDER BY {score}r.updated DESC, r.id LIMIT %s",
            [*source.sql.args, *args, limit],
        )
        return [row(values) for values in cursor.fetchall()]


def _starting(param: int, word: str) -> Clause:
    match = Match("string", "{p} = %s AND {x}.folded >= %s AND {x}.folded < %s", (param, word, word + LAST))
    # A longer beginning is rarer: start from it.
    return clauses.having([match], 8 - min(len(word), 8))


def _born(spans: list[tuple[int, int]]) -> Clause:
    if not spans:
        return clauses.NEVER
    birth = search_parameters.of("Patient")["birthdate"].id
    where = "{p} = %s AND {x}.high > %s AND {x}.high <= %s AND {x}.low >= %s"
    return clauses.having([Match("date", where, (birth, low, high, low)) for low, high in spans], 2)


def _score(words: list[str]) -> tuple[str, list[Any]]:
    if not words:
        return "", []
    whole = [Sql(f"(CASE WHEN {t.text} THEN 1 ELSE 0 END)", t.args) for t in map(_whole, words)]
    together = clauses.joined(whole, " + ")
    return together.text.replace("{row}", "r.id") + " DESC, ", list(together.args)


def _whole(word: str) -> Sql:
    return clauses.test_of([Match("string", "{p} = %s AND {x}.folded = %s", (WORD, word))])
