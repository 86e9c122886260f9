"""Medications: the facts of drug lines, with what a list says of all of them, and their values. Whether one line is
prescribed is decided in drug_status.py; a drug that is only spoken of gives nothing."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from carnet.reading import courses, drug_status, numbers, strengths
from carnet.reading.drug_cues import ONGOING, PRESCRIBED, STOPPED, UNSAID, lasting, only_named
from carnet.reading.drug_lines import Line, one_list
from carnet.reading.drug_status import BY_DOSE, BY_ITS_DOSE, BY_PLACE, GUESSED, UNCHANGED
from carnet.reading.facts import MEDICATION, Fact, Values
from carnet.reading.intakes import Intake, Posology
from carnet.reading.structure import Note

_MONTHLY = 0.01  # times a day
_LONG_LIST = 30  # medicines
_VACCINES = "J07"  # ATC: told by immunizations.py
_LATER = 0.5  # at most: a stop that is planned, or under a condition
_UNSURE = 0.7  # at most: a pause, a dosage of which a part is not understood
_PAUSE = re.compile(
    r"[ ,(]*(?:pendant |pdt |pour |de )?(?:[0-9]{1,2}|une?|deux|trois) ?(?:h|j|heures?|jours?|sem[a-z]*)(?![a-z])"
)
_FOR_NOW = re.compile(r"(?<![a-z])(?:temporair|transitoir|momentane|provisoir|en pause)")
_ADJECTIVE = 16  # characters on either side of a stop
_CLOSE = 60  # characters
_COUNTED = re.compile(r"[0-9] ?(?:h|j|heures?|jours?|sem[a-z]*) avant(?![a-z])")
_AGAIN = re.compile(r"(?<![a-z])(?:repri|repren|si(?![a-z])|en cas d)")
_LEFT_OUT = re.compile(
    r" ?,?[ (]?(?:sauf|excepte|hors|hormis|ou (?:x ?)?[0-9½]|en dehors d|(?:en )?altern[a-z]*|l'autre|les autres jours|/ ?[0-9]{0,2} ?kg)(?![a-z])"
)


def read(note: Note, found: Sequence[Line], taken: Sequence[Fact]) -> Iterator[Fact]:
    """The facts of these lines; a drug inside a fact that says otherwise (an allergy, a test) is left to it."""
    free = [
        line
        for line in found
        if not any(fact.overlaps(line.named.start, line.named.end) for fact in taken)
        and not (line.named.drug.atc or "").startswith(_VACCINES)
    ]
    standing = _standing(note, free)
    said = [
        drug_status.status(note, line, in_list=note.sentence(line.named.start).start in standing)
        for line in free
    ]
    changed = {line.named.drug.inn: line.named.start for line in free if line.posology.changed}
    told = []
    for place, line in enumerate(free):
        later = changed.get(line.named.drug.inn, -1) > line.named.start
        if later and not line.shared and said[place] in (GUESSED, BY_ITS_DOSE):
            said[place] = (ONGOING, 0.7)  # « Coversyl 5. TA 16/9. On majore à 10 mg »
        status, sure = _of_list(note, free, said, place) or said[place]
        if status == STOPPED:
            said[place] = (status, sure)  # it is said on to the next of the list
        if status in (PRESCRIBED, ONGOING, STOPPED):
            told.append((line, status, sure))
    for line, status, sure in told:
        if not (only_named(line) and _told_elsewhere(line, status, told)):
            if status == STOPPED and _is_pause(note, line):
                line, sure = replace(line, posology=_without_course(note, line)), min(sure, _UNSURE)
            if status == STOPPED and drug_status.stops_later(note, line):
                sure = min(sure, _UNSURE if _is_counted(note, line) else _LATER)
                line = replace(line, posology=replace(line.posology, as_needed=False))
            elif line.posology.uneven or _LEFT_OUT.match(note.flat, line.end):
                sure = min(sure, _UNSURE)
            trust = sure * (1.0 if line.named.sure else 0.8)
            yield Fact(MEDICATION, line.named.start, line.end, trust, _values(line, status, note))


def _is_pause(note: Note, line: Line) -> bool:
    """« stop Coumadine 2 j puis 3 mg », « suspendre 48 h avant »: no certain end."""
    told = note.flat[max(0, line.named.start - _ADJECTIVE) : line.end + _ADJECTIVE]
    return (
        (lasting(line) and not line.shared)
        or bool(_PAUSE.match(note.flat, line.named.end) or _PAUSE.match(note.flat, line.end))
        or bool(_FOR_NOW.search(told))
    )


def _is_counted(note: Note, line: Line) -> bool:
    """« suspendre 48 h avant »: told to the day; not « … puis reprise », which ends nothing."""
    near = (line.named.end, line.named.end + _CLOSE)
    return bool(_COUNTED.search(note.flat, *near)) and not _AGAIN.search(note.flat, *near)


def _without_course(note: Note, line: Line) -> Posology:
    """What is taken again after a pause is not what was stopped."""
    told = line.posology
    again = bool(told.intakes or _PAUSE.match(note.flat, line.named.end))
    return Posology(strength=None if again else told.strength, start=told.start, end=told.end)


def _standing(note: Note, lines: Sequence[Line]) -> set[int]:
    """Where sentences begin that list, under « TTT : », several drugs taken for years, none with an end: what the patient
    takes, even after the examination."""
    held: dict[int, list[Line]] = defaultdict(list)
    for line in lines:
        held[note.sentence(line.named.start).start].append(line)
    return {
        start
        for start, of in held.items()
        if note.sentence(start).section == "treatment"
        and len(of) > 1
        and not any(lasting(line) for line in of)
        and sum(_is_chronic(line) for line in of) * 2 > len(of)
    }


def _standing_names(one: Line, other: Line) -> bool:
    """Names and strengths alone, of drugs taken for years."""
    return drug_status.bare(one) and drug_status.bare(other) and (_is_chronic(one) or _is_chronic(other))


def _is_chronic(line: Line) -> bool:
    return (line.named.drug.atc or "").startswith(courses.CHRONIC)


def _told_elsewhere(line: Line, status: str, told: Sequence[tuple[Line, str, float]]) -> bool:
    """« Poursuivre Augmentin », « Uvedose inchangé »: the dosage, or the stop, is told elsewhere in the note."""
    same = [
        one
        for one in told
        if one[0].named.drug.substances == line.named.drug.substances and one[0] is not line
    ]
    if status == STOPPED:
        return any(said == STOPPED and other.end > line.end for other, said, _ in same)
    if status == PRESCRIBED:
        return any(said == PRESCRIBED and not only_named(other) for other, said, _ in same)
    return any(
        said == STOPPED or not only_named(other) or (said == ONGOING and other.end < line.end)
        for other, said, _ in same
    )


def _of_list(
    note: Note, found: Sequence[Line], said: Sequence[tuple[str, float]], place: int
) -> tuple[str, float] | None:
    """What the neighbours in one list say of a line that says little itself."""
    status, sure = said[place]
    if sure <= BY_DOSE and (all_of_it := _said_of_all(note, found, said, place)):
        return all_of_it, 0.8  # « …, …, … inchangés », « …, … stoppés »
    before = found[place - 1] if place and one_list(note, found[place - 1], found[place]) else None
    after = found[place + 1] if place + 1 < len(found) else None
    if (
        before
        and sure <= BY_PLACE
        and said[place - 1][0] == STOPPED
        and only_named(before)
        and _only_stopped(note, before, found[place])
        and note.sentence(before.named.start) == note.sentence(found[place].named.start)
    ):
        return STOPPED, 0.8  # « Stop statine, Xarelto »
    if before and _lasts_as_before(note, before, found[place], said[place - 1], said[place]):
        return PRESCRIBED, 0.8
    if said[place] == drug_status.BEFORE_EXAM and _beside_a_course(note, found, said, place):
        return PRESCRIBED, 0.7
    with_next = after and _PLUS.fullmatch(note.flat, found[place].end, after.named.start)
    if with_next and status == UNSAID and said[place + 1][0] == STOPPED and only_named(found[place]):
        return STOPPED, 0.8  # « doliprane + codéine arrêté »
    if with_next and said[place] == GUESSED and said[place + 1] == UNCHANGED:
        return ONGOING, 0.8  # « Omix 0,4 et Avodart : idem »
    for other, at in ((before, place - 1), (after, place + 1)):
        if other is None or (at > place and not one_list(note, found[place], found[at])):
            continue
        beside = _first_said(note, found, said, place, at) if status == UNSAID else ""
        if beside in (PRESCRIBED, ONGOING):
            return beside, 0.7
        if at < place and _goes_on(found[place], said[place], said[at]):
            return ONGOING, 0.6
        # « Plavix 75, Tahor 80 » : names and strengths alone are what the patient takes.
        if said[place] == said[at] == GUESSED and _standing_names(found[place], found[at]):
            return ONGOING, 0.6
    return None


def _first_said(
    note: Note, found: Sequence[Line], said: Sequence[tuple[str, float]], place: int, at: int
) -> str:
    """« Smecta, Tiorfan, Ciflox 500 x2 »: what the first of the list says that says something, on this side of a line."""
    step = at - place
    for _ in range(_LONG_LIST):
        beyond = at + step
        if said[at][0] != UNSAID or not 0 <= beyond < len(found):
            break
        if not one_list(note, found[min(at, beyond)], found[max(at, beyond)]):
            break
        at = beyond
    return said[at][0]


def _lasts_as_before(
    note: Note, before: Line, line: Line, told: tuple[str, float], said: tuple[str, float]
) -> bool:
    """« Voltarène 75 matin et soir 7 j, Inexium 20 idem »: as long as what is prescribed before it."""
    same = told[0] == PRESCRIBED and said == UNCHANGED and lasting(line) and lasting(before)
    return same and bool(courses.IDEM.match(note.flat, line.end))


def _beside_a_course(
    note: Note, found: Sequence[Line], said: Sequence[tuple[str, float]], place: int
) -> bool:
    """« Zyrtec 5 gouttes x2 5 j, paracétamol 270 mg x4 », told first: in one list with a course, all is prescribed."""
    for step in (-1, 1):
        at, last = place + step, place + step * _LONG_LIST
        while (
            at != last
            and 0 <= at < len(found)
            and one_list(note, found[min(at, at - step)], found[max(at, at - step)])
        ):
            if said[at][0] == PRESCRIBED and lasting(found[at]):
                return True
            if said[at] != drug_status.BEFORE_EXAM:
                break
            at += step
    return False


def _only_stopped(note: Note, before: Line, line: Line) -> bool:
    """« Stop A, B », « stop A et B si vomissements »; « stop Lasilix, Coversyl si vomissements » where B is taken for
    years; not « stop AINS, Doliprane si douleur »."""
    told = line.posology
    named = not (told.strength or told.intakes or told.days or told.ceiling)
    joined = _PLUS.fullmatch(note.flat, before.end, line.named.start)
    named = named and bool(told.as_needed or _ENDS_HERE.match(note.flat, line.end))
    condition = told.as_needed and told.reason is not None  # not « stop Spiriva, Ventoline si besoin »
    return named and (not told.as_needed or (condition and (bool(joined) or _is_chronic(line))))


def _said_of_all(
    note: Note, found: Sequence[Line], said: Sequence[tuple[str, float]], place: int
) -> str | None:
    """What « inchangés » or « stoppés » after the last of the list that this line is in says of all."""
    at = place + 1
    while at < min(len(found), place + _LONG_LIST) and one_list(note, found[at - 1], found[at]):
        if said[at] in (UNCHANGED, _ENDED) and _ALL.match(note.flat, found[at].end):
            started = said[at] == _ENDED and found[place].posology.says_something
            return None if found[place].posology.days or started else said[at][0]
        at += 1
    return None


_ENDS_HERE = re.compile(r" ?(?:$|[,.;:()\n+/&-]|→|(?:et|ou|si|ce|des|pendant|pdt|pour|jusqu|[0-9])(?![a-z]))")
_ENDED = (STOPPED, UNCHANGED[1])
_PLUS = re.compile(r" ?(?:[+/&]|et|ainsi que|de meme que) ?(?:(?:de |d')?(?:le |la |les |l'|du |son |sa )?)")
_ALL = re.compile(r"[ ,:=()-]*[a-z]+(?:e|er|u|i|enu)e?s(?![a-z])")


def _goes_on(line: Line, said: tuple[str, float], before: tuple[str, float]) -> bool:
    """« Trulicity 1,5 1/sem idem ; Aranesp 30 1 inj tous les 15 j »: after one that goes on, without an end."""
    open_ended = not (lasting(line) or line.posology.as_needed)
    return (
        open_ended
        and said[0] == PRESCRIBED
        and said[1] <= BY_DOSE
        and before[0] == ONGOING
        and before[1] > BY_PLACE
    )


def _values(line: Line, status: str, note: Note) -> Values:
    read, drug = line.posology, line.named.drug
    first = [intake for intake in read.intakes if intake.step == 0]
    if read.uneven:
        first = first[:1]
    amount, unit = (first[0].amount, first[0].unit) if first else (None, None)
    times = times_per_day(first)
    if read.as_needed and read.ceiling and times and times > read.ceiling:
        times = None  # « toutes les 6 h si besoin, max 3/j »
    days = read.days or read.total_days or (first[0].for_days if first else None)
    if line.shared and status != PRESCRIBED:
        days = None
    if unit and read.strength and strengths.parts(read.strength) == ((amount, unit),):
        amount = unit = None  # a mass told as strength is not told again as dose
    in_order = strengths.in_order(drug, read.strength)
    values: Values = {
        "drug": in_order or drug.inn,
        "brand": drug.brand or None,
        "strength": read.strength,
        "dose_per_intake": None if amount is None else numbers.short(round(amount, 3 if amount < 1 else 2)),
        "intake_unit": unit,
        "times_per_day": None
        if times is None
        else numbers.short(round(times, 3 if times >= _MONTHLY else 4)),
        "duration_days": None if days is None else numbers.short(days),
        "as_needed": read.as_needed,
        "status": status,
    }
    if read.ceiling:
        values["max_per_day"] = numbers.short(read.ceiling)
    if not in_order:  # which strength is whose is not known: the name as it is written
        values["unpaired"] = drug.brand or note.text[line.named.start : line.named.end]
    if not in_order:  # which strength is whose is not known: the name as it is written
        values["unpaired"] = drug.brand or note.text[line.named.start : line.named.end]
    return values | {"atc": drug.atc or None}


def times_per_day(first: Sequence[Intake]) -> float | None:
    """Intakes a day, over all amounts of the first step; None when it is not said."""
    counts = [intake.count / intake.period for intake in first if intake.count]
    return sum(counts) if counts else None
