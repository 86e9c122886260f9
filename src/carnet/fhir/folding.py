"""The one way Carnet compares words: without case, accents, ligatures, apostrophes or hyphens. Pure.

Index and search both fold, so that « Cœur », « COEUR » and « coeur » are one word. What was written is kept
elsewhere; nothing folded is ever shown."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

WORD_LIMIT = 64  # characters; longer runs are not words

# What compatibility decomposition leaves whole, and the signs that French writes inside words.
_LETTERS = {"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "\x00": " "}
_JOINTS = dict.fromkeys("'’‘`´ʼʹ′-‐‑‒–—−_", " ")
_TABLE = str.maketrans(_LETTERS | _JOINTS)
_WORD = re.compile(r"[^\W_]+")
_ASCII_WORD = re.compile(r"[a-z0-9]+")


class _Unmarked(dict[int, int | None]):
    """For `str.translate`: every character but accents, each looked up once and then known."""

    def __missing__(self, character: int) -> int | None:
        kept = self[character] = None if unicodedata.combining(chr(character)) else character
        return kept


_UNMARKED = _Unmarked()


def fold(text: str) -> str:
    """The text in lower case without accents; ligatures written out; apostrophes and hyphens as single spaces."""
    if not text.isascii():
        # Apostrophes first: some of them decompose into a space and an accent.
        decomposed = unicodedata.normalize("NFKD", text.translate(_TABLE)).casefold()
        decomposed = unicodedata.normalize("NFKD", decomposed)
        text = decomposed.translate(_UNMARKED)
    return " ".join(text.lower().translate(_TABLE).split())


def words(text: str) -> Iterator[str]:
    """The folded words of a text, in order: runs of letters and digits, cut at WORD_LIMIT."""
    found = _ASCII_WORD.findall(text.lower()) if text.isascii() else _WORD.findall(fold(text))
    for word in found:
        yield word[:WORD_LIMIT]
