"""Vaccines: done today, done before, to be done. A disease's name is a vaccine only when something says so."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from carnet.reading import tables
from carnet.reading.facts import IMMUNIZATION, Fact
from carnet.reading.structure import Note
from carnet.reading.terms import Match
from carnet.reading.vocabulary import Concept

_GENERAL = ("vaccins", "vaccin", "vaccinations", "vaccination")
DONE, PAST, DUE = "done_today", "up_to_date", "due"


@dataclass(frozen=True, slots=True)
class Mention:
    """A vaccine in the text."""

    start: int
    end: int
    name: str
    sure: bool  # a name that only a vaccine has, or « vaccin » before it


def read(note: Note, found: Sequence[Match[Concept]], diseases: Sequence[Match[Concept]]) -> Iterator[Fact]:
    """Each vaccine once per status; « vaccins à jour » when no vaccine is named."""
    seen: set[tuple[str, str]] = set()
    mentions = _once(note, sorted(_mentions(note, found, diseases), key=lambda one: one.start))
    for one, (status, end) in zip(mentions, _statuses(note, mentions), strict=True):
        named = _first_word(one)
        if _PROVED.match(note.flat, one.start):
            continue
        if status and (named, status) not in seen and named not in _GENERAL:
            seen.add((named, status))
            yield Fact(IMMUNIZATION, one.start, end, 0.92, {"vaccine": one.name, "status": status})
        if status in (DONE, PAST) and (next_dose := _next_dose(note, one, end, mentions)):
            yield next_dose
    yield from _all(note, bool(seen))


def _once(note: Note, mentions: Sequence[Mention]) -> list[Mention]:
    """« VRS (Abrysvo) », « coqueluche → Repevax »: one vaccine, named twice."""
    kept: list[Mention] = []
    for one in mentions:
        joined = _NAMED_AGAIN.fullmatch(note.flat, kept[-1].end, one.start) if kept else None
        if joined and _DISEASE.match(note.flat, _disease_at(note, kept[-1])):
            end = one.end + note.flat.startswith(")", one.end)
            kept[-1] = replace(kept[-1], end=end)
        else:
            kept.append(one)
    return kept


_NAMED_AGAIN = re.compile(r" ?(?:\(|→|-+>|=+>|:) ?")


def _disease_at(note: Note, one: Mention) -> int:
    """Where the name of the disease begins in a mention: after « vaccin », « rappel »."""
    head = _named_by().match(note.flat, one.start, one.end)
    return head.end() if head else one.start


def _next_dose(note: Note, one: Mention, end: int, mentions: Sequence[Mention]) -> Fact | None:
    """« Gardasil D1 fait ce jour, D2 dans 6 mois », « DTP 2005, rappel à faire »: the same vaccine again."""
    following = [other.start for other in mentions if other.start >= end]
    dose = _NEXT.search(note.flat, end, min(end + _NEXT_WITHIN, *following, len(note.flat)))
    if dose is None or "\n" in note.flat[end : dose.start()]:
        return None
    return Fact(IMMUNIZATION, dose.start("q"), dose.end("q"), 0.85, {"vaccine": one.name, "status": DUE})


_NEXT_WITHIN = 75  # characters
_NEXT = re.compile(
    r"(?:^|[ ,;.:(])(?P<q>(?:d ?[2-4]|n ?° ?[2-4]|dose [2-4]|[2-4](?:e|eme|nde)(?: dose| injection)?|rappel|prochaine(?: dose)?)(?: inj(?:ection)?)?"
    r"(?: ?:)?(?: (?:a faire|prevue?|a prevoir))?(?: ?(?:a|dans|ds|d'ici|en) ?(?:[0-9]{1,2} ?(?:mois|sem\w*|ans?|m)|(?:19|20)[0-9]{2})| (?:a faire|a prevoir))(?![a-z])|a refaire(?![a-z]))"
)


def _statuses(note: Note, mentions: Sequence[Mention]) -> list[tuple[str, int]]:
    """Status and end of each, from the last to the first: what is said once, at the end of a list, holds for all."""
    found: list[tuple[str, int]] = []
    following = after = len(note.flat)
    for place in range(len(mentions) - 1, -1, -1):
        one = mentions[place]
        if place + 1 < len(mentions):
            after = mentions[place + 1].start
            # « dTcaP fait (Repevax, lot X) » is one vaccine.
            following = after if _first_word(mentions[place + 1]) != _first_word(one) else following
        told = _told(note, one, min(following, one.end + _FAR))
        if told is None and _TODAY_LIST.search(note.flat, max(0, one.start - 140), one.start):
            told = (DONE, one.end)
        if told is None and found and _LISTED.fullmatch(note.flat, one.end, after):
            told = (found[-1][0], one.end)
        found.append(told or (_by_place(note, one), one.end))
    return found[::-1]


def _first_word(one: Mention) -> str:
    return one.name.split()[0].lower()


def _mentions(
    note: Note, found: Sequence[Match[Concept]], diseases: Sequence[Match[Concept]]
) -> Iterator[Mention]:
    taken: list[tuple[int, int]] = []
    for match in found:
        head = _head(note, match.start)
        listed = any(_AND.fullmatch(note.flat, end, match.start) for _, end in taken[-1:])
        vaccines = (
            note.sentence(match.start).section == "vaccines"
            or listed
            or bool(_STATED.match(note.flat, match.end))
        )
        if _TESTED.search(note.before(match.start, 30)):
            continue
        if (head is None and not vaccines and not _speaks(note, match)) or note.text[
            match.start : match.end
        ] in ("dt", "DT", "Dt"):
            continue
        start = match.start if head is None else head
        taken.append((match.start, match.end))
        yield Mention(start, match.end, match.value.label, True)
    for match in diseases:
        head = _head(note, match.start)
        if _TESTED.search(note.before(match.start, 30)):
            continue
        if head is None and _DISEASE.match(note.flat, match.start) and _STATED.match(note.flat, match.end):
            head = match.start
        if head is None and any(
            0 < match.start - end < _GAP and _AND.fullmatch(note.flat, end, match.start) for _, end in taken
        ):
            head = match.start
        if head is not None and not any(start < match.end and match.start < end for start, end in taken):
            yield Mention(head, match.end, note.text[match.start : match.end].lower(), True)


def _speaks(note: Note, match: Match[Concept]) -> bool:
    """Brands and abbreviations of vaccines stand alone; names of diseases need « vaccin »."""
    from_table = match.value.row.get("alone", "")
    if from_table:
        return from_table in ("1", "yes", "oui")
    written = note.text[match.start : match.end]
    folded = note.flat[match.start : match.end]
    return "vacc" in folded or written.isupper() or not _DISEASE.match(folded)


_NOT = re.compile(r"(?:non|pas|jamais|ni) (?:encore |ete )?$")
# Which dose, and how: « Rotarix D1 po fait ».
_TODAY_LIST = re.compile(
    r"vaccins?(?: [a-z0-9]{1,12}){0,2} (?:du jour|(?:faits? )?ce jour|faits?(?: aujourd'hui)?) ?:[^;\n]*$"
)
_COUNTED = re.compile(r" ?(?:[0-9] )?doses?")  # « ordonnance Shingrix 2 doses »
_AGE = re.compile(r"[0-9] ?(?:mois|m|ans)$")  # « hexa 11 mois fait »: at its age
_DOSE = re.compile(
    r"(?: ?(?:d ?[0-9](?![0-9])|[0-9](?= ?faite?)|dose ?[0-9]|[0-9] ?(?:re|e|eme|ere|nde)? dose|n ?° ?[0-9]|[0-9]{1,2} ?(?:mois|m|ans)(?= ?faite?)|chaque [a-z]{3,8} ?:?|aussi(?= ?faite?)|po|per os|im|sc|r[0-9])(?![a-z0-9])){1,3}"
)
# Said right after a disease, this makes it a vaccine; beside tests of blood it is one of them.
_STATED = re.compile(
    r"(?: ?(?:\+|,|et) ?[a-z]{4,14})? ?:? ?(?:a jour|faite?s? (?:en|le|ce|auj|oct|nov|sept|[0-9])|automne|(?:19|20)[0-9]{2} ok|a faire|a prevoir|immunisee?|ok vaccinee?|vaccinee?|[0-9] ?(?:re|ere|e|eme)? ?doses?|d[1-4](?![0-9])|(?<!pneumo )ok(?![a-z])|: ?[0-9](?:re|ere|e) (?:injection|dose)|(?<!zona )(?<!grippe )(?<!covid )(?<!varicelle )(?<!coqueluche )(?<!rougeole )en (?:19|20)[0-9]{2}|rappel|non (?:faite?|vaccinee?)|pas faite?|prevue?s? (?:en|dans|ds|a|[0-9])|a distance|prop(?:os\w*|\.)?(?![a-z])|: ?(?:fera|pas de rappel|refus)|fera|en pharmacie|(?:19|20)[0-9]{2}(?=[ ,.;)]|$)(?=[^.\n]{0,30}(?:vacc|hep|dtp|typh|rappel|fj))|jamais (?:faite?|vaccinee?)|en (?:octobre|oct|nov\w*|sept\w*)|(?:[0-9]{1,2}/){1,2}[0-9]{2}|oui(?![a-z])|faite? pdt)"
)
_TESTED = re.compile(
    r"(?:vih|syphilis|sero\w*|vhc|hiv|toxo|fcu|frottis|test|pcr) $|toxo(?:plasmose)?[a-z .]{0,12}[,/+] ?$"
)
_GAP = 20
_FAR = 200  # characters in which a status is looked for
_LISTED = re.compile(r"[ 0-9,+/&:]{0,6}(?:et |puis )?(?:le |la |du |de |d'|vaccin )?(?:anti ?-? ?)?")
_AND = re.compile(
    r"(?: (?:a faire|a prevoir|faite?s?|ok|a jour|(?:19|20)[0-9]{2}))? ?(?:,|et|\+|/|puis) ?(?:la |le |du |de |contre |anti-?)?"
)
_DISEASE = re.compile(
    r"(?:grippe|zona|covid|pneumo(?:coque)?(?![a-z])|menin|hepatite|rougeole|rubeole|oreillons|coqueluche|tetanos|diphterie|polio|varicelle"
    r"|rotavir|rage|typhoide|fievre jaune|encephalite|tuberculose|hpv|papillo|vhb|vha|vrs|bronchiolite|dengue|leptos)"
)


def _head(note: Note, start: int) -> int | None:
    """Where « vaccin contre » before a name begins."""
    first = max(note.sentence(start).start, start - 60)
    heads = [match for match in _named_by().finditer(note.flat, first, start) if match.end() >= start]
    return heads[0].start() if heads else None


def _told(note: Note, one: Mention, following: int) -> tuple[str, int] | None:
    """What the words around say; an empty status for a vaccine that is refused."""
    limit = min(note.sentence(one.end - 1).end, following)
    before = note.before(one.start, 50)
    if _after("refused").match(note.flat, one.end, limit) or _before("refused").search(before):
        return "", one.end
    for status, group in ((DONE, "done_today"), (DUE, "due"), (PAST, "up_to_date")):
        dosed = _DOSE.match(note.flat, one.end, limit)
        after = _after(group).match(note.flat, dosed.end() if dosed else one.end, limit)
        if after:
            if status == DONE and "," in after[0] and _after("due").match(note.flat, one.end, limit):
                continue  # « VRS à prévoir, grippe ce jour »
            if status == PAST and _COUNTED.fullmatch(after[0]) and _before("due").search(before):
                return DUE, one.end
            of_an_age = dosed and _AGE.search(dosed[0]) and "jour" not in after[0]
            return PAST if of_an_age and status == DONE else status, one.start + len(
                note.flat[one.start : after.end()].rstrip(" ,.;")
            )
    for status, group in ((DONE, "done_today"), (PAST, "up_to_date"), (DUE, "due")):
        if _before(group).search(before):
            return status, one.end
    said = note.flat[one.start : one.end]
    if said.startswith("vaccine") or said.endswith("vaccine"):
        return (DUE if said.startswith("vacciner") or _NOT.search(before) else PAST), one.end
    return None


def _by_place(note: Note, one: Mention) -> str:
    sentence = note.sentence(one.start)
    if sentence.section == "plan" or sentence.arrow:
        return DUE
    return PAST if sentence.section == "vaccines" else ""


def _all(note: Note, named: bool) -> Iterator[Fact]:
    name = tables.toml("immunizations.toml")["label_all"]
    for match in _everything().finditer(note.flat):
        sentence = note.sentence(match.start())
        for status, group in ((DONE, "done_today"), (DUE, "due"), (PAST, "up_to_date")):
            after = _after(group).match(note.flat, match.end(), sentence.end)
            if named and status != PAST:
                continue
            if after and status == DONE and not _TODAY.fullmatch(after[0]):
                continue
            if after and (status in (DONE, DUE) or _UP_TO_DATE.search(after[0])):
                yield Fact(
                    IMMUNIZATION, match.start(), after.end(), 0.88, {"vaccine": name, "status": status}
                )
                return


_PROVED = re.compile(r"(?:rubeole|toxo\w*)[ :=]{0,3}immun")  # by its serology, told as a result
_TODAY = re.compile(r" ?:? ?(?:faite?s? |realise\w* )?(?:ce jour|aujourd'hui|auj)")
_UP_TO_DATE = re.compile(r"a jour|ok|faite?s|complet|conforme")


@cache
def _named_by() -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z]){tables.toml('immunizations.toml')['named_by']}")


@cache
def _everything() -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z])(?:{tables.any_of(tables.toml('immunizations.toml')['all'])})(?![a-z])")


@cache
def _after(group: str) -> re.Pattern[str]:
    return re.compile(tables.any_of(tables.toml("immunizations.toml")[group]["after"]))


@cache
def _before(group: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z])(?:{tables.any_of(tables.toml('immunizations.toml')[group]['before'])})$")
