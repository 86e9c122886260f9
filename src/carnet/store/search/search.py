"""Provisional: scans a type. The compiled search replaces it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from carnet.store.resource import COLUMNS, Row, row


class Page(NamedTuple):
    rows: list[Row]
    total: int | None
    next: str | None


def search(
    cursor: Any, type: str, params: Sequence[tuple[str, str]], *, subject_in: Sequence[str] | None = None
) -> Page:
    cursor.execute(
        f"SELECT {COLUMNS} FROM store_resource WHERE type = %s AND NOT deleted ORDER BY updated DESC", [type]
    )
    rows = [row(values) for values in cursor.fetchall()]
    if subject_in is not None:
        rows = [r for r in rows if r.subject in subject_in]
    return Page(rows, len(rows), None)
