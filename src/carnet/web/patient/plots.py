"""Results as tables by day and as small curves drawn on the server, so that they also print. It computes places on
paper; colours and words belong to the templates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from carnet.rules import timeline
from carnet.rules.results import Series, Value

WIDTH, HEIGHT, EDGE = 132, 30, 4
_FIRST = datetime(1970, 1, 1)
CATEGORIES = ("vital-signs", "laboratory", "")


@dataclass(frozen=True, slots=True)
class Curve:
    """A curve in a box of WIDTH × HEIGHT: points of a polyline, the dots, the usual range as a band."""

    points: str
    dots: list[tuple[str, str, str]]  # x, y, flag; text, so that no language writes a comma in it
    band: tuple[str, str] | None = None
    width: int = WIDTH
    height: int = HEIGHT


@dataclass(frozen=True, slots=True)
class Line:
    """One analyte of a table: its values under each column, None where there is none."""

    series: Series
    cells: list[Value | None]
    curve: Curve | None


@dataclass(frozen=True, slots=True)
class Table:
    """The analytes of one category; columns are days as written, newest first."""

    category: str
    columns: list[str]
    lines: list[Line] = field(default_factory=list)
    hidden: int = 0  # older days not shown


def tables(found: Sequence[Series], columns: int) -> list[Table]:
    """One table for each category that has values."""
    made = [
        _table(category, [one for one in found if _belongs(one, category)], columns)
        for category in CATEGORIES
    ]
    return [table for table in made if table.lines]


def _belongs(series: Series, category: str) -> bool:
    return series.category == category or (not category and series.category not in CATEGORIES)


def _table(category: str, listed: list[Series], most: int) -> Table:
    days = _days(listed)
    columns = days[:most]
    lines = sorted((_line(one, columns) for one in listed), key=lambda line: not any(line.cells))
    return Table(category, columns, lines, max(len(days) - most, 0))


def _days(listed: list[Series]) -> list[str]:
    """The days, newest first; one of them stands as often as one analyte was measured in it: no value hides another."""
    most: Counter[str] = Counter()
    for one in listed:
        most |= Counter(value.date[:10] for value in one.values)
    return [day for day in sorted(most, reverse=True) for _ in range(most[day])]


def _line(series: Series, columns: list[str]) -> Line:
    by_day: dict[str, list[Value]] = {}
    for value in series.values:
        by_day.setdefault(value.date[:10], []).append(value)
    cells = [by_day[day].pop() if by_day.get(day) else None for day in columns]
    return Line(series, cells, curve(series))


def curve(series: Series) -> Curve | None:
    """None below two numbers: a point is not a curve."""
    numbers = [
        (_seconds(day), float(number), flag)
        for (day, number), flag in zip(series.numbers, _flags(series), strict=True)
    ]
    if len(numbers) < 2:
        return None
    low, high = _extent([number for _, number, _ in numbers], series.latest)
    first, last = numbers[0][0], numbers[-1][0]
    dots = [(str(_x(when, first, last)), str(_y(number, low, high)), flag) for when, number, flag in numbers]
    points = " ".join(f"{x},{y}" for x, y, _ in dots)
    return Curve(points, dots, _band(series.latest, low, high))


def _flags(series: Series) -> list[str]:
    return [value.flag for value in series.values if value.number is not None]


def _seconds(written: str) -> float:
    moment = timeline.moment(written)
    # Counted on the calendar: the clock of a computer knows nothing of the year 1.
    return (datetime.fromisoformat(moment).replace(tzinfo=None) - _FIRST).total_seconds() if moment else 0.0


def _extent(numbers: list[float], latest: Value) -> tuple[float, float]:
    """What the box spans: the values, and the bounds of the range that lie near them."""
    low, high = min(numbers), max(numbers)
    room = (high - low) or abs(high) * 0.1 or 1.0
    near = [float(bound) for bound in (latest.low, latest.high) if bound is not None]
    near = [bound for bound in near if low - room <= bound <= high + room]
    return min([low, *near]), max([high, *near]) if max([high, *near]) > min([low, *near]) else low + room


def _band(latest: Value, low: float, high: float) -> tuple[str, str] | None:
    """(top, height) of the usual range inside the box."""
    if latest.low is None and latest.high is None:
        return None
    top = _y(_within(latest.high, low, high, high), low, high) if latest.high is not None else 0.0
    bottom = _y(_within(latest.low, low, high, low), low, high) if latest.low is not None else float(HEIGHT)
    return (f"{top:.1f}", f"{bottom - top:.1f}") if bottom > top else None


def _within(bound: Decimal | None, low: float, high: float, otherwise: float) -> float:
    return min(max(float(bound), low), high) if bound is not None else otherwise


def _x(when: float, first: float, last: float) -> float:
    part = (when - first) / (last - first) if last > first else 0.5
    return round(EDGE + part * (WIDTH - 2 * EDGE), 1)


def _y(number: float, low: float, high: float) -> float:
    return round(HEIGHT - EDGE - (number - low) / (high - low) * (HEIGHT - 2 * EDGE), 1)
