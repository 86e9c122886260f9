"""Pages of notes and documents found by their words, each with what it says. It knows no actor and leaves no trace:
the gate decides both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from carnet.record.work import Stored, stored
from carnet.rules import passages
from carnet.store.search import note_text

PAGE = 20
TYPES = note_text.TYPES
_WRONG = ("superseded", "entered-in-error")


@dataclass(frozen=True, slots=True)
class FoundText:
    """A note or a document, and its words as plain text."""

    stored: Stored
    text: str


@dataclass(frozen=True, slots=True)
class TextPage:
    """`next` continues the search; `many`: only the last recorded were looked at, more words find the others."""

    entries: list[FoundText]
    next: str | None
    many: bool


def page(text: str, *, types: Sequence[str], subjects: Sequence[str] | None, page: str | None) -> TextPage:
    """The newest first; `page` is the `next` of the page before."""
    keys = note_text.find(text, types=types, subjects=subjects)
    start = int(page) if page and page.isascii() and page.isdigit() and len(page) < 6 else 0
    rows = [
        row
        for row in note_text.rows(keys[start : start + PAGE])
        if row.type in types and not row.deleted and (subjects is None or row.subject in subjects)
    ]
    read = [(one, one.resource()) for one in map(stored, rows)]
    found = [
        FoundText(one, passages.said(resource, note_text.file_text(resource)))
        for one, resource in read
        if resource.get("status") not in _WRONG
    ]
    follows = str(start + PAGE) if start + PAGE < len(keys) else None
    return TextPage(found, follows, len(keys) >= note_text.MOST)
