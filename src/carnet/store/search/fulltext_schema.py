"""The full-text table, which Django's models cannot describe: FTS5 on SQLite, tsvector and GIN on PostgreSQL.

Both hold our own folded words (see carnet.fhir.folding), cut once in Python; neither engine cuts words itself."""

from __future__ import annotations

from typing import Any

SQLITE = (
    # Contentless: the words point to resources, nothing can be read back from it but by searching.
    "CREATE VIRTUAL TABLE store_text USING fts5(narrative, content, content='', contentless_delete=1,"
    " detail=column, tokenize='ascii')",
)
POSTGRESQL = (
    "CREATE TABLE store_text (resource bigint PRIMARY KEY, narrative tsvector NOT NULL, content tsvector NOT NULL)",
    "CREATE INDEX store_text_narrative ON store_text USING gin (narrative)",
    "CREATE INDEX store_text_content ON store_text USING gin (content)",
)
# Notes and documents among all resources, by the marks of note_text.py, for what is searched in the whole practice: one
# index to go back through the latest, one of their words, written at once (what waits to be written each search would
# read). The condition is written in two ways, so that a query can have the one without the planner taking the other.
LATEST = "content @@ '''édocument'' | ''énote'''::tsquery"
WORDS = "content @@ '''énote'' | ''édocument'''::tsquery"
NOTE_WORDS = "(narrative || content)"
NOTE_INDEXES = (
    f"CREATE INDEX store_text_latest ON store_text (resource) WHERE {LATEST}",
    f"CREATE INDEX store_text_notes ON store_text USING gin ({NOTE_WORDS}) WITH (fastupdate = off) WHERE {WORDS}",
)
# The order of a search that asks for none: the newest resource first, page after page without a sort; and
# counting a type without reading (and decrypting) its resources.
ORDER = "CREATE INDEX store_resource_order ON store_resource (type, id, deleted)"


def create_fulltext(schema_editor: Any) -> None:
    """For a migration's RunPython: `lambda apps, schema_editor: create_fulltext(schema_editor)`."""
    for statement in (*_statements(schema_editor.connection.vendor), ORDER):
        schema_editor.execute(statement)


def index_notes(schema_editor: Any) -> None:
    """For a later migration's RunPython."""
    if schema_editor.connection.vendor == "postgresql":
        for statement in NOTE_INDEXES:
            schema_editor.execute(statement)


def forget_notes(schema_editor: Any) -> None:
    """The reverse."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX store_text_latest, store_text_notes")


def drop_fulltext(schema_editor: Any) -> None:
    """The reverse."""
    schema_editor.execute("DROP TABLE store_text")
    schema_editor.execute("DROP INDEX store_resource_order")


def _statements(vendor: str) -> tuple[str, ...]:
    return SQLITE if vendor == "sqlite" else POSTGRESQL
