"""Parameters that every resource has and that need no index rows: _id, _lastUpdated, _text, _content."""

# ruff: noqa: S608 - the SQL is put together from this package's own pieces; every value is an argument.

from __future__ import annotations

from carnet.fhir import search_parameters
from carnet.store.search import amounts_match, clauses, params, text
from carnet.store.search.clauses import Clause, Sql

_UPDATED = {
    "eq": ("{r}.updated >= %s AND {r}.updated < %s", "ab"),
    "ne": ("({r}.updated < %s OR {r}.updated >= %s)", "ab"),
    "gt": ("{r}.updated >= %s", "b"),
    "sa": ("{r}.updated >= %s", "b"),
    "lt": ("{r}.updated < %s", "a"),
    "eb": ("{r}.updated < %s", "a"),
    "ge": ("{r}.updated >= %s", "a"),
    "le": ("{r}.updated < %s", "b"),
    "ap": ("{r}.updated >= %s AND {r}.updated < %s", "ab"),
}
WORD_LIMIT = 32  # different words of one _text or _content
CODES = ("_id", "_lastUpdated", "_text", "_content")


def clause(type: str, code: str, modifier: str, value: str, vendor: str) -> Clause:
    """One of CODES."""
    if modifier:
        raise params.bad_modifier(code, modifier)
    if code == "_id":
        return _id(type, value)
    return _updated(value) if code == "_lastUpdated" else _words(code, params.plain(value), vendor)


def _id(type: str, value: str) -> Clause:
    """The ids in one type, or in every type when `type` is empty."""
    ids = [params.plain(part) for part in params.values("_id", value, params.ID_LIMIT)]
    marks = ", ".join(["%s"] * len(ids))
    types = (type,) if type else sorted(search_parameters.every_type())  # the index begins with the type
    of_types = "= %s" if type else f"IN ({', '.join(['%s'] * len(types))})"
    keys = Sql(
        f"SELECT i.id AS id FROM store_resource i WHERE i.type {of_types} AND i.fhir_id IN ({marks})",
        (*types, *ids),
    )
    return Clause(Sql(f"{{r}}.fhir_id IN ({marks})", tuple(ids)), keys, 0, False, True)


def _updated(value: str) -> Clause:
    tests = []
    for part in params.values("_lastUpdated", value):
        prefix, low, high = amounts_match.instant_bounds("_lastUpdated", part)
        condition, order = _UPDATED[prefix]
        tests.append(Sql(condition, tuple({"a": low, "b": high}[name] for name in order)))
    any_of = clauses.joined(tests, " OR ")
    return Clause(Sql(f"({any_of.text})", any_of.args), needs_row=True)


def _words(code: str, typed: str, vendor: str) -> Clause:
    words = text.query(typed)
    if not words or len(words) > WORD_LIMIT:
        raise params.bad(code)
    if vendor == "sqlite":
        column = "narrative : " if code == "_text" else ""
        keys = Sql(
            "SELECT t.rowid AS id FROM store_text t WHERE store_text MATCH %s",
            (" AND ".join(f'{column}"{word}"*' for word in words),),
        )
    else:
        keys = _postgresql(("narrative",) if code == "_text" else ("narrative", "content"), words)
    return clauses.within(keys, 3, typed=False)


def _postgresql(columns: tuple[str, ...], words: list[str]) -> Sql:
    # Each word may be in any of the columns. Words are letters and digits: nothing in them is tsquery's syntax.
    any_column = " OR ".join(f"t.{column} @@ %s::tsquery" for column in columns)
    where = " AND ".join(f"({any_column})" for _ in words)
    args = tuple(f"'{word}':*" for word in words for _ in columns)
    return Sql(f"SELECT t.resource AS id FROM store_text t WHERE {where}", args)
