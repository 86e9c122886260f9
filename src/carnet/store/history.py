"""Superseded versions of a resource, newest first."""

from __future__ import annotations

from django.db import connection

from carnet.store.resource import Row


def of(current: Row) -> list[Row]:
    """All versions, the current one first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT version, updated, deleted, body FROM store_history WHERE resource = %s ORDER BY version DESC",
            [current.pk],
        )
        older = cursor.fetchall()
    return [
        current,
        *(
            current._replace(version=version, updated=updated, deleted=bool(deleted), body=bytes(body))
            for version, updated, deleted, body in older
        ),
    ]
