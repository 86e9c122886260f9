"""Composite parameters: rows of several parameters that belong to one and the same element of a resource."""

# ruff: noqa: S608 - the SQL is put together from this package's own pieces; every value is an argument.

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from carnet.store.search.clauses import Clause, Match, Sql, beside, joined


class Part(NamedTuple):
    """One component's conditions; `once` when it belongs to the resource, not to the repeated element."""

    matches: Sequence[Match]
    once: bool


def clause(alternatives: Sequence[Sequence[Part]]) -> Clause:
    """A resource with one element that fulfils all parts of any of the alternatives."""
    starts, tests = [], []
    for parts in alternatives:
        # The repeated element is the anchor: the others must have its ordinal.
        anchor, *others = sorted(parts, key=lambda part: part.once)
        for match in anchor.matches:
            starts.append(_start(match, others))
            tests.append(_test(match, others))
    any_of = joined(tests, " OR ")
    return Clause(Sql(f"({any_of.text})", any_of.args), joined(starts, " UNION ALL "), 4)


def _start(match: Match, others: Sequence[Part]) -> Sql:
    where = joined(
        [match.on("x", indexed=True), *(_same_element(other, "x.resource") for other in others)], " AND "
    )
    return Sql(f"SELECT x.resource AS id FROM store_{match.table} x WHERE {where.text}", where.args)


def _test(match: Match, others: Sequence[Part]) -> Sql:
    where = joined(
        [match.on("x", indexed=False), *(_same_element(other, "{row}") for other in others)], " AND "
    )
    return Sql(
        f"EXISTS (SELECT 1 FROM store_{match.table} x WHERE {beside('x', '{row}')} AND {where.text})",
        where.args,
    )


def _same_element(part: Part, row: str) -> Sql:
    tests = []
    for match in part.matches:
        where = match.on("y", indexed=False)
        element = "" if part.once else " AND y.ordinal = x.ordinal"
        tests.append(
            Sql(
                f"EXISTS (SELECT 1 FROM store_{match.table} y WHERE {beside('y', row)}{element} AND ({where.text}))",
                where.args,
            )
        )
    any_of = joined(tests, " OR ")
    return Sql(f"({any_of.text})", any_of.args)
