"""The new dose of a drug that is not named again: « TSH 7,8 sous Levothyrox 75. J'augmente à 88 µg/j ». It reads nothing
where more than one drug of the note could be meant."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from carnet.reading import dose_grammar, doses, posology, strengths
from carnet.reading.doses import Piece
from carnet.reading.drug_lines import Line
from carnet.reading.naming import Named
from carnet.reading.structure import Note

_REACH = 400  # characters between the drug and its new dose
_LINE = 120  # characters of a dosage
_MANY = 4  # tablets at a time, and quarters of one
_VERBS = (
    r"(?:augment|major|mont|port|pass|diminu|baiss|redui|descend|remont|reprend)(?:e[rsz]?|ons|ent|ez|t|s)?"
)
_NOUNS = r"(?:augmentation|majoration|passage|diminution|baisse|reduction|reprise)"
_WHAT = r"(?: (?:la dose|la posologie|la poso|le dosage|les doses|donc|progressivement|encore|un peu|le|la))*"
# « on passe à 10 mg », « → majoration à 100 µg », « : diminution 3,75 mg le soir »; never « la TSH passe à 4 ».
_NEW = re.compile(
    rf"(?:(?<![a-z])(?:j'|je |on |nous |donc |faut |l')(?:l')?{_VERBS}{_WHAT} (?:a|jusqu'a|de [0-9][0-9,.]{{0,5}} ?(?:mg|g|ug|ui|u)? a) |"
    rf"(?:^|(?<=[.;:>→\n]) ?){_NOUNS}(?: (?:de la|de|la|du) (?:dose|poso\w*|dosage))? ?(?:a |: ?)?)(?=[0-9])"
)


def read(note: Note, found: Sequence[Line]) -> list[Line]:
    """The lines of a note, with those of drugs told again by their new dose only, in the order of their places."""
    again = list(_again(note, found))
    return sorted([*found, *again], key=lambda line: line.named.start) if again else list(found)


def _again(note: Note, found: Sequence[Line]) -> Iterator[Line]:
    for told in _NEW.finditer(note.flat):
        if any(line.named.start <= told.end() < line.end for line in found):
            continue
        following = next(
            (line.named.start for line in found if line.named.start >= told.end()), len(note.flat)
        )
        pieces = doses.pieces(note.flat, told.end(), min(following, told.end() + _LINE))
        meant = [line for line in _last_of_each(found, told.start()) if _is_its_dose(line, pieces)]
        if len(meant) == 1:
            yield _line(note, meant[0].named, told.end(), pieces, following)


def _last_of_each(found: Sequence[Line], place: int) -> list[Line]:
    """The nearest line of each drug before this place."""
    near = {line.named.drug.inn: line for line in found if place - _REACH < line.named.start < place}
    return list(near.values())


def _is_its_dose(line: Line, pieces: Sequence[Piece]) -> bool:
    """Whether the first piece is a mass in which the drug is made or taken, and not the one told before."""
    first = next((piece for piece in pieces if piece.kind != dose_grammar.FILLER), None)
    old = strengths.parts(line.posology.strength or "")
    if first is None or first.kind != dose_grammar.MASS or len(old) > 1 or first.values["per"].find("kg") > 0:
        return False
    new = (first.values["n"], first.values["unit"])
    made = [one for strength in line.named.drug.strengths for one in strengths.parts(strength)]
    return any(_near(one, new) for one in made) and not (old and _same(old[0], new))


def _near(one: tuple[float, str], other: tuple[float, str]) -> bool:
    """Whether a dose is one that tablets of this strength make: from a quarter of one to four."""
    worth, dose = (value * strengths.MILLIGRAMS.get(unit, 0) for value, unit in (one, other))
    return worth > 0 and worth / _MANY <= dose <= worth * _MANY and (dose * _MANY / worth).is_integer()


def _same(one: tuple[float, str], other: tuple[float, str]) -> bool:
    worth = [value * strengths.MILLIGRAMS.get(unit, 0) for value, unit in (one, other)]
    return abs(worth[0] - worth[1]) < 1e-9 if all(worth) else one == other


def _line(note: Note, named: Named, place: int, pieces: list[Piece], following: int) -> Line:
    read = posology.of(pieces, named.drug)
    read.changed = True
    end = place + len(note.flat[place : read.end].rstrip(" .,;:("))
    told = replace(named, start=place, end=place, sure=False)
    return Line(told, read, end, following)
