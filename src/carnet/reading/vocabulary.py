"""The words that reading knows: the thesaurus tables as dictionaries of terms. It finds nothing by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache

from carnet.reading import tables
from carnet.reading.lesions import Lesions, Placed
from carnet.reading.tables import Row
from carnet.reading.terms import Corrector, Terms, stems

# « Antécédent de cancer du sein » is a cancer of the breast, and its status says that it is over.
_ABBREVIATED = 4  # letters at most
_TOLD_BY_STATUS = ("antecedent-d", "antecedent-familial", "antecedent-c", "antecedent-o")


@dataclass(frozen=True, slots=True)
class Concept:
    """A row of a table. `codes`: CIM-10 for a condition (preferred first), else the one code that the table gives."""

    id: str
    kind: str
    label: str
    codes: tuple[str, ...]
    row: Row
    denies: bool = False  # the term holds its own negation: « apyrétique »
    doubtful: bool = False  # means this only where the context says so

    @property
    def code(self) -> str | None:
        return self.codes[0] if self.codes else None


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All tables, and the corrector that knows the words of all of them."""

    conditions: Terms[Concept]
    bare: Terms[Concept]  # the same of two words or more, without the words that only link
    lesions: Lesions
    labs: Terms[Concept]
    vaccines: Terms[Concept]
    examinations: Terms[Concept]
    allergens: Terms[Concept]
    corrector: Corrector
    capitals: frozenset[str]  # stems of abbreviations that count in capitals only
    short: dict[str, str]  # stems of words cut short, to those of the whole words

    def condition(self, term: str) -> Concept | None:
        """What a term of conditions.tsv, or a lesion with its place, means."""
        found = self.conditions.get(term) or self.bare.get(term)
        placed = None if found else self.lesions.get(term)
        return concept_of(placed) if placed else found


@cache
@tables.filling()
def packaged() -> Vocabulary:
    """The tables that come with the program."""
    names = ("vaccines", "examinations", "allergens")
    conditions = (*tables.tsv("shorthand.tsv"), *tables.tsv("conditions.tsv"))
    labs = (*tables.tsv("shorthand_labs.tsv"), *tables.tsv("labs.tsv"))
    return of(conditions, labs, *(tables.tsv(f"{name}.tsv") for name in names))


def of(
    conditions: Iterable[Row],
    labs: Iterable[Row],
    vaccines: Iterable[Row],
    examinations: Iterable[Row],
    allergens: Iterable[Row],
) -> Vocabulary:
    """Dictionaries of rows; the words of the corrector are those of conditions, labs and examinations."""
    conditions = tuple(conditions)
    tests, asked = Terms(_terms(labs)), Terms(_terms(examinations))
    whole = Terms(_terms(conditions))
    found = (
        whole,
        whole.bare(linking()),
        Lesions(tables.toml("places.toml"), passing()),
        tests,
        Terms(_terms(vaccines)),
        asked,
        Terms(_terms(allergens)),
    )
    known = {word for terms in found[:6] for word in terms.words()}
    ordinary = tables.toml("words.toml")
    left_alone = [word for group in ordinary["ordinary"].values() for word in group.split()]
    left_alone += tables.lines("left_alone.txt")
    capitals = _capitals(conditions, ordinary["lowercase"]["words"])
    return Vocabulary(*found, Corrector(known, left_alone), capitals, _short(ordinary["abbreviations"]))


def _capitals(rows: Iterable[Row], common: str) -> frozenset[str]:
    """Abbreviations of the table, as stems, but those that are common in small letters."""
    terms = (
        term.strip().lstrip("?!") for row in rows for term in (row["label"], *row.get("terms", "").split("|"))
    )
    short = {stem for term in terms if term.isupper() and len(term) <= _ABBREVIATED for stem in stems(term)}
    return frozenset(short - {stem for word in common.split() for stem in stems(word)})


@cache
def linking() -> frozenset[str]:
    """Stems of words that only link: « plaie de la main » is « plaie main »."""
    return frozenset(
        stem for word in tables.toml("places.toml")["linking"]["words"].split() for stem in stems(word)
    )


@cache
def passing() -> frozenset[str]:
    """Stems of words that may stand inside a term and change nothing of it: « entorse bénigne de la cheville »."""
    return linking() | {
        stem for word in tables.toml("places.toml")["passing"]["words"].split() for stem in stems(word)
    }


def concept_of(placed: Placed) -> Concept:
    """A lesion at its place, as a row of its own."""
    lesion, place = placed.lesion, placed.place
    return Concept(f"{lesion.id}-{place}", lesion.kind, f"{lesion.label} ({place})", (placed.code,), {})


def _short(table: dict[str, str]) -> dict[str, str]:
    return {stems(short)[0]: stems(long)[0] for short, long in table.items()}


def _terms(rows: Iterable[Row]) -> Iterator[tuple[str, Concept]]:
    for row in rows:
        codes = tuple(
            (row.get("cim10") or row.get("loinc") or row.get("atc") or row.get("code") or "").split()
        )
        concept = Concept(row["id"], row.get("kind") or row.get("type") or "", row["label"], codes, row)
        if concept.id.startswith(_TOLD_BY_STATUS):
            continue
        for term in (row["label"], *row.get("terms", "").split("|")):
            written = term.strip()
            if written:
                yield written.lstrip("?!"), _marked(concept, written[0])


def _marked(concept: Concept, first: str) -> Concept:
    """As the mark before its term has it."""
    if first == "!":
        return replace(concept, denies=True)
    return replace(concept, doubtful=True) if first == "?" else concept
