"""Where in which note a fact was read, and those words in the note as it stands. Pure; it never guesses: words that were
corrected since are not shown as if they were still there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from carnet.fhir import codes

Resource = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """Characters `start` to `end` of that version of the note (its Composition's id)."""

    note: str
    version: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Passage:
    """A text cut around the words that a fact was read from."""

    before: str
    words: str
    after: str


def place_of(fact: Resource) -> Place | None:
    """What a fact of the record says of its own place in a note; None for one that was not read in a note."""
    spans = [one for one in fact.get("extension", []) if one.get("url") == codes.SPAN]
    if not spans:
        return None
    said = {part.get("url"): part for part in spans[0].get("extension", [])}
    reference = str(said.get("note", {}).get("valueReference", {}).get("reference", ""))
    type_, _, rest = reference.partition("/")
    id, _, version = rest.partition("/_history/")
    start, end = (said.get(name, {}).get("valueUnsignedInt") for name in ("start", "end"))
    if (
        type_ != "Composition"
        or not version.isdigit()
        or not isinstance(start, int)
        or not isinstance(end, int)
    ):
        return None
    return Place(id, int(version), start, end)


def passage(then: str, now: str, start: int, end: int) -> Passage | None:
    """The words at that place of the text as it was then, in the text as it is now; None when they are not in it."""
    words = then[start:end]
    if not words.strip() or not 0 <= start < end <= len(then):
        return None
    found = _nearest(now, words, start)
    return None if found < 0 else Passage(now[:found], words, now[found + len(words) :])


def _nearest(text: str, words: str, place: int) -> int:
    """Where the words stand, as near to their old place as they are; -1 when nowhere."""
    ahead, behind = text.find(words, place), text.rfind(words, 0, place + len(words))
    if ahead < 0 or behind < 0:
        return max(ahead, behind)
    return ahead if ahead - place <= place - behind else behind
