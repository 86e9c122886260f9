"""Blood pressure: two numbers, in mmHg or in cmHg, near a word that names it. Nothing else reads like it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from carnet.reading import numbers, tables, vitals
from carnet.reading.facts import VITAL, Fact
from carnet.reading.structure import Note

_PAIR = re.compile(
    r"(?<![0-9.,/½-])([0-9]{1,3}(?:[.,][0-9])?) ?(?:/|-| sur )(?: ?)([0-9]{1,3}(?:[.,][0-9])?)"
    r"(?![0-9/]|[.,][0-9]|-[0-9]| ?(?:mg|ug|ml|cp|ans|jours?|j|sem\w*|mois|fois|h|x|%|kg|cm)\b)(?: ?(?:mm ?hg|cm ?hg))?"
)
# « Tension à 14 8 », « tension est à quatorze huit et demi » (its numbers told in figures by then: spoken.py).
_DICTATED = re.compile(
    r"(?<![a-z0-9])(?:ta|pa|tension(?: arterielle)?)(?: (?:est )?(?:a|de)| :|:)? ?(?P<s>[0-9]{1,3})[ :](?P<d>[0-9]{1,3}(?P<half> et demie?)?)(?![0-9/]|[.,][0-9]| ?(?:mg|ans|j|kg)(?![a-z]))"
)
_BEHIND = re.compile(r" ?\([0-9]{1,2}/[0-9]{1,2}\)")  # « TA 16/9 (14/8) »: measured again, or its day
_CHAIN = 45  # characters: « 14/8 assis, 13/8 debout »


def read(note: Note) -> Iterator[Fact]:
    """Each pressure, standing or repeated ones too, with the posture that is told beside it."""
    used, last = 0, ""
    for fact in sorted(_read(note), key=lambda fact: fact.end):
        again = last if _LATER.match(note.flat, fact.end) else ""
        position, used = _position(note, fact, used) or (again, fact.end)
        last = position
        yield replace(fact, values=fact.values | {"position": position}) if position else fact


def _position(note: Note, fact: Fact, used: int) -> tuple[str, int] | None:
    """« Couché 15/8 debout 12/6 », « 15/8 couché, 12/6 debout »: a word tells the posture of one pressure. With it, where
    the words of this pressure end."""
    first = max(used, note.sentence(fact.start).start, fact.start - _NEAR_BY)
    if before := _posture("before").search(note.flat, first, fact.end):
        return _named_by(before), fact.end
    after = _posture("after").match(note.flat, fact.end)
    if after is None:
        return None
    following = _NEXT.match(note.flat, after.end())
    if following and not _posture("after").match(note.flat, following.end()):
        return None  # « 14/8, debout 12/6 »
    return _named_by(after), after.end()


_NEAR_BY = 30  # characters
_LATER = re.compile(r" ?\(?(?:a|apres) [0-9]{1,2} ?(?:mi?n|minutes?)(?![a-z])")
_DROP = re.compile(r" ?(?:→|-+>|=+>|puis) ?[0-9]{1,3}(?:[.,][0-9])?/[0-9]{1,3}")  # « 13/7 → 10/6 debout »
_NEXT = re.compile(r"[ :=(]{0,3}[0-9]{1,3}(?:[.,][0-9])?(?:/|-| sur )[0-9]{1,3}")


@cache
def _posture(side: str) -> re.Pattern[str]:
    table = tables.toml("vitals.toml")["bp"]["positions"]
    words = "|".join(f"(?P<p{place}>{tables.any_of(forms)})" for place, forms in enumerate(table.values()))
    aside = r"(?:(?:au |le )?bras (?:d|g|droit|gauche),? ?)?"
    if side == "after":
        return re.compile(rf"[ (]{{1,2}}{aside}(?:en position |position )?(?:{words})(?![a-z])")
    later = r"(?: (?:depuis|a|apres) [0-9]{1,2} ?(?:mi?n|minutes?)| au repos)?"
    return re.compile(rf"(?<![a-z])(?:{words})(?![a-z]){later}[ :=(,]{{0,3}}{aside}{_NUMBERS}$")


_NUMBERS = (
    r"(?:ta |pa )?[0-9]{1,3}(?:[.,][0-9])? ?(?:/|-| sur ) ?[0-9]{1,3}(?:[.,][0-9])?(?: ?(?:mm|cm) ?hg)?"
)


def _named_by(found: re.Match[str]) -> str:
    names: list[str] = list(tables.toml("vitals.toml")["bp"]["positions"])
    return names[int(str(found.lastgroup)[1:])]


def _read(note: Note) -> Iterator[Fact]:
    for match in _DICTATED.finditer(note.flat):
        value = _pressures(match["s"], match["d"].replace(match["half"] or "", ",5" if match["half"] else ""))
        if value and vitals.measured(note, match.start()):
            yield _fact(match.start(), match.end(), value, 0.9)
    last = -1000
    for match in _PAIR.finditer(note.flat):
        value = _value(match)
        if value is None:
            continue
        whole = value[2]
        start = _named(note, match.start())
        chained = match.start() - last < _CHAIN and "\n" not in note.flat[max(last, 0) : match.start()]
        sure = "hg" in match[0] or start is not None or chained or _posed(note, match)
        if not sure and not (whole and _alone(note, match)):
            continue
        if not vitals.measured(note, match.start()) or (_dated(note, match) and not whole):
            continue
        doubtful = last > 0 and _BEHIND.fullmatch(note.flat, last, match.end() + 1)
        last = match.end()
        place = match.start() if start is None else start
        yield _fact(place, match.end(), value, 0.5 if doubtful else 0.98 if sure else 0.75)


def _posed(note: Note, match: re.Match[str]) -> bool:
    """« 13/7 couché 10/6 debout »: the posture names it."""
    then = _DROP.match(note.flat, match.end())
    return bool(_posture("after").match(note.flat, then.end() if then else match.end()))


def _fact(start: int, end: int, value: tuple[float, float, bool], sure: float) -> Fact:
    measure = {"systolic": numbers.short(value[0]), "diastolic": numbers.short(value[1])}
    return Fact(VITAL, start, end, sure, {"name": "bp", "value": measure, "unit": "mm[Hg]"})


def _value(match: re.Match[str]) -> tuple[float, float, bool] | None:
    return _pressures(match[1], match[2])


def _pressures(first: str, second: str) -> tuple[float, float, bool] | None:
    """Systolic, diastolic in mmHg, and whether they were written so."""
    one, other = numbers.value(first), numbers.value(second)
    if 60 <= one <= 280 and 25 <= other <= 160 and one > other:
        return one, other, True
    if 7 <= one <= 28 and 3 <= other <= 16 and one > other:
        return round(one * 10, 1), round(other * 10, 1), False
    return None


@cache
def _cue() -> re.Pattern[str]:
    words = tables.any_of(tables.toml("vitals.toml")["bp"]["cues"])
    return re.compile(rf"(?<![a-z0-9])(?:{words})(?![a-z])")


_NEAR = re.compile(
    r"[ :=~]*(?:(?:a|de|est|moy(?:enne)?s?|ce jour|bras|d|g|dte?|gche?|droite?|gauche|assise?|couchee?|debout|au repos"
    r"|repos|auj|cabinet|controlee?|controle|env|autour de|retrouvee?|stable|max|jusqu'a|la|les|domicile|matin|soir"
    r"|tensionnelles?|moyenne a|sur 3j|haute|elevee|limite|ok|bien|equilibree|correcte|normale|limite haute)"
    r"[ :=,(]*){0,6}"
)


def _named(note: Note, place: int) -> int | None:
    """Where the word that names the pressure begins, if one stands before in the sentence."""
    sentence = note.sentence(place)
    first = max(sentence.start, place - 70)
    cues = list(_cue().finditer(note.flat, first, place))
    if not cues:
        return None
    cue = cues[-1]
    if _NEAR.fullmatch(note.flat, cue.end(), place):
        return cue.start()
    return place  # named, further away: the numbers alone are quoted


def _dated(note: Note, match: re.Match[str]) -> bool:
    """« Vu le 12/11 »; « TA 23/11 : 14/8 », a day and then the pressure."""
    words = tables.any_of(tables.toml("vitals.toml")["bp"]["before_date"])
    line = max(
        note.flat.rfind("\n", 0, match.start()) + 1, match.start() - 14
    )  # « bio du 12/11 : » is a heading
    if re.search(rf"(?:^|[^a-z])(?:{words}) $", note.flat[line : match.start()]):
        return True
    second = _A_DAY.fullmatch(match[0]) and _COLON.match(note.flat, match.end())
    pair = _PAIR.match(note.flat, second.end()) if second else None
    return pair is not None and _value(pair) is not None


_A_DAY = re.compile(r"(?:0?[1-9]|[12][0-9]|3[01])/(?:0?[1-9]|1[0-2])")
_COLON = re.compile(r" ?: ?(?:(?:ta|pa) ?:? ?)?")


def _alone(note: Note, match: re.Match[str]) -> bool:
    """Without a name: only right after a comma or at the start, with nothing but a word of posture after."""
    before, after = note.before(match.start(), 20), note.after(match.end(), 12)
    one, other = numbers.value(match[1]), numbers.value(match[2])
    likely = 85 <= one <= 230 and 45 <= other <= 130 and match[0].count("/") == 1
    return likely and bool(re.search(r"(?:^|[,(] ?)$", before)) and not re.match(r" ?[a-z]{0,3}/", after)
