"""Keeps the full-text index of SQLite in few parts, a little with each commit. Left to itself FTS5 puts this off, and
then does hundreds of pages of it in one commit that somebody waits for. PostgreSQL has no such parts."""

from __future__ import annotations

from typing import Any

from django.db import connection

BY_US = "INSERT INTO store_text (store_text, rank) VALUES ('automerge', 0)"  # kept in the database
PAGES = 16  # of 4 KB, at a time: five times what a note of a page needs
_MERGE = "INSERT INTO store_text (store_text, rank) VALUES ('merge', %s)"
_ALL = 1 << 30


def own(schema_editor: Any) -> None:
    """For a migration's RunPython: the merging is ours."""
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(BY_US)


def step(pages: int = PAGES) -> None:
    """At the end of what is one commit: go on merging, as far as that many pages. Nothing when there is no need."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(_MERGE, [pages])


def settle() -> None:
    """All there is to merge, after a large filling."""
    step(_ALL)
