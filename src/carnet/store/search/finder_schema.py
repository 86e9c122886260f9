"""The full-text table of the patient finder, which Django's models cannot describe: FTS5 on SQLite, a tsvector
column and GIN on PostgreSQL. Both give the latest changed first."""

from __future__ import annotations

from typing import Any

SQLITE = (
    # The short beginnings have lists of their own: one letter costs no more than a whole word. A mark counts for one.
    "CREATE VIRTUAL TABLE store_finder_text USING fts5(terms, content='', contentless_delete=1, detail=none,"
    " prefix='1 2 3 4', tokenize='ascii')",
)
POSTGRESQL = (
    "ALTER TABLE store_finder ADD COLUMN folded tsvector NOT NULL",
    "CREATE INDEX store_finder_folded ON store_finder USING gin (folded)",
)


def create_finder(schema_editor: Any) -> None:
    """For a migration's RunPython."""
    for statement in SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL:
        schema_editor.execute(statement)


def drop_finder(schema_editor: Any) -> None:
    """The reverse."""
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TABLE store_finder_text")
