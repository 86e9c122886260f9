"""Which documents the cell keeps: one row per blob, in the transaction of the action that kept it."""

from __future__ import annotations

from django.db import connection


def remember(name: str, size: int, kept: int) -> None:
    """Note the blob; nothing changes when it is already known."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO store_blob (name, size, kept) VALUES (%s, %s, %s) ON CONFLICT (name) DO NOTHING",
            [name, size, kept],
        )


def all_sizes() -> dict[str, int]:
    """Every known blob with its size in bytes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, size FROM store_blob")
        return dict(cursor.fetchall())
