"""How much a page holds: resources, and bytes, so that a few large documents do not fill the memory of the server. What
does not fit is on the next page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from carnet.fhir.errors import BadSearch

BYTES = 32 << 20
Values = Sequence[Any]


def filled(cursor: Any, count: int, body: int) -> tuple[list[Values], bool]:
    """As many rows as fit, one at least, and whether others follow; `body` is the place of the bytes that count."""
    kept, size = list[Values](), 0
    for values in iter(cursor.fetchone, None):
        size += len(values[body])
        if len(kept) == count or (kept and size > BYTES):
            return kept, True
        kept.append(values)
    return kept, False


def all_of(cursor: Any, count: int, body: int) -> list[Values]:
    """What comes along with a page, which has no next page of its own. Raises BadSearch."""
    kept, more = filled(cursor, count, body)
    if more:
        raise BadSearch(
            "Cette recherche rapporterait trop de ressources liées. Demandez des pages plus petites."
        )
    return kept
