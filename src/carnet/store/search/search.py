"""Runs a search: one statement for the page, one more for its total when it is asked for, one for each level of what is
included. It writes nothing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from carnet.fhir.errors import UnknownParameter
from carnet.store.resource import COLUMNS, Row, row
from carnet.store.search import asked as reading
from carnet.store.search import compartment, include, order, pages, params, same
from carnet.store.search.asked import COUNT_LIMIT, Asked
from carnet.store.search.clauses import Clause, Sql
from carnet.store.search.compile import MayRead, Scope, clause, every_type
from carnet.store.search.limits import Limit, limit
from carnet.store.search.plan import NARROW, Plan, Wanted, plan

__all__ = ["COUNT_LIMIT", "Page", "Statements", "compile", "read", "search"]
_WIDTH, _NARROW = len(COLUMNS.split(",")), len(NARROW.split(","))
_BODY = _NARROW - 1
read = reading.read


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a search; `next` is the value of `_page` that continues it; `asked` says what was understood."""

    rows: list[Row]
    total: int | None
    next: str | None
    included: list[Row] = field(default_factory=list)
    asked: Asked = field(default_factory=Asked)


@dataclass(frozen=True, slots=True)
class Statements:
    """The statements of one search."""

    plan: Plan
    clauses: list[Clause]
    given: dict[str, Sequence[Any]]

    @property
    def page(self) -> Sql:
        """Of the page, with one row more than asked to know whether others follow."""
        return self.plan.fill(self.plan.page, self.clauses, self.given)

    @property
    def total(self) -> Sql:
        """Of the total."""
        return self.plan.fill(self.plan.total, self.clauses, self.given)


def search(
    type: str,
    params: Sequence[tuple[str, str]],
    *,
    subjects: Collection[str] | Limit | None = None,
    may_read: MayRead = every_type,
    within: Sequence[str] | None = None,
    lenient: bool = False,
    narrow: bool = False,
) -> Page:
    """Resources of a type (of all types, or those of `_type`, when it is empty), in the order asked for, else newest
    first. Chains and inclusions go only through types that `may_read` allows: to find by it is to read it. `within`:
    only the compartments of these patients. Raises BadSearch; `lenient` passes over parameters it does not know. `narrow`:
    rows without subject and time, which an answer does not show, and no more of them than an answer holds."""
    asked = read(params)
    statements = compile(
        type, asked, subjects=subjects, may_read=may_read, within=within, lenient=lenient, narrow=narrow
    )
    with connection.cursor() as cursor:
        found, more = list[Any](), False
        if asked.count or not asked.total:
            cursor.execute(*statements.page)
            found, more = (
                pages.filled(cursor, asked.count, _BODY) if narrow else _counted(cursor, asked.count)
            )
        total = len(found) if asked.count and not more and not asked.page else None
        if total is None and asked.total:
            cursor.execute(*statements.total)
            total = int(cursor.fetchone()[0])
    width = _NARROW if narrow else _WIDTH
    follows = order.token(asked.question, found[-1][width:]) if more and found else None
    rows = [_narrow(values) for values in found] if narrow else [row(values[:width]) for values in found]
    included = include.included(rows, asked.includes, limit(subjects), may_read) if asked.includes else []
    return Page(rows, total, follows, included, asked)


def _counted(cursor: Any, count: int) -> tuple[list[Any], bool]:
    found = cursor.fetchall()
    return found[:count], len(found) > count


def _narrow(values: Sequence[Any]) -> Row:
    return Row(values[0], values[1], values[2], values[3], None, 0, False, bytes(values[4]))


def compile(
    type: str,
    asked: Asked,
    *,
    subjects: Collection[str] | Limit | None = None,
    may_read: MayRead = every_type,
    within: Sequence[str] | None = None,
    include_deleted: bool = False,
    lenient: bool = False,
    narrow: bool = False,
) -> Statements:
    """The statements of a page and of the total."""
    allowed, vendor = limit(subjects), connection.vendor
    scope = Scope(vendor, allowed, same.same(), may_read)
    types = _types(type, asked)
    listed = _clauses(types[0] if len(types) == 1 else "", asked, scope, lenient)
    if within is not None:
        listed.append(compartment.clause(types, within))
    keys = _keys(type, asked, lenient)
    last = order.last_of(asked.question, asked.page, len(keys)) if asked.page else []
    wanted = Wanted(vendor, types, asked.sort, len(last), allowed, include_deleted, narrow)
    found = plan(wanted, listed, keys)
    given = {"limit": allowed.args if allowed else (), "last": last, "count": (asked.count + 1,)}
    return Statements(found, listed, given)


def _types(type: str, asked: Asked) -> tuple[str, ...]:
    if type and asked.types:
        raise params.unknown(type, "_type")
    return (type,) if type else asked.types


def _clauses(type: str, asked: Asked, scope: Scope, lenient: bool) -> list[Clause]:
    found = []
    for name, value in list(asked.criteria):
        try:
            found.append(clause(type, name, value, scope))
        except UnknownParameter:
            if not lenient:
                raise
            _ignore(asked, name)
    return found


def _ignore(asked: Asked, name: str) -> None:
    asked.ignored.append(name)
    asked.criteria = [(other, value) for other, value in asked.criteria if other != name]
    asked.understood = [(other, value) for other, value in asked.understood if other != name]


def _keys(type: str, asked: Asked, lenient: bool) -> list[order.Key]:
    try:
        return order.keys(type, asked.sort)
    except UnknownParameter:
        if not lenient:
            raise
        _ignore(asked, "_sort")
        asked.sort = ""
        return order.keys(type, "")
