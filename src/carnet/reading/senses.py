"""Terms of conditions in a note: as written, with words cut short made whole, and what some mean beside certain words
(context.toml). Status is not decided here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import pairwise
from typing import Any

from carnet.reading import tables
from carnet.reading.structure import Note
from carnet.reading.terms import Match
from carnet.reading.vocabulary import Concept, Vocabulary, concept_of, passing

Found = Match[Concept]


def conditions_in(note: Note, words: Vocabulary) -> list[Found]:
    """Terms as they are written; then those with a word cut short, where nothing longer stands."""
    named = [one for one in words.conditions.find(note.words, note.stems) if _in_capitals(note, words, one)]
    terms = [_in_context(note, words, match) for match in named]
    numbered = [_in_context(note, words, match) for match in _numbered(note)]
    written = sorted(
        [*(one for one in terms if not _touched(one, numbered)), *numbered], key=lambda one: one.start
    )
    whole = [words.short.get(stem, stem) for stem in note.stems]
    if whole != note.stems:
        longer = [match for match in words.conditions.find(note.words, whole) if match.last - match.first > 1]
        found = [match for match in longer if not _covered(match, written)]
        kept = [match for match in written if not _touched(match, found)]
        written = sorted([*kept, *found], key=lambda match: match.start)
    bare = [_in_context(note, words, match) for match in _bare(note, words, whole)]
    placed = [_in_context(note, words, match) for match in _placed(note, words, whole)]
    apart = [one for one in bare if not any(_holds(other, one) for other in placed)]
    return _with_places(written, [*apart, *(one for one in placed if not _touched(one, apart))])


def _with_places(written: list[Found], bare: Sequence[Found]) -> list[Found]:
    """What is said by words apart, where it says more than each term that it touches."""
    found = [
        one
        for one in bare
        if not _covered(one, written)
        and all(one.first <= other.first and other.last <= one.last for other in written if _meet(one, other))
    ]
    kept = [match for match in written if not _touched(match, found)]
    return sorted([*kept, *found], key=lambda match: match.start)


def _holds(one: Found, other: Found) -> bool:
    return (
        one.first <= other.first
        and other.last <= one.last
        and one.last - one.first > other.last - other.first
    )


def _meet(one: Found, other: Found) -> bool:
    return one.first < other.last and other.first < one.last


def _bare(note: Note, words: Vocabulary, stems: Sequence[str]) -> Iterator[Found]:
    """« Entorse bénigne de la cheville »: terms whose words stand apart, nothing but passing words between them."""
    skipped = passing()
    places = [place for place, stem in enumerate(stems) if stem not in skipped or note.words[place].digits]
    if len(places) < 2:
        return
    apart = [note.words[places[0]]]
    for before, place in pairwise(places):
        soft = all(word.soft for word in note.words[before + 1 : place + 1])
        word = note.words[place]
        apart.append(word if word.soft == soft else replace(word, soft=soft))
    for match in words.bare.find(apart, [stems[place] for place in places]):
        first, last = places[match.first], places[match.last - 1] + 1
        if match.last - match.first > 1 and last - first > 1:
            yield replace(match, first=first, last=last)


def _placed(note: Note, words: Vocabulary, stems: Sequence[str]) -> Iterator[Found]:
    """« Genou gonflé », « plaie de la main »."""
    for one in words.lesions.find(note.words, stems):
        yield Match(one.first, one.last, one.start, one.end, concept_of(one.value), one.corrected)


def _numbered(note: Note) -> Iterator[Found]:
    """« Prise de 5 kg »: forms with a number, by the patterns of context.toml."""
    for form, concept in _patterns():
        for found in form.finditer(note.flat):
            first, last = note.word_at(found.start()), note.word_at(found.end())
            yield Match(first, last, found.start(), found.end(), concept)


def _in_capitals(note: Note, words: Vocabulary, match: Found) -> bool:
    """« PTE » is a prosthesis, « pte » a patient."""
    alone = match.last - match.first == 1
    return (
        not alone
        or note.stems[match.first] not in words.capitals
        or note.text[match.start : match.end].isupper()
    )


def _in_context(note: Note, words: Vocabulary, match: Found) -> Found:
    """« Brûlures » of somebody who speaks of urine; « douloureuse » after a part of the body."""
    written = note.flat[match.start : match.end]
    for row, form in _contexts().get(match.value.id, ()):
        if row.get("only", written) != written:
            continue
        first = max(0, match.start - row["before"])
        near = form.search(note.flat, first, match.end + row["after"])
        meant = row["then"].format(*near.groups()) if near else ""
        other = words.condition(meant) if near else None
        if near and other:
            start = min(match.start, near.start()) if row.get("whole") else match.start
            return replace(match, value=other, start=start)
    return match


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], Concept], ...]:
    return tuple(
        (
            re.compile(rf"(?<![a-z])(?:{row['form']})"),
            Concept(row["id"], "symptom", row["label"], (row["cim10"],), {}),
        )
        for row in tables.toml("context.toml")["patterns"]
    )


@cache
def _contexts() -> dict[str, list[tuple[dict[str, Any], re.Pattern[str]]]]:
    """The rows of context.toml by the condition that they look at, in their order."""
    found: dict[str, list[tuple[dict[str, Any], re.Pattern[str]]]] = {}
    for row in tables.toml("context.toml")["rows"]:
        found.setdefault(row["id"], []).append((row, re.compile(row["near"])))
    return found


def _covered(match: Found, others: Sequence[Found]) -> bool:
    return any(one.first <= match.first and match.last <= one.last for one in others)


def _touched(match: Found, others: Sequence[Found]) -> bool:
    return any(one.first < match.last and match.first < one.last for one in others)
