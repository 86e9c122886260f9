"""The visit that a paper answers: its day, the words of its note as they stand, when they were last corrected. It writes
nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from carnet.fhir import codes
from carnet.record.work import Stored
from carnet.rules import note

Resource = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit (its Encounter's id); no day when it is not known, no words when it has no note of ours; `corrected` is
    when that was last corrected (a FHIR instant), empty when it stands as it was signed."""

    id: str
    day: date | None
    note: str
    corrected: str = ""


def visit(record: Iterable[Stored], id: str) -> Visit:
    """From the Encounters and Compositions of a record, whatever else is among them."""
    named = [one for one in record if one.id == id or id.encode() in one.body] if id else []
    day = next((day_of(one.resource()) for one in named if one.reference == f"Encounter/{id}"), None)
    notes = [one.resource() for one in named if one.type == "Composition"]
    ours = [one for one in notes if one.get("encounter", {}).get("reference") == f"Encounter/{id}"]
    said = [(text, one) for one in ours if (text := note.text_of(one)) is not None]
    if len(said) != 1:
        return Visit(id, day, "")
    text, signed = said[0]
    is_amended = codes.has_tag(signed, codes.AMENDED)
    return Visit(id, day, text, str(signed.get("date", "")) if is_amended else "")


def of(request: Resource) -> str:
    """The id of the visit that asked for it; empty when it names none."""
    return str(request.get("encounter", {}).get("reference", "")).partition("/")[2]


def day_of(encounter: Resource) -> date | None:
    """The day on which it began; None when only a month is known, or nothing."""
    written = str(encounter.get("period", {}).get("start") or "")
    if len(written) <= len("2026-11-22"):
        return date.fromisoformat(written) if len(written) == len("2026-11-22") else None
    return timezone.localtime(datetime.fromisoformat(written)).date()
