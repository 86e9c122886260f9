"""FHIR dates as written: partial dates, instants, and their bounds in microseconds. Pure, no clock."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

from carnet.fhir.errors import Malformed

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DATE = re.compile(r"^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$")


def instant(at: datetime) -> str:
    """A FHIR instant in UTC with microseconds, from a timezone-aware datetime."""
    if at.tzinfo is None:
        raise ValueError("naive datetime")
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def micros(at: datetime) -> int:
    """Microseconds since 1970 in UTC."""
    delta = at.astimezone(UTC) - _EPOCH
    return (delta.days * 86400 + delta.seconds) * 1_000_000 + delta.microseconds


def from_micros(value: int) -> datetime:
    """The UTC datetime of microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=value)


def first_day(written: str) -> date:
    """The first day that a FHIR date or dateTime can mean: `1955`, `1955-04`, `1955-04-03`, `…T10:00:00Z`."""
    found = _DATE.match(written[:10])
    try:
        if found:
            return date(int(found[1]), int(found[2] or 1), int(found[3] or 1))
    except ValueError:
        pass
    raise Malformed("Cette date n'existe pas.")


def french(written: str) -> str:
    """`03/04/1955` of a FHIR date, as precise as it is written."""
    return "/".join(reversed(written.split("-")))


def age(born: date, on: date) -> tuple[int, int]:
    """Completed (years, months) of age on a day; months count from the last birthday."""
    months = (on.year - born.year) * 12 + on.month - born.month - (on.day < born.day)
    return max(months, 0) // 12, max(months, 0) % 12
