"""Requests: tests, imaging, specialists, nurses, physiotherapists, sick leave, certificates. One fact for terms of one
type that follow each other. A test that was done, refused, or has a value, is no request."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from carnet.reading import calendar, order_words, tables
from carnet.reading.facts import ALLERGY, IMMUNIZATION, LAB, MEDICATION, ORDER, VITAL, Fact
from carnet.reading.structure import Note
from carnet.reading.terms import Match
from carnet.reading.vocabulary import Concept

TYPES = ("sick_leave", "certificate", "physio", "nursing", "referral", "imaging", "lab")
# These say by themselves that something is asked for.
_SELF_EVIDENT = frozenset(("sick_leave", "physio", "nursing"))
_SHORT = 3  # letters
_JOIN = re.compile(r"[ ]?(?:[,+/&;-]|et|avec|puis|\+/-| )? ?(?:(?:une?|le|la|les|l'|d'|de|des|du) ?)?")
_BEFORE = 60


@dataclass(frozen=True, slots=True)
class Asked:
    """Terms of one type in the text."""

    type: str
    start: int
    end: int
    terms: int = 1
    weak: bool = False  # the name of a disease: a test only beside another test


def read(note: Note, mentions: Sequence[Asked], taken: Sequence[Fact]) -> Iterator[Fact]:
    """Each request, left to right; what follows a request in the same list is asked for as well."""
    kept = [fact for fact in taken if fact.kind in (VITAL, LAB, MEDICATION, ALLERGY, IMMUNIZATION)]
    free = [one for one in mentions if not any(fact.overlaps(one.start, one.end) for fact in kept)]
    since = decided(taken)
    stops = sorted([one.start for one in mentions] + [fact.start for fact in taken])
    asked, sure = -1, 0.0
    for one in joined(note, free):
        chained = asked >= 0 and bool(_CHAIN.fullmatch(note.flat, asked, one.start))
        sure = _asked(note, one, since) or (0.8 if chained and not _told(note, one) else 0)
        asked = one.end if sure else -1
        if sure:
            end = order_words.whole(note, one.type, one.start, one.end, stops)
            yield Fact(ORDER, one.start, end, sure, {"what": note.text[one.start : end], "type": one.type})


def decided(taken: Sequence[Fact]) -> int:
    """Where what was decided begins: at the first drug that is prescribed."""
    return min(
        (
            fact.start
            for fact in taken
            if fact.kind == MEDICATION and fact.values.get("status") == "prescribed"
        ),
        default=_NOWHERE,
    )


_NOWHERE = 1_000_000_000
_SAID_BEFORE = ("history", "family", "life", "allergy", "vaccines")


def named(note: Note, labs: Sequence[Match[Concept]], examinations: Sequence[Match[Concept]]) -> list[Asked]:
    """Everything that could be asked for, none inside another, asked for or not."""
    found = [
        Asked(kind, match.start(), match.end())
        for kind, pattern in _patterns()
        for match in pattern.finditer(note.flat)
    ]
    found += [Asked("lab", match.start, match.end) for match in labs if _long(note, match)]
    found += [
        Asked("lab", match.start(), match.end(), weak=True) for match in _diseases().finditer(note.flat)
    ]
    found += [
        Asked(kind, match.start, match.end)
        for match in examinations
        if (kind := match.value.kind) in TYPES and kind != "sick_leave" and _long(note, match)
    ]
    found.sort(key=lambda one: (one.start, -one.end, TYPES.index(one.type)))
    kept: list[Asked] = []
    for one in found:
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept


def _long(note: Note, match: Match[Concept]) -> bool:
    """Short names count only in capitals; marked ones too."""
    written = note.text[match.start : match.end]
    if match.value.doubtful and (not written.isupper() or note.text.isupper()):
        return False
    short = _SHORT - 1 if match.value.kind in ("lab", "") else _SHORT
    if written.lower() in _NO_REQUEST:
        return False
    return len(written) > short or (written.isupper() and len(written) > 1)


_NO_REQUEST = frozenset(
    (
        "cure",
        "epley",
        "courrier",
        "courrier fait",
        "courrier remis",
        "urgence",
        "urgences",
        "dextro",
        "glycémie capillaire",
        "automesure",
        "automesures",
        "automesure tensionnelle",
        "amt",
    )
)


def joined(note: Note, found: Sequence[Asked]) -> list[Asked]:
    """Terms of one type that follow each other are one request."""
    together: list[Asked] = []
    for one in found:
        last = together[-1] if together else None
        if (
            last
            and last.type == one.type
            and _SAME_REQUEST[last.type].fullmatch(note.flat, last.end, one.start)
        ):
            together[-1] = replace(last, end=one.end)
            continue
        if last and last.type == one.type and one.type not in ("certificate", "sick_leave", "referral"):
            between = note.flat[last.end : one.start]
            limit = 3 if one.type != "lab" else 9
            if len(between) <= limit and (_JOIN.fullmatch(between) or between.strip() in (":", "(", "")):
                together[-1] = replace(last, end=one.end, terms=last.terms + 1, weak=False)
                continue
        together.append(one)
    return [one for one in together if not (one.weak and one.terms < 2)]


def _told(note: Note, one: Asked) -> bool:
    """Whether the words around say that it is no request: refused, done, of the past, only if."""
    before, after = note.before(one.start, _BEFORE), note.after(one.end, 40)
    if _not_before().search(before) or _not_after().match(after) or _ONLY_IF.search(before):
        return True
    if _of_a_month_past(note, one) or _in_case(note, one):
        return True
    if one.type != "certificate" and _DONE.match(after) and not _WRITTEN.search(before):
        return True
    if one.type in ("imaging", "referral") and _DONE_NOW.match(after):
        return True
    if (one.type != "lab" or _ANY_TEST.match(note.flat, one.start)) and _BROUGHT.search(before):
        return True
    if _EMERGENCY.match(note.flat, one.start) and (_IF.match(after) or before.endswith("en ")):
        return True
    if _EMERGENCY.match(note.flat, one.start) and before.rstrip().endswith("→"):
        return True
    if _FOUND.search(note.flat, one.start, one.end):
        return True
    return (
        one.type in ("nursing", "referral") and bool(_BY_NURSES.search(before)) and not _ROUNDS.match(after)
    )


def _of_a_month_past(note: Note, one: Asked) -> bool:
    """« Écho en janvier » of a note of March is over; « coloscopie en mai » of April is to come."""
    month = _MONTH.match(note.flat, one.end)
    if not month:
        return False
    if month["year"] or _SHOWN.match(note.flat, month.end()):
        return True
    return not calendar.soon(month["month"], note.context.date)


_MONTH = re.compile(
    r" ?\(?(?:en |de |d'|du mois de |fin |debut |mi-)?(?P<month>janv|fev|mars|avr|mai|juin|juil|aout|sept|oct|nov|dec)[a-z]*\.?"
    r"(?: (?P<year>(?:20)?[0-9]{2}))?(?= |[.,:;)]|$)(?! a faire)"
)


def _in_case(note: Note, one: Asked) -> bool:
    """« Si fluctuation → urgences »: only if."""
    sentence = note.sentence(one.start)
    before = note.sentence(max(0, sentence.start - 3))
    if not sentence.arrow or "\n" in note.flat[before.end : sentence.start]:
        return False
    return bool(_CONDITION.search(note.flat, max(before.start, before.end - _BEFORE), before.end))


_CONDITION = re.compile(r"(?<![a-z])(?:si|sauf|en cas d)(?![a-z])")


def _asked(note: Note, one: Asked, decided: int) -> float:
    """How sure it is that this is asked for; 0 when it is not."""
    sentence = note.sentence(one.start)
    if _told(note, one):
        return 0
    if one.type in _SELF_EVIDENT and (one.type != "nursing" or _NURSE.search(note.flat, one.start, one.end)):
        return 0.9
    said = _before().search(note.before(one.start, _BEFORE)) or _after().match(note.after(one.end, 40))
    if one.end - one.start <= _TINY:
        return 0.8 if said or (one.type == "imaging" and _alone(note, one)) else 0
    if sentence.section in _SAID_BEFORE:
        return 0
    if sentence.section == "plan" or sentence.arrow:
        return 0.9
    if one.type == "certificate":
        return 0.8
    if said:
        return 0.85
    if _alone(note, one):
        return 0.75
    if one.start > decided and sentence.section in ("", "assessment") and _begins_a_part(note, one):
        return 0.7
    if (
        one.type == "imaging"
        and sentence.section not in ("exam", "results", "reason", "treatment")
        and not _SHOWN.match(note.flat, one.end)
    ):
        return 0.6
    if one.type == "referral" and _PERSON.match(note.flat, one.start):
        return 0.65
    if one.type == "referral" and _CONSULTATION.match(note.flat, one.start) and _begins_a_part(note, one):
        return 0.65
    if (
        sentence.end - sentence.body > _LONG
        and note.flat.count(",", sentence.body, sentence.end) < 2
        and one.end - one.start > _TINY
    ):
        return 0.6 if one.terms > 1 or _ASKED_ALONE.match(note.flat, one.start) else 0
    return 0.8 if one.terms >= 3 or (one.type == "referral" and _ADDRESSED.match(note.flat, one.start)) else 0


def _alone(note: Note, one: Asked) -> bool:
    """Whether the request is all that its part of the sentence says: « IRM lombaire. », « …, ECBU, … »."""
    sentence = note.sentence(one.start)
    before = note.flat[sentence.body : one.start].rstrip()
    after = note.flat[one.end : sentence.end].strip()
    starts = not before or before[-1] in "+;:→"
    if before.endswith(",") and one.type in ("referral", "imaging") and " " in note.flat[one.start : one.end]:
        return not after or after.startswith(",")
    return starts and bool(_WHOLE_PIECE.match(after)) and one.type != "certificate"


def _begins_a_part(note: Note, one: Asked) -> bool:
    """Whether a part of the sentence begins with the request, and it is not told what it showed."""
    before = note.flat[note.sentence(one.start).body : one.start].rstrip()
    begins = not before or before[-1] in "+,;:→/" or before.endswith((" et", " puis"))
    return begins and not _SHOWN.match(note.flat, one.end)


_NEVER = re.compile("(?!)")
# « Polygraphie pneumo », « dispense de sport : certificat » ask once.
_SAME_REQUEST = dict.fromkeys(TYPES, _NEVER) | {
    "referral": re.compile(r" ?[:/-]? ?"),
    "certificate": re.compile(r"(?: [a-z]{3,12})? ?[:=(] ?"),
}
_CHAIN = re.compile(r" ?(?:,|\+|et|/|puis|;)? ?(?:(?:une?|le|la|les|l'|d'|de|des|du) ?)?")
_DONE = re.compile(r" ?(?:faite?s?|realisee?s?|ok|recue?s?|vue?s?)(?: ?$| ?[.,)\n])")
_WRITTEN = re.compile(r"(?<![a-z])(?:courrier|lettre|ordo\w*|demande)(?: (?:pour|de|d'|au|a la))? ?$")
_ONLY_IF = re.compile(r"(?:^|[^a-z])(?:si|en cas de?) [^.;,]{0,50}$|(?:^|[^a-z])si [a-z' ]{2,40}[,:] ?$")
_FOUND = re.compile(r" (?:montr|objectiv|retrouv|normal)")
_ROUNDS = re.compile(r" ?(?:a domicile|ad |tous|ts|[0-9])")
_BY_NURSES = re.compile(
    r"(?:^|[^a-z])(?:par(?: ide)?|demande|appel|mot|passage) (?:des|de l'|les|l'|une?|de)? ?$"
)
_DONE_NOW = re.compile(r" ?(?:faite?|realisee?)s? (?:ce jour|auj\w*|au cabinet)")
_BROUGHT = re.compile(  # « revoir avec l'IRM »: asked for before
    r"(?:revoir|revue?|rdv|rv|reverr\w*|rappel\w*|retour|revient|reconsult\w*)[^.;\n]{0,25} avec(?: la| les| l'| le| son| sa| ses)? ?$"
)
_ANY_TEST = re.compile(
    r"(?:bio(?:logie)?|bilans?|bs|ps|prise de sang|labo|resultats?)(?! (?!dans |ds |a |le |fait|ce )[a-z0-9]{2,})"
)
_EMERGENCY = re.compile(r"(?:sau|samu|urgences?|hospit\w*|15|smur)(?![a-z])")
_IF = re.compile(r" (?:si|en cas)(?![a-z])")
_NURSE = re.compile(r"(?<![a-z])(?:ide|infirm|pansement|ssiad|soins)")
_TINY = 2  # letters
_WHOLE_PIECE = re.compile(
    r"$|[+,] ?[a-z]|pour |[(]|avec |a [0-9]|ds |dans |et |j ?\+? ?[0-9]|par |en urgence|: ?$|a j ?[0-9]|demain|si |avance|chez |: ?(?:courrier|avis|rdv|lettre)|sous [0-9]|rapide|en ville|[0-9]{1,2} ?(?:j|mois|sem|m)(?![a-z])|de reference|a ajouter|(?:dr|pr) [a-z]|courrier|bilan|ctrl|coordonnees|ts les|tous les|[0-9]x? ?/ ?sem|crp|nfs"
)
_SHOWN = re.compile(r" ?(?:[:=(]|[0-9])")  # what follows is what it showed
_LONG = 120  # characters of a sentence without commas: a note that nobody punctuated
_PERSON = re.compile(
    r"(?:psychologue|podologue|dieteticien|diet(?![a-z])|dentiste|csapa|cmp|pma|pmi|orthophonist|sage|tabacolog|addicto|avis)"
)
_ASKED_ALONE = re.compile(
    r"(?:ecbu|efr|irm|scanner|tdm|echo|dmo|mammo|holter|polygraphie|epreuve|rx|radio|fcu|frottis|colo|fibro)"
)
_CONSULTATION = re.compile(r"(?:avis|cs|consult\w*|rdv|rv) [a-z]")
_ADDRESSED = re.compile(
    r"(?:avis|adress|orient|courrier|lettre|demande d'avis|cs (?:cardio|dermato|ophtalmo))"
)


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    table = tables.toml("orders.toml")
    who, place = tables.any_of(table["referral"]["who"]), table["imaging"]["place"]
    return [
        (
            kind,
            re.compile(
                rf"(?<![a-z0-9])(?:{tables.any_of(table[kind]['terms']).replace('{who}', who).replace('{place}', place)})(?![a-z0-9])"
            ),
        )
        for kind in TYPES
    ]


@cache
def _diseases() -> re.Pattern[str]:
    return re.compile(
        rf"(?<![a-z0-9])(?:{tables.any_of(tables.toml('labs.toml')['serologies'].values())})(?![a-z0-9])"
    )


@cache
def _before() -> re.Pattern[str]:
    words = tables.any_of(tables.toml("orders.toml")["asked"]["before"])
    return re.compile(
        rf"(?:^|[^a-z0-9])(?:{words}) ?[:,]? ?(?:(?:une?|le|la|les|l'|d'|de|des|du|aussi|:) ?){{0,2}}$"
    )


@cache
def _after() -> re.Pattern[str]:
    return re.compile(tables.any_of(tables.toml("orders.toml")["asked"]["after"]))


@cache
def _not_before() -> re.Pattern[str]:
    words = tables.any_of(tables.toml("orders.toml")["asked"]["not_before"])
    return re.compile(rf"(?:^|[^a-z])(?:{words}) ?(?:(?:une?|la|le|les|l'|d'|de) ?)?$")


@cache
def _not_after() -> re.Pattern[str]:
    return re.compile(tables.any_of(tables.toml("orders.toml")["asked"]["not_after"]))
