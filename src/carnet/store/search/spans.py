"""Dates and numbers as ranges: what a partial date, a period or a rounded number stands for. Pure."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

MIN, MAX = -(1 << 62), 1 << 62  # microseconds: before and after all that can be written
INFINITY = float("inf")
DAY = 86_400_000_000
_EPOCH = date(1970, 1, 1).toordinal()
_DATE = re.compile(
    r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})(?:T([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]+))?)?"
    r"(?:Z|([+-])([0-9]{2}):([0-9]{2}))?)?)?)?"
)

_NUMBER = re.compile(r"[+-]?[0-9]{1,40}(?:\.[0-9]{1,40})?(?:[eE][+-]?[0-9]{1,3})?")


def span(written: Any) -> tuple[int, int] | None:
    """[low, high) in microseconds, UTC, of a FHIR date, dateTime or instant; None if it is no date."""
    found = _DATE.fullmatch(written) if isinstance(written, str) else None
    if not found:
        return None
    year, month, day, hour, minute, second, fraction, sign, zone_hour, zone_minute = found.groups()
    try:
        if hour is None:
            return _days(int(year), month, day)
        low = (date(int(year), int(month), int(day)).toordinal() - _EPOCH) * DAY
    except ValueError:
        return None
    minutes = int(hour) * 60 + int(minute)
    if sign:
        zone = int(zone_hour) * 60 + int(zone_minute)
        minutes -= zone if sign == "+" else -zone
    low += minutes * 60_000_000 + int(second or 0) * 1_000_000
    if not fraction:
        return low, low + (1_000_000 if second else 60_000_000)
    low += int(fraction[:6].ljust(6, "0"))
    return low, low + 10 ** max(0, 6 - len(fraction))


def _days(year: int, month: str | None, day: str | None) -> tuple[int, int]:
    first = date(year, int(month or 1), int(day or 1)).toordinal() - _EPOCH
    if day:
        return first * DAY, (first + 1) * DAY
    last = date(year, int(month or 12), 28).toordinal() - _EPOCH
    while date.fromordinal(last + _EPOCH).month == int(month or 12) and last + _EPOCH < date.max.toordinal():
        last += 1
    last += last + _EPOCH == date.max.toordinal()
    return first * DAY, last * DAY


def period(value: dict[str, Any]) -> tuple[int, int] | None:
    """[low, high) of a Period; an end that is not given is open."""
    start, end = span(value.get("start")), span(value.get("end"))
    if start is None and end is None:
        return None
    return (start[0] if start else MIN), (end[1] if end else MAX)


def timing(value: dict[str, Any]) -> tuple[int, int] | None:
    """The outer limits of a Timing: its events and bounds; the repetition itself is not searched."""
    events = value.get("event")
    found = [span(event) for event in events] if isinstance(events, list) else []
    repeat = value.get("repeat")
    bounds = repeat.get("boundsPeriod") if isinstance(repeat, dict) else None
    found.append(period(bounds) if isinstance(bounds, dict) else None)
    spans = [s for s in found if s]
    return (min(s[0] for s in spans), max(s[1] for s in spans)) if spans else None


def number(value: Any) -> float | None:
    """A JSON number as the index keeps it; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    try:
        return float(value)
    except OverflowError:
        return INFINITY if value > 0 else -INFINITY


def compared(value: Any, comparator: Any) -> tuple[float, float] | None:
    """Closed [low, high] of a Quantity's value; "<5" and the like are open on one side."""
    exact = number(value)
    if exact is None:
        return None
    if comparator in ("<", "<="):
        return -INFINITY, exact
    return (exact, INFINITY) if comparator in (">", ">=") else (exact, exact)


def precision(written: str) -> tuple[Decimal, Decimal] | None:
    """(value, half of its last written digit): 5.4 stands for 5.35 to 5.45; None if it is no number."""
    if not _NUMBER.fullmatch(written):
        return None
    value = Decimal(written)
    return value, Decimal(5).scaleb(int(value.as_tuple().exponent) - 1)
