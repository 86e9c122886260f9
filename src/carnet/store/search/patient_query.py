"""What the patient finder understands of what was typed: words, dates, numbers, in every way they may be meant.
Pure; it knows no patient."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from carnet.fhir import folding
from carnet.store.search.patient_terms import BORN, CITY, DAY, FAMILY, INITIALS, PARTICLES, SOUND, sound
from carnet.store.search.spans import span

WORD_LIMIT = 8  # words; nobody types more names
FAMILY_WHOLE, WHOLE, FAMILY_BEGINS, BEGINS, ELSEWHERE, FAMILY_ALMOST, ALMOST, ALMOST_BEGINS = range(8)
INITIALS_LIMIT = 4  # letters
NO = 99  # the level of what does not match at all


class Way(NamedTuple):
    """One way to mean what was typed: a term, whole or its beginning; the lower the level, the better."""

    level: int
    term: str
    whole: bool


class Asked(NamedTuple):
    """One thing typed, and the ways it may be meant; `word` is empty for a date or a number."""

    word: str
    ways: tuple[Way, ...]


_MONTHS = {
    "janvier": 1, "janv": 1, "jan": 1, "fevrier": 2, "fevr": 2, "fev": 2, "mars": 3, "avril": 4, "avr": 4, "mai": 5,
    "juin": 6, "juillet": 7, "juil": 7, "aout": 8, "septembre": 9, "sept": 9, "sep": 9, "octobre": 10, "oct": 10,
    "novembre": 11, "nov": 11, "decembre": 12, "dec": 12,
}  # fmt: skip
_NAMES = "|".join(sorted(_MONTHS, key=len, reverse=True))
_WRITTEN = re.compile(rf"\b([0-3]?[0-9])(?:er)?\s*({_NAMES})\b\.?(?:\s*([0-9]{{1,4}})\b)?")
_MONTH_NAMED = re.compile(rf"\b({_NAMES})\.?\s+((?:19|20)[0-9]{{2}})\b")
_ISO = re.compile(r"\b((?:19|20)[0-9]{2})\.([01][0-9])(?:\.([0-3][0-9]))?\b")
_DAY = re.compile(r"(?<![0-9/.])([0-3]?[0-9])[/.]([01]?[0-9])(?:[/.]([0-9]{0,4}))?(?![0-9])")
_MONTH = re.compile(r"(?<![0-9/.])([01]?[0-9])[/.]((?:19|20)[0-9]{2})(?![0-9])")
_ABROAD = re.compile(r"(?:\+|\b00)33\s?")
_HYPHEN = re.compile(r"(?<=[0-9])[-‐‑](?=[0-9])")
_BETWEEN = re.compile(r"(?<=[0-9])[\s.]+(?=[0-9])")
_CORSICA = re.compile(r"(?<=[0-9]{3}2[ab])\s+(?=[0-9])")
_PHONE = re.compile(r"\b0[1-9](?:[. ][0-9]{2}){2,4}\b")


def read(typed: str) -> list[list[Asked]]:
    """The readings of what was typed, the plainest first; in each, all must be found. None: nothing was typed."""
    dates: list[Asked] = []
    rest = _without_dates(folding.fold(_HYPHEN.sub(".", typed)), dates)
    words = _cut(rest)
    joined = _with_particles(words)
    readings = [[*map(asked, words), *dates]]
    if joined != words:
        readings.append([*map(asked, joined), *dates])
    named = [*_MONTH_NAMED.finditer(rest)]
    if named:  # Mars is a name too; then the reading above has found it.
        months = [_born(f"{m[2]}{_MONTHS[m[1]]:02}") for m in named]
        readings.append([*map(asked, _cut(_MONTH_NAMED.sub(" ", rest))), *dates, *months])
    return [reading for reading in readings if reading]


def _cut(text: str) -> list[str]:
    """The words, figures that follow each other being one number."""
    return list(folding.words(_CORSICA.sub("", _BETWEEN.sub("", text))))[:WORD_LIMIT]


def asked(word: str) -> Asked:
    """A word as a name, a city or initials; a number as a telephone, an INS, a postal code or a birth date."""
    if word[0].isdigit():
        return Asked("", tuple(_number(word)))
    ways = [
        Way(FAMILY_WHOLE, FAMILY + word, True), Way(WHOLE, word, True),
        Way(FAMILY_BEGINS, FAMILY + word, False), Way(BEGINS, word, False), Way(ELSEWHERE, CITY + word, False),
    ]  # fmt: skip
    if 1 < len(word) <= INITIALS_LIMIT:
        ways.append(Way(ELSEWHERE, INITIALS + word, True))
    return Asked(word, tuple(ways))


def in_cities(asked: Asked, cities: Sequence[str]) -> Asked:
    """The same with these cities (their marked terms) for all that begin like the word; with none, unchanged."""
    if not cities:
        return asked
    others = [way for way in asked.ways if way.term != CITY + asked.word]
    return Asked(asked.word, (*others, *(Way(ELSEWHERE, city, True) for city in cities)))


def loosened(asked: Asked, almost: Sequence[str], inside: Sequence[str], known: bool) -> Asked:
    """The same with the words that are one error away, that hold it, or that sound like it. `known`: somebody
    bears this very word, so that only whole words are taken for it."""
    ways = [Way(FAMILY_ALMOST, FAMILY + word, True) for word in almost]
    ways += [Way(ALMOST, word, True) for word in (*almost, *inside)]
    if key := sound(asked.word):
        ways.append(Way(ALMOST, SOUND + key, True))
    if not known:
        ways += [Way(ALMOST_BEGINS, word, False) for word in almost]
    return Asked(asked.word, (*asked.ways, *ways))


def level(asked: Asked, terms: frozenset[str], line: str) -> int:
    """How well a patient's terms answer (`line` is the same terms, each after a space); NO if they do not."""
    for way in asked.ways:
        if way.term in terms if way.whole else f" {way.term}" in line:
            return way.level
    return NO


def _number(digits: str) -> list[Way]:
    found = [Way(WHOLE, digits, True), Way(BEGINS, digits, False)]
    if re.fullmatch("(?:19|20)[0-9]{2}", digits):
        found.insert(0, Way(WHOLE, BORN + digits, False))
    elif len(digits) == 4:
        found += _days(digits[2:] + digits[:2])
    elif len(digits) == 6:
        found += [Way(WHOLE, BORN + y + digits[2:4] + digits[:2], True) for y in _years(digits[4:])]
    elif len(digits) == 8:
        found += [
            Way(WHOLE, BORN + digits[4:] + digits[2:4] + digits[:2], True),
            Way(WHOLE, BORN + digits, True),
        ]
    return found


def _days(digits: str) -> list[Way]:
    return [Way(ELSEWHERE, DAY + digits, True)]


def _years(two: str) -> list[str]:
    return [f"19{two}", f"20{two}"]


def _without_dates(text: str, dates: list[Asked]) -> str:
    """What remains when the dates are taken out of the text and put into the list."""

    def day(order: tuple[int, int, int]) -> Callable[[re.Match[str]], str]:
        def take(found: re.Match[str]) -> str:
            day, month, year = (found[n] for n in order)
            month = str(_MONTHS.get(month, month))
            dates.extend(_dated(int(day), int(month), year or ""))
            return " "

        return take

    text = _ABROAD.sub("0", text)
    text = _PHONE.sub(lambda m: re.sub("[. ]", "", m[0]), text)
    text = _ISO.sub(lambda m: _taken(dates, m[1] + m[2] + (m[3] or "")), text)
    text = _WRITTEN.sub(day((1, 2, 3)), text)
    text = _MONTH.sub(lambda m: _taken(dates, f"{m[2]}{int(m[1]):02}"), text)
    return _DAY.sub(day((1, 2, 3)), text)


def _taken(dates: list[Asked], digits: str) -> str:
    dates.append(_born(digits))
    return " "


def _dated(day: int, month: int, year: str) -> list[Asked]:
    """A day of a year that may be still being typed; two figures may be of either century."""
    on = f"{month:02}{day:02}"
    if not span(f"2000-{on[:2]}-{on[2:]}"):
        return [Asked("", ())]
    if len(year) == 4:
        return [_born(year + on) if span(f"{year}-{on[:2]}-{on[2:]}") else Asked("", ())]
    if len(year) == 2 and year not in ("19", "20"):
        return [Asked("", tuple(Way(WHOLE, BORN + y + on, True) for y in _years(year)))]
    on_day = [Way(WHOLE, DAY + on, True)]
    if not year:  # or the beginning of a telephone number
        return [Asked("", (*on_day, Way(BEGINS, on[2:] + on[:2], False)))]
    begun = [year, *(_years(year) if len(year) == 2 else ())]
    return [Asked("", tuple(on_day)), Asked("", tuple(Way(WHOLE, BORN + y, False) for y in begun))]


def _born(digits: str) -> Asked:
    return Asked("", (Way(WHOLE, BORN + digits, len(digits) == 8),))


def _with_particles(words: list[str]) -> list[str]:
    """« de la fontaine » as one word; a particle at the end waits for what follows."""
    found: list[str] = []
    open_ = False
    for n, word in enumerate(words):
        found[-1:] = [found[-1] + word] if open_ else [*found[-1:], word]
        open_ = word in PARTICLES and n + 1 < len(words) and not words[n + 1][0].isdigit()
    return found
