"""Found notes and documents as lines of a list: where each leads, its date, whose it is, the words in their place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from carnet.record.texts import FoundText
from carnet.record.work import Stored
from carnet.rules.passages import Piece, marked, passages
from carnet.rules.results import concept_words

_PAGES = {"Composition": "patient:note", "DocumentReference": "patient:document"}


@dataclass(frozen=True, slots=True)
class Line:
    """One note or document; `patient` only where several patients stand together."""

    href: str
    title: list[Piece]
    date: str
    patient: Stored | None
    passages: list[list[Piece]]


def lines(found: Sequence[FoundText], typed: str, patients: Mapping[str, Stored] | None = None) -> list[Line]:
    """The lines in the order found; `patients` by id, where they are to be named."""
    return [_line(one, typed, patients or {}) for one in found]


def _line(found: FoundText, typed: str, patients: Mapping[str, Stored]) -> Line:
    resource, subject = found.stored.resource(), found.stored.subject
    patient = patients.get(subject) if subject else None
    href = (
        reverse(_PAGES[found.stored.type], args=[patient.id if patient else subject, found.stored.id])
        if subject
        else ""
    )
    title = _title(resource)
    text = found.text.removeprefix(title).lstrip()
    return Line(href, marked(title, typed), _date(resource), patient, passages(text, typed))


def _title(resource: dict[str, Any]) -> str:
    said = resource.get("title") or resource.get("description") or concept_words(resource.get("type"))
    return str(said or "Document")


def _date(resource: dict[str, Any]) -> str:
    period = (resource.get("context") or {}).get("period") or {}
    return str(period.get("start") or resource.get("date") or "")
