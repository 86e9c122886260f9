"""The pieces of a search in SQL. A clause can say two things: which resources match it (to start from), and
whether a given resource matches (to test). The search starts from the rarest clause and tests the others, each
test being a range of a primary key: no statistics are needed for a plan that stays good."""

# ruff: noqa: S608 - the SQL is put together from this package's own pieces; every value is an argument.

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from carnet.store.search.tables import SLOTS


class Sql(NamedTuple):
    """A piece of SQL with its arguments, in order."""

    text: str
    args: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """A condition on the rows of one index table. In `where`, {x} is the row and {p} its parameter id."""

    table: str
    where: str
    args: tuple[Any, ...] = ()

    def on(self, alias: str, *, indexed: bool) -> Sql:
        """The condition for a row called `alias`. Unless `indexed`, a plus sign keeps the planner from starting
        at the parameter, when the row is already found by its resource."""
        parameter = f"{alias}.param" if indexed else f"+{alias}.param"
        return Sql(self.where.replace("{x}", alias).replace("{p}", parameter), self.args)


@dataclass(frozen=True, slots=True)
class Clause:
    """One parameter of a search. `rank` orders where to start: the smallest is expected to match fewest.

    `start` selects the keys of the matching resources, or is None when it cannot; `test` is a condition with {row}
    for a resource's key and {r} for its row. `typed`: what it starts from are only resources of the searched type."""

    test: Sql
    start: Sql | None = None
    rank: int = 9
    typed: bool = True
    needs_row: bool = False


NEVER = Clause(Sql("1 = 0"), Sql("SELECT 0 AS id WHERE 1 = 0"), 0)


def for_engine(sql: Sql, vendor: str) -> Sql:
    """The plus signs steer SQLite; PostgreSQL plans by statistics of its own and must see the bare column."""
    return sql if vendor == "sqlite" else Sql(re.sub(r"\+([xy]\.param)", r"\1", sql.text), sql.args)


def joined(parts: Iterable[Sql], word: str) -> Sql:
    """Pieces joined by a word, their arguments in the same order."""
    listed = list(parts)
    return Sql(word.join(part.text for part in listed), tuple(arg for part in listed for arg in part.args))


def beside(alias: str, row: str) -> str:
    """That the index row `alias` belongs to the resource with key `row`: found by the range of the primary key,
    and said once more as an equality, which PostgreSQL estimates better."""
    return (
        f"{alias}.id >= {row} * {SLOTS} AND {alias}.id < ({row} + 1) * {SLOTS} AND {alias}.resource = {row}"
    )


def start_of(matches: Sequence[Match]) -> Sql:
    """The keys of the resources that have a row for any of the matches; a key may come more than once."""
    selects = []
    for match in matches:
        where = match.on("x", indexed=True)
        selects.append(
            Sql(f"SELECT x.resource AS id FROM store_{match.table} x WHERE {where.text}", where.args)
        )
    return joined(selects, " UNION ALL ")


def test_of(matches: Sequence[Match]) -> Sql:
    """Whether the resource {row} has a row for any of the matches."""
    tables = dict.fromkeys(match.table for match in matches)
    tests = []
    for table in tables:
        any_of = joined((m.on("x", indexed=False) for m in matches if m.table == table), ") OR (")
        tests.append(
            Sql(
                f"EXISTS (SELECT 1 FROM store_{table} x WHERE {beside('x', '{row}')} AND (({any_of.text})))",
                any_of.args,
            )
        )
    together = joined(tests, " OR ")
    return Sql(f"({together.text})", together.args)


def having(matches: Sequence[Match], rank: int, *, typed: bool = True) -> Clause:
    """A resource with a row for any of the matches."""
    return Clause(test_of(matches), start_of(matches), rank, typed)


def lacking(matches: Sequence[Match]) -> Clause:
    """A resource without any such row."""
    test = test_of(matches)
    return Clause(Sql(f"NOT {test.text}", test.args))


def within(keys: Sql, rank: int, *, typed: bool = True) -> Clause:
    """A resource whose key is among `keys`, a query of one column called id."""
    return Clause(Sql(f"{{row}} IN ({keys.text})", keys.args), keys, rank, typed)
