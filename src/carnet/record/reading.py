"""All of one record, read once for a page: quickly where it only has to be told apart, exactly where it is shown. It
asks the database nothing; the gate gives it the rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

from carnet.fhir import json
from carnet.record.work import Stored, stored
from carnet.rules.measure import Measure, Observed, measure
from carnet.store.resource import Row

Resource = dict[str, Any]


class Reading:
    """What a record holds, newest first, but the Provenances that name no source: they are half of it and say nothing
    on a page."""

    def __init__(self, found: Iterable[Row]) -> None:
        self._rows = [row for row in found if _tells(row)]

    @cached_property
    def glances(self) -> list[Observed]:
        """Everything: measures as what tells them apart; the numbers of other observations inexact, never show one."""
        return [_glance(row) for row in self._rows]

    @cached_property
    def facts(self) -> list[Resource]:
        """Everything that is more than a measure."""
        return [one for one in self.glances if not isinstance(one, Measure)]

    @property
    def observed(self) -> Iterator[Observed]:
        """The observations, measures or not."""
        for one in self.glances:
            if isinstance(one, Measure) or one["resourceType"] == "Observation":
                yield one

    def whole(self, glance: Observed) -> Resource:
        """One of the glances, its numbers as written."""
        if not isinstance(glance, Measure) and glance["resourceType"] != "Observation":
            return glance
        body = glance.body if isinstance(glance, Measure) else self._observations[glance["id"]].body
        found: Resource = json.kept(body)
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


def _glance(row: Row) -> Observed:
    if row.type != "Observation":
        found: Resource = json.kept(row.body)
        return found
    return measure(row.id, row.body) or json.glance(row.body)


def _tells(row: Row) -> bool:
    return row.type not in ("AuditEvent", "Provenance") or b'"entity"' in row.body
