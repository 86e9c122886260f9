"""What surrounds a request: the note, its drugs and its results, and what is said behind. It decides nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from carnet.reading import order_words, tables
from carnet.reading.facts import MEDICATION, Fact
from carnet.reading.order_names import Asked
from carnet.reading.structure import Note

BEFORE = 60  # characters in which a cue is looked for
_AFTER = 40
NOWHERE = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Scene:
    """The note, its drugs, and where what was decided begins."""

    note: Note
    drugs: Sequence[Fact]
    results: frozenset[int]  # where results begin
    told: frozenset[int]  # where they end
    since: int

    def before(self, one: Asked) -> str:
        return self.note.before(one.start, BEFORE)

    def after(self, place: int) -> str:
        return self.note.after(place, _AFTER)

    def section(self, one: Asked) -> str:
        """The section; what follows on the line of a heading of results is no result any more."""
        sentence = self.note.sentence(one.start)
        unnamed = sentence.body <= sentence.start + 1
        on_its_own = sentence.section == "results" and unnamed
        # « Motif : fatigue. Bilan : NFS »: the reason ends with its sentence.
        told = sentence.section == "reason" and unnamed and not self._begins_a_line(sentence.start)
        return "" if on_its_own or told else sentence.section

    def _begins_a_line(self, place: int) -> bool:
        flat = self.note.flat
        return not flat[flat.rfind("\n", 0, place) + 1 : place].strip(" -*•")


def decided(taken: Sequence[Fact]) -> int:
    """Where what was decided begins: at the first drug that is prescribed."""
    drugs = (fact for fact in taken if fact.kind == MEDICATION)
    return min((fact.start for fact in drugs if fact.values["status"] == "prescribed"), default=NOWHERE)


def shown(note: Note, one: Asked) -> re.Match[str] | None:
    """What a request shows behind it: « radio : fracture », not « radio : face et profil »."""
    return None if is_completed(note, one, one.end) else SHOWN.match(note.flat, one.end)


def is_completed(note: Note, one: Asked, end: int) -> bool:
    return order_words.completed(note, one.type, end, note.sentence(one.end - 1).end) > 0


@cache
def asked_behind() -> re.Pattern[str]:
    return re.compile(tables.any_of(tables.toml("orders.toml")["asked"]["after"]))


# What follows is what it showed; not how often, nor when.
SHOWN = re.compile(
    r" ?(?:[:=]|\((?!dr|pr|docteur|1|une?|courrier|ordo)|[0-9]+(?![0-9]| ?(?:fois|x ?/|/ ?(?:sem|mois|an|j)|seances?|s(?![a-z])|mois|sem|j(?![a-z])|jours|m(?![a-z])|ans?(?![a-z])|h(?![a-z]))|/[0-9]))"
)
