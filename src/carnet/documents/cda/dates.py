"""HL7 timestamps (TS, IVL_TS) into FHIR dates. No clock; a missing time zone is never invented."""

from __future__ import annotations

import re
from datetime import date, time
from typing import Any

from carnet.documents.cda.elements import Element, attribute, child

_TS = re.compile(
    r"^(\d{4})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:\.(\d{1,6})\d*)?)?)?)?)?)?([+-]\d{2}:?\d{2}|Z)?$"
)


def timestamp(written: str | None) -> str | None:
    """A FHIR dateTime: `20240104131933+0100` gives `2024-01-04T13:19:33+01:00`. Without a time zone only the day
    is certain, and only the day is kept. None when it is not a date that exists."""
    found = _TS.match(written or "")
    if not found:
        return None
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    try:
        date(int(year), int(month or 1), int(day or 1))
        time(int(hour or 0), int(minute or 0), min(int(second or 0), 59))
    except ValueError:
        return None
    whole = "-".join(part for part in (year, month, day) if part)
    if not (minute and zone):
        return whole
    clock = f"{hour}:{minute}:{second or '00'}" + (f".{fraction}" if fraction else "")
    return f"{whole}T{clock}{_zone(zone)}"


def _zone(written: str) -> str:
    if written == "Z" or written.replace(":", "")[1:] == "0000":
        return "Z"
    digits = written.replace(":", "")
    return f"{digits[:3]}:{digits[3:]}"


def day(written: str | None) -> str | None:
    """A FHIR date: never more than the day."""
    found = timestamp(written)
    return found[:10] if found else None


def when(element: Element | None) -> str | None:
    """The one moment of an effectiveTime: its value, else its centre, low or high. None when unknown."""
    for step in ((), ("center",), ("low",), ("high",)):
        found = timestamp(attribute(child(element, *step), "value"))
        if found:
            return found
    return None


def period(element: Element | None) -> dict[str, Any]:
    """A FHIR Period of low and high, {} when neither is known. An inclusive low after its high is kept apart:
    nothing is swapped."""
    start = timestamp(attribute(child(element, "low"), "value"))
    end = timestamp(attribute(child(element, "high"), "value"))
    if start and end and start[:10] > end[: len(start[:10])].ljust(10, "9"):
        return {"start": start}
    return {key: value for key, value in (("start", start), ("end", end)) if value}


def unreadable(element: Element | None) -> bool:
    """Whether a date is written there that does not exist."""
    if element is None:
        return False
    written = [attribute(each, "value") for each in (element, child(element, "low"), child(element, "high"))]
    return any(value and not timestamp(value) for value in written)


def moment(element: Element | None, key: str) -> dict[str, Any]:
    """`{key}Period` when low and high say an interval, `{key}DateTime` for one moment, {} when unknown."""
    span = period(element)
    if "end" in span:
        return {key + "Period": span}
    found = when(element)
    return {key + "DateTime": found} if found else {}
