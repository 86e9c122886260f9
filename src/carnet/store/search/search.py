"""Runs a search: one statement for the page, one more only when its total is asked for. It writes nothing."""

# ruff: noqa: S608 - the SQL is put together from this package's own pieces; every value is an argument.

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from carnet.fhir.errors import Invalid
from carnet.store.resource import COLUMNS, Row, row
from carnet.store.search import order, params
from carnet.store.search.clauses import Sql, for_engine
from carnet.store.search.compile import MayRead, Scope, Source, candidates, clause, every_type
from carnet.store.search.limits import Limit, limit
from carnet.store.search.references_match import same_as_any

COUNT, COUNT_LIMIT, CRITERIA_LIMIT = 50, 1000, 40
_TOTALS = ("none", "accurate", "estimate")


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a search; `next` is the value of `_page` that continues it."""

    rows: list[Row]
    total: int | None
    next: str | None


@dataclass(slots=True)
class Asked:
    """The parameters of a search, the ones about its result set apart."""

    criteria: list[tuple[str, str]] = field(default_factory=list)
    sort: str = ""
    count: int = COUNT
    page: str = ""
    total: bool = False

    @property
    def question(self) -> str:
        """What a page token is good for."""
        return repr((self.criteria, self.sort))


def search(
    type: str,
    params: Sequence[tuple[str, str]],
    *,
    subjects: Collection[str] | Limit | None = None,
    may_read: MayRead = every_type,
) -> Page:
    """Resources of a type, in the order asked for, else newest first. Chains go only through types that `may_read`
    allows: to find by it is to read it. Raises Invalid naming what it does not know."""
    asked = read(params)
    statement, source = compile(type, asked, subjects=subjects, may_read=may_read)
    with connection.cursor() as cursor:
        cursor.execute(statement.text, statement.args)
        found = cursor.fetchall()
        total = _total(cursor, source) if asked.total else None
    more, found = len(found) > asked.count, found[: asked.count]
    width = len(COLUMNS.split(","))
    follows = order.token(asked.question, found[-1][width:]) if more and found else None
    if not more and not asked.page:
        total = len(found)
    return Page([row(values[:width]) for values in found], total, follows)


def read(written: Sequence[tuple[str, str]]) -> Asked:
    """Sort the parameters of the result set from those of the resources."""
    asked = Asked()
    for name, value in written:
        params.check_text(name, name + value)
        if name == "_sort":
            asked.sort = value
        elif name == "_count":
            asked.count = _count(value)
            asked.total = asked.total or asked.count == 0
        elif name == "_page":
            asked.page = value
        elif name == "_total":
            asked.total = _wants_total(value) or asked.total
        else:
            asked.criteria.append((name, value))
    if len(asked.criteria) > CRITERIA_LIMIT:
        raise Invalid("Cette recherche a trop de critères.")
    return asked


def _count(value: str) -> int:
    if not value.isascii() or not value.isdigit():
        raise params.bad("_count")
    return min(int(value[:9]), COUNT_LIMIT)


def _wants_total(value: str) -> bool:
    if value not in _TOTALS:
        raise params.bad("_total")
    return value != "none"


def compile(
    type: str,
    asked: Asked,
    *,
    subjects: Collection[str] | Limit | None = None,
    may_read: MayRead = every_type,
    include_deleted: bool = False,
) -> tuple[Sql, Source]:
    """The statement of one page, with one row more than asked to know whether others follow."""
    allowed = limit(subjects)
    scope = Scope(connection.vendor, allowed, same_patient, may_read)
    listed = [clause(type, name, value, scope) for name, value in asked.criteria]
    keys = order.keys(type, asked.sort)
    need_row = any(key.needs_row for key in keys)
    source = candidates(type, listed, allowed, need_row=need_row, include_deleted=include_deleted)
    source = source._replace(sql=for_engine(source.sql, connection.vendor))
    last = order.last_of(asked.question, asked.page, len(keys)) if asked.page else None
    return for_engine(_page(source, keys, last, asked.count + 1), connection.vendor), source


def same_patient(id: str) -> list[str]:
    """All ids of a patient whose records were merged, the one given included."""
    sql = same_as_any(
        Sql("SELECT a.new_id FROM store_alias a WHERE a.old_id = %s OR a.new_id = %s", (id, id))
    )
    with connection.cursor() as cursor:
        cursor.execute(sql.text, sql.args)
        return sorted({id, *(found for (found,) in cursor.fetchall())})


def _page(source: Source, keys: list[order.Key], last: list[Any] | None, count: int) -> Sql:
    columns = ", ".join(f"{key.sql.text.replace('{row}', source.row)} AS k{n}" for n, key in enumerate(keys))
    args = [arg for key in keys for arg in key.sql.args]
    inner = f"SELECT {source.row} AS id, {columns} FROM {source.sql.text}"
    args += source.sql.args
    if last is not None:
        condition = order.after(keys, last)
        inner, args = f"SELECT * FROM ({inner}) p WHERE {condition.text}", [*args, *condition.args]
    shown = ", ".join(f"r.{column.strip()}" for column in COLUMNS.split(","))
    names = ", ".join(f"m.k{n}" for n in range(len(keys)))
    return Sql(
        f"SELECT {shown}, {names} FROM ({inner} ORDER BY {order.by(keys)} LIMIT %s) m"
        f" JOIN store_resource r ON r.id = m.id ORDER BY {order.by(keys).replace('k', 'm.k')}",
        (*args, count),
    )


def _total(cursor: Any, source: Source) -> int:
    cursor.execute(f"SELECT COUNT(*) FROM {source.sql.text}", source.sql.args)
    return int(cursor.fetchone()[0])
