"""The words around a drug that say what becomes of it: the cues of medications.toml, before its name and after its line.
Which of them counts is decided in drug_status.py."""

from __future__ import annotations

import re
from functools import cache

from carnet.reading import tables
from carnet.reading.drug_lines import Line
from carnet.reading.structure import Note, Sentence

PRESCRIBED, ONGOING, STOPPED = "prescribed", "ongoing", "stopped"
NONE, UNSAID, PAST = "none", "", "past"  # spoken of only; nothing says; taken before
KEPT = "kept"  # its stop is denied
SUPPLY = 21  # days
REACH = 90  # characters before a name in which a cue counts


def only_named(line: Line) -> bool:
    return not (line.posology.strength or line.posology.says_something)


def lasting(line: Line) -> bool:
    """Whether the line says how long, whole or step by step."""
    return bool(line.posology.days or any(intake.for_days for intake in line.posology.intakes))


@cache
def cues(where: str) -> re.Pattern[str]:
    table = tables.toml("medications.toml")
    groups = [
        f"(?P<{name}>{tables.any_of(table[name][where])})"
        for name in (STOPPED, PRESCRIBED, ONGOING, NONE, PAST)
        if table[name][where]
    ]
    return re.compile(rf"(?<![a-z0-9])(?:{'|'.join(groups)})(?:(?<=')|(?![a-z]))")


_SEPARATED = re.compile(r",| [-/+·•] ")
_WISHED = re.compile(r"apres|information|(?:demande|souhaite|voudrait|veut)(?![a-z])")
_OF_ANOTHER = re.compile(r"(?:-+>|=+>|→) ?(?:a |mis a l')$")
# « arrêt temporaire du », « arrêt définitif de la ».
_HOW = r"temporaire|transitoire|definiti[a-z]{1,6}|brutal[a-z]{0,4}|progressi[a-z]{1,6}|immediat[a-z]{0,4}|complet[a-z]{0,4}|momentane[a-z]{0,4}|recent[a-z]{0,4}"
# « pas d'ATB type Augmentin », « je ne prescris pas d'antibiotique (Augmentin) ».
_CLASS = r"(?:antibio[a-z]{0,10}|atb|antalgiques?|anticoagulants?|anti-?[a-z]{5,14}|somniferes?|hypnotiques?|benzo[a-z]{0,12}|medicaments?|statines?|ains|corticoides?|ipp|myorelaxants?|antidepresseurs?|neuroleptiques?|diuretiques?|pilules?|beta ?bloquants?|antihistaminiques?) ?(?:[(=]|(?:a )?(?:type|genre|comme|base)(?: de| d')?(?![a-z]))"
# Each word ends where it ends: only « d' » and « l' » are glued, so that a run of letters is tried in one way.
_LIST = re.compile(
    rf"[ :=,(+/&\"'.-]*(?:(?:[dl]'|{_CLASS}|(?:et|le|la|les|du|de|des|une?|son|sa|ses|par|avec|puis|aussi|traitement|ttt?|(?:de |d')(?:lui|elle)[- ]meme|spontane(?:ment)?|seule?|{_HOW})(?![a-z])) ?)*[ :=,(+/-]*"
)


def before(note: Note, line: Line, sentence: Sentence) -> str:
    """The nearest cue before the name. Those that speak of one drug must stand right before it; a stop or « sous »
    holds for a list, until another cue."""
    one, told = line.named, line.posology.says_something
    first = max(sentence.start, one.start - REACH * 2)
    found = list(cues("before").finditer(note.flat, first, one.start))
    for cue in reversed(found):
        kind = str(cue.lastgroup)
        near = bool(_LIST.fullmatch(note.flat, cue.end(), one.start))
        if kind == STOPPED and _is_denied(note, cue):
            alone = near and not _SEPARATED.search(note.flat, cue.end(), one.start)
            of_work = told and cue[0] == "arret"  # « pas d'arrêt. Doliprane 1 g x3 »
            if not of_work and (alone or _only_names(note, cue.end(), one.start)):
                return KEPT if _A_STOP.match(cue[0]) else NONE  # « ne pas arrêter le Kardegic »
            continue
        if kind in (PRESCRIBED, ONGOING) and _is_withheld(note, cue, line):
            return NONE
        if near and kind in (STOPPED, NONE) and _SEPARATED.search(note.flat, cue.end(), one.start):
            continue  # « … 10 mg 3 j stop, Inexium … », « … puis stop - Trelegy … »
        if kind == NONE and _WISHED.match(cue[0]) and ":" in note.flat[cue.end() : one.start]:
            continue  # « après information, elle souhaite un traitement : … »
        if near and kind == STOPPED and _OF_ANOTHER.search(note.flat, max(0, cue.start() - 6), cue.start()):
            continue  # « oméprazole 20 → à stopper / vit B12 »
        if near:
            return kind
        if (kind == STOPPED or (kind == NONE and not told)) and _only_names(note, cue.end(), one.start):
            return kind
        if _heads_a_list(note, line, cue):
            return kind
    return ""


def _heads_a_list(note: Note, line: Line, cue: re.Match[str]) -> bool:
    """Whether this drug stands further in a list that begins with the cue."""
    one, told, kind = line.named, line.posology.says_something, str(cue.lastgroup)
    if kind == STOPPED:  # « Stop : Tahor 40, Ginkor, Lexomil 6 »
        heads = not told and bool(_OF_ALL.match(note.flat, cue.end()))
    else:  # « prescris IRM, TSH, B12 »; « sous Lasilix : Diffu-K 5 j »
        short = kind == ONGOING and 0 < (line.posology.days or 0) < SUPPLY
        heads = kind in (ONGOING, PRESCRIBED) and (told or not one.weak) and not short
    return heads and _list_like(note, cue.end(), one.start)


def _is_denied(note: Note, cue: re.Match[str]) -> bool:
    """« ne pas arrêter », « pas d'arrêt du », « n'arrête pas »; not « ne supporte pas, arrêt »."""
    if _A_STOP.match(cue[0]) and _DENIED_AFTER.match(note.flat, cue.end()):
        return True
    said = _denied().search(note.flat, max(0, cue.start() - REACH // 2), cue.start())
    if not said or not _BARE_NOUN.fullmatch(cue[0]):
        return bool(said)
    return not _OF_A_VERB.search(note.flat, max(0, cue.start() - REACH // 2), cue.start())


def _is_withheld(note: Note, cue: re.Match[str], line: Line) -> bool:
    """« je ne renouvelle pas le zopiclone », « pas de relais de l'Eliquis par Lovenox », « discuter l'ajout d'Entresto »."""
    if _NOT_DONE.fullmatch(note.flat, cue.end(), line.named.start) or _NEEDLESS.match(note.flat, line.end):
        return True
    if cue.lastgroup == ONGOING:
        return cue[0] in _TAKEN and bool(_NEVER.search(note.flat, max(0, cue.start() - 8), cue.start()))
    begins = cue.start()
    if cue[0] in _TO_ANOTHER:
        switch = _SWITCH.search(note.flat, max(0, begins - REACH), begins)
        if switch and _DENIED_AFTER.match(note.flat, switch.end()):
            return True
        begins = switch.start() if switch else begins
    return denies(note, begins)


def denies(note: Note, place: int) -> bool:
    """Whether a prescription or a switch whose words begin here is denied or only discussed."""
    return bool(_denied("withheld").search(note.flat, max(0, place - REACH // 2), place))


@cache
def _denied(what: str = "denied") -> re.Pattern[str]:
    """Words that deny the cue which follows them: of a stop, or of a prescription (`withheld`)."""
    table = tables.toml("medications.toml")
    words, between = tables.any_of(table[what]["words"]), tables.any_of(table["denied"]["between"])
    return re.compile(rf"(?<![a-z])(?:{words})(?![a-z])(?:[ -]|(?:{between})(?![a-z])|[dl]')*$")


_A_STOP = re.compile(r"(?:on )?(?:arret|stop|suspen|interr|supprim)")
_DENIED_AFTER = re.compile(
    r"(?<=[a-z]) (?:surtout )?(?:pas|jamais)(?= (?:le|la|les|l'|du|de|des|d'|son|sa|ses|seule?)(?![a-z])| l'| d')"
)
_BARE_NOUN = re.compile(r"stop|arrets?|suspension|interruption|sevrage|retrait|arrets? (?:du|de|des|d')")
_OF_A_VERB = re.compile(
    r"(?<![a-z])n(?:e |')(?!faut|veut|souhaite|desire|peut|doit)[a-z]{3,15} (?:pas|jamais) ?$"
)  # « ne supporte pas stop Tahor »
_NEEDLESS = re.compile(r" (?:est |reste |me parait )?(?:inutile|superflue?|premature)s?(?![a-z])")
_TO_ANOTHER = frozenset(("par", "pour", "vers"))
_TAKEN = frozenset(("sous", "ss", "prend", "traite par", "traitee par"))
_NEVER = re.compile(r"(?<![a-z])(?:pas|jamais|non) $")  # « n'est pas sous statine »
_SWITCH = re.compile(
    r"(?<![a-z])(?:relais|relay[a-z]*|switch[a-z]*|rempl[a-z]*|substitu[a-z]*|bascul[a-z]*|chang[a-z]*|pass(?:er|age)|transition)(?![a-z])(?![^.;:\n]*[.;:\n])"
)
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
        and bool(re.search(r"(?:et|ni|ou|ainsi que|/|\+) (?:de |d'|du |les? |la |son |sa )?$", between))
        and "," not in between
    )


def _list_like(note: Note, start: int, end: int) -> bool:
    between = note.flat[start:end]
    return bool(_WORDS_OF_LIST.fullmatch(between)) and not _OTHER_STORY.search(between)


def _next_at(note: Note, place: int, following: int) -> bool:
    """« …, stop Ramipril »: what was said here is said of the next drug."""
    told = note.flat[max(0, place - 4) : place].endswith((" par", "pour"))  # « remplacé par »
    between = note.flat[place:following].strip(" :") if following >= place else "."
    return not told and between in (
        "",
        "l'",
        "le",
        "la",
        "les",
        "du",
        "de",
        "d'",
        "de l'",
        "son",
        "sa",
        "ses",
    )


# « Tramadol 50 nausées stoppé », « amoxicilline donnée par le dentiste, arrêtée ce matin »; not « pas arrêté ».
_STOPPED_LATER = re.compile(
    r"(?:(?!(?<![a-z])(?:pas|non|ni|sauf|tabac|si|jamais|sans|inutile|refus[a-z]*)(?![a-z]))(?:[^.;()\n0-9]|(?:19|20)[0-9]{2})){0,32}?(?:\([^()\n]{0,40}\)[ ,:=>→-]*(?:[a-z]{1,8} ){0,2}?)?(?<![a-z])(?:stop(?=[ ,]*(?:$|\n|\.|;))|stoppee?s?|arretee?s?|interrompue?s?|suspendue?s?|remplacee?s? par|arret(?= (?:j[0-9]|apres|au bout|definitif|spontane|pour|car|cause|devant|seul)))(?![a-z])"
)


def _is_end_of_course(line: Line, said: str) -> bool:
    """« 60 mg 3 j, 40 mg 3 j, 20 mg 3 j stop » is a course with its end."""
    return lasting(line) and not line.shared and said.strip(" ,:=()-") == "stop"


ARROW_STOP = re.compile(
    r" ?(?:[:(,] ?[a-z ]{2,25}\)? ?)?(?:-+>|=+>|→) ?(?:a |est |on |donc |le |la )*(?:stop|arret|suspen|remplac|switch|fini|termine|relais par)"
)
# « Advil acheté en pharmacie 10/sem => à arrêter », « Dolirhume pris par le patient = à stopper »
_IN_THE_END = re.compile(
    r"[^.;,:\n→=>]{1,45}(?:-+>|=+>|→|=) ?(?:a |est |on |donc |le |la )*(?:stop|arret|suspen|supprim)"
)
# « Bisoce 5 poursuivi 1/j », « Novorapid inchangée, 6 unités »
_INSIDE = re.compile(r"(?<![a-z])(?:inchange|poursuivi|maintenu|conserve|garde|idem)e?s?(?![a-z])")
_ARROW_NONE = re.compile(
    r" ?(?:-+>|=+>|→) ?(?:non|pas) (?:deliv|donn|pri[st]|prescri|repri|renouvel|commenc|debut|support)"
)
_ASKED = re.compile(r" ?[?](?P<no> ?non(?![a-z]))?")  # « Effexor 37,5 ? elle réfléchit »


@cache
def _right_after() -> re.Pattern[str]:
    return re.compile(
        r"[ ,:=()-]*(?:(?:(?:au long cours|au lc)(?: pour (?:son |sa |une? )?[a-z]{2,15})?,?|ttt|est|sont|a ete|ont ete|seul|aussi|reste|restent|toujours|peut etre) )*"
        rf"(?:{cues('after').pattern})"
    )


# « Amlodipine 5 1/j, arrêt du tabac conseillé ».
_OF_A_HABIT = re.compile(
    r" ?(?:complet |total |definitif )?(?:(?:du |de (?:la |l')?|le |la |les )|[dl]')?(?:tabac|cig|clope|fumer|alcool|boire|cannabis|toxique|trav|ecole|sport|activite|conduite|allaitement|maladie|scolarite)"
)


def after(note: Note, line: Line) -> str:
    end = note.sentence(max(line.named.start, line.end - 1)).end
    match = _right_after().match(note.flat, line.end, min(end, line.end + 40)) or _right_after().match(
        note.flat, line.named.end, max(line.named.end, line.posology.start)
    )  # « Metformine maintenue 1 g x2 »
    if (
        match
        and match.lastgroup == STOPPED
        and (
            _next_at(note, match.end(), line.following)
            or _OF_A_HABIT.match(note.flat, match.end())
            or _is_end_of_course(line, match[0])
            or ("(" in match[0] and lasting(line) and bool(line.posology.intakes))
        )
    ):
        match = None
    if match and match.lastgroup != NONE:
        return str(match.lastgroup)
    until = line.following if line.following > line.end else len(note.flat)
    arrow = ARROW_STOP.match(note.flat, line.end) or _IN_THE_END.match(note.flat, line.end, until)
    later = _STOPPED_LATER.match(note.flat, line.end, min(until, line.end + 75))
    other = later and (
        _next_at(note, later.end(), line.following) or _OF_A_HABIT.match(note.flat, later.end())
    )
    if other or (later and lasting(line)):
        later = None
    if arrow or later:
        return STOPPED
    if not match and _INSIDE.search(note.flat, line.named.end, line.end):
        return ONGOING
    match = match or _ARROW_NONE.match(note.flat, line.end)
    asked = _ASKED.match(note.flat, line.end)
    if asked and (asked["no"] or not line.posology.says_something):
        return NONE
    return NONE if match else ""
