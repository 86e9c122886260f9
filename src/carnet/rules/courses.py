"""How long a prescription was written for, and the day on which a short one is over by itself. Pure. A lasting treatment
has no such day: it ends when a person says so, however late its renewal."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from carnet.fhir import dates
from carnet.fhir.errors import Malformed
from carnet.rules import tables

Resource = dict[str, Any]

_DAYS = {"d": 1, "wk": 7, "mo": 30}


def days_of(resource: Resource) -> int:
    """For how many days it was written; 0 when it does not say."""
    supply = resource.get("dispenseRequest", {}).get("expectedSupplyDuration", {})
    return int(float(supply.get("value") or 0) * _DAYS.get(str(supply.get("code")), 0))


def is_course(days: Any) -> bool:
    """Whether this many days are those of a course, not of a lasting treatment."""
    return bool(days) and int(days) < int(_course()["days"])


def last_day(resource: Resource) -> date | None:
    """The day from which a course is no treatment any more; None for what lasts, or has no date."""
    days = days_of(resource)
    if not is_course(days):
        return None
    try:
        written = dates.first_day(str(resource.get("authoredOn") or "")[:10])
    except Malformed:
        return None
    return written + timedelta(days=days + int(_course()["after"]))


def _course() -> dict[str, Any]:
    course: dict[str, Any] = tables.toml("treatments")["course"]
    return course
