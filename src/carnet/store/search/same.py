"""Which other ids a patient has, for the embedded engine: merges are rare, and to ask first whether there are any costs it
less than to follow them in each statement."""

from __future__ import annotations

from django.db import connection

from carnet.store import alias
from carnet.store.search.references_match import Same

_MERGED = "SELECT EXISTS (SELECT 1 FROM store_alias WHERE old_id = %s OR new_id = %s)"


def same() -> Same | None:
    """How to look them up; None where the statement does so itself: PostgreSQL is a journey away."""
    return same_ids if connection.vendor == "sqlite" else None


def same_ids(id: str) -> list[str]:
    """All ids of this patient, the one given included."""
    with connection.cursor() as cursor:
        cursor.execute(_MERGED, (id, id))
        [merged] = cursor.fetchone()
    return sorted({id, *alias.around([id]).same(id)}) if merged else [id]
