"""The pieces of a search in SQL. A clause can say two things: which resources match it (to start from), and
whether a given resource matches (to test). The search starts from the rarest clause and tests the others, each
test being a range of a primary key: no statistics are needed for a plan that stays good."""

# ruff: noqa: S608 - the SQL is put together from this package's own pieces; every value is an argument.

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from carnet.store.search.tables import SLOTS


class Sql(NamedTuple):
    """A piece of SQL with its arguments, in order."""

    text: str
    args: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """A condition on the rows of one index table. In `where`, {x} is the row and {p} its parameter id. `whole`: it
    says all the columns of the table's index before the resource, each with one value, so that what it finds comes
    in the order of resources, and that one resource is found by it at once."""

    table: str
    where: str
    args: tuple[Any, ...] = ()
    whole: bool = False

    def on(self, alias: str, *, indexed: bool) -> Sql:
        """The condition for a row called `alias`. Unless `indexed`, a plus sign keeps the planner from starting
        at the parameter, when the row is already found by its resource."""
        return Sql(_on(self.where, alias, indexed), self.args)


@dataclass(frozen=True, slots=True)
class Clause:
    """One parameter of a search. `rank` orders where to start: the smallest is expected to match fewest.

    `start` selects the keys of the matching resources, or is None when it cannot; `test` is a condition with {row}
    for a resource's key and {r} for its row. `typed`: what it starts from are only resources of the searched type.
    `rows`: when one whole condition says it all, `table s WHERE …`, its resource being `s.resource`."""

    test: Sql
    start: Sql | None = None
    rank: float = 9
    typed: bool = True
    needs_row: bool = False
    rows: Sql | None = None


Shape = tuple[tuple[str, str, bool], ...]  # of some matches: table, condition, whole


def for_engine(sql: Sql, vendor: str) -> Sql:
    """The plus signs steer SQLite; PostgreSQL plans by statistics of its own and must see the bare column."""
    return sql if vendor == "sqlite" else Sql(re.sub(r"\+([xy]\.param)", r"\1", sql.text), sql.args)


def joined(parts: Iterable[Sql], word: str) -> Sql:
    """Pieces joined by a word, their arguments in the same order."""
    listed = list(parts)
    return Sql(
        word.join([part.text for part in listed]), tuple([arg for part in listed for arg in part.args])
    )


def beside(alias: str, row: str) -> str:
    """That the index row `alias` belongs to the resource with key `row`: found by the range of the primary key,
    and said once more as an equality, which PostgreSQL estimates better."""
    return (
        f"{alias}.id >= {row} * {SLOTS} AND {alias}.id < ({row} + 1) * {SLOTS} AND {alias}.resource = {row}"
    )


def _on(where: str, alias: str, indexed: bool) -> str:
    return where.replace("{x}", alias).replace("{p}", f"{alias}.param" if indexed else f"+{alias}.param")


@lru_cache(maxsize=1024)
def _start(shape: Shape) -> str:
    """The keys of the resources that have a row for any of the matches; a key may come more than once."""
    return " UNION ALL ".join(
        f"SELECT x.resource AS id FROM store_{table} x WHERE {_on(where, 'x', True)}"
        for table, where, _ in shape
    )


@lru_cache(maxsize=1024)
def _rows(shape: Shape) -> str | None:
    if len(shape) != 1 or not shape[0][2]:
        return None
    [(table, where, _)] = shape
    return f"store_{table} s WHERE {_on(where, 's', True)}"


@lru_cache(maxsize=1024)
def _test(shape: Shape) -> tuple[str, tuple[int, ...]]:
    """Whether the resource {row} has a row for any of the matches, and the order in which they stand in it."""
    tests: list[str] = []
    order: list[int] = []
    for kind in dict.fromkeys((table, whole) for table, _, whole in shape):
        table, whole = kind
        listed = [n for n, one in enumerate(shape) if (one[0], one[2]) == kind]
        order += listed
        conditions = [_on(shape[n][1], "x", whole) for n in listed]
        if whole:
            wheres = [f"{condition} AND x.resource = {{row}}" for condition in conditions]
        else:
            wheres = [f"{beside('x', '{row}')} AND (({') OR ('.join(conditions)}))"]
        tests += [f"EXISTS (SELECT 1 FROM store_{table} x WHERE {where})" for where in wheres]
    return f"({' OR '.join(tests)})", tuple(order)


def having(matches: Sequence[Match], rank: float, *, typed: bool = True) -> Clause:
    """A resource with a row for any of the matches."""
    shape = tuple([(match.table, match.where, match.whole) for match in matches])
    test, order = _test(shape)
    args = tuple([arg for match in matches for arg in match.args])
    tested = args if len(matches) == 1 else tuple([arg for n in order for arg in matches[n].args])
    rows = _rows(shape)
    return Clause(
        Sql(test, tested), Sql(_start(shape), args), rank, typed, rows=Sql(rows, args) if rows else None
    )


def lacking(matches: Sequence[Match]) -> Clause:
    """A resource without any such row."""
    test = having(matches, 9).test
    return Clause(Sql(f"NOT {test.text}", test.args))


def within(keys: Sql, rank: float, *, typed: bool = True) -> Clause:
    """A resource whose key is among `keys`, a query of one column called id."""
    return Clause(Sql(f"{{row}} IN ({keys.text})", keys.args), keys, rank, typed)
