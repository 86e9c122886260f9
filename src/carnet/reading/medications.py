"""Medications: whether a drug that a text names is prescribed, goes on, or was stopped, by the cues of medications.toml,
and its values. A drug that is only spoken of gives nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from carnet.reading import numbers, strengths, tables
from carnet.reading.drug_lines import Line, one_list
from carnet.reading.facts import MEDICATION, Fact, Values
from carnet.reading.intakes import DOSE_BY_WEIGHT, Intake
from carnet.reading.structure import Note, Sentence

PRESCRIBED, ONGOING, STOPPED = "prescribed", "ongoing", "stopped"
NONE, UNSAID, PAST = "none", "", "past"  # spoken of only; nothing says; taken before
_UNCHANGED = (ONGOING, 0.93)  # said after the line
_GUESSED = (PRESCRIBED, 0.6)  # a strength alone
_BY_PLACE = 0.9  # sure of at most: by where it stands in the note
_MONTHLY = 0.01  # times a day
_SUPPLY = 21  # days
_LONG_LIST = 30  # medicines
_VACCINES = "J07"  # ATC: told by immunizations.py
_BY_DOSE = 0.8  # sure of at most: by the dosage of the line itself
_REACH = 90  # characters before a name in which a cue counts
_BY_WEIGHT = re.compile(r"dose|pipette")


def read(note: Note, found: Sequence[Line], taken: Sequence[Fact]) -> Iterator[Fact]:
    """The facts of these lines; a drug inside a fact that says otherwise (an allergy, a test) is left to it."""
    free = [
        line
        for line in found
        if not any(fact.overlaps(line.named.start, line.named.end) for fact in taken)
        and not (line.named.drug.atc or "").startswith(_VACCINES)
    ]
    said = [_status(note, line) for line in free]
    told = []
    for place, line in enumerate(free):
        status, sure = _of_list(note, free, said, place) or said[place]
        if status in (PRESCRIBED, ONGOING, STOPPED):
            told.append((line, status, sure))
    for line, status, sure in told:
        if not (_only_named(line) and _told_elsewhere(line, status, told)):
            trust = sure * (1.0 if line.named.sure else 0.8)
            yield Fact(MEDICATION, line.named.start, line.end, trust, _values(line, status, note))


def _told_elsewhere(line: Line, status: str, told: Sequence[tuple[Line, str, float]]) -> bool:
    """« Poursuivre Augmentin », « la pilule (Minidril) »: the dosage, or the stop, is told elsewhere in the note."""
    same = [one for one in told if one[0].named.drug.inn == line.named.drug.inn and one[0] is not line]
    if status == STOPPED:
        return any(said == STOPPED and other.end > line.end for other, said, _ in same)
    return status == ONGOING and any(said == STOPPED or not _only_named(other) for other, said, _ in same)


def _of_list(
    note: Note, found: Sequence[Line], said: Sequence[tuple[str, float]], place: int
) -> tuple[str, float] | None:
    """What the neighbours in one list say of a line that says little itself."""
    status, sure = said[place]
    if sure <= _BY_DOSE and _said_of_all(note, found, said, place):
        return ONGOING, 0.8  # « …, …, … inchangés »
    before = found[place - 1] if place and one_list(note, found[place - 1], found[place]) else None
    after = found[place + 1] if place + 1 < len(found) else None
    if (
        before
        and sure <= _BY_PLACE
        and said[place - 1][0] == STOPPED
        and _only_named(before)
        and _only_named(found[place])
    ):
        return STOPPED, 0.8  # « Stop statine, Xarelto »
    with_next = after and _PLUS.fullmatch(note.flat, found[place].end, after.named.start)
    if with_next and status == UNSAID and said[place + 1][0] == STOPPED and _only_named(found[place]):
        return STOPPED, 0.8  # « doliprane + codéine arrêté »
    for other, at in ((before, place - 1), (after, place + 1)):
        if other is None or (at > place and not one_list(note, found[place], found[at])):
            continue
        if status == UNSAID and said[at][0] in (PRESCRIBED, ONGOING):
            return said[at][0], 0.7
        if at < place and _goes_on(found[place], said[place], said[at]):
            return ONGOING, 0.6
        # « Plavix 75, Tahor 80 » : names and strengths alone are what the patient takes.
        if said[place] == said[at] == _GUESSED and _bare(found[place]) and _bare(found[at]):
            return ONGOING, 0.6
    return None


def _said_of_all(note: Note, found: Sequence[Line], said: Sequence[tuple[str, float]], place: int) -> bool:
    """Whether « inchangés » stands after the last of the list that this line is in."""
    at = place + 1
    while at < min(len(found), place + _LONG_LIST) and one_list(note, found[at - 1], found[at]):
        if said[at] == _UNCHANGED and _ALL.match(note.flat, found[at].end):
            return not found[place].posology.days
        at += 1
    return False


_PLUS = re.compile(r" ?(?:[+/&]|et) ?")
_ALL = re.compile(r"[ ,:=()-]*[a-z]+(?:e|er|u|i|enu)e?s(?![a-z])")


def _goes_on(line: Line, said: tuple[str, float], before: tuple[str, float]) -> bool:
    """« Trulicity 1,5 1/sem idem ; Aranesp 30 1 inj tous les 15 j »: after one that goes on, without an end."""
    open_ended = not (line.posology.days or line.posology.as_needed)
    return (
        open_ended
        and said[0] == PRESCRIBED
        and said[1] <= _BY_DOSE
        and before[0] == ONGOING
        and before[1] > _BY_PLACE
    )


def _only_named(line: Line) -> bool:
    return not (line.posology.strength or line.posology.says_something)


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
    if line.shared and status != PRESCRIBED:
        days = None
    if unit and read.strength and strengths.parts(read.strength) == ((amount, unit),):
        amount = unit = None  # a mass told as strength is not told again as dose
    values: Values = {
        "drug": drug.inn,
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
    return values | {"atc": drug.atc or None}


def times_per_day(first: Sequence[Intake]) -> float | None:
    """Intakes a day, over all amounts of the first step; None when it is not said."""
    counts = [intake.count / intake.period for intake in first if intake.count]
    return sum(counts) if counts else None


def _status(note: Note, line: Line) -> tuple[str, float]:
    """By the nearest cue: after the line, before the name, the section, then what the line itself says."""
    one, read = line.named, line.posology
    sentence = note.sentence(one.start)
    after, before = _after(note, line), _before(note, line, sentence)
    if before == PAST:
        stop = after == STOPPED or _ARROW_STOP.search(note.flat, line.end, line.end + _REACH // 2)
        return (STOPPED, 0.8) if stop else (NONE, 0)
    if after == NONE or (before == NONE and not (after and read.says_something)):
        return NONE, 0
    if _only_named(line) and _REPLACED.fullmatch(note.flat, line.end, max(line.end, line.following)):
        return STOPPED, 0.8  # « Jasminelle -> Leeloo »
    if _SWITCHED.search(note.before(one.start, 20)) and _BY.match(note.flat, line.end):
        return STOPPED, 0.8  # « Relais Oramorph par Skenan »
    if (
        after == STOPPED
        and before == PRESCRIBED
        and not _cues("after").search(note.flat, line.end, line.end + 24)
    ):
        after = ""  # « reprise du Lévothyrox 100 après arrêt spontané »
    if read.kept:
        return _UNCHANGED
    if read.changed and before != STOPPED:
        return PRESCRIBED, 0.9
    if one.drug.inn == "insuline" and not any(intake.amount for intake in read.intakes):
        return NONE, 0  # « DT2 sous insuline », « IDE pour insuline 3 mois »: no medicine of the list
    if one.weak and not (read.says_something or read.strength or before or after):
        return NONE, 0
    if after and before != STOPPED:
        return after, _UNCHANGED[1]
    if before == ONGOING and (read.days or 0) >= _SUPPLY:
        return PRESCRIBED, 0.9  # « sous BHD 8 mg/j 28 j »: it is renewed
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
        and (bool(_MEASURED.search(note.flat, line.end)) or len(note.sentences) > told + _STORY)
    )


_FIRST = 3  # sentences
_STORY = 4  # sentences that follow what is told first
_BEFORE_EXAM = (ONGOING, 0.62)
_MEASURED = re.compile(
    r"(?<![a-z])(?:ta|pa|tension|fc|pouls|pds|poids|spo2|sat|imc|hba1c|ldl|creat|dfg) ?[:=]? ?(?:a |est a )?[0-9]"
)
_DECIDES = re.compile(
    r"(?<![a-z])(?:j'|je |on )(?:arrete|stoppe|debute|mets|prescris|remplace|introduis|ajoute|propose)(?![a-z])"
)
_ARROW = re.compile(r"[^.\n]{0,40}(?:→|-+>|=+>)")
_FOLLOWED = re.compile(r"(?<![a-z])suivi[a-z' ]{0,30} ?: ?$")


def _bare(line: Line) -> bool:
    return bool(line.posology.strength) and not line.posology.says_something


def _by_place(note: Note, line: Line, sentence: Sentence) -> tuple[str, float]:
    read = line.posology
    ends = read.as_needed or _lasting(line)
    if sentence.section == "treatment" and not sentence.arrow:
        if (read.days or 0) >= _SUPPLY:
            return PRESCRIBED, 0.8  # « TTT : … qsp 3 mois »: it is renewed
        if _DECIDES.search(note.before(line.named.start, _REACH)):
            return PRESCRIBED, 0.8  # « TTT : … . J'arrête le Seresta, mélatonine 2 mg au coucher »
        return (PRESCRIBED, 0.8) if _examined(note, sentence.start) else (ONGOING, 0.9)
    if sentence.section in ("plan", "advice") or sentence.arrow:
        return PRESCRIBED, 0.9
    if sentence.section in ("history", "family", "life"):
        return (ONGOING, 0.8) if read.says_something or read.strength else (NONE, 0)
    if not ends and _FOLLOWED.search(note.before(line.named.start, 40)):
        return ONGOING, 0.6  # « Suivi PR : MTX 15 mg 1x/sem »
    if not ends and _before_exam(note, line):
        return _BEFORE_EXAM  # told before the measures of today: what the patient takes
    if not ends and _ARROW.match(note.flat, line.end) and not _examined(note, line.named.start):
        return ONGOING, 0.6  # « Sinemet 100 1-1-1 → ajout Requip »
    if read.says_something or _FREELY.match(note.flat, line.end):
        return PRESCRIBED, 0.8
    if read.strength:
        return _GUESSED
    alone = note.flat[sentence.body : sentence.end].strip(" .,:-") == note.flat[line.named.start : line.end]
    if alone and not line.named.weak and _examined(note, sentence.start):
        return _GUESSED  # « Angine. Doliprane. »
    if _CONTRACEPTION.search(note.before(line.named.start, 30)):
        return ONGOING, 0.7  # « pas enceinte, pilule Leeloo »
    return UNSAID, 0


def _examined(note: Note, place: int) -> bool:
    """Whether the examination or a conclusion stands before: a treatment told after it is a decision."""
    return any(
        one.section in ("exam", "assessment") or _EXAMINED.search(note.flat, one.body, one.end)
        for one in note.sentences
        if one.end <= place
    )


_CONTRACEPTION = re.compile(r"(?<![a-z])(?:pilule|contracep[a-z]*(?: orale)?)(?: ?[:(=])? ?$")
_FREELY = re.compile(r" ?:? ?(?:a volonte|ad lib)")
_EXAMINED = re.compile(
    r"(?<![a-z])(?:ta|t°|auscult\w*|fc|spo2|tympans?|gorge|abdo(?:men)? souple)(?![a-z]) ?[:0-9a-z]"
)


@cache
def _cues(where: str) -> re.Pattern[str]:
    table = tables.toml("medications.toml")
    groups = [
        f"(?P<{name}>{tables.any_of(table[name][where])})"
        for name in (STOPPED, PRESCRIBED, ONGOING, NONE, PAST)
        if table[name][where]
    ]
    return re.compile(rf"(?<![a-z0-9])(?:{'|'.join(groups)})(?![a-z])")


_SEPARATED = re.compile(r",| [-/+·•] ")
_OF_ANOTHER = re.compile(r"(?:-+>|=+>|→) ?(?:a |mis a l')?$")
_LIST = re.compile(
    r"[ :=,(+/&\"'.-]*(?:(?:et|le|la|les|du|de|des|d'|l'|un|une|son|sa|ses|par|avec|puis|aussi|traitement|ttt|tt|(?:de |d')(?:lui|elle)[- ]meme|spontanement|seule?) ?)*[ :=,(+/-]*"
)


def _before(note: Note, line: Line, sentence: Sentence) -> str:
    """The nearest cue before the name. Those that speak of one drug must stand right before it; a stop or « sous »
    holds for a list, until another cue."""
    one, told = line.named, line.posology.says_something
    first = max(sentence.start, one.start - _REACH * 2)
    cues = list(_cues("before").finditer(note.flat, first, one.start))
    for cue in reversed(cues):
        kind = str(cue.lastgroup)
        near = bool(_LIST.fullmatch(note.flat, cue.end(), one.start))
        if kind == PRESCRIBED and (
            _NOT.search(note.flat, max(0, cue.start() - 12), cue.start())
            or _NOT_DONE.fullmatch(note.flat, cue.end(), one.start)
        ):
            return NONE  # « ne pas reconduire le Stilnox », « je ne renouvelle pas le zopiclone »
        if near and kind in (STOPPED, NONE) and _SEPARATED.search(note.flat, cue.end(), one.start):
            continue  # « … 10 mg 3 j stop, Inexium … », « … puis stop - Trelegy … »
        if near and kind == STOPPED and _OF_ANOTHER.search(note.flat, max(0, cue.start() - 6), cue.start()):
            continue  # « oméprazole 20 → à stopper / vit B12 »
        if near:
            return kind
        if (kind == STOPPED or (kind == NONE and not told)) and _only_names(note, cue.end(), one.start):
            return kind
        if (
            kind == STOPPED
            and not told
            and _OF_ALL.match(note.flat, cue.end())
            and _list_like(note, cue.end(), one.start)
        ):
            return kind  # « Stop : Tahor 40, Ginkor, Lexomil 6 »
        if (
            kind in (ONGOING, PRESCRIBED)
            and (told or not one.weak)  # « prescris IRM, TSH, B12 »
            and not (
                kind == ONGOING and 0 < (line.posology.days or 0) < _SUPPLY
            )  # « sous Lasilix : Diffu-K 5 j »
            and "," not in note.flat[cue.end() : one.start].split(")")[-1][:0]
            and _list_like(note, cue.end(), one.start)
        ):
            return kind
    return ""


_NOT = re.compile(r"(?<![a-z])(?:ne (?:plus|pas)|pas (?:de|d'|a)|inutile de|sans) ?(?:l[ea]s? )?$")
_NOT_DONE = re.compile(r" (?:pas|plus)(?: encore)?(?: (?:le|la|les|de|du|d'|l'|son|sa|ses))? ?(?:l')?")
_OF_ALL = re.compile(r" ?:")
_WORDS_OF_LIST = re.compile(r"[^,;]{0,70}(?:,[^,;]{0,70}){0,8}")
_OTHER_STORY = re.compile(
    r"(?<![a-z])(?:mais|rdv|revoir|bio|at|cs|consult\w*|pour(?! (?:une duree de )?(?:[0-9]{1,2}|une?|deux|trois|six) (?:mois|ans?|sem))|depuis|ce jour|auj\w*)(?![a-z])"
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
    told = note.flat[max(0, place - 4) : place].endswith((" par", "pour"))  # « remplacé par »
    return not told and following >= place and not note.flat[place:following].strip(" :")


# « Tramadol 50 nausées stoppé », « amoxicilline donnée par le dentiste, arrêtée ce matin »; not « pas arrêté ».
_STOPPED_LATER = re.compile(
    r"(?:(?!(?<![a-z])(?:pas|non|ni|sauf|tabac|si)(?![a-z]))[^.;()\n0-9]){0,32}?(?:\([^()\n]{0,40}\)[ ,:=>→-]*(?:[a-z]{1,8} ){0,2}?)?(?<![a-z])(?:stop(?=[ ,]*(?:$|\n|\.|;))|stoppee?s?|arretee?s?|interrompue?s?|suspendue?s?|remplacee?s? par|arret(?= (?:j[0-9]|apres|au bout|definitif|spontane|pour|car|cause|devant|seul)))(?![a-z])"
)


def _is_end_of_course(line: Line, said: str) -> bool:
    """« 60 mg 3 j, 40 mg 3 j, 20 mg 3 j stop » is a course with its end."""
    return _lasting(line) and said.strip(" ,:=()-") == "stop"


def _lasting(line: Line) -> bool:
    return bool(line.posology.days or any(intake.for_days for intake in line.posology.intakes))


_ARROW_STOP = re.compile(r" ?(?:-+>|=+>|→) ?(?:a |est |on |donc )*(?:stop|arret|suspen|remplac|switch)")
_ARROW_NONE = re.compile(
    r" ?(?:-+>|=+>|→) ?(?:non|pas) (?:deliv|donn|pri[st]|prescri|repri|renouvel|commenc|debut|support)"
)
_SWITCHED = re.compile(r"(?<![a-z])(?:relais|switch|substitution|passage) (?:de |du |de l'|d'|de la )?$")
_BY = re.compile(r" ?(?:par|vers|pour|a|-+>|=+>|→) ?(?![0-9])")
_REPLACED = re.compile(r" ?(?:-+>|=+>|→) ?")
_ASKED = re.compile(r" ?[?]")  # « Effexor 37,5 ? elle réfléchit »


def _after(note: Note, line: Line) -> str:
    end = note.sentence(max(line.named.start, line.end - 1)).end
    match = re.compile(
        rf"[ ,:=()-]*(?:(?:ttt|est|sont|a ete|ont ete|seul|aussi|reste|restent|toujours|peut etre) )*(?:{_cues('after').pattern})"
    ).match(note.flat, line.end, min(end, line.end + 40))
    if (
        match
        and match.lastgroup == STOPPED
        and (_next_at(note, match.end(), line.following) or _is_end_of_course(line, match[0]))
    ):
        match = None
    if match and match.lastgroup != NONE:
        return str(match.lastgroup)
    arrow = _ARROW_STOP.match(note.flat, line.end)
    until = line.following if line.following > line.end else len(note.flat)
    later = _STOPPED_LATER.match(note.flat, line.end, min(until, line.end + 75))
    if later and (_next_at(note, later.end(), line.following) or _lasting(line)):
        later = None
    if arrow or later:
        return STOPPED
    match = match or _ARROW_NONE.match(note.flat, line.end)
    asked = not line.posology.says_something and _ASKED.match(note.flat, line.end)
    return NONE if match or asked else ""
