"""Whether capitals mean anything: in a sentence wholly written in them an abbreviation cannot be told from a word.
It reads no meaning."""

from __future__ import annotations

import re

from carnet.reading.structure import Note

_WORD = re.compile(r"[^\W\d_]{5,}")


def loud(note: Note, place: int) -> bool:
    """Whether the sentence is in capitals, its longer words too: « EN 1 PRISE », not « EN 5, TA 12/8 »."""
    sentence = note.sentence(place)
    written = note.text[sentence.start : sentence.end]
    return written.isupper() and bool(_WORD.search(written))


def quiet(note: Note, place: int) -> bool:
    """Whether a sentence has no capital at all: « k 4,2, tg 1,1 » of a hurried hand."""
    sentence = note.sentence(place)
    return note.text[sentence.start : sentence.end].islower()
