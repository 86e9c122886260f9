"""Durations that a list of drugs says once for all its lines: after the last, or in a heading above or before them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from carnet.reading import changed_doses, drug_lists
from carnet.reading.drug_lines import Line, one_list
from carnet.reading.drug_lists import APPOINTMENT, COUNT, RENEWED
from carnet.reading.structure import Note, Sentence

# ATC: of the heart and vessels, diabetes, thyroid, clotting, lungs every day, prostate, gout, bones, nerves and mind.
CHRONIC = (
    "C0",
    "C10",
    "A10",
    "H03",
    "B01",
    "R03",
    "G04",
    "M04",
    "M05",
    "N03",
    "N04",
    "N05A",
    "N06",
    "L01",
    "L04",
    "S01E",
)
_MONTH = 30  # days: a duration from here on, said last, is that of the whole list
_FAR = 60  # characters after the last line
_LIST_LENGTH = 500  # characters above a line in which its heading stands


def shared(note: Note, found: Sequence[Line]) -> list[Line]:
    """The same lines, with the durations of their list."""
    found = changed_doses.read(note, found)
    ended = [_told_after(note, found, place) for place in range(len(found))]
    for place in range(1, len(ended)):
        ended[place] = _as_before(note, ended[place - 1], ended[place])
    carried = list(ended)
    for place, line in enumerate(ended):
        if line.posology.days:
            whole = line is not found[place] or _is_of_all(note, line)
            if whole or (line.posology.days >= _MONTH and not _goes_on(note, ended, place)):
                _carry(note, carried, place, whole=whole)
    for listed in drug_lists.with_days(note, carried):
        for place in listed.places:
            carried[place] = _lasting(carried[place], listed.days, whole=True)
    carried = [_course_before(note, line) for line in carried]
    starts = {line.named.start for line in found}
    told = [_told_before(note, line, starts) for line in carried]
    return _renewed(note, told)


_RENEWAL = re.compile(
    rf"(?<![a-z])(?:renouv[a-z]*|renew|ord(?:o[a-z]*)?(?![a-z])|recondui[a-z]*|idem|or(?= [0-9])|meme ttt|tout pareil|pareil)[^.;\n0-9]{{0,45}}?{COUNT}"
)


def _renewed(note: Note, lines: list[Line]) -> list[Line]:
    """« Je renouvelle pour 3 mois à l'identique », in a sentence that names no drug: all that was told before it."""
    for told in _RENEWAL.finditer(note.flat):
        if told.start() <= _FAR and lines and told.end() <= lines[0].named.start:
            days = drug_lists.days(told)
            return _first_list(note, lines, days) if not APPOINTMENT.search(told[0]) else lines
        sentence = note.sentence(told.start())
        before = note.flat[sentence.start : told.end()]
        named = any(sentence.start <= line.named.start < sentence.end for line in lines)
        if named or APPOINTMENT.search(before):
            continue
        days = drug_lists.days(told)
        return [_lasting(line, days) if line.end <= sentence.start else line for line in lines]
    return lines


def _first_list(note: Note, lines: list[Line], days: float) -> list[Line]:
    """« Renouvellement 1 mois. Parkinson, dépression. Modopar 125 x4, escitalopram 10 … »: the list that comes first."""
    last = 0
    while last + 1 < len(lines) and one_list(note, lines[last], lines[last + 1]):
        last += 1
    if not last or any(_lasts(line) for line in lines[: last + 1]):
        return lines  # « Renouvellement 3 mois. Angine : amoxicilline 6 j, Doliprane »
    return [*(_lasting(line, days, whole=True) for line in lines[: last + 1]), *lines[last + 1 :]]


def _lasting(line: Line, days: float, *, whole: bool = False) -> Line:
    told = line.posology
    in_case = told.as_needed or (told.ceiling and not told.intakes)
    if _lasts(line) or (in_case and not whole) or not _is_dosed(line):
        return line
    return replace(line, posology=replace(told, days=days), shared=True)


def _lasts(line: Line) -> bool:
    """Whether the line says its own duration, whole or step by step."""
    told = line.posology
    return bool(told.days or told.total_days or any(intake.for_days for intake in told.intakes))


def _is_dosed(line: Line) -> bool:
    """« Ramipril 5 » is a line of a list; « vit D 22 » is a result."""
    told = line.posology
    return told.says_something or (bool(told.strength) and not line.named.weak)


IDEM = re.compile(r"[ ,:(]*idem(?: (?:pour la |meme )?(?:duree|pareil))?(?![a-z])(?! (?:ttt|pour |[0-9]))")


def _as_before(note: Note, before: Line, line: Line) -> Line:
    """« Voltarène 75 matin et soir 7 j, Inexium 20 idem »; not what is taken for years, « …, Eliquis 5 x2 idem »."""
    days = before.posology.days
    told = IDEM.match(note.flat, line.end)
    if not days or not told or _lasts(line) or not _is_dosed(line) or not one_list(note, before, line):
        return line
    for_years = days >= _MONTH or (line.named.drug.atc or "").startswith(CHRONIC)
    if for_years and "duree" not in told[0]:
        return line
    return replace(line, posology=replace(line.posology, days=days), shared=True)


_LAST = re.compile(
    rf"[^\n0-9]{{0,40}}?(?:^|[ .,;:\n(])(?:(?:le )?tout |{RENEWED} )?(?:(?:qsp|q\.s\.p\.?|pour|le tout|l'ensemble|tous|duree|renouv[a-z]*|ordo[a-z]*|traitements?|ttts?) ?){{1,2}}(?:de |d'une duree de |pour |: ?)?{COUNT}"
)


def _told_after(note: Note, found: Sequence[Line], place: int) -> Line:
    """« …, amlodipine arrêtée. QSP 3 mois »: after the last line, or after a drug that is only stopped."""
    line, following = found[place], found[place + 1 :][:1]
    if line.posology.days:
        return line
    end = line.end + _FAR
    if following and (following[0].posology.says_something or following[0].posology.strength):
        end = min(end, following[0].named.start)
    told = _LAST.match(note.flat, line.end, min(end, len(note.flat)))
    if not told or APPOINTMENT.search(told[0]) or note.flat.startswith((":", " :"), told.end()):
        return line
    return replace(line, posology=replace(line.posology, days=drug_lists.days(told)), shared=True)


def _is_of_all(note: Note, line: Line) -> bool:
    """« qsp 3 mois », « le tout 5 jours », or a duration on a line of its own."""
    return bool(
        _LE_TOUT.match(note.flat, line.end)
        or _WHOLE.search(note.flat, line.named.end, line.end)
        or _OWN_LINE.search(note.flat, line.named.end, line.end)
    )


def _goes_on(note: Note, lines: Sequence[Line], place: int) -> bool:
    """« sous Kardégic 1/j, Brilique x2 pour 12 mois, Crestor le soir »: a duration in the middle is of its drug only."""
    following = lines[place + 1] if place + 1 < len(lines) else None
    return (
        following is not None
        and not (_lasts(following) or following.posology.as_needed)
        and _is_dosed(following)
        and one_list(note, lines[place], following)
    )


def _carry(note: Note, lines: list[Line], place: int, *, whole: bool) -> None:
    """Backwards, as long as it is one list; a drug that is only named (stopped) is passed over."""
    anchor, days = lines[place].named.start, lines[place].posology.days
    gap = _SENTENCE if _LE_TOUT.match(note.flat, lines[place].end) else _ANY_GAP if whole else _COMMA
    for at in range(place - 1, -1, -1):
        before = lines[at]
        told = before.posology
        if (
            _lasts(before)
            or (told.as_needed and not whole)
            or not gap.fullmatch(note.flat, before.end, anchor)
        ):
            return
        if _is_dosed(before):
            lines[at] = replace(before, posology=replace(told, days=days), shared=True)
        anchor = before.named.start


_LE_TOUT = re.compile(r" ?,? ?(?:le tout|pour tout|tout)(?![a-z])")
_WHOLE = re.compile(
    r"(?<![a-z])(?:qsp|q\.s\.p|le tout|tout(?= (?:pour|pdt|pendant|qsp))|l'ensemble|qs)(?![a-z])"
)
_OWN_LINE = re.compile(r"\n[ ]*(?:pour|qsp|pdt|le tout) ")
_COMMA = re.compile(
    r"\)?(?: ?stop(?: \([a-z0-9 ,+]{0,12}\))?)?(?: ?[,;\n] ?(?:[-*•] ?|[0-9]{1,2}[.)] ?)?(?:et )?| et |,? ?(?:associee?s? a|en association avec) | )"
)
_SENTENCE = re.compile(r"[^\n]{0,120}(?:\n[^\n]{0,90})?")
_ANY_GAP = re.compile(
    r"\)?[^\n0-9.;]{0,45}(?:\n[^\n0-9]{1,25}(?=\n))?[ ,.;:+/&\n•*↑↓-]{0,6}(?:\([^()\n]{0,20}\)[ ,+]{0,3})?(?:(?:et|puis|ajout|avec|[a-z]{3,12} stop \([a-z]\)|[0-9]{1,2}[.)]) ?)?[↑↓ ]{0,2}"
)


_COURSE_BEFORE = re.compile(
    rf"(?:cure|corticotherapie|corticoides|antibiotherapie|atb|traitement|ttt|encore|pour|pendant)(?: de| d')? {COUNT} (?:de |d'|par |avec )(?:la |le |l'|du )?$"
)


def _course_before(note: Note, line: Line) -> Line:
    """« corticothérapie de 5 jours par Solupred 40 mg »"""
    told = None if _lasts(line) else _COURSE_BEFORE.search(note.before(line.named.start, 60))
    if not told:
        return line
    return replace(line, posology=replace(line.posology, days=drug_lists.days(told)), shared=True)


_AHEAD = re.compile(
    rf"(?<![a-z])(?:{RENEWED}|qsp|pour)[a-z'. (]{{0,30}}?(?:qsp|pour|pdt|pendant|x|de)? ?{COUNT}(?: ?\(?ar ?[0-9]\)?)?(?P<colon>[a-z', )]{{0,40}}[:(])?"
)
_TO_NAME = re.compile(r" ?(?:(?:le|la|les|son|sa|ses|du|de|traitement|ttt|par|pilule|contraception) |l'|d')*")
_ABOVE = re.compile(
    rf"(?:^|\n)[^\n]{{0,60}}{RENEWED}[a-z' ]{{0,25}} ?{COUNT}[a-z', ]{{0,40}}:?[ ]*\n(?:[ ]*[^\n ][^\n]{{0,140}}\n){{0,20}}$"
)


def _told_before(note: Note, line: Line, starts: set[int]) -> Line:
    """« Renouvellement 3 mois : … » gives its duration to each line that has none."""
    if _lasts(line) or (line.named.weak and not _is_dosed(line)):
        return line
    sentence = note.sentence(line.named.start)
    told = _ahead(note, sentence, line, starts) or _heading(note, sentence)
    if told and not _is_dosed(line) and not _TO_NAME.fullmatch(note.flat, told.end(), line.named.start):
        return line
    return (
        replace(line, posology=replace(line.posology, days=drug_lists.days(told)), shared=True)
        if told
        else line
    )


def _ahead(note: Note, sentence: Sentence, line: Line, starts: set[int]) -> re.Match[str] | None:
    row = note.flat.rfind("\n", 0, line.named.start) + 1
    first = max(row, line.named.start - _LIST_LENGTH)
    told = next(
        (one for one in _AHEAD.finditer(note.flat, first, line.named.start) if _reaches(note, one, line)),
        None,
    )
    if told and (told["colon"] or _TO_NAME.match(note.flat, told.end()).end() in starts):  # type: ignore[union-attr]
        return told
    return None


def _reaches(note: Note, told: re.Match[str], line: Line) -> bool:
    """« Renouvellement 3 mois : Xalatan le soir ; timolol » : up to the full stop."""
    return ". " not in note.flat[told.end() : line.named.start]


def _heading(note: Note, sentence: Sentence) -> re.Match[str] | None:
    """« Renouvellement 3 mois » alone on its line, above a list."""
    start = note.flat.rfind("\n", 0, sentence.start + 1) + 1
    return _ABOVE.search(note.flat[max(0, start - _LIST_LENGTH) : start])
