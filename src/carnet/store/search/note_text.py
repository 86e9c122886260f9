"""Finds notes and documents by their words, in one record or in the practice. It reads no body and decides no right."""

# ruff: noqa: S608 - the SQL is put together from this package's own pieces; every value is an argument.

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from django.db import connection

from carnet.fhir import codes, folding, search_parameters
from carnet.fhir.errors import CarnetError
from carnet.store import blobs
from carnet.store.resource import COLUMNS, Row, row
from carnet.store.search.clauses import Sql, beside, for_engine
from carnet.store.search.fulltext_schema import LATEST, NOTE_WORDS, WORDS

TYPES = ("Composition", "DocumentReference")
MOST = 200  # found at once, the latest recorded; those are then put in the order of their dates
# On PostgreSQL: how many of the latest are looked at first, and from how many found among them it is quicker to go on in
# this way than by the index (measured: 0.8 µs for each one looked at, 3 µs for each one that the index finds).
LOOKED_AT, OFTEN = 2000, 16
WORD_LIMIT = 12
# Among the words of a resource, marks that no folded word holds: what it is, and whose.
_KIND = {"Composition": "énote", "DocumentReference": "édocument"}
_WHOSE = "à"
Group = list[
    tuple[str, bool]
]  # words of which one must be there; whether each is whole, or the beginning of one
_SKIPPED = re.compile(r"[^a-z0-9]")


def marks(resource: dict[str, Any]) -> list[str]:
    """The words to add to those of a note or document; none for any other type."""
    kind = _KIND.get(str(resource.get("resourceType")))
    subject = resource.get("subject")
    reference = subject.get("reference") if isinstance(subject, dict) else None
    if kind is None:
        return []
    whose = str(reference).rpartition("/")[2] if isinstance(reference, str) else ""
    return [kind, _whose(whose)] if whose else [kind]


def file_text(resource: dict[str, Any]) -> str:
    """The words of a document's file, kept beside it as a text; empty when there is none, or it cannot be read."""
    for one in resource.get("extension") or ():
        if one.get("url") == codes.TEXT:
            with suppress(CarnetError, UnicodeDecodeError):
                return blobs.read(str(one.get("valueUrl", "")).removeprefix("Binary/")).decode()
    return ""


def file_words(resource: dict[str, Any]) -> set[str]:
    """The same, cut into folded words."""
    return set(folding.words(file_text(resource))) if resource.get("resourceType") in _KIND else set()


def _whose(id: str) -> str:
    """Ids that differ by case or signs alone share a mark: the rows found say whose they are."""
    return _WHOSE + _SKIPPED.sub("", id.lower())


def find(text: str, *, types: Sequence[str], subjects: Sequence[str] | None) -> list[int]:
    """The keys of notes and documents with all these words (the last letters may be missing), the newest by their
    own date first; of very many, those among the MOST that were recorded last."""
    words = list(dict.fromkeys(folding.words(text)))[:WORD_LIMIT]
    if not words or not types or (subjects is not None and not subjects):
        return []
    said: list[Group] = [[(word, False)] for word in words]
    kinds: Group = [(_KIND[type], True) for type in types]
    if subjects is not None:
        return _dated(_found([*said, kinds, [(_whose(id), True) for id in subjects]]))
    if connection.vendor == "sqlite":
        return _dated(_found([*said, kinds]))
    return _in_the_practice(said if set(types) == {*TYPES} else [*said, kinds])


def _in_the_practice(groups: list[Group]) -> list[int]:
    """On PostgreSQL, whose index of words gathers all that hold a word, however many, before it can tell which are the
    latest: what stands in many notes is found by going back through the latest, the index is for what stands in few."""
    keys = _dated(_latest(groups, f"LIMIT {LOOKED_AT}"))
    if len(keys) == MOST:
        return keys
    return _dated(_latest(groups, "OFFSET 0") if len(keys) >= OFTEN else _rare(groups))


def rows(keys: Sequence[int]) -> list[Row]:
    """The resources with these keys, in this order."""
    if not keys:
        return []
    with connection.cursor() as cursor:
        marks = ", ".join(["%s"] * len(keys))
        cursor.execute(f"SELECT {COLUMNS} FROM store_resource WHERE id IN ({marks})", list(keys))
        found = {one.pk: one for one in (row(values) for values in cursor.fetchall())}
    return [found[key] for key in keys if key in found]


def _dates() -> list[int]:
    """The parameters that date a note or a document: of a document, first the care it tells of."""
    document, note = (search_parameters.of(type) for type in ("DocumentReference", "Composition"))
    period = document["period"].id
    return [period, period, document["date"].id, note["date"].id]


def _dated(found: Sql) -> list[int]:
    """The keys that a query finds, in the order of their own dates."""
    when = (
        "SELECT COALESCE(MAX(CASE WHEN x.param = %s THEN x.low END), MAX(x.low), 0) FROM store_date x"
        f" WHERE {beside('x', 't.id')} AND +x.param IN (%s, %s, %s)"  # never start at the parameter
    )
    keys = f"{found.text} ORDER BY id DESC LIMIT %s"
    sql = Sql(f"SELECT t.id, ({when}) AS told FROM ({keys}) t ORDER BY told DESC, t.id DESC")
    with connection.cursor() as cursor:
        cursor.execute(for_engine(sql, connection.vendor).text, [*_dates(), *found.args, MOST])
        return [pk for pk, _ in cursor.fetchall()]


def _found(groups: list[Group]) -> Sql:
    """By the index of words."""
    key = "rowid" if connection.vendor == "sqlite" else "resource"
    match = _match(groups)
    return Sql(f"SELECT {key} AS id FROM store_text WHERE {match.text}", match.args)


def _latest(groups: list[Group], bound: str) -> Sql:
    """By going back through notes and documents; the bound also keeps the planner from going another way."""
    match = _match(groups)
    latest = (
        f"SELECT resource, narrative, content FROM store_text WHERE {LATEST} ORDER BY resource DESC {bound}"
    )
    return Sql(f"SELECT resource AS id FROM ({latest}) l WHERE {match.text}", match.args)


def _rare(groups: list[Group]) -> Sql:
    """By the index of the words of notes and documents alone; in a query of its own for the same reason."""
    words = f"SELECT resource AS id FROM store_text WHERE {WORDS} AND {NOTE_WORDS} @@ %s::tsquery OFFSET 0"
    return Sql(f"SELECT id FROM ({words}) r", (" & ".join(f"({_any(group)})" for group in groups),))


def _any(group: Group) -> str:
    return "|".join(f"'{word}'" + ("" if whole else ":*") for word, whole in group)


def _match(groups: list[Group]) -> Sql:
    """One of each group must be there. Folded words hold letters and figures only: nothing in them to escape."""
    if connection.vendor == "sqlite":
        listed = [
            " OR ".join(f'"{word}"' + ("" if whole else "*") for word, whole in group) for group in groups
        ]
        return Sql("store_text MATCH %s", (" AND ".join(f"({group})" for group in listed),))
    either = "(narrative @@ %s::tsquery OR content @@ %s::tsquery)"
    listed = [_any(group) for group in groups]
    return Sql(" AND ".join([either] * len(listed)), tuple(one for group in listed for one in (group, group)))
