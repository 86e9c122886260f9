"""Measures and laboratory results: which are out of range, and the same analyte through time. Pure; it never converts
a unit and never joins two units in one curve."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, Literal

from carnet.fhir import codes
from carnet.fhir.folding import fold
from carnet.rules import received, units
from carnet.rules.passage import Place, place_of

Resource = dict[str, Any]
Flag = Literal["", "low", "very-low", "high", "very-high", "abnormal"]

# v3-ObservationInterpretation https://terminology.hl7.org/CodeSystem-v3-ObservationInterpretation.html
INTERPRETATIONS: dict[str, Flag] = {
    "L": "low", "LL": "very-low", "LU": "very-low", "<": "low", "H": "high", "HH": "very-high", "HU": "very-high",
    ">": "high", "A": "abnormal", "AA": "abnormal", "POS": "", "N": "", "NEG": "",
    "R": "abnormal", "I": "abnormal", "NS": "abnormal", "SDD": "abnormal", "S": "",
}  # fmt: skip
SUSCEPTIBILITY = frozenset(("R", "I", "NS", "SDD", "S"))  # the letter that decides an antibiotic

# LOINC. Estimated glomerular filtration rate by any formula, creatinine in blood.
DFG = frozenset(
    [
        "33914-3",
        "48642-3",
        "48643-1",
        "50044-7",
        "50210-4",
        "62238-1",
        "69405-9",
        "70969-1",
        "76633-7",
        "77147-7",
        "88293-6",
        "88294-4",
        "94677-2",
        "98979-8",
        "98980-6",
    ]
)
CREATININE = frozenset(["2160-0", "14682-9", "38483-4", "77140-2", "59826-8"])
DFG_LOW = Decimal(60)  # mL/min/1.73 m²; KDIGO 2024 CKD guideline, G3a begins below 60
SYSTOLIC, DIASTOLIC = "8480-6", "8462-4"
PRESSURE = "TA"  # both together
# The order in which measures are read: pressure, pulse, weight, height, mass index, temperature, saturation.
ORDER = (SYSTOLIC, DIASTOLIC, "8867-4", "29463-7", "8302-2", "39156-5", "8310-5", "59408-5", "2708-6")


@dataclass(frozen=True, slots=True)
class Value:
    """One value of one analyte: where it is, when, what. `quantity` is a FHIR Quantity; `words` when it is not one."""

    reference: str
    date: str
    label: str
    code: str | None
    quantity: dict[str, Any] | None
    words: str
    flag: Flag
    low: Decimal | None = None
    high: Decimal | None = None
    category: str = ""
    place: Place | None = None  # the words of the note it was read from
    about: str = ""  # the germ of an antibiogram, the place on the body: two of them are two analytes

    @property
    def number(self) -> Decimal | None:
        """The value as a number, if it is one."""
        try:
            return Decimal(str(self.quantity["value"])) if self.quantity else None
        except (KeyError, InvalidOperation):
            return None

    @property
    def unit(self) -> str:
        """The unit as received."""
        return str((self.quantity or {}).get("unit") or (self.quantity or {}).get("code") or "")


@dataclass(frozen=True, slots=True)
class Series:
    """One analyte in one unit, oldest value first."""

    label: str
    unit: str
    category: str
    values: list[Value] = field(default_factory=list)

    @property
    def latest(self) -> Value:
        return self.values[-1]

    @property
    def numbers(self) -> list[tuple[str, Decimal]]:
        """(date, number) of the values that are numbers."""
        return [(value.date, value.number) for value in self.values if value.number is not None]


def values(observations: Iterable[Resource], *, replaced: bool = False) -> list[Value]:
    """Every value of these observations, components included; none of what was entered in error, set aside by a
    person or (unless `replaced`) replaced by a later version of its document."""
    listed = [one for one in observations if _is_shown(one, replaced)]
    above = {
        str(link.get("reference")): one
        for one in listed
        for link in one.get("hasMember", [])
        if one.get("id")
    }
    return [value for one in listed for value in _values(one, _about(one, above))]


def has_values(observation: Resource) -> bool:
    """Whether `values` finds any in this observation."""
    if not _is_shown(observation, False):
        return False
    return _is_valued(observation) or any(map(_is_valued, observation.get("component", ())))


def _is_shown(observation: Resource, replaced: bool) -> bool:
    if observation.get("status") in ("entered-in-error", "cancelled"):
        return False
    if not received.tags(observation):
        return True
    if received.state(observation) in (codes.DISMISSED, codes.JOINED):
        return False
    return replaced or received.is_current(observation)


def _about(observation: Resource, above: Mapping[str, Resource]) -> str:
    """The answer of the nearest panel around it (a germ), the place on the body, the posture."""
    posture = _posture(observation)
    if not above and "bodySite" not in observation and "focus" not in observation:
        return posture
    around, place = observation, concept_words(observation.get("bodySite"))
    for _ in range(4):
        around = above.get(f"Observation/{around.get('id', '')}", {})
        germ = concept_words(around.get("valueCodeableConcept"))
        if germ or not around:
            break
    return ", ".join(filter(None, (germ, place, posture, _somebody_else(observation))))


def _posture(observation: Resource) -> str:
    """How the patient was held, where that makes it another measure: lying or standing, not seated as usual."""
    said = [one for one in observation.get("extension", ()) if one.get("url") == codes.BODY_POSITION]
    words = concept_words(said[0].get("valueCodeableConcept")) if said else ""
    return "" if words in _USUAL else words


_USUAL = frozenset(("assis", "assise"))


def _somebody_else(observation: Resource) -> str:
    """A measure of a fetus or a relative, kept in the record of the patient."""
    focus = [str(one.get("reference", "")) for one in observation.get("focus", [])]
    other = any(one.startswith(("RelatedPerson/", "Patient/", "BodyStructure/")) for one in focus)
    return "concerne une autre personne" if other else ""


def series(found: Iterable[Value]) -> list[Series]:
    """The values by analyte, germ or place, and unit, each oldest first; analytes in the order of their words."""
    grouped: dict[tuple[str, str, str], list[Value]] = {}
    for value in found:
        grouped.setdefault((_analyte(value), value.about, _folded_unit(value.unit)), []).append(value)
    made = [_series(_once(sorted(members, key=_moment))) for members in grouped.values()]
    return sorted(made, key=lambda one: (one.category, _rank(one.latest.code), fold(one.label)))


# A page folds the same few units thousands of times.
_folded_unit = lru_cache(maxsize=512)(fold)


def _analyte(value: Value) -> str:
    return value.code or fold(value.label)


def _moment(value: Value) -> str:
    return value.date


def _once(members: list[Value]) -> list[Value]:
    """One measure that two documents report is one."""
    said = {(one.date, str(one.quantity), one.words, one.label): one for one in reversed(members)}
    return list(reversed(said.values()))


def latest(found: Iterable[Value], wanted: frozenset[str]) -> Value | None:
    """The last numeric value with one of these LOINC codes."""
    among = [value for value in found if value.code in wanted and value.number is not None]
    return max(among, key=lambda value: value.date, default=None)


def date_of(observation: Resource) -> str:
    """When it was measured, as written."""
    if observation.get("effectiveDateTime"):
        return str(observation["effectiveDateTime"])
    period = observation.get("effectivePeriod") or {}
    return str(observation.get("effectiveInstant") or period.get("start") or observation.get("issued") or "")


def concept_words(concept: dict[str, Any] | None) -> str:
    """The words of a CodeableConcept, else its code."""
    codings = (concept or {}).get("coding", [])
    shown = next((str(one["display"]) for one in codings if one.get("display")), "")
    return str((concept or {}).get("text") or shown or next((one.get("code", "") for one in codings), ""))


def loinc(concept: dict[str, Any] | None) -> str | None:
    """The LOINC code of a CodeableConcept."""
    codings = (concept or {}).get("coding", [])
    return next(
        (str(one["code"]) for one in codings if one.get("system") == codes.LOINC and one.get("code")), None
    )


def _rank(code: str | None) -> int:
    return ORDER.index(code) if code in ORDER else len(ORDER)


def _series(members: list[Value]) -> Series:
    last = members[-1]
    return Series(last.label, last.unit, last.category, members)


def _values(observation: Resource, about: str) -> list[Value]:
    parts = observation.get("component", [])
    own = [_value(observation, observation, about)] if _is_valued(observation) else []
    return own + [_value(observation, part, about) for part in parts if _is_valued(part)]


def _is_valued(part: Resource) -> bool:
    if "valueQuantity" in part or any(name.startswith("value") and name[5:6].isupper() for name in part):
        return True
    return bool(_susceptibility(part)) and not part.get("hasMember")


def _value(observation: Resource, part: Resource, about: str) -> Value:
    quantity = part.get("valueQuantity")
    low, high = _range(part, quantity)
    label, letter = concept_words(part.get("code")), _susceptibility(part)
    return Value(
        reference=f"Observation/{observation.get('id', '')}",
        date=date_of(observation),
        label=f"{label} ({about})" if about else label,
        code=loinc(part.get("code")),
        quantity=quantity if isinstance(quantity, dict) and "value" in quantity and not letter else None,
        words=" · ".join(filter(None, (letter, _words(part), _written(quantity) if letter else ""))),
        flag=_flag(part, quantity, low, high),
        low=low,
        high=high,
        category=_category(observation),
        about=about,
        place=place_of(observation),
    )


def _susceptibility(part: Resource) -> str:
    """R, I or S: it stands before the concentration, which alone says nothing to a doctor."""
    found = [str(c.get("code")) for one in part.get("interpretation", []) for c in one.get("coding", [])]
    return next((code for code in found if code in SUSCEPTIBILITY), "")


def _words(part: Resource) -> str:
    if "valueCodeableConcept" in part:
        return concept_words(part["valueCodeableConcept"])
    for name in ("valueString", "valueInteger", "valueDateTime", "valueTime"):
        if name in part:
            return str(part[name])
    if "valueBoolean" in part:
        return "oui" if part["valueBoolean"] else "non"
    if "valueRange" in part:
        return " à ".join(_written(part["valueRange"].get(end)) or "…" for end in ("low", "high"))
    if "valueRatio" in part:
        return "/".join(_written(part["valueRatio"].get(end)) for end in ("numerator", "denominator"))
    return ""


def _written(quantity: Any) -> str:
    """A quantity as it was written, its sign first."""
    if not isinstance(quantity, dict):
        return ""
    unit = units.said(str(quantity.get("unit") or quantity.get("code") or ""))
    said = (quantity.get("comparator", ""), quantity.get("value", ""), unit)
    return " ".join(str(one) for one in said if one != "").replace(".", ",")


def _range(part: Resource, quantity: Any) -> tuple[Decimal | None, Decimal | None]:
    """The usual range in the unit of the value, from the first reference range that is one (not a therapeutic
    target). A range of no width is an error of its sender."""
    for one in part.get("referenceRange", []):
        kind = {coding.get("code") for coding in one.get("type", {}).get("coding", [])}
        if not kind or "normal" in kind:
            low, high = _limit(one.get("low"), quantity), _limit(one.get("high"), quantity)
            return (None, None) if low is not None and low == high else (low, high)
    return None, None


def _limit(limit: Any, quantity: Any) -> Decimal | None:
    units = [
        _folded_unit(str(one.get("unit") or one.get("code") or ""))
        for one in (limit, quantity)
        if isinstance(one, dict)
    ]
    return None if len(set(filter(None, units))) > 1 else _bound(limit)


def _bound(quantity: Any) -> Decimal | None:
    try:
        return Decimal(str(quantity["value"]))
    except (TypeError, KeyError, InvalidOperation):
        return None


def _flag(part: Resource, quantity: Any, low: Decimal | None, high: Decimal | None) -> Flag:
    """What the laboratory says; else the comparison with its range; for the filtration rate, below 60."""
    said = [
        INTERPRETATIONS[coding["code"]]
        for concept in part.get("interpretation", [])
        for coding in concept.get("coding", [])
        if coding.get("code") in INTERPRETATIONS
    ]
    if said:
        return said[0]
    number = _bound(quantity)
    if number is None:
        return ""
    if low is None and high is None and loinc(part.get("code")) in DFG:
        low = DFG_LOW
    return _beside(number, str(quantity.get("comparator", "")), low, high)


def _beside(number: Decimal, sign: str, low: Decimal | None, high: Decimal | None) -> Flag:
    """« < 10 » may be anything below 10: it is never too high, and too low only when 10 already is."""
    if low is not None and sign not in (">", ">=") and (number < low or (sign == "<" and number == low)):
        return "low"
    if high is not None and sign not in ("<", "<=") and (number > high or (sign == ">" and number == high)):
        return "high"
    return ""


def _category(observation: Resource) -> str:
    found = [
        coding.get("code") for one in observation.get("category", []) for coding in one.get("coding", [])
    ]
    return next((str(code) for code in found if code in ("vital-signs", "laboratory", "social-history")), "")


def summary(found: Sequence[Value]) -> list[Value]:
    """The values worth a line: what is out of range first, each analyte at its last date, a blood pressure as one."""
    newest: dict[tuple[str, str, str], str] = {}
    listed = sorted(_pressures(found), key=_moment)
    for value in listed:
        newest[_line_of(value)] = value.date
    last = _once([value for value in listed if value.date == newest[_line_of(value)]])
    return sorted(last, key=lambda value: (not value.flag, _rank(value.code)))


def _line_of(value: Value) -> tuple[str, str, str]:
    return _analyte(value), value.about, _folded_unit(value.unit)


def _pressures(found: Sequence[Value]) -> list[Value]:
    """Systolic and diastolic of one observation written together: 148/92 mmHg."""
    lower = {value.reference: value for value in found if value.code == DIASTOLIC and value.quantity}
    upper = {value.reference for value in found if value.code == SYSTOLIC and value.quantity}
    joined = []
    for value in found:
        twin = lower.get(value.reference)
        if value.code == SYSTOLIC and twin and value.quantity and twin.quantity:
            words = f"{value.quantity['value']}/{twin.quantity['value']} {units.said(value.unit)}".strip()
            joined.append(replace(value, label=PRESSURE, quantity=None, words=words))
        elif not (value.code == DIASTOLIC and value.reference in upper):
            joined.append(value)
    return joined
