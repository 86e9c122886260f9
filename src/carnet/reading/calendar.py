"""Dates of next steps as French notes write them, in days from the day of the note. It knows no clock."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import cache

from carnet.reading import numbers, tables

MONTH = (
    "janv(?:ier)?|fev(?:r|rier)?|mars|avr(?:il)?|mai|juin|juil(?:let)?|aout|sept(?:embre)?|oct(?:obre)?"
    "|nov(?:embre)?|dec(?:embre)?"
)
DAY = re.compile(
    r"(?:pour |vers )?(?:le |au |du )?(?:(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche) )?(?P<d>[0-3]?[0-9])"
    rf"(?:[/.-](?P<m>[01]?[0-9])(?:[/.-](?P<y>(?:20)?[0-9]{{2}}))?(?![0-9/])| ?(?P<w>{MONTH})"
    r"(?: (?P<z>20[0-9]{2}))?(?![a-z]))"
)
_MONTHS = ("jan", "fev", "mar", "avr", "mai", "juin", "juil", "aou", "sep", "oct", "nov", "dec")
_FARTHEST = 3700
_WITHOUT_YEAR = 330  # days; « le 10/04 » of a note of 16 April is past
_AHEAD = 6  # months


@cache
def pattern() -> re.Pattern[str]:
    """A date of a next step; at once after its cue, or behind « dans », « à », « le »."""
    table = tables.toml("follow_ups.toml")
    units = tables.any_of(table["units"])
    count = rf"(?P<n>{numbers.NUMBER}|{numbers.WORD})(?: ?(?:a|-|ou) ?{numbers.NUMBER})? ?(?P<u>{units}|h(?:eures)?)(?![a-z0-9])(?P<half> et demie?)?"
    behind = rf"(?P<p>{tables.any_of(table['before'])}) ?(?:[+~] ?)?{count}"
    counted_day = r"(?:a |au |vers )?(?P<j>j|m|s) ?\+? ?(?P<jn>[0-9]{1,3})(?![0-9a-z/]|[.,][0-9])"
    named = "|".join(rf"(?P<t{place}>{form})" for place, form in enumerate(table["tomorrow"]))
    weekday = rf"(?:le |ce |pour )?(?P<k>{tables.any_of(table['weekdays'])})(?: prochain| matin| soir| apres-midi)?(?: (?P<kd>[0-3]?[0-9])(?![0-9/.]| ?(?:h|janv|fev|mars|avr|mai|juin|juil|aout|sept|oct|nov|dec))|(?! ?[0-9])|(?= [0-9]{{1,2}} ?h))"
    day_alone = r"le (?P<kn>[0-3]?[0-9])(?= ?(?:$|[,.;)]|a [0-9]{1,2} ?h))"
    return re.compile(
        rf"(?<![a-z0-9])(?:{behind}|{counted_day}|(?:{named})(?![a-z])|(?:{DAY.pattern})|{weekday}|{day_alone})(?![a-z])"
    )


@cache
def adjacent() -> re.Pattern[str]:
    """« RDV 15j », « contrôle 3 mois »: a count with nothing before."""
    units = tables.any_of(tables.toml("follow_ups.toml")["units"])
    return re.compile(
        rf"[ :=(]{{0,3}}(?P<n>{numbers.NUMBER}|{numbers.WORD})(?: ?(?:a|-|ou) ?{numbers.NUMBER})? ?(?P<u>{units}|h)(?![a-z0-9])(?! d[e'])"
    )


@cache
def named() -> re.Pattern[str]:
    """« contrôle PSA 3 mois », « bio 6 sem »: up to three words, then a count and its unit written out."""
    units = tables.any_of(units_written_out())
    words = r"(?: (?!(?:depuis|il|pdt|pendant|qsp|duree?|pour|tous|ts|sur|a|en|pas|si|at|arret)(?![a-z]))[a-z][a-z0-9]{1,13}){0,3}"
    hours = "(?:(?<=24)|(?<=48)|(?<=72)|(?<=24 )|(?<=48 )|(?<=72 ))h(?:eures)?"
    return re.compile(
        rf"{words},? (?P<n>{numbers.NUMBER}) ?(?P<u>{units}|m(?= ?(?:$|[,.;\n]))|{hours})(?![a-z0-9/])(?! d[e'])"
    )


def units_written_out() -> dict[str, int]:
    """Days of each unit that is no bare letter but « j »: « 3 s » alone may be seconds, « 3 m » metres."""
    units: dict[str, int] = tables.toml("follow_ups.toml")["units"]
    return {unit: days for unit, days in units.items() if len(unit) > 1 or unit == "j"}


def days(match: re.Match[str], today: str | None) -> int | None:
    """How many days after the note; None when the date is past, or cannot be counted without knowing the day."""
    found = match.groupdict()
    if (
        found.get("n")
        and found.get("p") == "a"
        and str(found["u"]).startswith("an")
        and numbers.value(found["n"]) > 1
    ):
        return None  # « à 6 ans » is an age
    if found.get("n"):
        return _counted(found["n"], found["u"], 0.5 if found.get("half") else 0)
    if found.get("j"):
        return int(found["jn"]) * {"j": 1, "s": 7, "m": 30}[found["j"]]
    for place, (_, given) in enumerate(tables.toml("follow_ups.toml")["tomorrow"].items()):
        if found.get(f"t{place}"):
            return int(given) or None
    day = of_note(today)
    if day is None:
        return None
    if found.get("k"):
        if found.get("kd"):  # « jeudi 19 »
            return _next(day, int(found["kd"]))
        ahead = (tables.toml("follow_ups.toml")["weekdays"].index(found["k"]) - day.weekday()) % 7
        return ahead or 7
    if found.get("kn"):  # « le 24 à 14 h »
        return _next(day, int(found["kn"]))
    return _to(day, found)


def _next(day: date, number: int) -> int | None:
    """To the next day of that number in its month."""
    return next((ahead for ahead in range(1, 63) if (day + timedelta(days=ahead)).day == number), None)


def _counted(number: str, unit: str, more: float = 0) -> int | None:
    value = numbers.value(number) + more
    if unit.startswith("h"):
        return round(value / 24) or None if value >= 24 else None
    total = round(value * tables.toml("follow_ups.toml")["units"][unit])
    return total if 0 < total <= _FARTHEST else None


def of_note(today: str | None) -> date | None:
    """The day of a note; None when it has none."""
    try:
        return date.fromisoformat((today or "")[:10])
    except ValueError:
        return None


def _to(day: date, found: dict[str, str | None]) -> int | None:
    """To a date of the calendar; without its year, the next one that comes."""
    number = int(found["m"] or 0) or month(found["w"] or "")
    year = found.get("y") or found.get("z")
    try:
        then = date(int(year) % 100 + 2000 if year else day.year, number, int(found["d"] or 0))
        if not year and then < day - timedelta(days=1):
            then = then.replace(year=day.year + 1)
    except ValueError:
        return None
    ahead = (then - day).days
    return ahead if 0 < ahead <= (_FARTHEST if year else _WITHOUT_YEAR) else None


def soon(named: str, today: str | None) -> bool:
    """Whether a month told by its name is one of the next six; the month of today is not."""
    day = of_note(today)
    return day is not None and 0 < (month(named) - day.month) % 12 <= _AHEAD


def month(word: str) -> int:
    """1 to 12 from the first letters of a month, plain; 0 for no month."""
    return next((place + 1 for place, name in enumerate(_MONTHS) if word.startswith(name)), 0)
