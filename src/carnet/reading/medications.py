"""Medications: a drug's name, its dosage line, and whether it is prescribed, goes on, or was stopped, by the cues of
medications.toml. A drug that is only spoken of gives nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from carnet.reading import doses, numbers, posology, tables
from carnet.reading.doses import Piece
from carnet.reading.facts import MEDICATION, Fact, Values
from carnet.reading.naming import Named
from carnet.reading.posology import DOSE_BY_WEIGHT, Intake, Posology
from carnet.reading.structure import Note, Sentence

PRESCRIBED, ONGOING, STOPPED = "prescribed", "ongoing", "stopped"
NONE, UNSAID = "none", ""  # spoken of only; nothing says
_UNCHANGED = (ONGOING, 0.93)  # said after the line
_GUESSED = (PRESCRIBED, 0.6)  # a strength alone
NOWHERE = -1
_REACH = 90  # characters before a name in which a cue counts
_LINE = 400  # characters of a dosage line
_BY_WEIGHT = re.compile(r"dose|pipette")


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


def read(note: Note, found: Sequence[Line], taken: Sequence[Fact]) -> Iterator[Fact]:
    """The facts of these lines; a drug inside a fact that says otherwise (an allergy, a test) is left to it."""
    free = [
        line for line in found if not any(fact.overlaps(line.named.start, line.named.end) for fact in taken)
    ]
    said = [_status(note, line) for line in free]
    for place, line in enumerate(free):
        status, sure = _of_list(note, free, said, place) or said[place]
        if status in (PRESCRIBED, ONGOING, STOPPED):
            trust = sure * (1.0 if line.named.sure else 0.8)
            yield Fact(MEDICATION, line.named.start, line.end, trust, _values(line, status, note))


def _of_list(
    note: Note, found: Sequence[Line], said: Sequence[tuple[str, float]], place: int
) -> tuple[str, float] | None:
    """A bare name beside a line that is prescribed, in one list, is prescribed as well."""
    after = place + 1
    while after < len(found) and _BETWEEN.fullmatch(
        note.flat, found[after - 1].end, found[after].named.start
    ):
        if said[after] == _UNCHANGED and said[place][1] <= 0.8:
            return ONGOING, 0.8  # « …, …, … inchangés »
        after += 1
    for other in (place - 1, place + 1):
        if not 0 <= other < len(found):
            continue
        first, second = sorted((place, other))
        if not _BETWEEN.fullmatch(note.flat, found[first].end, found[second].named.start):
            continue
        if said[place][0] == UNSAID and said[other][0] in (PRESCRIBED, ONGOING):
            return said[other][0], 0.7
        # « Plavix 75, Tahor 80 » : names and strengths alone are what the patient takes.
        if said[place] == said[other] == _GUESSED and _bare(found[place]) and _bare(found[other]):
            return ONGOING, 0.6
    return None


def _values(line: Line, status: str, note: Note) -> Values:
    read, drug = line.posology, line.named.drug
    first = [intake for intake in read.intakes if intake.step == 0]
    amount, unit = (first[0].amount, first[0].unit) if first else (None, None)
    if unit is None and any(_BY_WEIGHT.match(note.flat, *place) for place in read.forms):
        unit = DOSE_BY_WEIGHT
    times = times_per_day(first)
    if read.as_needed and read.ceiling and times and times > read.ceiling:
        times = None  # « toutes les 6 h si besoin, max 3/j »
    days = read.days or read.total_days or (first[0].for_days if first else None)
    values: Values = {
        "drug": drug.inn,
        "brand": drug.brand or None,
        "strength": read.strength,
        "dose_per_intake": None if amount is None else numbers.short(round(amount, 3)),
        "intake_unit": unit,
        "times_per_day": None if times is None else numbers.short(round(times, 3)),
        "duration_days": None if days is None else numbers.short(days),
        "as_needed": read.as_needed,
        "status": status,
    }
    if read.ceiling:
        values["max_per_day"] = numbers.short(read.ceiling)
    return values | {"atc": drug.atc or None}


def times_per_day(first: Sequence[Intake]) -> float | None:
    """Intakes a day, over all amounts of the first step; None when it is not said."""
    counts = [intake.count / intake.period for intake in first if intake.count]
    return sum(counts) if counts else None


def _status(note: Note, line: Line) -> tuple[str, float]:
    """By the nearest cue: after the line, before the name, the section, then what the line itself says."""
    one, read = line.named, line.posology
    sentence = note.sentence(one.start)
    after, before = _after(note, line), _before(note, one, sentence)
    if after == NONE or (before == NONE and not (after and read.says_something)):
        return NONE, 0
    if read.changed and before != STOPPED:
        return PRESCRIBED, 0.9
    if (
        one.weak
        and not read.says_something
        and not (read.strength or before in (STOPPED, ONGOING, PRESCRIBED))
    ):
        return NONE, 0
    if after and before != STOPPED:
        return after, _UNCHANGED[1]
    if before:
        return before, 0.92
    return _by_place(note, line, sentence)


def _before_exam(note: Note, line: Line) -> bool:
    """Told at the beginning of the note, before any measure of today."""
    at = line.named.start
    told = sum(1 for one in note.sentences if one.end <= at)
    return (
        told < _FIRST
        and not _MEASURED.search(note.flat, 0, at)
        and bool(_MEASURED.search(note.flat, line.end))
    )


_FIRST = 3  # sentences
_BEFORE_EXAM = (ONGOING, 0.62)
_MEASURED = re.compile(
    r"(?<![a-z])(?:ta|pa|tension|fc|pouls|pds|poids|spo2|sat|imc|hba1c|ldl|creat|dfg) ?[:=]? ?(?:a |est a )?[0-9]"
)
_HELD = re.compile(
    r"(?<![a-z])(?!(?:ttt|traitement|cat|p|ordo|presc\w*|renouv\w*|r|rp|plan|proposition|donc|puis|antalgiques?)(?![a-z]))[a-z0-9' ]{3,40} ?: ?$"
)


def _bare(line: Line) -> bool:
    return bool(line.posology.strength) and not line.posology.says_something


def _by_place(note: Note, line: Line, sentence: Sentence) -> tuple[str, float]:
    read = line.posology
    if sentence.section == "treatment" and not sentence.arrow:
        return (PRESCRIBED, 0.8) if _examined(note, sentence.start) else (ONGOING, 0.9)
    if sentence.section in ("plan", "advice") or sentence.arrow:
        return PRESCRIBED, 0.9
    if sentence.section in ("history", "family", "life"):
        return (ONGOING, 0.8) if read.says_something or read.strength else (NONE, 0)
    if not (read.days or read.as_needed) and _HELD.search(note.before(line.named.start, 40)):
        return ONGOING, 0.6  # « Glaucome : Xalatan 1 gtte le soir »
    if not (read.days or read.as_needed) and _before_exam(note, line):
        return _BEFORE_EXAM  # told before the measures of today: what the patient takes
    if read.days or read.as_needed or read.says_something:
        return PRESCRIBED, 0.8
    return _GUESSED if read.strength else (UNSAID, 0)


def _examined(note: Note, place: int) -> bool:
    """Whether the examination or a conclusion stands before: a treatment told after it is a decision."""
    return any(
        one.section in ("exam", "assessment") or _EXAMINED.search(note.flat, one.body, one.end)
        for one in note.sentences
        if one.end <= place
    )


_EXAMINED = re.compile(
    r"(?<![a-z])(?:ta|t°|auscult\w*|fc|spo2|tympans?|gorge|abdo(?:men)? souple)(?![a-z]) ?[:0-9a-z]"
)


@cache
def _cues(where: str) -> re.Pattern[str]:
    table = tables.toml("medications.toml")
    groups = [
        f"(?P<{name}>{tables.any_of(table[name][where])})" for name in (STOPPED, PRESCRIBED, ONGOING, NONE)
    ]
    return re.compile(rf"(?<![a-z0-9])(?:{'|'.join(groups)})(?![a-z])")


_LIST = re.compile(
    r"[ :=,(+/&\"'.-]*(?:(?:et|le|la|les|du|de|des|d'|l'|un|une|son|sa|ses|par|avec|puis|aussi|traitement|ttt|tt) ?)*[ :=,(+/-]*"
)


def _before(note: Note, one: Named, sentence: Sentence) -> str:
    """The nearest cue before the name. Those that speak of one drug must stand right before it; a stop or « sous »
    holds for a list, until another cue."""
    first = max(sentence.start, one.start - _REACH * 2)
    cues = list(_cues("before").finditer(note.flat, first, one.start))
    for cue in reversed(cues):
        kind = str(cue.lastgroup)
        near = bool(_LIST.fullmatch(note.flat, cue.end(), one.start))
        if near and kind == STOPPED and "," in note.flat[cue.end() : one.start]:
            continue  # « … 10 mg 3 j stop, Inexium … »
        if near:
            return kind
        if kind in (NONE, STOPPED) and _only_names(note, cue.end(), one.start):
            return kind
        if (
            kind in (ONGOING, PRESCRIBED)
            and "," not in note.flat[cue.end() : one.start].split(")")[-1][:0]
            and _list_like(note, cue.end(), one.start)
        ):
            return kind
    return ""


_WORDS_OF_LIST = re.compile(r"[^,;]{0,70}(?:,[^,;]{0,70}){0,8}")
_OTHER_STORY = re.compile(
    r"(?<![a-z])(?:mais|rdv|revoir|bio|at|cs|consult\w*|pour|depuis|ce jour|auj\w*)(?![a-z])"
)


def _only_names(note: Note, start: int, end: int) -> bool:
    """« pas d'AINS ni corticoïdes », « stop Kardégic et Plavix »: short, joined by et, ni, ou."""
    between = note.flat[start:end]
    return (
        len(between) < 35
        and bool(re.search(r"(?:et|ni|ou|/|\+) (?:de |d'|du |les? )?$", between))
        and "," not in between
    )


def _list_like(note: Note, start: int, end: int) -> bool:
    between = note.flat[start:end]
    return bool(_WORDS_OF_LIST.fullmatch(between)) and not _OTHER_STORY.search(between)


def _next_at(note: Note, place: int, following: int) -> bool:
    """« …, stop Ramipril »: what was said here is said of the next drug."""
    return following >= place and not note.flat[place:following].strip(" ,:")


def _after(note: Note, line: Line) -> str:
    end = note.sentence(max(line.named.start, line.end - 1)).end
    match = re.compile(rf"[ ,:=()-]*(?:ttt )?(?:{_cues('after').pattern})").match(
        note.flat, line.end, min(end, line.end + 40)
    )
    if match and not (match.lastgroup == STOPPED and _next_at(note, match.end(), line.following)):
        return str(match.lastgroup)
    arrow = re.compile(r" ?(?:-+>|=>|→) ?(?:a )?(?:stop|arret)").match(note.flat, line.end)
    return STOPPED if arrow else ""


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
