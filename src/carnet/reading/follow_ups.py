"""Next steps with a date: a visit, a call, a control, also when conditional. A date without a step is none."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import chain

from carnet.reading import calendar, order_scene, tables
from carnet.reading.facts import FOLLOW_UP, IMMUNIZATION, MEDICATION, ORDER, Fact
from carnet.reading.structure import Note

_ONLY_IF = re.compile(r"(?<![a-z])si(?![a-z])")
_IF_NOT_BETTER = re.compile(  # « rv si pas mieux 1 sem », « reconsulter si persiste > 48 h »
    r" ?si (?:(?:pas|non) (?:mieux|d'amelior\w*|amelior\w*)(?: (?:a|apres|au bout de|sous|dans|ds|d'ici|en))? ?"
    r"|(?:(?:fievre|febrile|symptomes?|douleurs?|toux) )?(?:persist\w* ?)?(?:[>+]|a|apres|au[- ]dela de|plus de)? ?(?=[0-9]{2} ?h))"
    r"(?P<n>[0-9]{1,2}) ?(?P<u>h|j|jours?|sem|semaines?|mois)(?![a-z0-9])"
)
_SOON = 120  # days: « rhumato le 14/04 »
_REACH = 80
_CLAUSE = 160  # characters before a date in which a word says that no step is meant
_AHEAD = frozenset(
    ("dans", "ds", "dns", "d'ici", "d'ici a", "sous", "a", "dans environ", "a environ", "pour dans")
)
_SURE = frozenset(("dans", "ds", "dns", "d'ici", "d'ici a", "dans environ", "pour dans"))


def read(note: Note, taken: Sequence[Fact]) -> Iterator[Fact]:
    """Each next step once; a date belongs to one step."""
    seen: set[int] = set()
    dosages = [fact for fact in taken if fact.kind == MEDICATION]
    asked = [fact for fact in taken if fact.kind == ORDER and fact.values["type"] in _DATED]
    vaccines = [fact for fact in taken if fact.kind == IMMUNIZATION]
    for start, dated, sure in chain(
        _candidates(note, order_scene.decided(taken)), _asked_for(note, asked), _on_a_day(note)
    ):
        if _AMENORRHOEA.match(note.flat, dated.end()):
            continue
        by_age = _at_an_age(note, dated)
        count = calendar.days(dated, note.context.date) if by_age is None else by_age or None
        place = dated.end()
        if not count or place in seen or any(fact.overlaps(place - 1, place) for fact in dosages):
            continue
        if _is_an_age(note, dated) and any(fact.overlaps(start, place) for fact in vaccines):
            continue  # « Nimenrix à 6 mois »
        end = _told_again(note, place, count)
        seen |= {place, end}
        what = _what(note.text[start : _when(dated)]) or note.text[start : dated.end()].strip()
        yield Fact(FOLLOW_UP, start, end, sure, {"in_days": count, "what": what})


_AMENORRHOEA = re.compile(r" ?(?:d'amenorrhee|de grossesse|sa(?![a-z])|d'age)")  # how far, not when


def _told_again(note: Note, end: int, count: int) -> int:
    """« RV 5 mois = dans 1 mois » is one step."""
    link = _LINK.match(note.flat, end)
    again = calendar.pattern().match(note.flat, link.end()) if link else None
    return again.end() if again and calendar.days(again, note.context.date) == count else end


_LINK = re.compile(r" ?(?:[=(:,]|soit) ?")


def _when(dated: re.Match[str]) -> int:
    """Where the words of the date begin: behind « TA » in « contrôle TA sous 15 jours »."""
    found = dated.groupdict()
    return dated.start("n") if found.get("n") and not found.get("p") else dated.start()


def _what(written: str) -> str:
    return _LAST_WORD.sub("", written).strip(" ,:(=")


_LAST_WORD = re.compile(r"(?:(?:^|[ ,:(=])(?:dans|ds|d'ici|sous|à|a|le|pour))? *$", re.IGNORECASE)


def _asked_for(note: Note, asked: Sequence[Fact]) -> Iterator[tuple[int, re.Match[str], float]]:
    """« Bio 3 mois », « cardio 20/01 », « INR vendredi »: when what is asked for is to be done."""
    for fact in asked:
        limit = note.sentence(fact.end - 1).end
        dated = calendar.adjacent().match(note.flat, fact.end, limit)
        if dated is None:
            place = fact.end + (note.flat[fact.end : fact.end + 1] == " ")
            dated = calendar.pattern().match(note.flat, place, limit)
        if dated is None or _DONE.search(note.flat, fact.start, dated.end()):
            continue
        if (calendar.days(dated, note.context.date) or 0) < 2 * _SOON or dated.groupdict().get("n"):
            yield fact.start, dated, 0.8


_DATED = ("lab", "imaging", "referral")
_DONE = re.compile(
    r"(?<![a-z])(?:fsh|lh|amh|estradiol|faite?s?|recue?s?|vue?s?|realise\w*|du|dernier\w*)(?![a-z])"
)


def _on_a_day(note: Note) -> Iterator[tuple[int, re.Match[str], float]]:
    """« Pose ici le 10/02 »: a day of the next weeks is one on which something will be done."""
    for dated in _ON_DAY.finditer(note.flat):
        sentence = note.sentence(dated.start())
        ahead = calendar.days(dated, note.context.date)
        if ahead is None or ahead > _SOON or sentence.section in ("history", "family"):
            continue
        if not _NO_STEP.search(note.before(dated.start(), _CLAUSE)):
            yield _step(note, sentence.body, dated.start()), dated, 0.6


_ON_DAY = re.compile(
    rf"(?<![a-z0-9/.,])(?=(?:pour |vers )?le |(?:lundi|mardi|mercredi|jeudi|vendredi|samedi) [0-9]){calendar.DAY.pattern}(?![a-z])"
)
_AWAY = re.compile(
    r"(?<![a-z])(?:depart|part|partent|voyage|terme|dpa|vols?|mariage|vacances)(?![a-z])[^,;:]*$"
)
_OF_A_DOSE = re.compile(  # « arrêt Optimizette dans 7 j », « décroiss 7 mg dans 1 mois »
    r"(?<![a-z])(?:arret\w*|stop\w*|decroi\w*|dimin\w*|augment\w*|baiss\w*|debut\w*|repren\w*|reprise|passe[rz]?)(?![a-z])[^,;:.]{0,40}$"
)
_NO_STEP = re.compile(
    r"(?<![a-z])(?:vue?|revue?|recue?|faite?s?|realise\w*|opere\w*|depart|part|partent|voyage|terme|dpa|naissance|jusqu\w*|depuis|fin|peremption|reprise|du|au|vols?|mariage|examen|sejour|vacances)(?![a-z])[^,;:]*$"
)

_CHILD = 3.0  # years; the age of such a child is told in months
# « Visite des 4 mois », « Nourrisson de 5 mois »
_MONTHS_TOLD = re.compile(
    r"(?:(?:visite|exam\w*|cs|consult\w*|certif\w*|bebe|bb|nourrisson|petite?|fille|garcon|enfant|suivi)(?: (?:de|des|du|d'un|d'une|le|la))* ?|(?:^|\n)[ -]*)(?P<n>[0-9]{1,2}) ?(?:e )?mois"
)
_AT_MONTH = re.compile(r"(?:a |rv |rdv )?(?:m ?(?P<m>[0-9]{1,2})|(?P<n>[0-9]{1,2}) ?mois)")


def _is_an_age(note: Note, dated: re.Match[str]) -> bool:
    age = note.context.age
    return age is not None and age < _CHILD and bool(_AT_MONTH.fullmatch(dated[0].strip()))


def _at_an_age(note: Note, dated: re.Match[str]) -> int | None:
    """« Contrôle à 16 mois », « RV M16 » of a child of 11 months: in five months."""
    age, written = note.context.age, _AT_MONTH.fullmatch(dated[0].strip())
    if age is None or age >= _CHILD or not written:
        return None
    if age == 0:  # whose months are only told
        told = _MONTHS_TOLD.search(note.flat)
        if not told or not written["n"]:
            return None
        return 30 * max(0, int(written["n"]) - int(told["n"]))
    months = int(written["m"] or written["n"])
    now = round(age * 12)
    ahead = months - now
    by_age = written["m"] or (months > now and months >= _SCHEDULED)
    return 30 * ahead if ahead > 0 and by_age else None


_SCHEDULED = 9  # months; « contrôle à 2 mois » is a delay


def _candidates(note: Note, since: int) -> Iterator[tuple[int, re.Match[str], float]]:
    last = -1
    for cue in _cue().finditer(note.flat):
        if cue.start() < last or _past(note, cue.start()):
            continue
        sentence = note.sentence(cue.start())
        dated = _date(note, cue, min(sentence.end, cue.end() + _REACH))
        if dated and _in_the_title(note, cue, dated, since):
            continue
        if dated and _PRESSURE.search(note.flat, max(0, cue.start() - 24), dated.end()):
            continue
        if dated and not _nearer(note, cue, dated.start()) and not _of_a_vaccine(note, cue, dated):
            last = dated.end()
            yield cue.start(), dated, 0.93 if cue["strong"] else 0.8
            for again in _next_ones(note, last, sentence.end):
                last = again.end()
                yield again.start(), again, 0.8
    yield from _planned(note)


def _next_ones(note: Note, end: int, limit: int) -> Iterator[re.Match[str]]:
    """« Vu J2, J4, J8 », « RDV 48 h puis J7 »."""
    while then := _THEN.match(note.flat, end, limit):
        again = calendar.pattern().match(note.flat, then.end(), limit)
        if again is None:
            return
        yield again
        end = again.end()


_PRESSURE = re.compile(
    r"(?<![a-z])(?:ta|pa|tension) ?:? ?[0-9/.,]+ ?(?:->|→|puis|,)? ?(?:ctrl|controle[a-z]*) ?[0-9]{1,2}/[0-9]{1,2}(?!/)$"
)


def _in_the_title(note: Note, cue: re.Match[str], dated: re.Match[str], since: int) -> bool:
    """« Visite J10 », « S : suivi dépression J30 » before anything is decided say which visit it is."""
    sentence = note.sentence(cue.start())
    if _CALL.match(cue[0]):
        return not note.told_before(sentence) and ":" in note.flat[cue.end() : dated.start()]
    if _VISIT.match(cue[0]) and not note.told_before(sentence) and _EVERY.match(dated[0].strip()):
        return True  # « DIABÈTE - suivi trimestriel »
    if cue.start() > since or sentence.section == "plan" or not _VISIT.match(cue[0]):
        return False
    begins = not note.flat[sentence.body : cue.start()].strip(" -*:")
    return (
        begins and not dated.groupdict().get("p") and not dated[0].lstrip().startswith(("a ", "au ", "le "))
    )


_EVERY = re.compile(r"(?:trimestr|mensu|annu|semestr)")
_VISIT = re.compile(r"visite|suivi")
_CALL = re.compile(r"te?l(?:e|\.|ephone\w*)?$|appel")  # « Tél : oubli de pilule J10 » at the head of a note
_THEN = re.compile(r" (?:puis|et) (?=a |dans|ds|[jm] ?[0-9])| ?[,/+] ?(?=[jm] ?[0-9])")
_RECALL = re.compile(r"rap+el(?! tel)")


def _of_a_vaccine(note: Note, cue: re.Match[str], dated: re.Match[str]) -> bool:
    """« Rappel 6 ans », « rappel hexa 11 mois fait »: an age, not a delay."""
    found = dated.groupdict()
    if not _RECALL.match(cue[0]) or not found.get("n"):
        return False
    done = note.flat.startswith(" fait", dated.end())
    if (note.context.age or _CHILD) < _CHILD and str(found.get("u")).startswith("m") and not found.get("p"):
        return True  # « rappel ROR 16-18 mois »
    return done or (str(found.get("u")).startswith("an") and not found.get("p"))


def _date(note: Note, cue: re.Match[str], limit: int) -> re.Match[str] | None:
    only_if = _IF_NOT_BETTER.match(note.flat, cue.end(), limit) if cue["strong"] else None
    if only_if:
        return only_if
    close = calendar.adjacent().match(note.flat, cue.end(), limit) if cue["strong"] else None
    if close:
        in_years = "(" in close[0] and close["u"].startswith("an")
        return None if in_years else close  # « DMO de contrôle (6 ans) »
    if cue["strong"] or cue[0] in ("bio", "vad", "v"):
        named = calendar.named().match(note.flat, cue.end(), limit)
        if named:
            return named
    for dated in calendar.pattern().finditer(note.flat, cue.end(), limit):
        between = note.flat[cue.end() : dated.start()]
        if not _filler().fullmatch(between) or _not_between().search(between):
            return None
        if not cue["strong"] and _ONLY_IF.search(between):
            return None
        if (
            not cue["strong"]
            and dated[0].startswith("le ")
            and (calendar.days(dated, note.context.date) or 999) < _SOON
        ):
            return dated
        if (
            not cue["strong"]
            and dated.groupdict().get("p") not in _AHEAD
            and not dated.groupdict().get("j")
            and not dated[0].startswith(_NAMED_AHEAD)
        ):
            continue
        return dated
    return None


_NAMED_AHEAD = ("demain", "apres", "la sem", "sem", "le mois", "mois")


def _planned(note: Note) -> Iterator[tuple[int, re.Match[str], float]]:
    """In what is decided, « … dans 3 mois » needs no word of appointment before it."""
    for sentence in note.sentences:
        if sentence.section not in ("history", "family"):
            for dated in calendar.pattern().finditer(note.flat, sentence.body, sentence.end):
                if dated.groupdict().get("p") not in _SURE or _past(note, dated.start()):
                    continue
                before = note.before(dated.start(), _CLAUSE)
                if not (_AWAY.search(before) or _OF_A_DOSE.search(before)):
                    yield _step(note, sentence.body, dated.start()), dated, 0.7


def _step(note: Note, first: int, place: int) -> int:
    """Where the few words before a date begin: « infiltration prévue » dans 3 semaines."""
    named = _FEW_WORDS.search(note.flat[max(first, place - 45) : place])
    first = max(first, place - 45)
    return first + named.start() if named else place


_FEW_WORDS = re.compile(r"[^ ,.;:()\n+]+(?: [^ ,.;:()\n+]+){0,3} ?$")


_SEEN = 15  # characters behind a cue that it may look at


def _nearer(note: Note, cue: re.Match[str], end: int) -> bool:
    """Whether another step is named between a cue and a date, after a comma or a bracket."""
    between = note.flat[cue.end() : end]
    later = (other for other in _cue().finditer(note.flat, cue.end(), end + _SEEN) if other.start() < end)
    if cue["weak"] and any(other["strong"] for other in later):
        return True  # « un bilan et je le reverrai dans six mois »
    cut = max(between.rfind(","), between.rfind(")"), between.rfind("+"))
    return cut >= 0 and bool(_cue().search(between, cut))


def _past(note: Note, start: int) -> bool:
    return bool(_not_before().search(note.before(start, 30)))


@cache
def _cue() -> re.Pattern[str]:
    table = tables.toml("follow_ups.toml")
    return re.compile(
        rf"(?<![a-z0-9])(?:(?P<strong>{tables.any_of(table['cues'])})|(?P<weak>{tables.any_of(table['weak'])}))(?![a-z])"
    )


@cache
def _filler() -> re.Pattern[str]:
    return re.compile(tables.toml("follow_ups.toml")["filler"])


@cache
def _not_between() -> re.Pattern[str]:
    words = tables.any_of(tables.toml("follow_ups.toml")["not_between"])
    return re.compile(rf"(?<![a-z])(?:{words})(?![a-z])")


@cache
def _not_before() -> re.Pattern[str]:
    words = tables.any_of(tables.toml("follow_ups.toml")["not_before"])
    return re.compile(rf"(?<![a-z])(?:{words}) ?$")
