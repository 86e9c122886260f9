"""What one recognised piece of a dosage line says: the values of a match of dose_grammar.py. Nothing is decided
between pieces here."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from carnet.reading import numbers, tables


@cache
def _canonical(table: str) -> list[tuple[re.Pattern[str], str]]:
    rows = tables.toml("doses.toml")[table].items()
    return [(re.compile(tables.any_of(forms)), name) for name, forms in rows]


@cache
def canonical(written: str, table: str = "units") -> str:
    """« gélules » is gél, « microgrammes » is µg."""
    return next((name for form, name in _canonical(table) if form.fullmatch(written)), written)


def in_full(unit: str | None) -> str | None:
    """A unit of mass or of things, as it is called."""
    if unit is None:
        return None
    mass = canonical(unit, "masses")
    return canonical(unit) if mass == unit and mass not in tables.toml("doses.toml")["masses"] else mass


def twice(match: re.Match[str], values: dict[str, Any]) -> dict[str, Any]:
    return {"n": numbers.value(match["n"]), "times": float(match["t"])}


def nothing(match: re.Match[str], values: dict[str, Any]) -> dict[str, Any]:
    return {}


def given(match: re.Match[str], values: dict[str, Any]) -> dict[str, Any]:
    return values


def amount(match: re.Match[str], values: dict[str, Any]) -> dict[str, Any]:
    unit = canonical(match["u"]) if match["u"] else None
    half = 0.5 if match.groupdict().get("half") else 0.0
    return {"n": numbers.value(match["n"]) + half, "unit": unit, "written": match["u"] or ""}


def by_weight(match: re.Match[str], values: dict[str, Any]) -> dict[str, Any]:
    return {"n": 1.0, "unit": "dose-poids", "written": match[0]}


def bare(match: re.Match[str], values: dict[str, Any]) -> dict[str, Any] | None:
    if not numbers.value(match["n"]):
        return None
    return {
        "n": numbers.value(match["n"]),
        "to": match["to"] and numbers.value(match["to"]),
        "written": match[0],
        "third": match.groupdict().get("third"),
    }


def mass(match: re.Match[str], values: dict[str, Any]) -> dict[str, Any]:
    named = match.groupdict()
    unit = canonical(match["u"], "masses")
    first = canonical(named["u1"], "masses") if named.get("u1") else unit
    per = (
        re.sub("kilo(?:gramme)?s?", "kg", match["per"] or "")
        .replace("heures", "h")
        .replace("heure", "h")
        .replace("par", "/")
        .replace("et", "")
        .replace(" ", "")
        .replace("//", "/")
    )
    to = numbers.value(named["to"]) if named.get("to") else None
    upper = numbers.value(named["to2"]) if named.get("to2") else None
    return {
        "n": numbers.value(match["n"]),
        "unit": unit,
        "first": first,
        "to": to,
        "per": per,
        "upper": upper,
    }


def times(match: re.Match[str], values: dict[str, Any]) -> dict[str, Any] | None:
    named = match.groupdict()
    times, period = values["times"], values["period"]
    if named.get("h"):
        hours = numbers.value(named.get("h2") or named["h"])
        if not hours:
            return None
        every = {"times": 24 / hours if hours <= 24 else 1, "period": 1 if hours <= 24 else round(hours / 24)}
        return every | {"said": True}
    if named.get("half"):
        return {"times": 1, "period": 2, "said": True, "when": {"s": "EVE", "m": "MORN"}[named["half"][0]]}
    if named.get("days"):
        times = len(_DAYS.findall(named["days"]))
    if named.get("hours"):
        times = len(_HOURS.findall(named["hours"]))
    written = named.get("t") or named.get("t2")
    if written:
        times = numbers.value(written)
    if named.get("p"):
        unit = named["pu"]
        period = numbers.value(named["p"]) * (
            1 if unit[:1] in ("", "j") else 7 if unit[0] == "s" else 30 if unit[0] == "m" else 365
        )
    if not times or not period or times > 24 or (written and times != int(times)):
        return None  # « 0,6 x 2 »: no number of times
    told = {name: name in values for name in ("split", "shared", "meals", "daily", "counted", "seldom")}
    said = not _BY_ITSELF.match(match[0])  # « 3 fois par jour », not « 10/j »
    return {"times": times, "period": period, "said": said} | told


_HOURS = re.compile("([0-9]{1,2}) ?h")
_BY_ITSELF = re.compile(r"[^ x]+ ?(?:/|par )")


def one_of_two(match: re.Match[str], values: dict[str, Any]) -> dict[str, Any] | None:
    """« 75 et 100 un jour sur deux », « 4 mg 5 j/7 et 5 mg 2 j/7 »: two amounts, each with its times and period; of
    « 3/4 cp alterné 1 cp » the first, every day one."""
    named = match.groupdict()
    one, other = numbers.value(match["n"]), numbers.value(match["o"])
    if not one or not other or one == other:
        return None
    unit = match["u"] or match["v"]
    days = len(_DAYS.findall(named.get("days") or "")) or int(named.get("seven") or 0)
    others = len(_DAYS.findall(named.get("others") or "")) or _WEEK - days
    if not days and not _IN_TWO.search(match[0]):
        return {"n": one, "unit": unit, "every": (1, 1), "other": None}
    told = ((days, _WEEK), (others, _WEEK)) if days else ((1, 2), (1, 2))
    return {"n": one, "unit": unit, "every": told[0], "other": (other, match["v"] or unit, *told[1])}


_WEEK = 7  # days
_IN_TWO = re.compile(r"j(?:ours?)? ?(?:/|sur) ?(?:2|deux)(?![0-9])|pairs?(?![a-z])")
_DAYS = re.compile("lun|mar|mer|jeu|ven|sam|dim")


def duration(match: re.Match[str], values: dict[str, Any]) -> dict[str, Any] | None:
    named = match.groupdict()
    if named.get("h"):
        return {"days": float(named["h"]) / 24, "sure": True}
    table = tables.toml("doses.toml")["durations"]
    unit = named.get("u") or values["u"]
    days = (numbers.value(named["n"]) + (0.5 if named.get("half") else 0)) * (
        table["units"].get(unit) or table["short_units"][unit]
    )
    return {"days": days, "sure": values["sure"]} if 0 < days <= 3660 else None


def days_named(match: re.Match[str], values: dict[str, Any]) -> dict[str, Any] | None:
    """« J1 » is a day, « J2 à J5 » are four; « J8 » alone is a day of the visit."""
    if not match["last"] and int(match["first"]) > _FIRST_DAYS:
        return None
    first, last = int(match["first"]), int(match["last"] or match["first"])
    return {"days": float(max(1, last - first + 1)), "sure": False}


_FIRST_DAYS = 3


def one_day(match: re.Match[str], values: dict[str, Any]) -> dict[str, Any]:
    return {"days": 1.0, "sure": False}


def scheme(match: re.Match[str], values: dict[str, Any]) -> dict[str, Any]:
    amounts = [numbers.value(match[name]) for name in "abcd" if match[name]]
    unit = match["u"] or match["v"]
    return {"amounts": amounts, "unit": canonical(unit) if unit else None, "written": match[0]}


def hour(match: re.Match[str], values: dict[str, Any]) -> dict[str, Any] | None:
    when = _moment(int(match["h"]))
    return {"when": [when]} if when else None


def hours(match: re.Match[str], values: dict[str, Any]) -> dict[str, Any] | None:
    """« 8h-12h-16h-20h », each another moment of the day."""
    when = [_moment(int(told)) for told in _HOURS.findall(match["hours"])]
    return {"when": when} if all(when) and len(set(when)) == len(when) else None


def _moment(hour: int) -> str | None:
    limits = ((5, None), (11, "MORN"), (14, "NOON"), (18, "AFT"), (21, "EVE"), (25, "NIGHT"))
    return next((name for limit, name in limits if hour < limit), None)


def need(match: re.Match[str], values: dict[str, Any]) -> dict[str, Any] | None:
    why = match["why"].strip(" ,.-")
    return None if not why or elsewhere(why) else {"why": (match.start("why"), match.end("why"))}


def elsewhere(why: str) -> bool:
    """Whether a condition is when to come back, or what to do next, and no reason to take a medicine."""
    return bool(_elsewhere().search(why))


@cache
def _elsewhere() -> re.Pattern[str]:
    return re.compile(
        "(?:^|[ ,'])(?:" + tables.any_of(tables.toml("doses.toml")["conditions"]["elsewhere"]) + ")"
    )


def ceiling(match: re.Match[str], values: dict[str, Any]) -> dict[str, Any]:
    return {"n": numbers.value(match["n"]), "unit": match["u"] and canonical(match["u"], "masses")}


def refill(match: re.Match[str], values: dict[str, Any]) -> dict[str, Any]:
    return {"count": numbers.value(match["n"])}


def repeat(match: re.Match[str], values: dict[str, Any]) -> dict[str, Any] | None:
    unit = match["u"] or ("j" if match["j"] else "")
    if not unit or unit == "h":
        return None
    return {"days": float(match["n"]) * (1 if unit[0] == "j" else 7 if unit[0] == "s" else 30)}
