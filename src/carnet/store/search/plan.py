"""The statement of a search, put together once for each shape: which parameters, how many values, which order. The next
search of the same shape only brings its own values. It runs nothing and keeps no value."""

# ruff: noqa: S608 - the SQL is put together from this package's own pieces; every value is an argument.

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any, NamedTuple

from carnet.store.resource import COLUMNS
from carnet.store.search import order
from carnet.store.search.clauses import Clause, Sql, for_engine
from carnet.store.search.compile import Source, candidates
from carnet.store.search.limits import Limit

_KEPT = 500  # shapes
SHOWN = ", ".join(f"r.{column.strip()}" for column in COLUMNS.split(","))
NARROW = "r.id, r.type, r.fhir_id, r.version, r.body"  # what an answer shows


class Place(NamedTuple):
    """Stands for an argument that each search brings: which clause, its start or its test, which of its arguments."""

    clause: int
    part: str
    number: int


@dataclass(frozen=True, slots=True)
class Plan:
    """The statement of a page and of its total, with the places of what each search brings."""

    page: Sql
    total: Sql

    def fill(self, sql: Sql, clauses: Sequence[Clause], given: dict[str, Sequence[Any]]) -> Sql:
        """One of the statements with its arguments: those of the clauses, and those `given` for the whole."""
        args: list[Any] = []
        for place in sql.args:
            if type(place) is not Place:
                args.append(place)
            elif place.clause < 0:
                args.append(given[place.part][place.number])
            else:
                args.append(getattr(clauses[place.clause], place.part).args[place.number])
        return Sql(sql.text, tuple(args))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a plan is made for, besides the clauses."""

    vendor: str
    types: tuple[str, ...]
    sort: str
    last: int  # how many values of a page token; none on the first page
    limit: Limit | None
    include_deleted: bool
    narrow: bool


_plans: OrderedDict[Any, Plan] = OrderedDict()
_lock = Lock()


def plan(wanted: Wanted, clauses: Sequence[Clause], keys: Sequence[order.Key]) -> Plan:
    """The plan of this shape."""
    limit = wanted.limit
    shape = (
        wanted.vendor, wanted.types, wanted.sort, wanted.last, wanted.include_deleted, wanted.narrow,
        (limit.sql, len(limit.args), limit.small) if limit else None,
        tuple([
            (c.test.text, c.start.text if c.start else "", c.rows.text if c.rows else "", c.rank, c.typed, c.needs_row)
            for c in clauses
        ]),
    )  # fmt: skip
    found = _plans.get(shape)
    if found is None:
        found = _made(wanted, [_marked(clause, n) for n, clause in enumerate(clauses)], keys)
        with _lock:
            _plans[shape] = found
            while len(_plans) > _KEPT:
                _plans.popitem(last=False)
    return found


def _marked(clause: Clause, number: int) -> Clause:
    """The clause with places instead of its arguments."""

    def marked(sql: Sql | None, part: str) -> Sql | None:
        return sql and Sql(sql.text, tuple(Place(number, part, n) for n in range(len(sql.args))))

    test = marked(clause.test, "test") or clause.test
    return replace(clause, test=test, start=marked(clause.start, "start"), rows=marked(clause.rows, "rows"))


def _given(part: str, count: int) -> tuple[Place, ...]:
    return tuple(Place(-1, part, n) for n in range(count))


def _made(wanted: Wanted, clauses: list[Clause], keys: Sequence[order.Key]) -> Plan:
    limit = wanted.limit and wanted.limit._replace(args=_given("limit", len(wanted.limit.args)))
    source = candidates(
        wanted.types,
        clauses,
        limit,
        need_row=any(key.needs_row for key in keys),
        include_deleted=wanted.include_deleted,
    )
    last = _given("last", wanted.last) if wanted.last else None
    total = f"COUNT({'DISTINCT ' if source.many else ''}{source.row})"
    counted = Sql(f"SELECT {total} FROM {source.sql.text}", source.sql.args)
    page = _page(source, keys, last, NARROW if wanted.narrow else SHOWN)
    return Plan(for_engine(page, wanted.vendor), for_engine(counted, wanted.vendor))


def _page(source: Source, keys: Sequence[order.Key], last: Sequence[Any] | None, shown: str) -> Sql:
    columns = ", ".join(f"{key.sql.text.replace('{row}', source.row)} AS k{n}" for n, key in enumerate(keys))
    args = [*[arg for key in keys for arg in key.sql.args], *source.sql.args]
    inner = f"SELECT {source.row} AS id, {columns} FROM {source.sql.text}"
    if last is not None and len(keys) == 1:  # the key of the resource alone: a range of the index
        inner, args = f"{inner} AND {source.row} < %s", [*args, *last]
    if source.many:  # in the order of the index: nothing is gathered first
        inner += f" GROUP BY {source.row}"
    if last is not None and len(keys) > 1:
        condition = order.after(keys, last)
        inner, args = f"SELECT * FROM ({inner}) p WHERE {condition.text}", [*args, *condition.args]
    names = ", ".join(f"m.k{n}" for n in range(len(keys)))
    return Sql(
        f"SELECT {shown}, {names} FROM ({inner} ORDER BY {order.by(keys)} LIMIT %s) m"
        f" JOIN store_resource r ON r.id = m.id ORDER BY {order.by(keys).replace('k', 'm.k')}",
        (*args, *_given("count", 1)),
    )
