"""Conditions for parameters that compare amounts: date, number, quantity, each with its prefixes."""

from __future__ import annotations

from decimal import Decimal

from carnet.fhir.search_parameters import Parameter
from carnet.store.search import keys, spans, units
from carnet.store.search.clauses import Match
from carnet.store.search.params import bad, bad_modifier, cut, plain, prefixed
from carnet.store.search.words_match import parameter_is

# For dates %(a)s and %(b)s bound what was asked: [a, b). A first condition on `high` serves the index.
DATE = {
    "eq": ("{x}.high > %s AND {x}.high <= %s AND {x}.low >= %s", "aba"),
    "ne": ("({x}.low < %s OR {x}.high > %s)", "ab"),
    "gt": ("{x}.high > %s", "b"),
    "lt": ("{x}.low < %s", "a"),
    "ge": ("{x}.high > %s AND ({x}.high > %s OR {x}.low >= %s)", "aba"),
    "le": ("{x}.low < %s AND ({x}.low < %s OR {x}.high <= %s)", "bab"),
    "sa": ("{x}.high > %s AND {x}.low >= %s", "bb"),
    "eb": ("{x}.high <= %s", "a"),
    "ap": ("{x}.high > %s AND {x}.low < %s", "ab"),
}
# For numbers a and b bound what the written digits stand for, v is the number itself; indexed ends are closed.
NUMBER = {
    "eq": ("{x}.low >= %s AND {x}.low < %s AND {x}.high < %s", "abb"),
    "ne": ("({x}.low < %s OR {x}.high >= %s)", "ab"),
    "gt": ("{x}.high > %s", "v"),
    "lt": ("{x}.low < %s", "v"),
    "ge": ("{x}.high >= %s", "v"),
    "le": ("{x}.low <= %s", "v"),
    "sa": ("{x}.low > %s", "v"),
    "eb": ("{x}.high < %s", "v"),
    "ap": ("{x}.low <= %s AND {x}.high >= %s", "ba"),
}


def instant_bounds(code: str, written: str) -> tuple[str, int, int]:
    """(prefix, a, b) of a date as asked; `ap` is wider by a tenth, and by a day at least."""
    prefix, rest = prefixed(plain(written))
    found = spans.span(rest.replace(" ", "+"))  # a "+" that was not escaped in a URL
    if not found:
        raise bad(code)
    low, high = found
    around = max((high - low) // 10, spans.DAY) if prefix == "ap" else 0
    return prefix, low - around, high + around


def date(parameter: Parameter, modifier: str, value: str) -> list[Match]:
    """A date with a prefix."""
    if modifier:
        raise bad_modifier(parameter.code, modifier)
    prefix, low, high = instant_bounds(parameter.code, value)
    condition, order = DATE[prefix]
    where, args = parameter_is(parameter)
    return [
        Match("date", f"{where} AND {condition}", (*args, *({"a": low, "b": high}[name] for name in order)))
    ]


def bounds(code: str, written: str) -> tuple[str, dict[str, Decimal]]:
    """(prefix, {v, a, b}) of a number as asked. R4 takes the digits of the search, never those of the record."""
    prefix, rest = prefixed(written)
    found = spans.precision(rest)
    if not found:
        raise bad(code)
    value, half = found
    if prefix == "ap":
        half = abs(value) / 10
    return prefix, {"v": value, "a": value - half, "b": value + half}


def _compare(
    prefix: str, ends: dict[str, Decimal], factor: Decimal = Decimal(1)
) -> tuple[str, tuple[float, ...]]:
    condition, order = NUMBER[prefix]
    return condition, tuple(float(ends[name] * factor) for name in order)


def number(parameter: Parameter, modifier: str, value: str) -> list[Match]:
    """A number with a prefix."""
    if modifier:
        raise bad_modifier(parameter.code, modifier)
    condition, compared = _compare(*bounds(parameter.code, plain(value)))
    where, args = parameter_is(parameter)
    return [Match("number", f"{where} AND {condition}", (*args, *compared))]


def quantity(parameter: Parameter, modifier: str, value: str) -> list[Match]:
    """`number`, `number|system|code` or `number||code`; an amount in another common unit is converted."""
    if modifier:
        raise bad_modifier(parameter.code, modifier)
    parts = [plain(part) for part in cut(value, "|")]
    if len(parts) not in (1, 3):
        raise bad(parameter.code)
    prefix, ends = bounds(parameter.code, parts[0])
    condition, compared = _compare(prefix, ends)
    where, args = parameter_is(parameter)
    unit, unit_args = _unit(*parts[1:]) if len(parts) == 3 else ("", ())
    found = [Match("quantity", f"{where} AND {condition}{unit}", (*args, *compared, *unit_args))]
    if len(parts) == 3 and units.is_ucum(parts[1]):
        found += _converted(parameter, prefix, ends, parts[2])
    return found


def _unit(system: str, code: str) -> tuple[str, tuple[object, ...]]:
    if not code:
        return (" AND {x}.system = %s", (keys.system(system),)) if system else ("", ())
    if not system:
        return " AND ({x}.code = %s OR {x}.unit = %s)", (keys.clip(code), keys.clip(code))
    return " AND {x}.system = %s AND {x}.code = %s", (keys.system(system), keys.clip(code))


def _converted(parameter: Parameter, prefix: str, ends: dict[str, Decimal], code: str) -> list[Match]:
    canonical = units.canonical(code)
    if not canonical:
        return []
    condition, compared = _compare(prefix, ends, canonical.factor)
    unit = " AND {x}.code = %s"
    found = []
    for sign in (1, -1) if canonical.code != code else (-1,):
        where, args = parameter_is(parameter, sign)
        found.append(Match("quantity", f"{where} AND {condition}{unit}", (*args, *compared, canonical.code)))
    return found
