"""Measures and laboratory results: which are out of range, and the same analyte through time. Pure; it never converts
a unit and never joins two units in one curve."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from carnet.fhir import codes
from carnet.fhir.folding import fold

Resource = dict[str, Any]
Flag = Literal["", "low", "very-low", "high", "very-high", "abnormal"]

# v3-ObservationInterpretation https://terminology.hl7.org/CodeSystem-v3-ObservationInterpretation.html
INTERPRETATIONS: dict[str, Flag] = {
    "L": "low", "LL": "very-low", "LU": "very-low", "<": "low", "H": "high", "HH": "very-high", "HU": "very-high",
    ">": "high", "A": "abnormal", "AA": "abnormal", "POS": "", "N": "", "NEG": "",
}  # fmt: skip

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


def values(observations: Iterable[Resource]) -> list[Value]:
    """Every value of these observations, components included; none of what was entered in error."""
    found: list[Value] = []
    for observation in observations:
        if observation.get("status") not in ("entered-in-error", "cancelled"):
            found += _values(observation)
    return found


def series(found: Iterable[Value]) -> list[Series]:
    """The values by analyte and unit, each oldest first; analytes in the order of their words."""
    grouped: dict[tuple[str, str], list[Value]] = {}
    for value in found:
        grouped.setdefault((value.code or fold(value.label), fold(value.unit)), []).append(value)
    made = [_series(sorted(members, key=lambda value: value.date)) for members in grouped.values()]
    return sorted(made, key=lambda one: (one.category, _rank(one.latest.code), fold(one.label)))


def latest(found: Iterable[Value], wanted: frozenset[str]) -> Value | None:
    """The last numeric value with one of these LOINC codes."""
    among = [value for value in found if value.code in wanted and value.number is not None]
    return max(among, key=lambda value: value.date, default=None)


def date_of(observation: Resource) -> str:
    """When it was measured, as written."""
    period = observation.get("effectivePeriod") or {}
    return str(
        observation.get("effectiveDateTime")
        or observation.get("effectiveInstant")
        or period.get("start")
        or observation.get("issued")
        or ""
    )


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


def _values(observation: Resource) -> list[Value]:
    parts = observation.get("component", [])
    own = [_value(observation, observation)] if _is_valued(observation) else []
    return own + [_value(observation, part) for part in parts if _is_valued(part)]


def _is_valued(part: Resource) -> bool:
    return any(name.startswith("value") and name[5:6].isupper() for name in part)


def _value(observation: Resource, part: Resource) -> Value:
    low, high = _range(part)
    quantity = part.get("valueQuantity")
    return Value(
        reference=f"Observation/{observation.get('id', '')}",
        date=date_of(observation),
        label=concept_words(part.get("code")),
        code=loinc(part.get("code")),
        quantity=quantity if isinstance(quantity, dict) and "value" in quantity else None,
        words=_words(part),
        flag=_flag(part, quantity, low, high),
        low=low,
        high=high,
        category=_category(observation),
    )


def _words(part: Resource) -> str:
    if "valueCodeableConcept" in part:
        return concept_words(part["valueCodeableConcept"])
    for name in ("valueString", "valueInteger", "valueDateTime", "valueTime"):
        if name in part:
            return str(part[name])
    if "valueBoolean" in part:
        return "oui" if part["valueBoolean"] else "non"
    return ""


def _range(part: Resource) -> tuple[Decimal | None, Decimal | None]:
    """The usual range, from the first reference range that is one (not a therapeutic target)."""
    for one in part.get("referenceRange", []):
        kind = {coding.get("code") for coding in one.get("type", {}).get("coding", [])}
        if not kind or "normal" in kind:
            return _bound(one.get("low")), _bound(one.get("high"))
    return None, None


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
    return "low" if low is not None and number < low else "high" if high is not None and number > high else ""


def _category(observation: Resource) -> str:
    found = [
        coding.get("code") for one in observation.get("category", []) for coding in one.get("coding", [])
    ]
    return next((str(code) for code in found if code in ("vital-signs", "laboratory", "social-history")), "")


def summary(found: Sequence[Value]) -> list[Value]:
    """The values worth a line: what is out of range first, each analyte once, a blood pressure as one."""
    once = list({(value.code or value.label): value for value in _pressures(found)}.values())
    return sorted(once, key=lambda value: (not value.flag, _rank(value.code)))


def _pressures(found: Sequence[Value]) -> list[Value]:
    """Systolic and diastolic of one observation written together: 148/92 mmHg."""
    lower = {value.reference: value for value in found if value.code == DIASTOLIC and value.quantity}
    upper = {value.reference for value in found if value.code == SYSTOLIC and value.quantity}
    joined = []
    for value in found:
        twin = lower.get(value.reference)
        if value.code == SYSTOLIC and twin and value.quantity and twin.quantity:
            words = f"{value.quantity['value']}/{twin.quantity['value']} {value.unit}".strip()
            joined.append(replace(value, label="TA", quantity=None, words=words))
        elif not (value.code == DIASTOLIC and value.reference in upper):
            joined.append(value)
    return joined
