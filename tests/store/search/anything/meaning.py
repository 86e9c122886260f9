"""What one value of a search parameter means, said naively for each kind: a test on one value found in a resource."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.store.search.anything.finding import kind_of, pointed_type
from tests.store.search.anything.making import CONTACTS, UCUM, WORDS
from tests.store.search.oracle import BEGIN, END, bounds

Is = Callable[[Any], bool]
PREFIXES = ["", "eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"]
_IMPLIED = ("code", "boolean")
_GRAMS = {"mg": Decimal("0.001"), "g": Decimal(1)}


# ---- tokens


def tokens(value: Any) -> list[tuple[str | None, str | None, str]]:
    """(system, code, kind) of what a token parameter finds in a value."""
    kind = kind_of(value)
    if kind == "CodeableConcept":
        return [(c.get("system"), c.get("code"), "Coding") for c in value.get("coding", [])]
    if kind == "Coding":
        return [(value.get("system"), value.get("code"), kind)]
    if kind == "Identifier":
        return [(value.get("system"), value.get("value"), kind)]
    if kind == "ContactPoint":
        plain = {written: code for _, written, code in CONTACTS}
        return [(value["system"], plain[value["value"]], kind)]
    return [(None, {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value), kind)]


def token_is(system: str | None, code: str | None, bar: bool) -> Is:
    """`code`, `system|code`, `|code`, `system|`. The system of a code is fixed by FHIR: any that is asked will do."""

    def one(found: tuple[str | None, str | None, str]) -> bool:
        own, said, kind = found
        if code is not None and said != code:
            return False
        if not bar:
            return True
        return bool(system) if kind in _IMPLIED else own == system

    return lambda value: any(one(found) for found in tokens(value))


def shown(value: Any) -> list[str]:
    """The texts that :text looks at."""
    kind = kind_of(value)
    found = []
    if kind == "CodeableConcept":
        found = [c.get("display") for c in value.get("coding", [])] + [value.get("text")]
    elif kind == "Coding":
        found = [value.get("display")]
    elif kind == "Identifier":
        found = [value.get("type", {}).get("text")]
    return [WORDS[text] for text in found if text]


def text_is(folded: str) -> Is:
    return lambda value: any((" " + text).find(" " + folded) >= 0 for text in shown(value))


def of_type_is(system: str | None, code: str, number: str) -> Is:
    def test(value: Any) -> bool:
        return (
            kind_of(value) == "Identifier"
            and value.get("value") == number
            and any(
                (c.get("system"), c.get("code")) == (system, code)
                for c in value.get("type", {}).get("coding", [])
            )
        )

    return test


# ---- strings and addresses


def strings(value: Any) -> list[str]:
    names = {
        "HumanName": ("family", "given", "prefix", "suffix", "text"),
        "Address": ("line", "city", "district", "state", "postalCode", "country", "text"),
    }.get(kind_of(value))
    if names is None:
        return [str(value)]
    found: list[str] = []
    for name in names:
        part = value.get(name, [])
        found += part if isinstance(part, list) else [part]
    return found


def string_is(modifier: str, written: str, folded: str) -> Is:
    def one(there: str) -> bool:
        plain = WORDS.get(there, there.lower())
        if modifier == "exact":
            return there == written
        return folded in plain if modifier == "contains" else plain.startswith(folded)

    return lambda value: any(one(there) for there in strings(value))


def uri_is(modifier: str, asked: str) -> Is:
    def test(value: Any) -> bool:
        there = str(value)
        if modifier == "above":
            return asked == there or asked.startswith(there + "/")
        same = there == asked or (kind_of(value) == "canonical" and there.startswith(asked + "|"))
        return same or (modifier == "below" and there.startswith(asked + "/"))

    return test


# ---- references


def reference_is(wanted: set[str], version: str | None = None) -> Is:
    """To one of these (`Type/id`, or a whole URL), perhaps in a version."""

    def test(value: Any) -> bool:
        if kind_of(value) != "Reference":  # a canonical
            url, _, own = str(value).partition("|")
            return url in wanted and version in (None, own)
        there, _, own = value.get("reference", "").partition("/_history/")
        return there in wanted and version in (None, own)

    return test


def identifier_is(system: str | None, code: str | None, bar: bool) -> Is:
    def test(value: Any) -> bool:
        found = value.get("identifier") if isinstance(value, dict) else None
        if not found or (code is not None and found.get("value") != code):
            return False
        return not bar or found.get("system") == system

    return test


def leads_to(reference: Any) -> str | None:
    """`Type/id` of a local reference."""
    if kind_of(reference) != "Reference":
        return None
    there = reference.get("reference", "").partition("/_history/")[0]
    return there if there and "://" not in there and not there.startswith("#") else None


def type_of(reference: Any) -> str:
    return pointed_type(reference) if kind_of(reference) == "Reference" else ""


# ---- dates


def span(value: Any) -> tuple[datetime, datetime]:
    kind = kind_of(value)
    if kind == "Period":
        start, end = value.get("start"), value.get("end")
        return bounds(start)[0] if start else BEGIN, bounds(end)[1] if end else END
    if kind == "Timing":
        parts = [bounds(event) for event in value.get("event", [])]
        within = (value.get("repeat") or {}).get("boundsPeriod")
        parts += [span(within)] if within else []
        return min(p[0] for p in parts), max(p[1] for p in parts)
    return bounds(value)


def date_is(prefix: str, asked: str) -> Is:
    low, high = bounds(asked)
    around = max((high - low) // 10, timedelta(1))

    def test(value: Any) -> bool:
        start, end = span(value)
        equal, above, below = low <= start and end <= high, end > high, start < low
        near = end > low - around and start < high + around
        return {
            "": equal, "eq": equal, "ne": not equal, "gt": above, "lt": below, "ge": above or equal,
            "le": below or equal, "sa": start >= high, "eb": end <= low, "ap": near,
        }[prefix]  # fmt: skip

    return test


# ---- numbers and amounts


def _compared(prefix: str, asked: str, low: Decimal, high: Decimal, factor: Decimal) -> bool:
    value = Decimal(asked)
    half = Decimal(5).scaleb(int(value.as_tuple().exponent) - 1)
    tenth = abs(value) / 10 * factor
    v, a, b = value * factor, (value - half) * factor, (value + half) * factor
    equal = a <= low < b and high < b
    return {
        "": equal, "eq": equal, "ne": low < a or high >= b, "gt": high > v, "lt": low < v, "ge": high >= v,
        "le": low <= v, "sa": low > v, "eb": high < v, "ap": low <= v + tenth and high >= v - tenth,
    }[prefix]  # fmt: skip


def ends(value: Any) -> tuple[Decimal, Decimal, str | None, str | None]:
    """(low, high, system of the unit, its code) of anything that is an amount."""
    least, most = Decimal("-Infinity"), Decimal("Infinity")
    kind = kind_of(value)
    if kind == "Range":
        low, high = value.get("low"), value.get("high")
        unit = low or high
        return (
            low["value"] if low else least,
            high["value"] if high else most,
            unit.get("system"),
            unit.get("code"),
        )
    if kind == "Money":
        return value["value"], value["value"], "urn:iso:std:iso:4217", value["currency"]
    if not isinstance(value, dict):
        return Decimal(value), Decimal(value), None, None
    exact, sign = value["value"], value.get("comparator", "")[:1]
    return (
        least if sign == "<" else exact,
        most if sign == ">" else exact,
        value.get("system"),
        value.get("code"),
    )


def number_is(prefix: str, asked: str) -> Is:
    return lambda value: _compared(prefix, asked, *ends(value)[:2], Decimal(1))


def quantity_is(prefix: str, asked: str, unit: str | None, form: str) -> Is:
    """`bare` whatever the unit, `unit` by its code alone, `full` in UCUM, where grams are a thousand milligrams."""

    def test(value: Any) -> bool:
        low, high, system, own = ends(value)
        if form == "bare" or (own == unit and (form == "unit" or system == UCUM)):
            return _compared(prefix, asked, low, high, Decimal(1))
        if form == "full" and system == UCUM and own in _GRAMS and unit in _GRAMS:
            return _compared(prefix, asked, low * _GRAMS[own], high * _GRAMS[own], _GRAMS[unit])
        return False

    return test
