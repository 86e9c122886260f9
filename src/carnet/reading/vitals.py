"""Vital signs, from the names and limits of vitals.toml. Blood pressure is in pressures.py."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from carnet.reading import capitals, numbers, tables
from carnet.reading.facts import VITAL, Fact
from carnet.reading.structure import Note

_SIZE = re.compile(r"t [12][0-9]{2}(?![0-9/.,])")  # « t 157 »
_CHANGE = re.compile(r"(?:prise|perte|gain|reprise|pris|perdu) (?:de |du )?$")
_LOT = 30  # « P12 » is rather a lot than a weight
_KG_IN_GRAMS = 300  # a weight above is in grams: a new-born
_UNITS = {
    "heart_rate": r"(?: ?(?:/ ?mi?n|bpm|btt?s?/mi?n|par min\w*|cpm))",
    "temperature": r"(?: ?(?:°c?|degres?|c\b))",
    "spo2": r"(?: ?%)",
    "weight": r"(?: ?(?:kgs?|kilos?|g|gr|grammes)\b)",
    "height": r"(?: ?(?:cm|m)\b)",
    "respiratory_rate": r"(?: ?(?:/ ?mi?n|cpm|par min\w*))",
    "bmi": r"(?: ?kg/m2)",
    "waist": r"(?: ?cm)",
    "peak_flow": r"(?: ?(?:l/ ?mi?n|ml/s))",
    "glucose_capillary": r"(?: ?(?:g/l|mg/dl|mmol/l|g\b))",
    "pain_scale": r"(?: ?(?:/|sur) ?10)",
}
# What may not follow the number: it would be a duration, a dose, a date, another number.
_AFTER = r"(?![0-9]|[.,][0-9]| ?(?:mg|ug|ml|cp|ans?|a(?! [0-9]{1,2} ?h\b)|jours?|j|sem\w*|mois|fois|h|x)\b|/[0-9](?!0\b))"


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    table = tables.toml("vitals.toml")
    between = rf"(?: ?(?:{tables.any_of(table['between'])})(?![a-z])){{0,4}} ?"
    found = []
    for name, unit in _UNITS.items():
        row = table[name]
        weak = set(row.get("weak", ()))
        strong = tables.any_of(form for form in row["names"] if form not in weak)
        number = r"(?P<n>1 ?m ?[0-9]{2}|[0-9] [0-9]{3}(?= ?g(?:r|rammes)?\b)|[0-9]{1,3}kg?[0-9]{1,3}(?![0-9a-z])|[0-9]{1,2} kg [0-9]{3}(?![0-9])|(?:3[5-9]|4[01]) [0-9](?![0-9/]|[.,][0-9]| ?(?:x|fois|cp|j|ans|mois|sem|kg|cm|mg)(?![a-z]))|[0-9]{1,4}(?:[.,°][0-9]{1,3})?)"
        heads = [
            rf"(?<![a-z0-9])(?<!tour de )(?P<name>{strong})(?![a-z]){between}{number}(?P<u>{unit})?{_AFTER}"
        ]
        if weak:
            heads.append(
                rf"(?<![a-z0-9])(?P<name>{tables.any_of(weak)})(?![a-z]){between}{number}(?P<u>{row['needs']})"
            )
        heads += [rf"(?P<name>)(?:{bare})".replace("(?P<name>)(?:", "(?:", 1) for bare in row.get("bare", ())]
        found += [(name, re.compile(head)) for head in heads]
    return found


def read(note: Note) -> Iterator[Fact]:
    """Every vital sign but blood pressure; two patterns that read the same number give one fact."""
    seen: set[tuple[str, int]] = set()
    for name, pattern in _patterns():
        for match in pattern.finditer(note.flat):
            group = "n" if "n" in pattern.groupindex else 1
            key = (name, match.start(group))
            fact = None if key in seen else _fact(note, name, match, group)
            if fact:
                seen.add(key)
                yield fact


def _fact(note: Note, name: str, match: re.Match[str], group: str | int) -> Fact | None:
    row = tables.toml("vitals.toml")[name]
    start, end = match.span()
    named = match.groupdict().get("name")
    if (
        named
        and named in row.get("capitals", ())
        and not (note.text[start : start + len(named)].isupper() or _SIZE.match(note.flat, start))
        and (named == "en" or not capitals.quiet(note, start))
    ):
        return None
    glued = named == "p" and note.flat[start + 1].isdigit() and not match.groupdict().get("u")
    if glued and match[group].isdigit() and int(match[group]) < _LOT:
        return None
    value = _value(name, match[group], match.groupdict().get("u") or note.flat[match.end(group) : end])
    if named == "en" and capitals.loud(note, start):
        return None
    if value is None or not row["low"] <= value <= row["high"] or not measured(note, start):
        return None
    if named in ("poids", "pds") and _CHANGE.search(note.before(start, 14)):
        return None
    if not named and (_told_otherwise(note, row, start) or _of_the_child_to_come(note, match[0])):
        return None
    if named == "t" and not _plausible_t(name, value, match[0]):
        return None
    return Fact(VITAL, start, end, 0.97, {"name": name, "value": numbers.short(value), "unit": row["unit"]})


def _of_the_child_to_come(note: Note, written: str) -> bool:
    """« BdC 145/min » of a pregnant woman."""
    return bool(_FOETAL.match(written)) and bool(_PREGNANT.search(note.flat))


_FOETAL = re.compile(r"(?:b\.?d\.?c|bruits du coeur)")
_PREGNANT = re.compile(
    r"(?<![a-z])(?:grossesse|enceinte|hu [0-9]|[0-9]{1,2} ?sa(?![a-z])|maf(?![a-z])|foetal|fœtal)"
)
_GRAMS = re.compile(r"[0-9] [0-9]{3}")


def _value(name: str, written: str, unit: str) -> float | None:
    unit = unit.strip()
    if "k" in written:  # 26kg4
        return float(re.sub(" ?kg? ?", ".", written)) if name == "weight" else None
    if "m" in written:  # 1m72, 1,72 m
        digits = written.replace(" ", "").removesuffix("m").replace("m", ".").replace(",", ".")
        return round(float(digits) * 100, 1)
    if name == "weight" and _GRAMS.fullmatch(written):  # 6 420 g
        return float(written.replace(" ", "")) / 1000
    if " " in written and name != "temperature":
        return None
    value = numbers.value(written.replace("°", ".").replace(" ", "."))
    if name == "height" and value < 3 and not value.is_integer():
        return round(value * 100, 1)
    if name == "weight" and (unit in ("g", "gr", "grammes") or (value > _KG_IN_GRAMS and not unit)):
        return round(value / 1000, 4)
    if name == "glucose_capillary" and (unit == "mg/dl" or value > 20):
        return round(value / 100, 4)
    if name == "glucose_capillary" and unit == "mmol/l":
        return round(value / 5.55, 2)
    return value


def _plausible_t(name: str, value: float, written: str) -> bool:
    """« T » is a temperature up to 43, else a height."""
    return value < 44 if name == "temperature" else value >= 45


def _told_otherwise(note: Note, row: dict[str, Any], start: int) -> bool:
    """A number without a name, where the words before say that it is something else: a loss, a dose."""
    words = row.get("not_before")
    if not words:
        return False
    before = note.before(start, 40)
    return bool(
        re.search(rf"(?:^|[^a-z])(?:{tables.any_of(words)})(?![a-z])[a-z' ]{{0,24}}$", before)
    ) or bool(re.search(r"[+<>≤≥-] ?$", before))


def measured(note: Note, start: int) -> bool:
    """Whether nothing before, in the same clause, makes it a wish, a limit or a condition."""
    clause = note.before(start, 60).rsplit(",", 1)[-1].rsplit("(", 1)[-1]
    wished = list(_wished().finditer(clause))
    return not wished or (
        _AIM.fullmatch(wished[-1][0].strip(" (,")) is not None
        and any(sign.isdigit() for sign in clause[wished[-1].end() :])
    )


_AIM = re.compile(r"[^a-z]*(?:cibles?|objectifs?|obj|seuil|but)")  # what follows its number is measured again


@cache
def _wished() -> re.Pattern[str]:
    words = tables.any_of(tables.toml("vitals.toml")["not_measured"])
    return re.compile(rf"(?:^|[^a-z])(?:{words})(?![a-z])")
