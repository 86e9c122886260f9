"""All of one record, read once for a page: quickly where it only has to be told apart, exactly where it is shown. It
asks the database nothing; the gate gives it the rows."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from carnet.fhir import json
from carnet.record.work import Stored, stored
from carnet.store.resource import Row

Resource = dict[str, Any]


class Reading:
    """What a record holds, newest first, but the Provenances that name no source: they are half of it and say nothing
    on a page."""

    def __init__(self, found: Iterable[Row]) -> None:
        self._rows = [row for row in found if _tells(row)]

    @cached_property
    def glances(self) -> list[Resource]:
        """Everything, but numbers of observations, which are most of a record, inexact: never show one."""
        return [
            json.glance(row.body) if row.type == "Observation" else json.kept(row.body) for row in self._rows
        ]

    def whole(self, glance: Resource) -> Resource:
        """One of the glances, its numbers as written."""
        if glance["resourceType"] != "Observation":
            return glance
        found: Resource = json.kept(self._observations[glance["id"]].body)
        return found

    @cached_property
    def _observations(self) -> dict[str, Row]:
        return {row.id: row for row in self._rows if row.type == "Observation"}

    def stored(self, *types: str) -> list[Stored]:
        """The resources of these types as they are kept."""
        return [stored(row) for row in self._rows if row.type in types]

    def find(self, type: str, id: str) -> Stored | None:
        """One resource of the record."""
        return next((stored(row) for row in self._rows if row.id == id and row.type == type), None)


def _tells(row: Row) -> bool:
    return row.type not in ("AuditEvent", "Provenance") or b'"entity"' in row.body
