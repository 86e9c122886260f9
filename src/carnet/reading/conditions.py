"""Conditions: terms of the thesaurus with their status, quoted with the qualifiers attached to them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from carnet.reading import capitals, grades, status
from carnet.reading.facts import (
    ALCOHOL,
    ALLERGY,
    CONDITION,
    IMMUNIZATION,
    LAB,
    MEDICATION,
    ORDER,
    TOBACCO,
    VITAL,
    Fact,
)
from carnet.reading.status import Term
from carnet.reading.structure import Note
from carnet.reading.terms import Match
from carnet.reading.vocabulary import Concept

# Side, stage, course, date: attached to the concept.
_QUALIFIER = re.compile(
    r"(?:[ab](?![a-z0-9']))?"  # « stade 3a »
    r"(?:(?: |, (?=episode))(?:d|g|dte?|gche?|droite?s?|gauches?|bilat\w*|bilaterale?s?|unilat\w*|recidivante?s?"
    rf"|caracterisee?s?|(?:bien |mal |non |peu |partiellement )?(?:controlee?|equilibree?)|aigu[es]*|chronique|{grades.WORDS}|{grades.KIDNEY})(?![a-z0-9'])){{0,4}}"
)
_DATE = re.compile(
    r" ?(?:\(|en |le |depuis (?:le )?|a )?(?:(?:[0-9]{1,2}/)?(?:[0-9]{1,2}/)?(?:19|20)[0-9]{2}|[0-9]{1,2} ans)(?![0-9])\)?"
)
# Facts whose words are no condition besides; « fièvre 38,9 » is a temperature and a fever.
_CLAIMING = frozenset((ALLERGY, IMMUNIZATION, LAB, MEDICATION, TOBACCO, ALCOHOL))
_SHORT = 2  # letters; such an abbreviation counts only in capitals
_KEPT = frozenset(("deuil", "fin-de-vie"))  # circumstances that doctors code like diseases
_KINDS_LEFT_OUT = frozenset(("social",))
# Reasons of contact, acts and circumstances (chapters XX and XXI): what is done, not what the patient has.
_CODES_LEFT_OUT = (
    "F17",  # tobacco has its own kind
    "Z0",
    "Z1",
    "Z2",
    "Z30.0",
    "Z30.1",
    "Z30.4",
    "Z30.5",
    "Z30.8",
    "Z30.9",
    "Z31",
    "Z32",
    "Z36",
    "Z39",
    "Z4",
    "Z5",
    "Z6",
    "Z70",
    "Z71",
    "Z73.6",
    "Z73.8",
    "Z74",
    "Z75",
    "Z76",
    "Z91.8",
    "Z97",
    "O80",
    "Z92.2",
    "Z99.8",
)
_NOT_A_TEST = (status.SUSPECTED, status.HISTORY, status.FAMILY)
_GROWN_UP = 3  # years
_CURED = re.compile(r"(?<![a-z])(?:gueri|opere|traite)e?s?(?![a-z])")
_TOUCHING = 2  # characters
_PAIN = "R52"  # pain without a place; beside a score it is the score
_DOUBT = re.compile(r"(?<![a-z])(?:probable|possible|suspect\w*|suspicion)(?![a-z])")
_TITLES = re.compile(
    r"(?:^|[^a-z])(?:dr|docteur|pr|professeur|mme|mr|m\.|rue|hopital|clinique|cabinet)\.? ?$"
)


_FULL_NAME = re.compile(r"(?:^|[^a-z])(?:dr|docteur|pr|mme|mr|m\.) [a-z-]{2,14} $")  # « Mr Petit Rhume »
_NOTHING_MORE = re.compile(r" ?(?:$|[,;.\n])")
# « Clinique de la Goutte d'Or ».
_NAMED_AFTER = re.compile(
    r"(?<![a-z])(?:clinique|hopital|rue|avenue|boulevard|place|quartier|residence|pharmacie) (?:de |du |des |d')(?:la |l')?$"
)


def read(
    note: Note, found: Sequence[Match[Concept]], taken: Sequence[Fact], tests: Sequence[tuple[int, int]]
) -> Iterator[Fact]:
    """Each term once per status, at its first mention, unless it lies inside a fact of another kind or the name of a
    test (« PCR coqueluche »)."""
    seen: set[tuple[str, str, str, str]] = set()
    previous: tuple[int, str | None] | None = None
    told = 0
    for place, match in enumerate(found):
        sentence = note.sentence(match.start)
        last = place + 1 == len(found) or found[place + 1].start >= sentence.end
        before = previous if previous and previous[0] >= sentence.start else None
        concept = match.value
        if match.start < told or (not last and _same_family(match, found[place + 1])):
            continue  # « sans symptômes psychotiques » belongs to the depression
        told = _qualified(note, match.end)
        following = sentence.end if last else found[place + 1].start
        term = Term(match.start, told, concept.codes, concept.kind, last, before, following)
        said = _said(note, match, term)
        previous = (match.end, said.status)
        label, code = grades.told(concept.label, concept.code, note.flat[match.start : told])
        key = (concept.id, said.status or "", note.flat[match.start : match.end], label)
        if (
            said.status is None
            or key in seen
            or (said.status == status.FAMILY and _is_no_heredity(concept))
            or _is_reaction(note, match, taken)
            or not _counts(note, match, taken, said.status in (status.NEGATED, status.SUSPECTED))
            or (said.status == status.AFFIRMED and _told_with_its_place(match, found))
            or (_inside(match, tests) and said.status not in _NOT_A_TEST)
        ):
            continue
        seen.add(key)
        sure = said.confidence * (0.8 if match.corrected else 1.0)
        values = {"label": label, "cim10": code, "status": said.status}
        yield Fact(CONDITION, match.start, _dated(note, told), sure, values)


def _said(note: Note, match: Match[Concept], term: Term) -> status.Said:
    """The status from the words around it, unless those of the term itself say another."""
    said = status.DENIED if match.value.denies else status.of(note, term)
    if said.status == status.AFFIRMED and _DOUBT.search(note.flat, match.start, match.end):
        said = status.Said(status.SUSPECTED, 0.9)
    if said.status and _cured(note, match):
        said = status.Said(status.HISTORY, 0.9)
    if said.status == status.AFFIRMED and _outgrown(note, match):
        said = status.Said(status.HISTORY, 0.88)
    return said


def _cured(note: Note, match: Match[Concept]) -> bool:
    """« Hernie opérée », « gale traitée »; what stays is treated every day: « HTA traitée »."""
    told = _CURED.search(note.flat, match.start, match.end)
    if told is None or not told[0].startswith("traite"):
        return told is not None
    return status.is_past(match.value.codes) and not _EVERY_DAY.match(note.flat, match.end)


_EVERY_DAY = re.compile(r" (?:par|avec|sous)(?![a-z])")


def _outgrown(note: Note, match: Match[Concept]) -> bool:
    """« Eczéma du nourrisson » of somebody who is none any more."""
    return (note.context.age or 0) >= _GROWN_UP and "nourrisson" in note.flat[match.start : match.end]


def _is_no_heredity(concept: Concept) -> bool:
    """« Fille épuisée », « mère hystérectomisée »: neither an operation nor a symptom runs in a family; sudden death does."""
    code = concept.codes[0] if concept.codes else ""
    return concept.kind in status.DONE or (code[:1] in ("R", "T") and not code.startswith(("R56", "R96")))


def _is_reaction(note: Note, match: Match[Concept], taken: Sequence[Fact]) -> bool:
    """« Allergie pénicilline (urticaire) »: what the allergy did, once."""
    return any(
        fact.kind == ALLERGY
        and fact.end <= match.start
        and _AS_REACTION.fullmatch(note.flat, fact.end, match.start)
        for fact in taken
    )


_AS_REACTION = re.compile(
    r"(?: [a-z]{2,10})? ?\??!? ?(?:[(:=]|-+>|→|avec|a type d[e'])(?: ?(?:a type d[e'] ?|une? |type |d'))? ?(?:[a-z]{3,14} ?[,+/] ?)?"
)


def _told_with_its_place(match: Match[Concept], found: Sequence[Match[Concept]]) -> bool:
    """« Fracture » of a note that names the broken bone elsewhere is the same fracture."""
    if not match.value.codes or not match.value.codes[0].startswith(_NO_PLACE):
        return False
    kind = match.value.id.partition("-")[0]
    others = (one.value for one in found if one.value.codes and one.value.codes[0].startswith("S"))
    return any(one.id.partition("-")[0] == kind for one in others)


_NO_PLACE = ("T14.0", "T14.1", "T14.2", "T14.3")


def _inside(match: Match[Concept], places: Sequence[tuple[int, int]]) -> bool:
    return any(start <= match.start and match.end <= end for start, end in places)


def _counts(note: Note, match: Match[Concept], taken: Sequence[Fact], negated: bool) -> bool:
    concept = match.value
    if (
        (concept.kind in _KINDS_LEFT_OUT and concept.id not in _KEPT)
        or not concept.codes
        or not _meant(note, match, negated)
    ):
        return False
    if concept.codes[0].startswith(_CODES_LEFT_OUT) and concept.id not in _KEPT:
        return False
    before = note.flat[max(0, match.start - 24) : match.start]
    if _like_a_name(note, match) and (
        _TITLES.search(before) or (_FULL_NAME.search(before) and _NOTHING_MORE.match(note.flat, match.end))
    ):
        return False
    if _NAMED_AFTER.search(note.flat[max(0, match.start - 40) : match.start]) and _like_a_name(note, match):
        return False
    if _SPECIALISTS.fullmatch(note.flat, match.start, match.end) and (
        _TO_THEM.search(note.before(match.start, 24))
        or _BY_THEM.match(note.flat, match.end)
        or _asked_with(note, match, taken)
    ):
        return False
    if concept.codes[0].startswith(_PAIN) and any(
        fact.kind == VITAL and fact.overlaps(match.start, match.end) for fact in taken
    ):
        return False
    if _FELT.fullmatch(note.flat, match.start, match.end):
        return False
    if _QUALIFYING.fullmatch(note.flat, match.start, match.end) and _QUALIFIED.search(
        note.before(match.start, 40)
    ):
        return False
    if note.flat[match.start : match.end] == "fa" and _FONTANELLE.match(note.flat, match.end):
        return False
    claiming = _CLAIMING - {MEDICATION} if _ON_IT.search(note.before(match.start, 24)) else _CLAIMING
    return not any(fact.kind in claiming and fact.overlaps(match.start, match.end) for fact in taken)


# « Gastro-entérite probablement virale », « arc douloureux »: they say something of another word.
_QUALIFYING = re.compile(r"virales?|viral|bacterienne?s?|prurigineu(?:x|ses?)")
_FELT = re.compile(r"douloureu(?:x|ses?)")  # of a part of the body, or of nothing that has a code
_QUALIFIED = re.compile(
    r"(?<![a-z])(?:probablement|sans doute|origine|allure|mais|peu|non) (?:tres )?$|[a-z]{4} (?:tres )?$"
)
_ON_IT = re.compile(r"(?<![a-z])sur (?:la |le |les |l'|son |sa |ses )?$")  # « crème sur eczéma »


# In small letters these are words, not abbreviations; « MAP » and « RPM » are movements and a residue of urine as well.
_OTHER_ABBREVIATIONS = frozenset(("MAP", "RPM", "D1", "D2", "SaO"))
_OTHER_WORDS = frozenset(
    (
        "mat",
        "map",
        "rpm",
        "dit",
        "pas",
        "mal",
        "ras",
        "dos",
        "cou",
        "dg",
        "as",
        "sd",
        "pr",
        "ep",
        "pc",
        "ic",
        "ts",
        "tb",
        "dt",
        "ca",
        "vide",
        "lente",
        "lent",
    )
)
_ABBREVIATED = 4
_VERB = re.compile(r" (?:ete|eu|fait|pris|pu|du|dit|mis|[a-z]+e)(?![a-z])")
_MEASURE = re.compile(r" ?[:=]? ?(?!(?:19|20)[0-9]{2})[0-9]")
_NUMBER = re.compile(r" ?[:=]? ?[0-9]{2,3}(?![0-9]|/| ?(?:ans|a|mois|j)(?![a-z]))")
_SPECIALISTS = re.compile(r"gastro|pneumo|neuro|cardio|rhumato|dermato|psy|hemato")
_BY_THEM = re.compile(r"[ -]?(?:entero|scop)|,? ?:? ?(?:courrier|fogd|colo|rdv|dr |avis|pour |ctrl)")
_TO_THEM = re.compile(
    r"(?:fibro|selon|avec|avis|courrier|lettre|rdv|cs|chez|par|voir|suivi|adress\w*|au|le|en|cr|tel|appel|mot|recue? de|mail|mss|equipe|vue?|dr [a-z-]{2,20})(?: (?:le|la|au|en|un|du|d'un))? $"
)


_FONTANELLE = re.compile(r" (?:souple|norm|bomb|plat|perm)")


def _asked_with(note: Note, match: Match[Concept], taken: Sequence[Fact]) -> bool:
    """« Fibroscan + écho abdo, gastro »: one more of what is asked for."""
    asked = (fact for fact in taken if fact.kind == ORDER and fact.end <= match.start)
    return any(_AND_ALSO.fullmatch(note.flat, fact.end, match.start) for fact in asked)


_AND_ALSO = re.compile(r" ?(?:[,+/&]|et|puis) ?(?:avis )?")


def _like_a_name(note: Note, match: Match[Concept]) -> bool:
    """« Dr Angine », « Mme TOUX »; but « M. IRC » is an abbreviation."""
    written = note.text[match.start : match.end]
    return written.istitle() or (written.isupper() and len(written) > 3)


def _same_family(match: Match[Concept], following: Match[Concept]) -> bool:
    """« Diabète DT2 »: the second says it better."""
    close = following.start - match.end <= _TOUCHING
    codes, others = match.value.codes, following.value.codes
    return close and bool(codes and others) and codes[0][:2] == others[0][:2] == "E1"


def _qualified(note: Note, end: int) -> int:
    """Where the side, the stage or the course attached to a term ends."""
    match = _QUALIFIER.match(note.flat, end, note.sentence(max(0, end - 1)).end)
    return match.end() if match else end


def _dated(note: Note, end: int) -> int:
    match = _DATE.match(note.flat, end, note.sentence(max(0, end - 1)).end)
    return match.end() if match else end


def _meant(note: Note, match: Match[Concept], negated: bool) -> bool:
    """An abbreviation of many meanings is this one in capitals only; a word of many meanings never by itself."""
    written = note.text[match.start : match.end]
    if (written.islower() and written in _OTHER_WORDS) or written in _OTHER_ABBREVIATIONS:
        return False
    if note.flat.startswith("gouttes", match.start):
        return False  # of a medicine
    if written == "ait" and _VERB.match(note.flat, match.end):
        return False  # « bien qu'elle ait été opérée »
    if (
        match.value.doubtful
        and negated
        and (len(written) >= _ABBREVIATED or capitals.loud(note, match.start))
    ):
        return True  # « pas de globe », « PAS D'EP »
    if len(written) < _ABBREVIATED and written.isupper() and _NUMBER.match(note.flat, match.end):
        return False  # « PC 35 » is a measure
    if match.value.doubtful:
        return (
            written.isupper()
            and not capitals.loud(note, match.start)
            and not _MEASURE.match(note.flat, match.end)
        )
    return len(written) > _SHORT or not written.islower() or capitals.quiet(note, match.start)
