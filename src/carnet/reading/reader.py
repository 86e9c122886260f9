"""The whole reading of a note: every kind of fact in turn, then in the order of the text. The way in to this package."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from carnet.reading import (
    allergies,
    blocks,
    conditions,
    courses,
    drug_lines,
    follow_ups,
    guards,
    habits,
    immunizations,
    labs,
    measured,
    medications,
    naming,
    order_names,
    orders,
    pressures,
    senses,
    spoken,
    structure,
    tokens,
    vitals,
    vocabulary,
)
from carnet.reading.drugs import Drugs, NoDrugs
from carnet.reading.facts import Context, Fact
from carnet.reading.structure import Note
from carnet.reading.vocabulary import Vocabulary

_DIGIT = re.compile(r"[0-9]")


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads notes with a thesaurus and a table of drugs. It keeps nothing of what it read."""

    words: Vocabulary
    drugs: Drugs

    def read(self, text: str, context: Context | None = None) -> list[Fact]:
        """The facts of a note, in the order of their places; the same text always gives the same facts."""
        return [
            replace(fact, start=fact.start + start, end=fact.end + start) if start else fact
            for start, block in blocks.blocks(text)
            for fact in self._block(block, context or Context())
        ]

    def _block(self, text: str, context: Context) -> list[Fact]:
        note, places = self.note(text, context)
        read = sorted(self._all(note), key=lambda fact: (fact.start, fact.end, fact.kind))
        found = measured.dated(note, guards.guarded(note, read))
        if places is None:
            return found
        return [replace(fact, start=places[fact.start], end=places[fact.end]) for fact in found]

    def note(self, text: str, context: Context) -> tuple[Note, list[int] | None]:
        """The note as it is read (composed, numbers in figures, words corrected), and for each of its characters the
        place in the text; None if the same."""
        composed, places = tokens.composed(text)
        told, moved = spoken.figures(composed)
        note = structure.note(told, None, context)
        note.stems[:] = [self.words.corrector.correct(word) for word in note.words]
        if places and moved:
            return note, [places[place] for place in moved]
        return note, places or moved

    def _all(self, note: Note) -> list[Fact]:
        """Kinds in the order in which one takes words from another."""
        words, stems = note.words, note.stems
        labs_found = list(self.words.labs.find(words, stems))
        terms = senses.conditions_in(note, self.words)
        named = list(naming.drugs_in(note, self.drugs, self.words.corrector))
        vaccines = list(self.words.vaccines.find(words, stems))
        places_known = [one.start for one in terms] + [one.start for one in named]
        places_known += [one.start for one in labs_found] + [one.start for one in vaccines]
        note.telling[:] = sorted(
            {note.sentence(place).start for place in places_known}
            | {one.start for one in note.sentences if _DIGIT.search(note.flat, one.start, one.end)}
        )
        found = list(allergies.read(note, named, list(self.words.allergens.find(words, stems))))
        found += immunizations.read(note, vaccines, terms)
        found += pressures.read(note)
        found += _unclaimed(vitals.read(note), found)
        lines = courses.shared(note, drug_lines.lines(note, named))
        dosed = [line.named for line in lines if line.posology.says_something]
        tests = [one for one in labs_found if not any(drug.start <= one.start < drug.end for drug in dosed)]
        found += labs.read(note, tests, found)
        found += medications.read(note, lines, found)
        found += habits.read(note)
        asked = order_names.named(note, labs_found, list(self.words.examinations.find(words, stems)))
        found += orders.read(note, asked, found)
        found += follow_ups.read(note, found)
        places = [
            (one.start, one.end)
            for one in order_names.joined(note, asked)
            if one.type in ("lab", "imaging", "certificate")
        ]
        places += order_names.sent(note, asked)
        found += conditions.read(note, terms, found, places)
        return found


def _unclaimed(facts: Iterable[Fact], taken: Sequence[Fact]) -> list[Fact]:
    """Vital signs whose number no blood pressure has."""
    return [
        fact
        for fact in facts
        if not any(one.kind == fact.kind and one.overlaps(fact.end - 1, fact.end) for one in taken)
    ]


def packaged(drugs: Drugs | None = None) -> Reader:
    """The reader with the tables that come with the program."""
    return Reader(vocabulary.packaged(), drugs or NoDrugs())
