"""Values of the record put into words: dates, ages, names, quantities, in the language of the page. Pure but
for that language: the moment « now » is always an argument, and nothing here reads the record."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.dates import MONTHS, WEEKDAYS_ABBR
from django.utils.translation import get_language, gettext_noop, ngettext
from django.utils.translation import gettext as _

from carnet.rules import units

NARROW = "\u202f"  # narrow no-break space: between a number and its unit, between thousands
HARD = "\u00a0"  # no-break space
PARTIAL = re.compile(r"(\d{4})(?:-(\d{2}))?")


def moment(value: Any) -> date | datetime | None:
    """A full date or an instant (in local time) from Python or FHIR; None for partial or unreadable text."""
    if isinstance(value, datetime):
        return timezone.localtime(value) if timezone.is_aware(value) else value
    if isinstance(value, date) or not isinstance(value, str):
        return value if isinstance(value, date) else None
    try:
        if len(value) == 10:
            return date.fromisoformat(value)
        return moment(datetime.fromisoformat(value)) if len(value) > 10 else None
    except (ValueError, OverflowError):  # 0001-01-01T00:00:00+01:00 is no moment of any calendar here
        return None


def long_date(value: Any) -> str:
    """« lun. 3 mars 2025 »; a partial FHIR date keeps its precision: « mars 2025 », « 2025 »."""
    found = moment(value)
    if found is None:
        return partial_date(value)
    weekday = WEEKDAYS_ABBR[found.weekday()]
    return _("%(weekday)s. %(day)s %(month)s %(year)s") % {"weekday": weekday, **_parts(found)}


def plain_date(value: Any) -> str:
    """« 3 mars 2025 »: the same without its weekday."""
    found = moment(value)
    return _("%(day)s %(month)s %(year)s") % _parts(found) if found else partial_date(value)


def _parts(day: date) -> dict[str, str]:
    first = _("1er") if day.day == 1 else str(day.day)
    return {"day": first, "month": str(MONTHS[day.month]), "year": str(day.year)}


def partial_date(value: Any) -> str:
    """« mars 2025 » or « 2025 » from a FHIR date without day; anything else comes back as it was."""
    found = PARTIAL.fullmatch(value) if isinstance(value, str) else None
    if not found:
        return str(value or "")
    year, month = found[1], int(found[2] or 0)
    return f"{MONTHS[month]} {year}" if 1 <= month <= 12 else year


def short_date(value: Any) -> str:
    """« 03/03/2025 », for columns; « 03/2025 » and « 2025 » when that is all that is known."""
    found = moment(value)
    if found:
        return found.strftime("%d/%m/%Y")
    year_month = PARTIAL.fullmatch(value) if isinstance(value, str) else None
    return f"{year_month[2]}/{year_month[1]}" if year_month and year_month[2] else str(value or "")


def clock_time(value: Any) -> str:
    """« 14:05 » in local time; empty when the value has no time."""
    found = moment(value)
    return found.strftime("%H:%M") if isinstance(found, datetime) else ""


def relative(value: Any, now: datetime, *, short: bool = False) -> str:
    """« il y a 3 j » when near (a week), the long date otherwise (the short one when asked)."""
    found = moment(value)
    if found is None:
        return partial_date(value)
    today = timezone.localtime(now).date()
    day = found.date() if isinstance(found, datetime) else found
    if day == today and isinstance(found, datetime):
        return _same_day(now - found)
    return _near(today - day) or (short_date(value) if short else long_date(value))


def _same_day(gone: timedelta) -> str:
    minutes = int(gone.total_seconds() // 60)
    if minutes < 0:
        return _("aujourd’hui")
    if minutes < 1:
        return _("à l’instant")
    if minutes < 60:
        return _("il y a %(count)s min") % {"count": minutes}
    return _("il y a %(count)s h") % {"count": minutes // 60}


def _near(gone: timedelta) -> str:
    words = {0: _("aujourd’hui"), 1: _("hier"), -1: _("demain")}
    if gone.days in words:
        return words[gone.days]
    if 1 < gone.days < 7:
        return _("il y a %(count)s j") % {"count": gone.days}
    return _("dans %(count)s j") % {"count": -gone.days} if -7 < gone.days < -1 else ""


def age(born: Any, on: date) -> str:
    """« 47 ans », « 11 mois » (under two years), « 12 j » (under a month); « env. 75 ans » from a bare year."""
    day = moment(born)
    if day is None:
        return _age_from_year(born, on)
    born_on = day.date() if isinstance(day, datetime) else day
    months = (on.year - born_on.year) * 12 + on.month - born_on.month - (on.day < born_on.day)
    if months < 0 or (months == 0 and on < born_on):
        return ""
    if months < 1:
        return _("%(count)s j") % {"count": (on - born_on).days}
    return _("%(count)s mois") % {"count": months} if months < 24 else _years(months // 12)


def _years(years: int) -> str:
    return ngettext("%(count)s an", "%(count)s ans", years) % {"count": years}


def _age_from_year(born: Any, on: date) -> str:
    found = PARTIAL.fullmatch(born) if isinstance(born, str) else None
    return _("env. %(age)s") % {"age": _years(max(on.year - int(found[1]), 0))} if found else ""


def patient_age(patient: dict[str, Any], now: datetime) -> str:
    """The age today, or the age at death."""
    died = moment(patient.get("deceasedDateTime"))
    day = died.date() if isinstance(died, datetime) else died
    return age(patient.get("birthDate"), day or timezone.localtime(now).date())


def human_name(names: Any) -> str:
    """« DUVAL Marie »: the used family name in capitals, then the used first name."""
    shown = _used_name(_name_list(names))
    if not shown:
        return _("Nom inconnu")
    family, given = _family(shown), _given(shown) or _given(_birth_name(_name_list(names)))
    prefix = " ".join(shown.get("prefix", []))
    return " ".join(part for part in (prefix, family, given) if part) or shown.get("text") or _("Nom inconnu")


def birth_name(names: Any) -> str:
    """The family name at birth in capitals, only when it differs from the used one."""
    listed = _name_list(names)
    birth, used = _family(_birth_name(listed)), _family(_used_name(listed))
    return birth if birth and birth != used else ""


def _name_list(names: Any) -> list[dict[str, Any]]:
    if isinstance(names, dict):
        names = [names]
    return [name for name in names or [] if isinstance(name, dict)]


def _used_name(names: list[dict[str, Any]]) -> dict[str, Any]:
    order = {
        "usual": 0,
        None: 1,
        "official": 2,
        "nickname": 4,
        "temp": 4,
        "maiden": 5,
        "old": 6,
        "anonymous": 6,
    }
    return min(names, key=lambda name: order.get(name.get("use"), 3), default={})


def _birth_name(names: list[dict[str, Any]]) -> dict[str, Any]:
    order = {"official": 0, "maiden": 1}
    return min(
        (name for name in names if name.get("use") in order), key=lambda name: order[name["use"]], default={}
    )


def _family(name: dict[str, Any]) -> str:
    return str(name.get("family") or "").upper()


def _given(name: dict[str, Any]) -> str:
    given = name.get("given") or []
    first = str(given[0]) if given and given[0] else ""
    return first.title() if first.isupper() else first


def number(value: Any) -> str:
    """« 148,5 »: digits as they were written, decimal comma in French, thousands parted from 10 000 on."""
    text = format(value, "f") if isinstance(value, Decimal) else str(value)
    if not re.fullmatch(r"-?\d+(\.\d+)?", text):
        return text
    sign, whole, fraction = text.startswith("-"), *text.lstrip("-").partition(".")[::2]
    if len(whole) > 4:
        whole = f"{int(whole):,}".replace(",", NARROW)
    comma = "," if (get_language() or "fr").startswith("fr") else "."
    return ("−" if sign else "") + whole + (comma + fraction if fraction else "")


def quantity(value: Any) -> str:
    """« < 0,5 mg/L » from a FHIR Quantity; a Range or a Ratio in its own writing; empty for nothing."""
    if not isinstance(value, dict):
        return "" if value is None else number(value)
    if "low" in value or "high" in value:
        return _range(value)
    if "numerator" in value:
        return f"{quantity(value['numerator'])}{NARROW}/{NARROW}{quantity(value.get('denominator', {}))}"
    if "value" not in value:
        return ""
    signs = {"<": "<", "<=": "≤", ">=": "≥", ">": ">"}
    written = (
        f"{signs.get(value.get('comparator', ''), '')}{NARROW}{number(value['value'])}{NARROW}{unit(value)}"
    )
    return written.strip(NARROW)


def unit(value: dict[str, Any]) -> str:
    """The unit as a doctor writes it."""
    return units.said(str(value.get("unit") or value.get("code") or ""))


def _range(value: dict[str, Any]) -> str:
    low, high = value.get("low") or {}, value.get("high") or {}
    if low and high and unit(low) == unit(high):
        low = {"value": low.get("value")}
    if low and high:
        return f"{quantity(low)}{HARD}–{HARD}{quantity(high)}"
    return f"≥{NARROW}{quantity(low)}" if low else f"≤{NARROW}{quantity(high)}"


def concept(value: Any) -> str:
    """What a CodeableConcept, a Coding or a Reference calls itself; its code when it has no words."""
    if not isinstance(value, dict):
        return str(value or "")
    if value.get("text") or value.get("display"):
        return str(value.get("text") or value["display"])
    codings = value.get("coding") or []
    worded = next((coding["display"] for coding in codings if coding.get("display")), "")
    return str(
        worded or next((coding["code"] for coding in codings if coding.get("code")), value.get("code") or "")
    )


_GENDERS = {
    "male": gettext_noop("H"),
    "female": gettext_noop("F"),
    "other": gettext_noop("indét."),
    "unknown": gettext_noop("sexe inconnu"),
}


def gender(value: str | None) -> str:
    """One letter or sign for a row: H, F, « indét. »; empty when not recorded."""
    return _(_GENDERS[value]) if value in _GENDERS else ""


def ins(value: str) -> str:
    """« 2 55 08 14 168 025 38 »: an INS in the groups of the paper card."""
    bare = value.replace(" ", "")
    if len(bare) not in (13, 15):
        return value
    cuts = [bare[0], bare[1:3], bare[3:5], bare[5:7], bare[7:10], bare[10:13], bare[13:]]
    return NARROW.join(part for part in cuts if part)
