"""A dictionary of terms of one or more words, and where they stand in a text: longest first, typing errors forgiven
in long words that nobody knows. No meaning here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Generic, TypeVar

from rapidfuzz import process
from rapidfuzz.distance import OSA

from carnet.reading import tokens
from carnet.reading.tokens import Word

T = TypeVar("T")
LONG = 6  # letters; shorter words are never corrected
LONGER = 11  # letters; two errors are forgiven here
LONGEST = 30  # letters; beyond, it is no word
_TWICE = re.compile(r"(.)\1+")


@dataclass(frozen=True, slots=True)
class Match(Generic[T]):
    """A term in a text: words `first` to `last` (exclusive), characters `start` to `end`."""

    first: int
    last: int
    start: int
    end: int
    value: T
    corrected: bool = False


class Terms(Generic[T]):
    """Terms to values. The first value given for a term stays."""

    def __init__(self, entries: Iterable[tuple[str, T]]) -> None:
        self._set((stems(term), value) for term, value in entries)

    def _set(self, entries: Iterable[tuple[tuple[str, ...], T]]) -> None:
        self._values: dict[tuple[str, ...], T] = {}
        for key, value in entries:
            self._values.setdefault(key, value)
        self._values.pop((), None)
        self._lengths: dict[str, list[int]] = {}  # by first word, the longest first
        for key in sorted(self._values, key=len, reverse=True):
            found = self._lengths.setdefault(key[0], [])
            if len(key) not in found:
                found.append(len(key))

    def bare(self, without: frozenset[str]) -> Terms[T]:
        """These terms of two words or more, without some words."""
        made = Terms[T](())
        made._set(
            (key if without.isdisjoint(key) else tuple(stem for stem in key if stem not in without), value)
            for key, value in self._values.items()
            if len(key) > 1
        )
        return made

    def words(self) -> set[str]:
        """The stems of all words of all terms."""
        return {word for key in self._values for word in key}

    def get(self, term: str) -> T | None:
        return self._values.get(stems(term))

    def of(self, stemmed: tuple[str, ...]) -> T | None:
        """The value of a term whose stems are known."""
        return self._values.get(stemmed)

    def find(self, text: Sequence[Word], stemmed: Sequence[str]) -> Iterator[Match[T]]:
        """The terms in a text, left to right, none inside another. `stemmed` may hold corrections."""
        at = 0
        while at < len(text):
            match = self.at(text, stemmed, at)
            if match:
                yield match
            at = match.last if match else at + 1

    def at(self, text: Sequence[Word], stemmed: Sequence[str], at: int) -> Match[T] | None:
        """The longest term that begins with this word."""
        for length in self._lengths.get(stemmed[at], ()):
            last = at + length
            if last > len(text):
                continue
            value = self._values.get(tuple(stemmed[at:last]))
            if value is None or not all(word.soft for word in text[at + 1 : last]) or _cut(text, at, last):
                continue
            corrected = any(text[place].stem != stemmed[place] for place in range(at, last))
            return Match(at, last, text[at].start, text[last - 1].end, value, corrected)
        return None


def _cut(text: Sequence[Word], first: int, last: int) -> bool:
    """Whether a word goes on where the term begins or ends: « c » in « HbA1c »; a number may be glued after it."""
    if text[first].glued and not (text[first - 1].digits and len(text[first].form) > 1):
        return True
    return last < len(text) and text[last].glued and not text[last].digits


def stems(term: str) -> tuple[str, ...]:
    return tokens.stems(term)


class Corrector:
    """Known words, found again in spite of typing errors: one in a long word, two in a longer one."""

    def __init__(self, known: Iterable[str], ordinary: Iterable[str] = ()) -> None:
        self._known = set(known)
        self._left_alone = set(chain.from_iterable(map(stems, ordinary)))
        self._by_length: dict[int, list[str]] = {}
        self._sounds: dict[str, set[str]] = {}
        self._cache: dict[str, str] = {}
        words = sorted(word for word in self._known if len(word) >= LONG - 1 and word.isalpha())
        for word, heard in zip(words, sound("\n".join(words)).split("\n"), strict=bool(words)):
            self._by_length.setdefault(len(word), []).append(word)
            self._sounds.setdefault(heard, set()).add(word)

    def correct(self, word: Word) -> str:
        """The stem of the word, or of the known word that was meant."""
        stem = word.stem
        if (
            stem in self._known
            or not LONG <= len(word.form) <= LONGEST
            or word.digits
            or stem in self._left_alone
        ):
            return stem
        if stem not in self._cache:
            if len(self._cache) > 10_000:
                self._cache.clear()
            self._cache[stem] = self._nearest(stem) or stem
        return self._cache[stem]

    def knows(self, stem: str) -> bool:
        return stem in self._known or stem in self._left_alone

    def _nearest(self, stem: str) -> str | None:
        alike = self._sounds.get(sound(stem), set())
        if len(alike) == 1:
            return next(iter(alike))
        errors = 2 if len(stem) >= LONGER else 1
        scored = sorted(self._within(stem, errors))
        if not scored or scored[0][1][0] != stem[0]:
            return None
        tied = len(scored) > 1 and scored[1][0] == scored[0][0]
        return None if tied else scored[0][1]

    def _within(self, stem: str, errors: int) -> Iterator[tuple[int, str]]:
        """Known words with so many errors at most, and how many."""
        for length in range(len(stem) - errors, len(stem) + errors + 1):
            words = self._by_length.get(length, ())
            near = process.extract(stem, words, scorer=OSA.distance, score_cutoff=errors, limit=None)
            for word, distance, _ in near:
                if _less_one(stem) & _less_one(word):
                    yield int(distance), word


def sound(words: str) -> str:
    """How a word sounds, roughly: « rinorhee » and « rhinorrhee », « alzeimer » and « alzheimer » are one. Of many, one
    on each line."""
    plain = words.replace("ph", "f").replace("y", "i").replace("h", "").replace("qu", "k").replace("ae", "e")
    return _TWICE.sub("\\1", plain)


def _less_one(word: str) -> set[str]:
    """The word, and what is left of it without one of its letters."""
    return {word, *(word[:place] + word[place + 1 :] for place in range(len(word)))}
