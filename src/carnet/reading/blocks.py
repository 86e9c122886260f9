"""A long text in blocks that are read one after the other: time stays in proportion to its length. A note that a person
writes is one block, whole."""

from __future__ import annotations

from collections.abc import Iterator

LONGEST = 50_000  # characters
_ENDS = ("\n", ". ", " ")


def blocks(text: str, longest: int = LONGEST) -> Iterator[tuple[int, str]]:
    """Each block with its place: cut at the end of a line, else of a sentence, else of a word, as late as possible."""
    start = 0
    while len(text) - start > longest:
        end = _end(text, start, start + longest)
        yield start, text[start:end]
        start = end
    yield start, text[start:]


def _end(text: str, start: int, limit: int) -> int:
    for sign in _ENDS:
        found = text.rfind(sign, start, limit)
        if found >= 0:
            return found + len(sign)
    return limit
