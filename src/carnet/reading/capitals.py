"""Whether capitals mean anything: in a sentence wholly written in them an abbreviation cannot be told from a word.
It reads no meaning."""

from __future__ import annotations

import re

from carnet.reading.structure import Note

_WORD = re.compile(r"[^\W\d_]{5,}")
_AROUND = 300  # characters on both sides: a sentence without end is looked at near the place only


def loud(note: Note, place: int) -> bool:
    """Whether the sentence is in capitals, its longer words too: « EN 1 PRISE », not « EN 5, TA 12/8 »."""
    written = _written(note, place)
    return written.isupper() and bool(_WORD.search(written))


def quiet(note: Note, place: int) -> bool:
    """Whether a sentence has no capital at all: « k 4,2, tg 1,1 » of a hurried hand."""
    return _written(note, place).islower()


def _written(note: Note, place: int) -> str:
    sentence = note.sentence(place)
    return note.text[max(sentence.start, place - _AROUND) : min(sentence.end, place + _AROUND)]
