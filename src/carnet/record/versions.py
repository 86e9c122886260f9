"""Histories asked for page by page: of one resource, of a type, of all. It checks no right and writes no row: the gate
does."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from carnet.record.work import Stored, stored
from carnet.store import history as rows
from carnet.store.history import Wanted
from carnet.store.search import params, spans

COUNT, COUNT_LIMIT = 50, 1000


@dataclass(frozen=True, slots=True)
class Asked:
    """Parameters of a history as they were written; `page` is the `next` of the page before."""

    since: str | None = None
    during: str | None = None
    count: str | None = None
    page: str | None = None


@dataclass(frozen=True, slots=True)
class Versions:
    """A page of versions, the newest first; `next` continues it, `total` is known for one resource only."""

    total: int | None
    entries: list[Stored]
    next: str | None


def page(asked: Asked, *, pk: int | None, types: Collection[str] | None) -> Versions:
    """The versions of one resource, of these types, or of all. Raises Invalid naming a parameter."""
    count = _count(asked.count)
    wanted = _wanted(asked, pk, types)
    found = rows.page(wanted, count + 1) if count else []
    more, found = len(found) > count, found[:count]
    follows = ".".join(map(str, found[-1][1])) if more else None
    total = rows.count(_wanted(asked, pk, types, whole=True)) if pk is not None else None
    return Versions(total, [stored(row) for row, _ in found], follows)


def _wanted(asked: Asked, pk: int | None, types: Collection[str] | None, *, whole: bool = False) -> Wanted:
    since = _span("_since", asked.since)
    during = _span("_at", asked.during)
    return Wanted(
        pk=pk,
        types=types,
        since=since[0] if since else None,
        start=during[0] if during else None,
        end=during[1] - 1 if during else None,
        before=None if whole else _place(asked.page),
    )


def _span(name: str, written: str | None) -> tuple[int, int] | None:
    if written is None:
        return None
    found = spans.span(written.replace(" ", "+"))  # a `+` of a zone that was not escaped
    if found is None:
        raise params.bad(name)
    return found


def _count(written: str | None) -> int:
    if written is None:
        return COUNT
    if not written.isascii() or not written.isdigit():
        raise params.bad("_count")
    return min(int(written[:9]), COUNT_LIMIT)


def _place(written: str | None) -> tuple[int, int, int] | None:
    if written is None:
        return None
    parts = written.split(".")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) < 19 for part in parts):
        raise params.bad("_page")
    return int(parts[0]), int(parts[1]), int(parts[2])
