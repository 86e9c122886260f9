"""Dates of the stories, counted back from the day the demonstration is made (`3a2m`, `5s`, `12j`), and hours at which
a practice works. It never reads the clock."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from carnet.demo.dice import Dice

PARIS = ZoneInfo("Europe/Paris")
_SPAN = re.compile(r"(?:(\d+)a)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)j)?")


def before(day: date, span: str) -> date:
    """The day that lies a span (years a, months m, weeks s, days j) before another."""
    found = _SPAN.fullmatch(span)
    if not found or not span:
        raise ValueError(f"not a span: {span}")
    years, months, weeks, days = (int(part or 0) for part in found.groups())
    return minus_months(day, years * 12 + months) - timedelta(weeks=weeks, days=days)


def after(day: date, months: int) -> date:
    """The same day some months later."""
    return minus_months(day, -months)


def minus_months(day: date, months: int) -> date:
    """The same day some months earlier, or the last of that month."""
    count = day.year * 12 + day.month - 1 - months
    year, month = divmod(count, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def born(age: str, today: date, drawn: Dice) -> date:
    """A birthday that gives this age today; the day itself is drawn where the story does not fix it."""
    jitter = drawn.randint(1, 25) if "a" in age else 0
    return before(today, age) - timedelta(days=jitter)


def at_work(day: date, drawn: Dice, *, latest: datetime) -> datetime:
    """An hour of consultation on that day, or on the Friday before a Sunday; never later than `latest`."""
    if day.weekday() == 6:
        day -= timedelta(days=2)
    quarter = drawn.choice([*range(0, 14), *range(22, 40)]) if day.weekday() < 5 else drawn.randrange(0, 14)
    moment = datetime.combine(day, time(8, 30), PARIS) + timedelta(minutes=15 * quarter + drawn.randrange(12))
    return min(moment, latest)
