"""Terms of conditions in a note: as written, with words cut short made whole, and what some mean beside certain words
(context.toml). Status is not decided here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from carnet.reading import tables
from carnet.reading.structure import Note
from carnet.reading.terms import Match
from carnet.reading.vocabulary import Concept, Vocabulary

Found = Match[Concept]


def conditions_in(note: Note, words: Vocabulary) -> list[Found]:
    """Terms as they are written; then those with a word cut short, where nothing longer stands."""
    terms = [_in_context(note, words, match) for match in words.conditions.find(note.words, note.stems)]
    numbered = list(_numbered(note))
    written = sorted(
        [*(one for one in terms if not _touched(one, numbered)), *numbered], key=lambda one: one.start
    )
    whole = [words.short.get(stem, stem) for stem in note.stems]
    if whole == note.stems:
        return written
    longer = [match for match in words.conditions.find(note.words, whole) if match.last - match.first > 1]
    found = [match for match in longer if not _covered(match, written)]
    kept = [match for match in written if not _touched(match, found)]
    return sorted([*kept, *found], key=lambda match: match.start)


def _numbered(note: Note) -> Iterator[Found]:
    """« Prise de 5 kg »: forms with a number, by the patterns of context.toml."""
    for row in tables.toml("context.toml")["patterns"]:
        concept = Concept(row["id"], "symptom", row["label"], (row["cim10"],), {})
        for found in re.compile(rf"(?<![a-z])(?:{row['form']})").finditer(note.flat):
            first, last = note.word_at(found.start()), note.word_at(found.end())
            yield Match(first, last, found.start(), found.end(), concept)


def _in_context(note: Note, words: Vocabulary, match: Found) -> Found:
    """« Brûlures » of somebody who speaks of urine; « douloureuse » after a part of the body."""
    for row in tables.toml("context.toml")["rows"]:
        if match.value.id != row["id"]:
            continue
        first = max(0, match.start - row["before"])
        near = re.compile(row["near"]).search(note.flat, first, match.end + row["after"])
        other = words.conditions.get(row["then"].format(*near.groups())) if near else None
        if near and other:
            start = min(match.start, near.start()) if row.get("whole") else match.start
            return replace(match, value=other, start=start)
    return match


def _covered(match: Found, others: Sequence[Found]) -> bool:
    return any(one.first <= match.first and match.last <= one.last for one in others)


def _touched(match: Found, others: Sequence[Found]) -> bool:
    return any(one.first < match.last and match.first < one.last for one in others)
