"""Earlier values of each measure, as a curve small enough to stand in the margin of a note. It computes places; it never
converts a unit, never joins two units, and never draws a value of somebody else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from carnet.rules.results import DFG, DIASTOLIC, SYSTOLIC, Series, Value
from carnet.web.shell import wording

WIDTH, HEIGHT, EDGE, MOST = 40, 14, 2, 12
# LOINC of the same measure in the same property by another method: LDL computed or measured, HbA1c by HPLC.
_SAME = {"13457-7": "2089-1", "18262-6": "2089-1", "17856-6": "4548-4"}
READ_AS = (
    "62238-1"  # what the reader calls the filtration rate, by whichever formula a laboratory computed it
)


@dataclass(frozen=True, slots=True)
class Trend:
    """`code` is the LOINC code that an offer names; `points` a polyline in WIDTH × HEIGHT, empty for a single value."""

    code: str
    words: str
    date: str
    points: str
    last: tuple[str, str]
    width: int = WIDTH
    height: int = HEIGHT


def trends(found: Iterable[Series], *, today: date) -> list[Trend]:
    """One for each measure, in the unit of its latest value."""
    listed = [one for one in found if one.numbers and not one.latest.about]
    lower = _lower(listed)
    newest: dict[str, Series] = {}
    for one in sorted(listed, key=lambda one: one.latest.date):
        newest[_code(one)] = one
    return [_trend(code, one, lower, today) for code, one in newest.items() if code]


def _lower(listed: Iterable[Series]) -> dict[str, Value]:
    """The lower pressure of each measure; of two measures of one moment with the same one, the series keeps it once."""
    values = [value for one in listed if one.latest.code == DIASTOLIC for value in one.values]
    moments: dict[str, list[Value]] = {}
    for value in values:
        moments.setdefault(value.date, []).append(value)
    shared = {date: found[0] for date, found in moments.items() if len(found) == 1}
    return shared | {value.reference: value for value in values}


def _code(series: Series) -> str:
    code = series.latest.code or ""
    return READ_AS if code in DFG else _SAME.get(code, code)


def _trend(code: str, series: Series, lower: dict[str, Value], today: date) -> Trend:
    numbers = [number for _, number in series.numbers][-MOST:]
    places = [_place(index, number, numbers) for index, number in enumerate(numbers)]
    points = " ".join(f"{x},{y}" for x, y in places) if len(numbers) > 1 else ""
    return Trend(code, _words(series.latest, lower), _day(series.numbers[-1][0], today), points, places[-1])


def _words(latest: Value, lower: dict[str, Value]) -> str:
    twin = lower.get(latest.reference) or lower.get(latest.date) if latest.code == SYSTOLIC else None
    if twin and twin.number is not None:
        return f"{latest.number:f}/{twin.number:f}"
    return wording.quantity(latest.quantity)


def _day(written: str, today: date) -> str:
    """« 10/11 » in this year, « 11/2025 » before: a margin is narrow."""
    short = wording.short_date(written)
    return (short[:5] if short[6:] == str(today.year) else short[3:]) if len(short) == 10 else short


def _place(index: int, number: Decimal, among: list[Decimal]) -> tuple[str, str]:
    low, room = min(among), (max(among) - min(among)) or Decimal(1)
    x = EDGE + index * (WIDTH - 2 * EDGE) / max(len(among) - 1, 1)
    y = HEIGHT - EDGE - float((number - low) / room) * (HEIGHT - 2 * EDGE)
    return f"{x:.1f}", f"{y:.1f}"
