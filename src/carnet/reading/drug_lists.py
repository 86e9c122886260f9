"""Drugs written one under another: which rows of a note are one list, and the duration that its heading or the row below
says for all of it. Whether a line takes that duration is decided in courses.py."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from carnet.reading import numbers
from carnet.reading.drug_lines import Line
from carnet.reading.structure import Note

COUNT = rf"(?P<n>{numbers.NUMBER}|{numbers.WORD}) ?(?P<u>mois|(?<![0-9][0-9] )(?<![0-9][0-9])ans?(?![a-z])|sem[a-z]*|m(?![a-z])|j(?:ours?|rs?)?(?![a-z]))"
RENEWED = r"(?:renouv[a-z]*|recondui[a-z]*|reconduction|ord(?:o[a-z]*)?(?![a-z])|presc[a-z]*|r/|ttts?|traitements?|tout)"
APPOINTMENT = re.compile(
    r"(?<![a-z])(?:rdv|rv|revoir|revue?|cs|consult\w*|control\w*|at|arret|bilan|bio|kine\w*|ide|seances?|ald|certif\w*|orthoph\w*|licence|permis|lunettes|pai|mdph|prolong\w*|depuis|dans|il y a|repos)(?![a-z])"
)
_SHORT = 25  # characters: a row between two of a list, « Hors ALD : »
_UNKNOWN = 60  # characters of a row of a list in which no drug is known
_BULLET = re.compile(r"[ ]*(?:[-*•+>·/]+|[0-9]{1,2} ?[.)/°]+(?![0-9]))")
_BEGINS = re.compile(r"[ ]*(?:[-*•+>·/]+|[0-9]{1,2} ?[.)/°-]+)?[ ]*(?:(?:le|la|les|du) )?")
# « Renouvellement pour 3 mois (1 mois renouvelable 2 fois) : », « QSP 3 mois : », « Pour 3 mois : »
_HEADING = re.compile(
    rf"(?:(?:.{{0,60}}?(?<![a-z]))?{RENEWED}|(?:.{{0,30}}?(?<![a-z]))?(?:qsp|q\.s\.p\.?|duree)|pour)[^0-9]{{0,45}}?(?<![a-z0-9]){COUNT}(?P<rest>.*)"
)
# « Traitement pour trois mois. », « Le tout qsp 3 mois », « Qsp 28 jours à renouveler 2 fois »
_FOOTER = re.compile(
    rf"[ ]*(?:[-*•>=→]+ ?)?(?:(?:{RENEWED}|le tout|l'ensemble|pour|qsp|q\.s\.p\.?|duree|pdt|pendant)[ :.]*(?:[a-z']{{1,12}} ){{0,4}}?){{1,3}}{COUNT}.{{0,40}}"
)
_ALONE = re.compile(rf"[ ]*\(?{COUNT}\)?[ .]*")  # « (3 mois) »


@dataclass(frozen=True, slots=True)
class Listed:
    """Places, in the sequence of lines, of drugs in one list, and the days that it says for all."""

    places: list[int]
    days: float


def with_days(note: Note, found: Sequence[Line]) -> Iterator[Listed]:
    """The lists of a note that say a duration for all of them."""
    rows = _rows(note.flat)
    held: list[list[int]] = [[] for _ in rows]
    row = 0
    for place, line in enumerate(found):
        while line.named.start > rows[row][1]:
            row += 1
        held[row].append(place)
    for first, last in _blocks(note, found, rows, held):
        days = _days_of(note.flat, rows, held, first, last)
        if days:
            yield Listed([place for row in range(first, last + 1) for place in held[row]], days)


def days(told: re.Match[str]) -> float:
    """What a match of COUNT is worth."""
    return numbers.value(told["n"]) * {"s": 7, "j": 1, "m": 30, "a": 365}[told["u"][0]]


def _rows(flat: str) -> list[tuple[int, int]]:
    ends = [match.start() for match in re.finditer("\n", flat)] + [len(flat)]
    return list(zip([0, *(end + 1 for end in ends[:-1])], ends, strict=True))


def _blocks(
    note: Note, found: Sequence[Line], rows: Sequence[tuple[int, int]], held: Sequence[Sequence[int]]
) -> Iterator[tuple[int, int]]:
    """First and last row of each run of rows that begin with a drug."""
    first = last = -1
    for row, (start, end) in enumerate(rows):
        begins = _BEGINS.match(note.flat, start).end()  # type: ignore[union-attr]
        item = bool(held[row]) and found[held[row][0]].named.start <= begins
        bullet = bool(_BULLET.match(note.flat, start, end)) and not _FOOTER.match(note.flat, start, end)
        listed = item or bullet
        if listed and first < 0:
            first = row
        if listed:
            last = row
        elif first >= 0 and (
            _HEADING.fullmatch(note.flat[start:end].strip())
            or held[row]
            or end - start > _SHORT
            or row - last > 1
            or not note.flat[start:end].strip()
        ):
            yield first, last
            first = -1
    if first >= 0:
        yield first, last


def _days_of(
    flat: str, rows: Sequence[tuple[int, int]], held: Sequence[Sequence[int]], first: int, last: int
) -> float | None:
    """Of the row above or below, or the one beyond when that is short and names no drug."""
    for row in (first - 1, first - 2):
        if row < 0 or held[row]:
            break
        told = _HEADING.fullmatch(flat[slice(*rows[row])].strip())
        if told and not APPOINTMENT.search(told[0][: told.end("u") - told.start()]):
            return days(told)
        if rows[row][1] - rows[row][0] > _SHORT:
            break
    for row in (last + 1, last + 2):
        if row >= len(rows) or held[row]:
            break
        told = _FOOTER.match(flat, *rows[row]) or _ALONE.fullmatch(flat, *rows[row])
        if told and not APPOINTMENT.search(told[0]):
            return days(told)
        if rows[row][1] - rows[row][0] > _UNKNOWN:
            break
    return None
