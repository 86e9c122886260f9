"""Whether a drug line is prescribed, goes on, or was stopped: by the nearest cue, then by where it stands in the note, then
by what it says itself."""

from __future__ import annotations

import re
from functools import cache

from carnet.reading import drug_cues, tables
from carnet.reading.drug_cues import (
    KEPT,
    NONE,
    ONGOING,
    PAST,
    PRESCRIBED,
    REACH,
    STOPPED,
    SUPPLY,
    UNSAID,
    lasting,
)
from carnet.reading.drug_lines import Line
from carnet.reading.structure import Note, Sentence

UNCHANGED = (ONGOING, 0.93)  # said after the line
GUESSED = (PRESCRIBED, 0.6)  # a strength alone
BY_ITS_DOSE = (PRESCRIBED, 0.8)  # a dosage, and nothing said
BY_PLACE = 0.9  # sure of at most: by where it stands in the note
DENIED = (ONGOING, 0.8)  # its stop is denied: it seems to be taken
_LETTERS = 2  # of « BB », a baby as often as a drug
BY_DOSE = 0.8  # sure of at most: by the dosage of the line itself


def status(note: Note, line: Line, *, in_list: bool = False) -> tuple[str, float]:
    """By the nearest cue: after the line, before the name, the section, then what the line itself says."""
    one, read = line.named, line.posology
    sentence = note.sentence(one.start)
    after, before = drug_cues.after(note, line), drug_cues.before(note, line, sentence)
    if before == KEPT:
        return DENIED
    if before == PAST:
        stop = after == STOPPED or drug_cues.ARROW_STOP.search(note.flat, line.end, line.end + REACH // 2)
        return (STOPPED, 0.8) if stop else (NONE, 0)
    if before == STOPPED and _BECAUSE.match(note.flat, line.end):
        return STOPPED, 0.92  # « arrêt Atarax (inefficace) »
    if after == NONE or (before == NONE and not (after and read.says_something)):
        return NONE, 0
    if _is_replaced(note, line):
        return STOPPED, 0.8
    if after == STOPPED and _is_no_stop(note, line, before):
        after = ""
    if read.kept:
        return UNCHANGED
    if read.changed and before != STOPPED:
        return PRESCRIBED, 0.9
    if one.drug.inn == "insuline" and not any(intake.amount for intake in read.intakes):
        return NONE, 0  # « DT2 sous insuline », « IDE pour insuline 3 mois »: no medicine of the list
    told = read.intakes or read.as_needed or read.ceiling or (read.days or 0) > 1 or read.strength
    age = one.end - one.start <= _LETTERS and not bare(line) and not (read.intakes or read.as_needed)
    if one.weak and not (before or after) and (age or not told):  # « FSH LH estradiol J3 », « BB 6 mois »
        return NONE, 0
    if after and before != STOPPED:
        return after, UNCHANGED[1]
    if before == ONGOING and (read.days or 0) >= SUPPLY:
        return PRESCRIBED, 0.9  # « sous BHD 8 mg/j 28 j »: it is renewed
    if before:
        return before, 0.92
    if in_list:
        return ONGOING, 0.7
    return _by_place(note, line, sentence)


def _is_no_stop(note: Note, line: Line, before: str) -> bool:
    """« reprise du Lévothyrox 100 après arrêt spontané », « Tahor 20 1/j, à arrêter si myalgies »."""
    if before == PRESCRIBED and not drug_cues.cues("after").search(note.flat, line.end, line.end + 24):
        return True
    says = before != STOPPED and line.posology.says_something
    return says and bool(_STOP_IF.match(note.flat, line.end))


def _is_replaced(note: Note, line: Line) -> bool:
    """« Jasminelle -> Leeloo », « Relais Oramorph par Skenan »."""
    by_next = _REPLACED.fullmatch(note.flat, line.end, max(line.end, line.following))
    if by_next and not _DOUBTED.match(note.flat, max(0, line.following)):
        return True
    told = note.before(line.named.start, 24)
    switch = _SWITCHED.search(told)
    by = _BY.match(note.flat, line.end)
    if not switch or not by:
        return False
    if by["to"] and not _ARTICLE.fullmatch(note.flat, by.end(), max(by.end(), line.following)):
        return False  # « passer Seroplex à demi-dose »
    return not drug_cues.denies(note, line.named.start - len(told) + switch.start())


_BECAUSE = re.compile(
    r"[ ,;:(→>-]*(?:car |devant |cause |pour |trop |tres )?(?:inefficac|insuffisan|sans (?:effet|efficacite)|mal toler|non (?:toler|support|efficace)|intoler|pas (?:d'effet|efficace|toler)|peu efficace)"
)
_STOP_IF = re.compile(
    r"[ ,;:.(→>-]*(?:(?:a|mais|et|puis|a faire|il faut|faudra|penser a|pourra|peut|on) ){0,2}(?:stop|arret|stopper|arreter|suspendre|interrompre|cesser|arretera?)"
    r"(?: (?:le |la )?(?:ttt|traitement|tout|immediate?(?:ment)?|aussitot|d'emblee))? ?[,:]? (?:si|en cas d[e']|des (?:que|qu'|l'|amelioration|disparition|guerison)|quand|lorsqu)"
)


def stops_later(note: Note, line: Line) -> bool:
    """Whether its stop is planned, wondered about, or hangs on a condition: « stop Lasilix si déshydratation »."""
    one, sentence = line.named, note.sentence(line.named.start)
    told = note.flat[max(sentence.start, one.start - REACH * 2) : one.start]
    if _later("before").search(_CLAUSE.split(told)[-1]) or _IF_FIRST.search(told):
        return True
    end, following = one.end + REACH, line.following
    if following >= one.end and not _JOINED.fullmatch(note.flat, line.end, following):
        end = min(end, max(line.end, following))
    found = _later("after").search(note.flat, one.end, end)
    if not found:
        return False
    joined = one.end <= following < found.start()
    if (
        joined
        and "," in note.flat[line.end : following]
        and _DIGIT.search(note.flat, following, found.start())
    ):
        return False  # « stop Tahor, Doliprane 1 g si douleur »
    other = _ELSE.search(note.flat, following if joined else one.end, end)
    return not other or other.start() > found.start()


@cache
def _later(where: str) -> re.Pattern[str]:
    words = tables.any_of(tables.toml("medications.toml")["later"][where])
    return re.compile(rf"(?<![a-z0-9])(?:{words})(?:(?<=')|(?![a-z]))")


_DIGIT = re.compile(r"[0-9]")
_CLAUSE = re.compile(r"[,;\n]|[.](?![0-9])")
_IF_FIRST = re.compile(
    r"(?:^|[:;.\n(→>-]) ?(?:et |mais |sauf |puis )?(?:si|en cas d[eu']|quand|lorsqu[e']|avant)(?![a-z])"
)
_JOINED = re.compile(r" ?(?:[,+/&]|et|ou|et/ou) ?(?:le |la |les |l'|du |de |d'|son |sa )?")
# Another matter begins: what follows is said of it.
_ELSE = re.compile(
    r"[;\n]|[.](?![0-9])|,(?! ?(?:si|en cas|avant|sauf)(?![a-z]))|→|->|=>| - |(?<![a-z])(?:puis|par|revoir|rdv|cs|consult[a-z]*|"
    r"appel[a-z]*|rappel[a-z]*|bio|controle|revient|urgences?)(?![a-z])"
)


def _before_exam(note: Note, line: Line) -> bool:
    """Told at the beginning of the note, before any measure of today."""
    at = line.named.start
    told = note.told_before(note.sentence(at))
    return (
        told < _FIRST
        and not _MEASURED.search(note.flat, 0, at)
        and (bool(_MEASURED.search(note.flat, line.end)) or len(note.telling) > told + _STORY)
    )


_FIRST = 2  # sentences that say something
_STORY = 4  # of them that follow what is told first
BEFORE_EXAM = (ONGOING, 0.62)
_MEASURED = re.compile(
    r"(?<![a-z])(?:ta|pa|tension|fc|pouls|pds|poids|spo2|sat|imc|hba1c|ldl|creat|dfg) ?[:=]? ?(?:a |est a )?[0-9]"
)
_DECIDES = re.compile(
    r"(?<![a-z])(?:j'|je |on )(?:arrete|stoppe|debute|mets|prescris|remplace|introduis|ajoute|propose)(?![a-z])"
)
_ARROW = re.compile(r"[^.\n]{0,40}(?:→|-+>|=+>)(?! ?[↑↓])")
_FOLLOWED = re.compile(r"(?<![a-z])suivi[a-z' ]{0,30} ?: ?$")


def bare(line: Line) -> bool:
    return bool(line.posology.strength) and not line.posology.says_something


def _by_place(note: Note, line: Line, sentence: Sentence) -> tuple[str, float]:
    read = line.posology
    free = bool(_FREELY.match(note.flat, line.end))
    ends = read.as_needed or lasting(line) or read.repeat is not None or free
    if sentence.section == "treatment" and not sentence.arrow:
        if (read.days or 0) >= SUPPLY:
            return PRESCRIBED, 0.8  # « TTT : … qsp 3 mois »: it is renewed
        if _DECIDES.search(note.before(line.named.start, REACH)):
            return PRESCRIBED, 0.8  # « TTT : … . J'arrête le Seresta, mélatonine 2 mg au coucher »
        course = read.days and not line.shared and not _TAKEN.search(note.flat, 0, sentence.start)
        return (PRESCRIBED, 0.8) if course or _examined(note, sentence.start) else (ONGOING, 0.9)
    if sentence.section in ("plan", "advice") or sentence.arrow:
        return PRESCRIBED, 0.9
    if sentence.section in ("history", "family", "life"):
        return (ONGOING, 0.8) if read.says_something or read.strength else (NONE, 0)
    if not ends and _FOLLOWED.search(note.before(line.named.start, 40)):
        return ONGOING, 0.6  # « Suivi PR : MTX 15 mg 1x/sem »
    if not ends and _before_exam(note, line):
        return BEFORE_EXAM  # told before the measures of today: what the patient takes
    if not ends and _ARROW.match(note.flat, line.end) and not _examined(note, line.named.start):
        return ONGOING, 0.6  # « Sinemet 100 1-1-1 → ajout Requip »
    if read.says_something or free:
        return BY_ITS_DOSE
    if read.strength:
        return GUESSED
    alone = note.flat[sentence.body : sentence.end].strip(" .,:-") == note.flat[line.named.start : line.end]
    if alone and not line.named.weak and _examined(note, sentence.start):
        return GUESSED  # « Angine. Doliprane. »
    if _CONTRACEPTION.search(note.before(line.named.start, 30)):
        return ONGOING, 0.7  # « pas enceinte, pilule Leeloo »
    return UNSAID, 0


# A heading of what is taken already: « Ttt en cours : Augmentin 1 g x2 7 j » asks for nothing.
_TAKEN = re.compile(
    r"(?:ttts?|trts?|tts?|traitements?)[^\n:]{0,20}(?:en cours|hab|actuel|de fond|perso|chron|anterieur|recu|donne|urgences|sortie)[^\n:]{0,20}:[^:]*$"
)


def _examined(note: Note, place: int) -> bool:
    """Whether the examination or a conclusion stands before: a treatment told after it is a decision."""
    return any(
        one.section in ("exam", "assessment") or _EXAMINED.search(note.flat, one.body, one.end)
        for one in note.sentences
        if one.end <= place
    )


_CONTRACEPTION = re.compile(r"(?<![a-z])(?:pilule|contracep[a-z]*(?: orale)?)(?: ?[:(=])? ?$")
_FREELY = re.compile(
    r" ?:? ?(?:[+]{2,3}|(?:par |en )?petites gorgees|a volonte|(?:ad )?lib(?:itum)?(?![a-z]))"
)
_EXAMINED = re.compile(
    r"(?<![a-z])(?:ta|t°|auscult\w*|fc|spo2|tympans?|gorge|abdo(?:men)? souple)(?![a-z]) ?[:0-9a-z]"
)


_SWITCHED = re.compile(
    r"(?<![a-z])(?:relais|switch[a-z]*|substitu[a-z]*|pass(?:er?|age|ons)|bascul[a-z]*|chang[a-z]*|transition|rempla[a-z]*) (?:de |du |de l'|d'|de la |le |la |l'|son |sa )?$"
)
_BY = re.compile(r" ?(?:par|vers|pour|(?P<to>a)|-+>|=+>|→) ?(?![0-9])")
_ARTICLE = re.compile(r"(?:le |la |l'|du |de la |une? )?")
_DOUBTED = re.compile(r"[a-z0-9 ,]{3,30}\?")  # « anoro -> trelegy ? »
_REPLACED = re.compile(r" ?(?:-+>|=+>|→) ?")
