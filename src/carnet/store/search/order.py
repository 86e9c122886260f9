"""The order of a search and its pages. A page ends at values, not at a number: what is added or removed meanwhile
neither repeats nor hides anything."""

# ruff: noqa: S608 - the SQL is put together from this package's own pieces; every value is an argument.

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from carnet.fhir import search_parameters
from carnet.fhir.errors import BadSearch, Issue
from carnet.store.search import params, spans
from carnet.store.search.clauses import Sql, beside
from carnet.store.search.words_match import LAST, present

KEY_LIMIT = 8
# An open end ("<5") is a number too, so that what has no value at all stays beyond it.
_AMOUNT = "CASE WHEN x.low < -1e307 THEN -1e307 WHEN x.low > 1e307 THEN 1e307 ELSE x.low END"
_COLUMNS: dict[str, tuple[str, Any, Any]] = {  # kind: column, and what stands for none, below and above all
    "string": ("x.folded", "", LAST),
    "token": ("x.code", "", LAST),
    "uri": ("x.value", "", LAST),
    "reference": ("x.target", "", LAST),
    "date": ("x.low", spans.MIN - 1, spans.MAX + 1),
    "number": (_AMOUNT, -1e308, 1e308),
    "quantity": (_AMOUNT, -1e308, 1e308),
}


class Key(NamedTuple):
    """One thing to order by; {row} is the key of the resource. Resources without a value come last."""

    sql: Sql
    descending: bool
    needs_row: bool = False


def keys(type: str, sort: str) -> list[Key]:
    """The keys of `_sort=-date,name`; the key of the resource itself, newest first, always ends them."""
    parts = [part for part in sort.split(",") if part]
    if len(parts) > KEY_LIMIT:
        raise params.bad("_sort")
    return [*(_key(type, part) for part in parts), Key(Sql("{row}"), True)]


def _key(type: str, written: str) -> Key:
    descending, code = written.startswith("-"), written.removeprefix("-")
    if code in ("_lastUpdated", "_id"):
        return Key(Sql("r.updated" if code == "_lastUpdated" else "r.fhir_id"), descending, True)
    parameter = search_parameters.find(type, code)
    if parameter is None or parameter.kind not in _COLUMNS:
        raise params.unknown(type, code)
    column, below, above = _COLUMNS[parameter.kind]
    [match] = present(parameter)
    where, ids = match.on("x", indexed=False)
    best, none = ("MAX", below) if descending else ("MIN", above)
    text = f"COALESCE((SELECT {best}({column}) FROM store_{parameter.kind} x WHERE {beside('x', '{row}')} AND {where}), %s)"
    return Key(Sql(text, (*ids, none)), descending)


def after(listed: Sequence[Key], last: Sequence[Any]) -> Sql:
    """The condition on columns k0, k1, … that a candidate comes after the values `last`."""
    parts: list[str] = []
    args: list[Any] = []
    for number, key in enumerate(listed):
        equal = [f"k{before} = %s" for before in range(number)]
        parts.append("(" + " AND ".join([*equal, f"k{number} {'<' if key.descending else '>'} %s"]) + ")")
        args += last[: number + 1]
    return Sql("(" + " OR ".join(parts) + ")", tuple(args))


def by(listed: Sequence[Key]) -> str:
    """ORDER BY on the columns k0, k1, …"""
    return ", ".join(f"k{n}{' DESC' if key.descending else ''}" for n, key in enumerate(listed))


def token(question: str, last: Sequence[Any]) -> str:
    """What `_page` continues after; good for this question only."""
    content = json.dumps([_digest(question), *last], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(content.encode()).decode().rstrip("=")


def last_of(question: str, written: str, count: int) -> list[Any]:
    """The values a page token stands for. Raises BadSearch when it is of another question."""
    try:
        content = json.loads(base64.urlsafe_b64decode(written + "=" * (-len(written) % 4)))
        digest, *last = content
    except (ValueError, TypeError, binascii.Error, RecursionError) as error:
        raise _stale() from error
    if (
        digest != _digest(question)
        or len(last) != count
        or not all(isinstance(v, str | int | float) for v in last)
    ):
        raise _stale()
    return list(last)


def _digest(question: str) -> str:
    return hashlib.blake2b(question.encode(), digest_size=6).hexdigest()


def _stale() -> BadSearch:
    return BadSearch(
        "Cette suite de page ne correspond pas à cette recherche. Relancez la recherche.",
        [Issue("http._page", "")],
    )
