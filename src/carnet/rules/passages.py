"""What a note or a document says in words, and the passages around the words that were looked for. Pure; it gives
plain text cut into pieces, and whoever shows them escapes them."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from carnet.fhir import codes, folding

AROUND, PASSAGES = 70, 3  # characters shown on each side of a word; passages of one text
_WORD = re.compile(r"[^\W_]+")
_TAG = re.compile(r"<[^>]*>")
_BLOCK = re.compile(r"</(?:p|div|li|tr|h[1-6]|td|th|caption)>|<br\s*/?>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text; `found` when it is one of the words looked for."""

    text: str
    found: bool


def said(resource: dict[str, Any], more: str = "") -> str:
    """The words of a note (its text, or its sections), or of a document (its description, then `more`: its file's)."""
    extensions = resource.get("extension") or ()
    note = next((one.get("valueString") for one in extensions if one.get("url") == codes.NOTE), None)
    if note is None and resource.get("resourceType") == "Composition":
        note = "\n".join(_sections(resource.get("section") or ()))
    parts = [note, resource.get("description"), more]
    return unicodedata.normalize("NFC", "\n".join(str(part) for part in parts if part)).strip()


def _sections(sections: Sequence[dict[str, Any]]) -> Iterator[str]:
    for section in sections:
        div = str((section.get("text") or {}).get("div", ""))
        yield str(section.get("title", ""))
        yield html.unescape(_TAG.sub("", _BLOCK.sub("\n", div))).strip()
        yield from _sections(section.get("section") or ())


def marked(text: str, typed: str) -> list[Piece]:
    """The whole text, the words that begin like one of those typed marked."""
    return list(_pieces(text, _places(text, typed), 0, len(text)))


def passages(text: str, typed: str) -> list[list[Piece]]:
    """The surroundings of the words typed, in the order of the text; its beginning when none is there."""
    places = _places(text, typed)
    if not places:
        return (
            [[Piece(_flat(text[: 2 * AROUND]) + ("…" if len(text) > 2 * AROUND else ""), False)]]
            if text
            else []
        )
    found = []
    for start, end in _windows(places, len(text))[:PASSAGES]:
        start, end = _at_words(text, start, end)
        before, after = "…" if start else "", "…" if end < len(text) else ""
        found.append([*_edge(before), *_pieces(text, places, start, end), *_edge(after)])
    return found


def _places(text: str, typed: str) -> list[tuple[int, int]]:
    words = tuple(folding.words(typed))
    if not words:
        return []
    matches = _WORD.finditer(text)
    return [match.span() for match in matches if folding.fold(match[0]).startswith(words)]


def _windows(places: list[tuple[int, int]], size: int) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for start, end in places:
        low, high = max(0, start - AROUND), min(size, end + AROUND)
        if found and low <= found[-1][1]:
            found[-1] = (found[-1][0], high)
        else:
            found.append((low, high))
        if len(found) > PASSAGES:
            break
    return [(low, min(high, low + 6 * AROUND)) for low, high in found]


def _at_words(text: str, start: int, end: int) -> tuple[int, int]:
    """Not in the middle of a word."""
    while start > 0 and text[start - 1].isalnum() and start < end:
        start += 1
    while end < len(text) and text[end].isalnum() and text[end - 1].isalnum() and start < end:
        end -= 1
    return start, end


def _pieces(text: str, places: list[tuple[int, int]], start: int, end: int) -> Iterator[Piece]:
    at = start
    for low, high in places:
        if low < start or high > end:
            continue
        if at < low:
            yield Piece(_flat(text[at:low]), False)
        yield Piece(text[low:high], True)
        at = high
    if at < end:
        yield Piece(_flat(text[at:end]), False)


def _edge(sign: str) -> list[Piece]:
    return [Piece(sign, False)] if sign else []


def _flat(text: str) -> str:
    return re.sub(r"\s+", " ", text)
