"""Vaccines: done today, done before, to be done. A disease's name is a vaccine only when something says so."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from carnet.reading import calendar, capitals, tables
from carnet.reading import immunization_words as words
from carnet.reading.facts import IMMUNIZATION, Fact
from carnet.reading.immunization_words import DONE, DUE, PAST, REFUSED
from carnet.reading.structure import Note
from carnet.reading.terms import Match
from carnet.reading.vocabulary import Concept

_GENERAL = ("vaccins", "vaccin", "vaccinations", "vaccination")
_FAR = 200  # characters in which a status is looked for
_CLOSE = 60  # characters from one vaccine to the next of a list
_BEFORE = 60


@dataclass(frozen=True, slots=True)
class Mention:
    """A vaccine in the text: from `start`, its name from `word` to `end`."""

    start: int
    end: int
    name: str
    word: int


Told = tuple[str, int]  # a status, and where its words end


def read(note: Note, found: Sequence[Match[Concept]], diseases: Sequence[Match[Concept]]) -> Iterator[Fact]:
    """Each vaccine once per status, with its ATC code where its name has one; « vaccins à jour » when none is named."""
    codes = {match.value.label: match.value.code for match in found}
    for fact in _read(note, found, diseases):
        code = codes.get(fact.values["vaccine"])
        yield replace(fact, values={**fact.values, "atc": code}) if code else fact


def _read(note: Note, found: Sequence[Match[Concept]], diseases: Sequence[Match[Concept]]) -> Iterator[Fact]:
    seen: set[tuple[str, str]] = set()
    mentions = _once(note, sorted(_mentions(note, found, diseases), key=lambda one: one.start))
    starts = [one.start for one in mentions]
    for place, (one, told) in enumerate(zip(mentions, statuses := _statuses(note, mentions), strict=True)):
        status, end = told or (REFUSED, one.end)
        if _caught_up(note, mentions, statuses, place):
            continue
        key = (_family(one), status)
        next_dose = _next_dose(note, one, (status, end), starts) if status else None
        late = next_dose and next_dose.values["status"] == DUE and _LAST.search(note.flat, one.end, end)
        if status and key not in seen and not late and not _PROVED.match(note.flat, one.word):
            seen.add(key)
            yield Fact(IMMUNIZATION, one.start, end, 0.92, {"vaccine": one.name, "status": status})
        if next_dose:
            yield next_dose
    spans = [(one.start, one.end) for one in mentions]
    for fact in _all(note, bool(seen)):
        if not any(fact.overlaps(*span) for span in spans):
            yield fact


# « DTP : dernier 2006, à refaire » says when it was, not that it is up to date.
_LAST = re.compile(r"(?<![a-z])dernier")


def _caught_up(note: Note, mentions: Sequence[Mention], statuses: Sequence[Told | None], place: int) -> bool:
    """« Tétanos non à jour : Revaxis fait », « DTP > 20 ans → Repevax ce jour »: what was due is done."""
    if not (told := statuses[place]) or told[0] != DUE or place + 1 == len(mentions):
        return False
    then = statuses[place + 1]
    between = note.flat[mentions[place].end : mentions[place + 1].start]
    return then is not None and then[0] == DONE and bool(_SO.fullmatch(between))


_SO = re.compile(r"[^.;\n]{1,30}?(?::|→|-+>|=+>) ?")


def _family(one: Mention) -> str:
    """« Pneumocoque 13-valent » and « pneumocoque » are one vaccine; « hépatite A » and « hépatite B » are two."""
    name = one.name.lower().split()
    return " ".join(name[:2]) if name[0] in _SEVERAL else name[0]


_SEVERAL = ("méningocoque", "hépatite", "fièvre", "encéphalite")
_PROVED = re.compile(r"(?:rubeole|toxo\w*)[ :=]{0,3}immun")  # by its serology, told as a result


# Which words name a vaccine.


def _mentions(
    note: Note, found: Sequence[Match[Concept]], diseases: Sequence[Match[Concept]]
) -> Iterator[Mention]:
    """Names of the table first; then diseases that no table of vaccines has, after « vaccin »."""
    taken: set[int] = set()  # characters
    for match in _vaccines(note, found):
        if match.start in taken:
            continue
        against = _ANTIGENS.match(note.flat, match.end)
        end = against.end() if against else match.end
        taken.update(range(match.start, end))
        head = _head(note, match.start)
        start = match.start if head is None else head
        yield Mention(start, end, match.value.label, match.start)
    for match in diseases:
        head = _head(note, match.start)
        free = taken.isdisjoint(range(match.start, match.end))
        if head is not None and free and not words.TESTED.search(note.before(match.start, 30)):
            yield Mention(head, match.end, note.text[match.start : match.end].lower(), match.start)


# « InfanrixTetra (diphtérie, tétanos, polio, coqueluche) ».
_ANTIGENS = re.compile(
    r" ?\((?:diphterie|tetanos|polio\w*|coqueluche|hib|haemophilus|hepatite b|rougeole|oreillons|rubeole)"
    r"(?:(?: ?[,/+-] ?| et )[a-z][a-z ]{1,20}){1,6}\)"
)


def _vaccines(note: Note, found: Sequence[Match[Concept]]) -> list[Match[Concept]]:
    """The names that are vaccines here, and not diseases or tests of blood: by themselves, or in a list with such."""
    named = [
        match
        for match in found
        if match.value.label not in _GENERAL
        and not words.TESTED.search(note.before(match.start, 30))
        and not _NO_NAME.match(note.text, match.start, match.end)
        and not _HAD.search(note.flat, max(0, match.start - 30), match.start)
    ]
    sure = {match.start for match in named if _is_a_vaccine(note, match)}
    for one, other in [*pairwise(named), *((b, a) for a, b in reversed([*pairwise(named)]))]:
        if one.start in sure and _in_one_list(note, other, one):
            sure.add(other.start)
    return [match for match in named if match.start in sure]


def _is_a_vaccine(note: Note, match: Match[Concept]) -> bool:
    if _head(note, match.start) is not None or note.sentence(match.start).section == "vaccines":
        return True
    excepted = _EXCEPTED.search(note.before(match.start, _BEFORE))
    return bool(excepted) or _speaks(note, match) or bool(words.stated().match(note.flat, match.end))


_EXCEPTED = re.compile(
    r"vacc[^.;\n]{0,30} (?:sauf|hormis|hors|en dehors d[eu]) (?:le |la |l'|rappel |vaccin )*$"
)
_HAD = re.compile(r"(?<![a-z])(?:atcds?|antecedents?|episode|crise)(?: perso\w*)?(?: de| d')? ?:? ?$")
_NO_NAME = re.compile(r"(?:dt|DT|Dt)(?![a-zA-Z])|HB(?= ?:? ?[0-9])|Hb(?= ?[:=]? ?(?:le |du |à |a )?[0-9])")


def _in_one_list(note: Note, one: Match[Concept], other: Match[Concept]) -> bool:
    """« Grippe ce jour » beside « Abrysvo »: with few words between, and a status of its own or none between."""
    first, last = sorted((one, other), key=lambda match: match.start)
    between = note.flat[first.end : last.start]
    also = last is one and _ALSO.match(note.flat, one.end) is not None
    if len(between) > _CLOSE + 40 * also or _CUT.search(between):
        return False
    if also:
        return True
    if words.listed().fullmatch(between) or words.listed().fullmatch(_status_away(between)):
        return True
    return bool(words.any_status().match(note.flat, _after_marks(note, one.end)))


_CUT = re.compile(r"[;\n→]|\. |->|=>")


def _status_away(between: str) -> str:
    said = words.any_status().match(between)
    return between[said.end() :] if said else between


def _speaks(note: Note, match: Match[Concept]) -> bool:
    """Brands and abbreviations of vaccines stand alone; names of diseases need « vaccin »."""
    from_table = match.value.row.get("alone", "")
    if from_table:
        return from_table in ("1", "yes", "oui")
    written = note.text[match.start : match.end]
    folded = note.flat[match.start : match.end]
    in_capitals = written.isupper() and not capitals.loud(note, match.start)
    return (
        "vacc" in folded
        or (not words.DISEASE.match(folded))
        or (in_capitals and not words.VIRUS.match(folded))
    )


def _head(note: Note, start: int) -> int | None:
    """Where « vaccin contre » before a name begins."""
    first = max(note.sentence(start).start, start - _BEFORE)
    return next(
        (
            match.start()
            for match in words.named_by().finditer(note.flat, first, start)
            if match.end() >= start
        ),
        None,
    )


def _once(note: Note, mentions: Sequence[Mention]) -> list[Mention]:
    """« VRS (Abrysvo) », « coqueluche → Repevax », « rappel DTP fait ce jour (Revaxis) »: one vaccine, named twice."""
    kept: list[Mention] = []
    for one in mentions:
        again = bool(kept) and _named_again(note, kept[-1], one)
        if not again:
            kept.append(one)
        elif again and _BEHIND.fullmatch(note.flat, kept[-1].end, one.start):
            end = one.end + note.flat.startswith(")", one.end)
            kept[-1] = replace(kept[-1], end=end)
    return kept


def _named_again(note: Note, last: Mention, one: Mention) -> bool:
    between = note.flat[last.end : one.start]
    if between == " ":  # « MenACWY Nimenrix »
        return _family(last) == _family(one)
    if _BEHIND.fullmatch(between):  # in brackets, whatever it names is the same
        return "(" in between or bool(words.DISEASE.match(note.flat, last.word))
    # The trade name in brackets, behind the status.
    return (
        between.rstrip().endswith("(") and bool(words.any_status().search(between)) and len(between) < _CLOSE
    )


_BEHIND = re.compile(r" | ?(?:20[0-9]{2} ?)?(?:\(|→|-+>|=+>|:) ?")


# What is said of each.


def _statuses(note: Note, mentions: Sequence[Mention]) -> list[Told | None]:
    """What is said behind each, else behind the list, else before it, else by the place."""
    limits = [
        min(
            note.sentence(one.end - 1).end,
            one.end + _FAR,
            *(other.start for other in mentions[place + 1 : place + 2]),
        )
        for place, one in enumerate(mentions)
    ]
    told = [_behind(note, one, limit) for one, limit in zip(mentions, limits, strict=True)]
    told = [
        said or _headed(note, one) or _named_done(note, one) for one, said in zip(mentions, told, strict=True)
    ]
    for place in range(len(mentions) - 2, -1, -1):
        if told[place] is None and (said := told[place + 1]) and _together(note, mentions, place):
            told[place] = (said[0], mentions[place].end)
    for place, one in enumerate(mentions):
        before = told[place - 1] if place else None
        if told[place] is None:
            told[place] = _ahead(note, one)
        if told[place] is None and before and (_together(note, mentions, place - 1) or _also(note, one)):
            told[place] = (before[0], one.end)
        if told[place] is None:
            told[place] = _by_place(note, one)
    return told


def _named_done(note: Note, one: Mention) -> Told | None:
    """« À jour DTP, pneumocoque à faire »: what stands right before a vaccine is said of it, not what follows the next."""
    before = note.before(one.start, _BEFORE)
    return (
        (PAST, one.end) if _UP_TO_NOW.search(before) and not words.before("refused").search(before) else None
    )


_UP_TO_NOW = re.compile(r"(?<!pas )(?<!non )(?<!plus )a jour (?:de |du |pour |des |: ?)?(?:vaccins? )?$")


def _together(note: Note, mentions: Sequence[Mention], place: int) -> bool:
    """Whether nothing but a link, and which dose it is, stands between a vaccine and the next."""
    between = note.flat[mentions[place].end : mentions[place + 1].start]
    if between == " " and not words.DISEASE.match(note.flat, mentions[place + 1].word):
        return True  # « Hexyon Prevenar Bexsero faits »
    return bool(words.listed().fullmatch(between) or words.listed().fullmatch(_status_away(between)))


def _also(note: Note, one: Mention) -> bool:
    return bool(_ALSO.match(note.flat, one.end))


_ALSO = re.compile(r" (?:aussi|egalement|idem|pareil)(?![a-z])")


def _after_marks(note: Note, end: int) -> int:
    """Behind the marks of a dose: « D1 », « (2e dose) », « 11 ans », « IM »."""
    marks = words.marks().match(note.flat, end)
    return marks.end() if marks else end


def _behind(note: Note, one: Mention, limit: int) -> Told | None:
    """What the words behind say: at once, or a little further in the same part of the sentence."""
    refused = words.after("refused").match(note.flat, one.end, limit)
    if refused:
        return REFUSED, one.end
    if _ASIDE.search(note.before(one.start, _BEFORE)) and not _started(note, one):
        return REFUSED, one.end
    for place in dict.fromkeys((_after_marks(note, one.end), one.end)):
        for status in (DONE, DUE, PAST):
            said = words.after(status or "refused").match(note.flat, place, limit)
            if said and place != one.end and _of_an_age(note, one.end, place, said):
                return PAST, _end_of(note, one, said.end())
            if said and status == DUE and (done := _CAUGHT_UP.match(note.flat, said.end())):
                return DONE, _end_of(note, one, done.end())
            if said and status == DUE and (done := words.further(DONE).match(note.flat, said.end(), limit)):
                return DONE, _end_of(note, one, done.end())
            if said and _BARE.fullmatch(said[0]) and _long_ago(note, one, said):
                return PAST, _end_of(note, one, said.end())
            if said:
                return _dated(note, status, said), _end_of(note, one, said.end())
    for status in (DONE, DUE):
        if far := words.further(status).match(note.flat, one.end, limit):
            return status, _end_of(note, one, far.end())
    return None


def _long_ago(note: Note, one: Mention, said: re.Match[str]) -> bool:
    """« Grippe faite » was done at the pharmacy, « vaccins obligatoires faits » at their age, « Vaccins : ROR2 fait » before."""
    several = said[0].rstrip().endswith("s") or _LOT.match(note.flat, said.end())
    reviewed = note.sentence(one.start).section == "vaccines" and not several
    return reviewed or bool(words.DISEASE.match(note.flat, one.word)) or one.name.startswith("vaccins")


_LOT = re.compile(r"\(?[^().;\n]{0,30}(?<![a-z])lot(?![a-z])")


def _started(note: Note, one: Mention) -> bool:
    """« Pas de Gardasil → schéma à débuter »."""
    return bool(_START.match(note.flat, one.end))


_ASIDE = re.compile(
    r"(?<![a-z])(?:pas|jamais) (?:de |d'|eu (?:de |le )?)(?:vaccin\w* )?(?:contre |anti-?)?(?:la |le )?$"
)
_START = re.compile(r" ?(?:→|-+>|=+>) ?[a-z ]{0,14}?(?:a (?:faire|debuter|prevoir)|prescrit|debuter|ordo)")


def _of_an_age(note: Note, start: int, end: int, said: re.Match[str]) -> bool:
    """« Hexa 11 mois fait »: at its age, in the past."""
    return bool(_AGE.search(note.flat, start, end)) and _AT_AGE.match(said[0]) is not None


_BARE = re.compile(r" ?[:=]? ?faite?s? ?")
_CAUGHT_UP = re.compile(
    r" ?(?:→|=+>|-+>) ?(?:faite?|rattrape\w*|realise\w*|injecte\w*)[^.;\n]{0,12}(?:ce jour|auj\w*)"
)
_AT_AGE = re.compile(r" ?:? ?(?:deja )?faite?s?(?!.*jour)")
_AGE = re.compile(r"[0-9] ?(?:mois|m|ans)(?![a-z])")


def _dated(note: Note, status: str, said: re.Match[str]) -> str:
    """« En octobre » of a note of September is to be done; of November, done."""
    if _ALL_DOSES.fullmatch(said[0]):
        return PAST
    if status == DUE and _SEASON.search(said[0]) and _VACCINATED.search(note.before(said.start(), _BEFORE)):
        return PAST
    month, day = _MONTH.fullmatch(said[0]), _DAY.search(note.flat, said.start(), said.end() + _DATE)
    if month:
        return DUE if calendar.soon(month[1], note.context.date) else PAST
    ahead = calendar.days(day, note.context.date) if day else None
    if status == PAST and "fait" not in said[0] and 0 < (ahead or 0) <= _HALF_A_YEAR:
        return DUE
    return status


_ALL_DOSES = re.compile(r"[ :=(]*([1-4])/\1")  # no day: « ROR 2/2 »
_SEASON = re.compile(r"automne|hiver")
_VACCINATED = re.compile(r"(?<!non )(?<!pas )(?<!jamais )vaccinee?s?(?![a-z])[^.;:\n]*$")
_TAIL = re.compile(
    r"(?:'hui)?(?: ?(?:en |le |du |au |il y a )?(?:(?<=[0-9 ])[0-9]* ?(?:-[0-9]{1,2} ?)?(?:ans|mois|m|sa|sem\w*)(?![a-z0-9])|[0-9]{1,2}/[0-9/]{1,7}|(?:19|20)[0-9]{2}(?![0-9])|(?:janv|fev|mars|avril|mai|juin|juil|aout|sept|oct|nov|dec)[a-z]*"
    r"(?: (?:19|20)[0-9]{2})?(?![a-z0-9])))?(?:,? ?\(?lot ?(?:n ?°)? ?:? ?[a-z0-9]{2,12})?"
)
_MONTH = re.compile(
    r" ?[:(,]? ?(?:en |des |fin |debut )?((?:janv|fev|mars|avril|mai|juin|juil|aout|sept|oct|nov|dec)[a-z]*)\.?"
)


_DATE = 12  # characters
_HALF_A_YEAR = 190  # days; a day without its year is the nearer one
_DAY = re.compile(calendar.DAY.pattern)


def _end_of(note: Note, one: Mention, end: int) -> int:
    """Where the words of a status end, with the day and the lot."""
    end = _TAIL.match(note.flat, end).end()  # type: ignore[union-attr]
    return max(one.end, one.start + len(note.flat[one.start : end].rstrip(" ,.;:(")))


def _ahead(note: Note, one: Mention) -> Told | None:
    """What the words before say, or the head of the list."""
    before = note.before(one.start, _BEFORE)
    if words.before("refused").search(before):
        return (DUE if _started(note, one) else REFUSED), one.end
    for status in (DONE, PAST, DUE):
        if words.before(status).search(before):
            return status, one.end
    said = note.flat[one.start : one.end]
    if said.startswith("injection") and note.sentence(one.start).section != "plan":
        return DONE, one.end
    if said.startswith("vaccine") or said.endswith("vaccine"):
        return (DUE if said.startswith("vacciner") or _NOT.search(before) else PAST), one.end
    return None


def _headed(note: Note, one: Mention) -> Told | None:
    """« Vaccins à refaire : dTcaP et ROR »."""
    line = max(note.flat.rfind("\n", 0, one.start) + 1, one.start - _FAR)
    head = words.heading().search(note.flat, line, one.start) or _above(note, one.start)
    return (next(status for status in (DONE, PAST, DUE) if head[status]), one.end) if head else None


def _above(note: Note, place: int) -> re.Match[str] | None:
    """« Vaccins faits ce jour : » alone on the line above a list."""
    first = note.flat.rfind("\n", 0, place) + 1
    for _ in range(_LINES):
        if first == 0 or not _IN_A_LIST.match(note.flat, first):
            return None
        end, first = first - 1, note.flat.rfind("\n", 0, first - 1) + 1
        if note.flat[first:end].rstrip().endswith(":"):
            return words.heading().search(note.flat, first, end)
    return None


_LINES = 8  # of a list
_IN_A_LIST = re.compile(r" *[-•*+>]")
_NOT = re.compile(r"(?:non|pas|jamais|ni) (?:encore |ete )?$")


def _by_place(note: Note, one: Mention) -> Told | None:
    sentence = note.sentence(one.start)
    named = one.start < one.word or not words.DISEASE.match(note.flat, one.word)
    if (sentence.section == "plan" or sentence.arrow) and named:
        return DUE, one.end
    return (PAST, one.end) if sentence.section == "vaccines" else None


def _next_dose(note: Note, one: Mention, told: Told, starts: Sequence[int]) -> Fact | None:
    """« Gardasil D1 fait ce jour, D2 dans 6 mois », « DTP 2005, rappel à faire »: the same vaccine again."""
    status, end = told
    following = bisect_left(starts, end)
    limit = min(*starts[following : following + 1], end + _NEXT_WITHIN, len(note.flat))
    line = note.flat.find("\n", end, limit)
    dose = _ANOTHER.search(note.flat, end, limit if line < 0 else line)
    if dose is None:
        return None
    for other in (DONE, DUE, PAST):
        said = words.after(other).match(note.flat, dose.end(), limit)
        if said and _REFUSED.match(note.flat, said.end()):
            return None
        if said and other != status:
            again = Mention(dose.start("q"), dose.end("q"), one.name, dose.start("q"))
            last = _end_of(note, again, said.end())
            return Fact(IMMUNIZATION, again.start, last, 0.85, {"vaccine": one.name, "status": other})
        if said:
            return None
    return None


_REFUSED = re.compile(r" ?[:,→]? ?(?:mais )?refus")  # « rappel proposé : refus »
_NEXT_WITHIN = 75  # characters
_ANOTHER = re.compile(
    r"(?:^|[ ,;.:(→>])(?P<q>(?:(?:d|n ?°|dose) ?[1-4]|[1-4](?:re|ere|e|eme|nde)(?: dose| injection| inj)?|rappel|prochaine(?: dose)?"
    r")(?![a-z0-9])(?: inj(?:ection)?)?|(?=a (?:refaire|mettre a jour)))"
)


# All vaccines together.


def _all(note: Note, named: bool) -> Iterator[Fact]:
    name = tables.toml("immunizations.toml")["label_all"]
    if not named and (said := words.all_up_to_date().search(note.flat)):
        yield Fact(IMMUNIZATION, *said.span(), 0.88, {"vaccine": name, "status": PAST})
        return
    for match in words.everything().finditer(note.flat):
        sentence = note.sentence(match.start())
        for status in (DONE, DUE, PAST):
            after = words.after(status).match(note.flat, match.end(), sentence.end)
            if not after or (named and (status != PAST or note.flat.startswith((":", " :"), after.end()))):
                continue  # « vaccins faits : Priorix » are those of the list
            if status == DONE and not _TODAY.fullmatch(after[0]):
                continue
            if status != PAST or _UP_TO_DATE.search(after[0]):
                yield Fact(
                    IMMUNIZATION, match.start(), after.end(), 0.88, {"vaccine": name, "status": status}
                )
                return


_TODAY = re.compile(r" ?:? ?(?:faite?s? |realise\w* )?(?:ce jour|aujourd'hui|auj)")
_UP_TO_DATE = re.compile(r"a jour|ok|faite?s|complet|conforme")
