"""Whose data a search may see, as part of its SQL, so that paging and totals stay right. It decides no right."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

from carnet.store.search.clauses import Sql

SMALL = 50  # subjects; a search inside so few records starts from them


class Limit(NamedTuple):
    """A condition on resource rows, with {r} for the row's alias; `small`: few resources fulfil it."""

    sql: str
    args: tuple[Any, ...] = ()
    small: bool = False

    def on(self, alias: str) -> Sql:
        """The condition for the row called `alias`."""
        return Sql(self.sql.replace("{r}", alias), self.args)


def limit(subjects: Collection[str] | Limit | None) -> Limit | None:
    """None for everything; else a Limit as given, or one to the resources of these patients."""
    if subjects is None or isinstance(subjects, Limit):
        return subjects
    if not subjects:
        return Limit("1 = 0", (), True)
    listed = tuple(sorted(subjects))
    return Limit(f"{{r}}.subject IN ({', '.join(['%s'] * len(listed))})", listed, len(listed) <= SMALL)
