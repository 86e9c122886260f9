"""A drug's name with the dosage that follows it, and what a list says once for all its lines: durations before or
after them. Whether a line is prescribed is decided in medications.py."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from carnet.reading import doses, numbers, posology
from carnet.reading.doses import Piece
from carnet.reading.naming import Named
from carnet.reading.posology import Intake, Posology
from carnet.reading.structure import Note, Sentence

NOWHERE = -1
_LINE = 400  # characters of a dosage line


@dataclass(frozen=True, slots=True)
class Line:
    """A drug and its dosage in the text."""

    named: Named
    posology: Posology
    end: int
    following: int = 0  # where the next drug is named


def lines(note: Note, named: Sequence[Named]) -> list[Line]:
    """Each named drug with the dosage that follows it; durations said once for a list given to all of it."""
    found = []
    for place, one in enumerate(named):
        limit = named[place + 1].start if place + 1 < len(named) else len(note.flat)
        limit = min(limit, one.end + _LINE)
        pieces = doses.pieces(note.flat, one.end, limit)
        told = note.before(one.start, 30)
        read = posology.of(_new_dose(note, pieces) if _CHANGES.search(told) else pieces, one.drug)
        end = (
            read.end
            - len(note.flat[one.end : read.end])
            + len(note.flat[one.end : read.end].rstrip(" .,;:("))
        )
        named_next = named[place + 1].start if place + 1 < len(named) else NOWHERE
        line = Line(one, read, max(one.end, end), named_next)
        _led(note, one, read)
        found.append(_changed(note, line, limit) or line)
    return [_told_before(note, line) for line in _shared_durations(note, found)]


_LEADING = re.compile(
    r"(?:^|[\n,;+:] ?|prendre )(?P<n>[1-6]|1/2|½) ?(?:cp|comprimes?|gel|gelules?|sachets?)?(?: de| d')? ?$"
)


def _led(note: Note, one: Named, read: Posology) -> None:
    """« 2 Doliprane 1000 3 fois par jour »: the amount may stand before the name."""
    leading = _LEADING.search(note.flat[max(note.sentence(one.start).start, one.start - 24) : one.start])
    if leading and read.intakes and all(intake.amount is None for intake in read.intakes):
        read.intakes[0].amount = numbers.value(leading["n"])


_CHANGE = re.compile(r" ?(?:\(?(?:-+>|=+>|→)|passe a|augmente a|diminue a|majore a|baisse a) ?")


def _changed(note: Note, line: Line, limit: int) -> Line | None:
    """« Furosémide 40 -> 80 mg/j »: the new dose is the one that counts; what it does not say again stays."""
    arrow = (
        _CHANGE.match(note.flat, line.end, limit) if line.posology.strength or line.posology.intakes else None
    )
    if not arrow:
        return None
    pieces = doses.pieces(note.flat, arrow.end(), limit)
    if not pieces or pieces[0].kind not in (doses.MASS, doses.AMOUNT, doses.BARE, doses.SCHEME):
        return None
    old, new = line.posology, posology.of(pieces, line.named.drug)
    intakes = new.intakes or [] if new.strength else _with_times(new.intakes, old.intakes)
    kept = replace(new, strength=new.strength or old.strength, intakes=intakes or old.intakes)
    return Line(line.named, replace(kept, changed=True), new.end, line.following)


_CHANGES = re.compile(
    r"(?<![a-z])(?:pass\w*|augment\w*|diminu\w*|baiss\w*|major\w*|mont\w*|descend\w*|redui\w*) (?:de |du |le |la |l'|d'|sa |son )?$"
)


def _new_dose(note: Note, pieces: list[Piece]) -> list[Piece]:
    """« On passe le zopiclone 7,5 à 3,75 », « de 40 à 80 mg »: the second number is the dose."""
    said = [piece for piece in pieces if piece.kind != doses.FILLER]
    first = said[0] if said else None
    if first and first.kind == doses.BARE and first.values["to"] and " a " in first.values["written"]:
        return [replace(first, values={"n": first.values["to"], "to": None, "written": ""}), *said[1:]]
    if first and first.kind == doses.MASS and first.values["upper"]:
        return [replace(first, values=first.values | {"n": first.values["upper"]}), *said[1:]]
    to = len(pieces) > 2 and note.flat[pieces[1].start : pieces[1].end] == "a"
    return (
        pieces[2:]
        if to and pieces[0].kind == doses.MASS and pieces[2].kind in (doses.MASS, doses.BARE)
        else pieces
    )


def _with_times(new: list[Intake], old: list[Intake]) -> list[Intake]:
    """New amounts at the old times, when the new dose says none."""
    if len(new) == 1 and len(old) == 1 and not new[0].said:
        return [replace(old[0], amount=new[0].amount, unit=new[0].unit or old[0].unit)]
    return new


def _shared_durations(note: Note, found: list[Line]) -> list[Line]:
    """« …, … qsp 3 mois » gives its duration to the lines before it in the same list, « le tout » to all of them."""
    shared = list(found)
    for place, line in enumerate(found):
        days = line.posology.days
        whole = bool(_LE_TOUT.match(note.flat, line.end))
        if days and (
            whole
            or _WHOLE.search(note.flat, line.named.end, line.end)
            or _OWN_LINE.search(note.flat, line.named.end, line.end)
        ):
            _carry(note, shared, place, days, whole)
    return shared


def _carry(note: Note, shared: list[Line], place: int, days: float, whole: bool) -> None:
    """Backwards, as long as it is one list; a drug that is only stopped is passed over."""
    first = note.sentence(shared[place].named.start).start
    anchor = shared[place].named.start
    for at in range(place - 1, -1, -1):
        before = shared[at]
        between = note.flat[before.end : anchor]
        one_list = (
            (whole and before.named.start >= first)
            or _BETWEEN.fullmatch(between)
            or _SHORT_GAP.fullmatch(between)
        )
        if before.posology.days or not one_list:
            return
        if before.posology.says_something:
            shared[at] = replace(before, posology=replace(before.posology, days=days))
        anchor = before.named.start


def one_list(note: Note, before: Line, after: Line) -> bool:
    """Whether nothing but a separator, or a word in brackets, stands between two lines."""
    return bool(_BETWEEN.fullmatch(note.flat, before.end, after.named.start))


_SHORT_GAP = re.compile(r"[ ,]{0,3}(?:[a-z↑↓]{1,12} ){0,2}(?:\([^()\n]{0,20}\) ?)?")
_OWN_LINE = re.compile(r"\n[ ]*(?:pour|qsp|pdt|le tout) ")
_LE_TOUT = re.compile(r" ?,? ?(?:le tout|pour tout|tout)(?![a-z])")
_WHOLE = re.compile(r"(?<![a-z])(?:qsp|q\.s\.p|le tout|qs|pr)(?![a-z])")
_BETWEEN = re.compile(
    r"[ ,.;:+/&\n•*↑↓-]{0,6}(?:\([^()\n]{0,20}\)[ ,+]{0,3})?(?:(?:et|puis|ajout|avec|[a-z]{3,12} stop \([a-z]\)|[0-9]{1,2}[.)]) ?)?[↑↓ ]{0,2}"
)
_AHEAD = re.compile(
    rf"(?:renouv\w*|ordo\w*|ttt|traitement|presc\w*|tout)[a-z'. ]{{0,25}}(?:qsp|pour|pdt|pendant|x|de)? ?(?P<n>{numbers.NUMBER}) ?(?P<u>mois|sem\w*|m)(?: \(?ar ?[0-9]\)?)? ?:"
)


def _heading(note: Note, sentence: Sentence) -> re.Match[str] | None:
    """« Renouvellement 3 mois » alone on its line, above a list."""
    return _ABOVE.search(note.flat[max(0, sentence.start - _LIST_LENGTH) : sentence.start])


_LIST_LENGTH = 500  # characters
_ABOVE = re.compile(
    rf"(?:renouv[a-z]*|ordo[a-z]*|r/)[a-z' ]{{0,20}} ?(?P<n>{numbers.NUMBER}) ?(?P<u>mois|sem[a-z]*) ?:?\n(?:[ ]*[-*•][^\n]{{0,120}}\n)*$"
)


def _told_before(note: Note, line: Line) -> Line:
    """« Renouvellement 3 mois : … » gives its duration to each line that has none."""
    if line.posology.days or (not line.posology.says_something and not line.posology.strength):
        return line
    sentence = note.sentence(line.named.start)
    told = _AHEAD.search(note.flat, sentence.start, line.named.start) or _heading(note, sentence)
    if not told:
        return line
    days = numbers.value(told["n"]) * (7 if told["u"].startswith("s") else 30)
    return replace(line, posology=replace(line.posology, days=days))
