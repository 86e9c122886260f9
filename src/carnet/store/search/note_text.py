"""Finds notes and documents by their words, in one record or in the practice. It reads no body and decides no right."""

# ruff: noqa: S608 - the SQL is put together from this package's own pieces; every value is an argument.

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django.db import connection

from carnet.fhir import folding, search_parameters
from carnet.store.resource import COLUMNS, Row, row
from carnet.store.search.clauses import Sql, beside

TYPES = ("Composition", "DocumentReference")
MOST = 400  # found at once, the latest recorded; those are then put in the order of their dates
WORD_LIMIT = 12
# Among the words of a resource, marks that no folded word holds: what it is, and whose.
_KIND = {"Composition": "énote", "DocumentReference": "édocument"}
_WHOSE = "à"
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


def _whose(id: str) -> str:
    """Ids that differ by case or signs alone share a mark: the rows found say whose they are."""
    return _WHOSE + _SKIPPED.sub("", id.lower())


def find(text: str, *, types: Sequence[str], subjects: Sequence[str] | None) -> list[Row]:
    """Notes and documents with all these words (the last letters may be missing), the newest by their own date
    first; of very many, the MOST that were recorded last."""
    words = list(dict.fromkeys(folding.words(text)))[:WORD_LIMIT]
    if not words or not types or (subjects is not None and not subjects):
        return []
    groups = [[(word, False)] for word in words] + [[(_KIND[type], True) for type in types]]
    if subjects is not None:
        groups.append([(_whose(id), True) for id in subjects])
    dates = [search_parameters.of(type)["date"].id for type in types]
    where = _match(groups)
    with connection.cursor() as cursor:
        cursor.execute(_sql(len(dates), where.text), [*dates, *where.args, MOST])
        found = [row(values[:-1]) for values in cursor.fetchall()]
    return [one for one in found if subjects is None or one.subject in subjects]


def _sql(dates: int, where: str) -> str:
    columns = ", ".join(f"r.{column.strip()}" for column in COLUMNS.split(","))
    key = "rowid" if connection.vendor == "sqlite" else "resource"
    keys = f"SELECT {key} AS id FROM store_text WHERE {where} ORDER BY {key} DESC LIMIT %s"
    listed = ", ".join(["%s"] * dates)
    when = f"(SELECT MAX(x.low) FROM store_date x WHERE {beside('x', 'r.id')} AND x.param IN ({listed}))"
    return (
        f"SELECT {columns}, COALESCE({when}, r.updated) AS told FROM ({keys}) t JOIN store_resource r ON r.id = t.id"
        " ORDER BY told DESC, r.id DESC"
    )


def _match(groups: list[list[tuple[str, bool]]]) -> Sql:
    """One of each group must be there. Folded words hold letters and figures only: nothing in them to escape."""
    if connection.vendor == "sqlite":
        listed = [
            " OR ".join(f'"{word}"' + ("" if whole else "*") for word, whole in group) for group in groups
        ]
        return Sql("store_text MATCH %s", (" AND ".join(f"({group})" for group in listed),))
    listed = ["|".join(f"'{word}'" + ("" if whole else ":*") for word, whole in group) for group in groups]
    either = "(narrative @@ %s::tsquery OR content @@ %s::tsquery)"
    return Sql(" AND ".join([either] * len(listed)), tuple(one for group in listed for one in (group, group)))
