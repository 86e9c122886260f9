"""Two column types that the index tables need on both engines. They hold no data and import no model."""

from __future__ import annotations

from typing import Any

from django.db import models


class RowKey(models.BigIntegerField[int, int]):
    """A 64-bit key that we number ourselves: SQLite's own rowid (so the table is ordered by it), bigint elsewhere."""

    def db_type(self, connection: Any) -> str | None:
        return "integer" if connection.vendor == "sqlite" else super().db_type(connection)


class PlainText(models.TextField[Any, Any]):
    """Text compared by code point on both engines, whatever language the PostgreSQL database was created for."""

    def db_parameters(self, connection: Any) -> Any:
        parameters = super().db_parameters(connection)
        if connection.vendor == "postgresql":
            parameters["collation"] = "C"
        return parameters
