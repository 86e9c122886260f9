"""Lesions at their places (places.toml): « plaie de la main », « genou gonflé », « sténose de l'uretère ». Each is put
together as it is read; their products are written nowhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeVar

from carnet.reading.terms import Match, Terms, stems
from carnet.reading.tokens import Word

V = TypeVar("V")
_BETWEEN = 4  # words that may pass between a place and what is said of it


@dataclass(frozen=True, slots=True)
class Lesion:
    """What happens (`id`, `kind`, `label`), and its CIM-10 code by place."""

    id: str
    kind: str
    label: str
    codes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Placed:
    """A lesion at one of its places."""

    lesion: Lesion
    place: str

    @property
    def code(self) -> str:
        return self.lesion.codes[self.place]


class Lesions:
    """The words of lesions before their place or after it, and the names of places."""

    def __init__(self, table: Mapping[str, Any], passing: frozenset[str]) -> None:
        self._passing = passing
        self._before = Terms(_by_word(table["lesions"], "words").items())
        self._after = Terms(_by_word(table["lesions"], "after").items())
        names = ((name, place) for place, called in table["places"].items() for name in called.split("|"))
        self._places = Terms(_together(names).items())

    def words(self) -> set[str]:
        """The stems of all words."""
        return self._before.words() | self._after.words() | self._places.words()

    def get(self, term: str) -> Placed | None:
        """« fracture poignet »: the lesion that these words name, all of them."""
        written = stems(term)
        for cut in range(1, len(written)):
            found, places = self._before.of(written[:cut]), self._places.of(written[cut:])
            if found and places:
                return _at(found, places)
        return None

    def find(self, text: Sequence[Word], stemmed: Sequence[str]) -> Iterator[Match[Placed]]:
        """Lesions in a text, from left to right, passing words left aside."""
        kept = [
            place for place, stem in enumerate(stemmed) if stem not in self._passing or text[place].digits
        ]
        at = 0
        while at < len(kept):
            match = self._placed_after(text, stemmed, kept, at) or self._placed_before(
                text, stemmed, kept[at]
            )
            if match:
                yield match
                while at < len(kept) and kept[at] < match.last:
                    at += 1
            else:
                at += 1

    def _placed_after(
        self, text: Sequence[Word], stemmed: Sequence[str], kept: Sequence[int], at: int
    ) -> Match[Placed] | None:
        """« Plaie profonde de la main »."""
        found = self._before.at(text, stemmed, kept[at])
        if not found:
            return None
        following = next((place for place in kept[at:] if place >= found.last), None)
        if following is None or following - found.last > _BETWEEN:
            return None
        places = self._places.at(text, stemmed, following)
        placed = _at(found.value, places.value) if places else None
        if not places or not placed or not _soft(text, found.last - 1, following):
            return None
        return Match(found.first, places.last, found.start, places.end, placed, found.corrected)

    def _placed_before(self, text: Sequence[Word], stemmed: Sequence[str], at: int) -> Match[Placed] | None:
        """« Genou droit gonflé »."""
        places = self._places.at(text, stemmed, at)
        if not places:
            return None
        for last in range(places.last, min(places.last + _BETWEEN, len(text))):
            found = self._after.at(text, stemmed, last)
            placed = _at(found.value, places.value) if found else None
            if found and placed and _soft(text, places.last - 1, last):
                return Match(at, found.last, places.start, found.end, placed, places.corrected)
            if stemmed[last] not in self._passing:
                return None
        return None


def _by_word(lesions: Iterable[Mapping[str, Any]], column: str) -> dict[str, tuple[Lesion, ...]]:
    pairs = (
        (word, Lesion(row["id"], row["kind"], row["label"], row["codes"]))
        for row in lesions
        for word in row.get(column, "").split("|")
        if word
    )
    return _together(pairs)


def _together(pairs: Iterable[tuple[str, V]]) -> dict[str, tuple[V, ...]]:
    """One word may name several lesions, one name several places."""
    found: dict[str, tuple[V, ...]] = {}
    for word, value in pairs:
        found[word] = (*found.get(word, ()), value)
    return found


def _at(lesions: Iterable[Lesion], places: Iterable[str]) -> Placed | None:
    places = tuple(places)
    return next(
        (Placed(lesion, place) for lesion in lesions for place in places if place in lesion.codes), None
    )


def _soft(text: Sequence[Word], first: int, last: int) -> bool:
    return all(following.soft for _, following in pairwise(text[first : last + 1]))
