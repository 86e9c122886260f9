"""Whether what a term says is there: affirmed, negated, suspected, over (history), of a relative (family), or not said
of anybody. By the cues of cues.toml in the same sentence, and the section."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from carnet.reading import tables
from carnet.reading.structure import Note, Sentence

AFFIRMED, NEGATED, SUSPECTED, HISTORY, FAMILY = "affirmed", "negated", "suspected", "history", "family"
_FAR = 60  # characters that « si » still governs
REACH = 110  # characters in which a cue counts
_COMMA = re.compile(r",(?![0-9])")
# What stands before a term must lead to it: « pas de nodule dysurie » denies no dysuria.
_LINKED = re.compile(
    r"^ ?$|(?:^|[ ,/+(])(?:ni|ou|et|d'|de|du|des|la|le|les|l'|une?|en|a|au|aux|autres?|franche?s?|reelle?s?|nouve\w*|vraie?s?|grosses?|veritables?|autre"
    r"|signes?|cliniques?|evidente?s?|recente?s?|significative?s?|particuli\w*|importante?s?|patente?s?|simple|symptomes? d'|episode|conso(?:mmation)?) ?$|[,/+(] ?$"
)
_LIST_END = re.compile(r"(?<![a-z])(?:ni|ou)(?![a-z])")


@dataclass(frozen=True, slots=True)
class Said:
    """`status` is None when the term is said of nobody: a condition for coming back, a vaccine, a name."""

    status: str | None
    confidence: float = 0.9


DENIED = Said(NEGATED, 0.92)


@dataclass(frozen=True, slots=True)
class Term:
    """A term in a note: its place, its CIM-10 codes, its kind, and what stood before it in the same sentence."""

    start: int
    end: int
    codes: tuple[str, ...]
    kind: str = "disease"
    last: bool = True  # no other term follows in its sentence
    previous: tuple[int, str | None] | None = None  # end and status of the term before
    following: int = 1_000_000  # where the next term begins


def of(note: Note, term: Term) -> Said:
    """The status of a term."""
    sentence = note.sentence(term.start)
    before = note.flat[max(sentence.body, term.start - REACH) : term.start]
    after = note.flat[term.end : min(sentence.end, term.end + 60)]
    own = after[: max(0, term.following - term.end)]
    planned = term.kind in DONE and _PLANNED.search(before)
    if planned or _unsaid(note, term, sentence, before, after) or _only_tested(term, before, after):
        return Said(None)
    answered = sentence.asked and term.last and "," not in after
    unsettled = _UNSETTLED.search(before)
    if (_is_negated(before, after) and not unsettled) or (
        answered and _ANSWERED_NO.match(note.flat, sentence.end)
    ):
        return Said(NEGATED, 0.93)
    if _is_family(note, sentence, term, before, after):
        return Said(FAMILY, 0.92)
    asked = _ASKED_FIRST.search(note.flat, max(0, term.start - _FAR), term.start)
    if asked or _HYPOTHESES.match(note.flat, sentence.start, term.start):
        return Said(SUSPECTED, 0.88)
    if _is_suspected(sentence, term, before, after) or _told_later("suspected", own, term):
        return Said(SUSPECTED, 0.9)
    if _is_over(sentence, term, before, after) or _is_later_over(sentence, term, own):
        return Said(HISTORY, 0.88)
    return Said(AFFIRMED, 0.88)


# « Je ne peux exclure une embolie pulmonaire ».
_UNSETTLED = re.compile(
    r"(?:ne (?:peut|peux|permet|peut-on)(?: pas)?(?: d')? ?|sans pouvoir |difficile d')(?:exclure|eliminer|ecarter) (?:une? |le |la |l')?$"
)
_ASKED_FIRST = re.compile(  # « ? début d'Alzheimer », « toux. ?? pneumopathie »
    r"(?:^|[\n.;,:(>→+*-]) ?\?{1,3} ?(?:(?:une?|le|la|les|debuts?|possible|poussee|recidive|syndrome|forme) ?(?:d[e'] ?)?|l'){0,3}$"
)
_EXCEPT = re.compile(  # « jamais d'IST sauf gonococcie 2022 »; « pas de consultation sauf fièvre » is advice
    r"(?<![a-z])(?:jamais|pas|aucune?) (?:d[e'] ?)?(?!cons)[^.;,\n]{0,25} (?:sauf|hormis|excepte) (?:une? )?$"
)
_HYPOTHESES = re.compile(r"[ *-]*(?:hd|dd|hypotheses?(?: diagnostiques?)?|diagnostics? differentiels?) ?[:=]")
_ANSWERED_NO = re.compile(r" ?\? ?non(?![a-z])")


# « Consultation de grossesse »: the one reason of a visit that is a state besides.
_VISIT = re.compile(
    r"(?<![a-z])(?:consult\w*|cs|suivi|visite)(?: (?:mensuelle|prenatale|du [0-9]e mois))? (?:de )?(?:suivi (?:de )?)?(?:la )?$"
)


def _unsaid(note: Note, term: Term, sentence: Sentence, before: str, after: str) -> bool:
    if sentence.section in ("advice", "vaccines", "allergy"):
        return True
    if _EXCEPT.search(before):
        return False
    if term.codes[:1] == ("Z33",) and _VISIT.search(before):
        return False
    if _ends_with("unsaid", "before").search(before) or _begins_with("unsaid", "after").match(after):
        return True
    far = list(_far().finditer(before))
    return (
        bool(far)
        and len(before) - far[-1].end() < _FAR
        and not _other_story().search(before[far[-1].end() :])
    )


def _only_tested(term: Term, before: str, after: str) -> bool:
    """« Sérologies bilharziose et anguillulose », « grippe + Covid faits »: a test or a vaccine, no infection."""
    if not term.codes or not _infections().match(term.codes[0]):
        return False
    if term.codes[0].startswith(tuple(tables.toml("cues.toml")["tested"]["only"])):
        return True
    if _POSITIVE.match(after) or _EXCEPT.search(before):
        return False
    if _IN_TESTS.search(before) or _begins_with("tested", "after").match(after):
        return True
    return bool(_ends_with("tested", "before").search(before))


_POSITIVE = re.compile(
    r" ?[:(]? ?(?:(?:pcr|tdr|test|serologie|antigene|ag) ?:? ?)?(?:\+|pos(?:itif|itive|\.)?(?![a-z])|confirmee?)"
)
_IN_TESTS = re.compile(
    r"(?:serolog\w*|auto-?prelevements?|depistages?|ists?|recherche|(?:non )?immunisee?s?|vaccine?e?s?(?: contre)?|vaccins?)[ :(]*"
    r"(?:(?:(?:de|du|la|le|contre) |[dl]')*(?!(?:et|de|du|la|le|contre) )[a-z0-9-]{2,18}"  # else exponential
    r"(?: (?!(?:et|de|du|la|le|contre)(?![a-z0-9]))[a-z0-9]{1,12})?(?: ?[,/+&] ?| et ))*(?:(?:de|du|la|le|contre) |[dl]')*$"
)


def _is_negated(before: str, after: str) -> bool:
    if _begins_with("negated", "after").match(after) or _ends_with("negated", "near").search(before):
        return True
    if _NE.search(before) and _PAS.match(after):
        return True
    cues = list(_anywhere("negated").finditer(before))
    if not cues:
        return False
    between = before[cues[-1].end() :].lstrip()
    listed = between.startswith(":") or cues[-1][0].rstrip().endswith(":")
    between = between.lstrip(" :")
    if _COURSE.match(between):
        return False
    if _ends().search(between) or len(between.split()) > 9 or not _LINKED.search(between):
        return False
    pieces = _COMMA.split(between)
    if len(pieces) == 1 or all(_GOES_ON.match(piece) for piece in pieces[1:]):
        return True
    rest = _next_piece(after)
    short = all(len(piece.split()) <= 4 for piece in pieces)
    if short and listed:
        return True
    return short and bool(_LIST_END.search(pieces[-1] + rest)) and not _anywhere("negated").search(pieces[-1])


_GOES_ON = re.compile(r" ?(?:et |ou |ni )?(?:de |d')")  # « absence de fièvre, de frissons »
# « Pas d'amélioration de la lombalgie » leaves the pain.
_COURSE = re.compile(
    r"(?:nette |franche |reelle )?(?:ameliorations?|changements?|modifications?|diminution|regression|soulagement|disparition|evolution|traitements?|efficacite|effets?|bilan|suivi|controle)(?![a-z])"
)
_NE = re.compile(r"(?<![a-z])n(?:e |')(?:(?:se|s'|me|lui|en|y) ?)?$")  # « ne tousse pas »
_PAS = re.compile(r" (?:pas|plus|jamais)(?![a-z])")


def _next_piece(after: str) -> str:
    """The rest of a list: up to the second comma, an end, or the sentence's."""
    ended = _ends().search(after)
    text = after[: ended.start()] if ended else after
    return ",".join(_COMMA.split(text)[:3])


def _is_family(note: Note, sentence: Sentence, term: Term, before: str, after: str) -> bool:
    if sentence.section == "family" or _ends_with("family", "before").search(before):
        return True
    if _of_relative(note, before) or _begins_with("family", "after").match(after):
        return True
    if term.previous and term.previous[1] == FAMILY:
        if _RELATIVES_LIST.search(before):
            return True  # « mère : HTA, diabète »
        if note.flat[term.previous[0] : term.start] == " ":
            return True  # « sœur hypothyroïdie Hashimoto »
        return bool(_AND.fullmatch(note.flat, term.previous[0], term.start))
    return False


def _of_relative(note: Note, before: str) -> bool:
    """« Père IDM »; but « amené par sa mère fébrile » speaks of nobody else, « petite fille » of a child of herself."""
    named = _relative().search(before)
    if named and (note.context.age or _GROWN_UP) < _GROWN_UP and _CHILD.match(named[0]):
        return False
    return named is not None and not _COMPANY.search(before[: named.start()])


_GROWN_UP = 15  # years; nobody younger has a son or a daughter
_CHILD = re.compile(r"fils|fille")
_COMPANY = re.compile(
    r"(?:^|[^a-z])(?:par|avec|selon|dit|chez|appel(?: de| du)?|tel(?:ephone)?|coup de fil|message|mail|accompagnee? de|vue? avec|presence d[eu]) (?:sa |son |ses |le |la |les |leur )?$"
)
_RELATIVES_LIST = re.compile(r"(?:pere|mere|freres?|soeurs?|sœurs?)(?: (?:[mp]at\w*))? ?: [^.:;]*[,+] ?$")
_AND = re.compile(
    r"(?: ?\(?(?:a )?[0-9]{1,2} ?ans\)?)? ?(?:et|\+|/|&|pour|sur|suite a|de) ?(?:d'|de |du |une? )?"
)


def _is_suspected(sentence: Sentence, term: Term, before: str, after: str) -> bool:
    if _begins_with("suspected", "after").match(after):
        return True
    if sentence.asked and term.last and not _COMMA.search(after):
        return True
    cues = list(_anywhere("suspected").finditer(before))
    if not cues:
        return False
    between = before[cues[-1].end() :]
    if "biopsie" in before or "anapath" in before:
        return False
    if cues[-1][0].startswith(
        ("eliminer", "a eliminer", "pour eliminer", "ecarter", "a ecarter", "pour ecarter", "craint")
    ):
        between = between.lstrip(" :")
    if ":" in between or "(" in between or ":" in cues[-1][0][3:]:
        return False
    return (
        len(between.split()) <= 4
        and bool(_LINKED.search(between) or len(between.split()) < 2)
        and not _COMMA.search(between)
        and not _ends().search(between)
    )


def _is_over(sentence: Sentence, term: Term, before: str, after: str) -> bool:
    if _begins_with("history", "after").match(after):
        return True
    if _AT_AGE.match(after) and _ends_with("history", "before").search(before):
        return True
    over = is_past(term.codes) or term.kind in DONE
    if over and (sentence.section == "history" or term.kind in DONE):
        return True
    dated = bool(_begins_with("dated", "after").match(after)) and not after.startswith(" depuis")
    if over and dated:
        return True
    cues = list(_anywhere("history").finditer(before))
    if not cues or _JUST_NOW.match(after):
        return False
    between = before[cues[-1].end() :]
    near = len(between.split()) <= 3 and not _ends().search(between)
    named = cues[-1][0].startswith(("atcd", "anteced"))
    return near and (over if named else not _COMMA.search(between))


def _told_later(group: str, own: str, term: Term) -> bool:
    """« Pneumopathie franche lobaire probable »; but « dyspnée sur probable asthme » says it of the asthma."""
    found = _later(group).match(own)
    return found is not None and (term.last or bool(own[found.end() :].strip()))


def _is_later_over(sentence: Sentence, term: Term, own: str) -> bool:
    """« Mal perforant du pied cicatrisé »; « goutte 2023 »: what comes by episodes, with a year."""
    if _told_later("history", own, term):
        return True
    episode = bool(term.codes) and bool(_episodes().match(term.codes[0]))
    if _FORMER.match(own):
        return bool(term.codes) and term.codes[0].startswith(_PASSING)
    if is_past(term.codes) and _YEARS_AGO.match(own):
        return True
    dated = _DATED.match(own) and not own.startswith((" depuis", " dep", " dp"))
    return episode and bool(dated)


_FORMER = re.compile(r" ancien(?:s|ne|nes)?(?![a-z])")
_PASSING = ("F", "J45", "L2", "G43", "N3", "R")  # « asthme ancien » is over, « HTA ancienne » is not
_DATED = re.compile(
    r"(?: (?:[dg]|dte?|droite?|gauche))? ?\(?(?:en |le )?(?:[0-9]{1,2}/){0,2}(?:19|20)[0-9]{2}(?![0-9/])"
)
# « Phlébite sous pilule en 2009 ».
_YEARS_AGO = re.compile(
    r"(?: (?!depuis |dep |dp |et |ou |avec )[a-z'-]{1,18}){1,3} (?:en|il y a) (?:(?:19|20)[0-9]{2}|[0-9]{1,2} ans)(?![0-9])"
)
_JUST_NOW = re.compile(r" (?:hier|ce matin|cette nuit|ce jour|aujourd'hui)(?![a-z])")
_AT_AGE = re.compile(r" ?\(?(?:a [0-9]{1,2} ans|(?:en |le )?(?:[0-9]{1,2}/)*(?:19|20)[0-9]{2})")
DONE = ("procedure", "device")  # operated or implanted
_PLANNED = re.compile(
    r"(?:projet(?: de| d'une?)?|candidate? a|demande de|(?:envisage|souhaite|refuse|discute|propose)(?: une?)?|prevue?s?|programmee?s?|prevoir|indication (?:de|d')|en attente de|avant|pre[- ]?op\w*|pour) ?(?:une? |de |d'|la |le |l')?$"
)


def is_past(codes: tuple[str, ...]) -> bool:
    """Whether a condition of this code is over once it stands among antecedents."""
    return bool(codes) and bool(_past().match(codes[0]))


@cache
def _past() -> re.Pattern[str]:
    return re.compile("|".join(tables.toml("cues.toml")["past"]["codes"]))


@cache
def _episodes() -> re.Pattern[str]:
    return re.compile("|".join(tables.toml("cues.toml")["past"]["episodes"]))


@cache
def _infections() -> re.Pattern[str]:
    return re.compile("|".join(tables.toml("cues.toml")["tested"]["codes"]))


@cache
def _later(group: str) -> re.Pattern[str]:
    """Some words after the term, before any other term."""
    words = tables.any_of(tables.toml("cues.toml")[group]["later"])
    return re.compile(
        rf"(?: (?!et |ou |ni |mais |avec |pas |puis |pour |si |sous |a (?!l))[a-z'-]{{1,18}}){{1,4}} ?\(?(?:{words})(?![a-z])"
    )


@cache
def _ends_with(group: str, where: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z])(?:{tables.any_of(tables.toml('cues.toml')[group][where])})$")


@cache
def _begins_with(group: str, where: str) -> re.Pattern[str]:
    return re.compile(tables.any_of(tables.toml("cues.toml")[group][where]))


@cache
def _anywhere(group: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z])(?:{tables.any_of(tables.toml('cues.toml')[group]['before'])})")


@cache
def _far() -> re.Pattern[str]:
    return re.compile(
        rf"(?<![a-z])(?:{tables.any_of(tables.toml('cues.toml')['unsaid']['far'])})(?:(?<=')|(?![a-z]))"
    )


@cache
def _ends() -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z])(?:{tables.any_of(tables.toml('cues.toml')['ends']['any'])})(?![a-z])")


@cache
def _other_story() -> re.Pattern[str]:
    return re.compile(r"(?<![a-z])(?:mais|cependant|sinon)(?![a-z])|[)]")


@cache
def _relative() -> re.Pattern[str]:
    table = tables.toml("cues.toml")["family"]
    return re.compile(
        rf"(?<![a-z])(?:{tables.any_of(table['relatives'])})(?![a-z]){''.join(f'(?:{one})' for one in table['between'])}$"
    )
