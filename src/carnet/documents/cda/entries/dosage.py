"""How much, how often, how long: CDA times and quantities into FHIR Dosage. A frequency that FHIR cannot say stays in
words; nothing is computed."""

from __future__ import annotations

import re
from typing import Any

from carnet.documents.cda.context import Context, Resource
from carnet.documents.cda.dates import period, timestamp
from carnet.documents.cda.elements import Element, attribute, child, children, is_null, xsi_type
from carnet.documents.cda.narrative import cell_under, row_of
from carnet.documents.cda.values import bounds, concept, number, quantity, ratio
from carnet.fhir.codes import UCUM
from carnet.fhir.dates import french

_UNITS = frozenset(("s", "min", "h", "d", "wk", "mo", "a"))
_MOMENTS = frozenset(
    [
        "HS",
        "WAKE",
        "C",
        "CM",
        "CD",
        "CV",
        "AC",
        "ACM",
        "ACD",
        "ACV",
        "PC",
        "PCM",
        "PCD",
        "PCV",
        "MORN",
        "AFT",
        "EVE",
        "NIGHT",
        "NOON",
        "PHS",
    ]
)
_POSOLOGY = re.compile(r"^posologie", re.IGNORECASE)
# Tables that have a column for each part of a posology: the heading it gets in our words, and its pattern.
_COLUMNS = (
    ("", re.compile(r"^dose(?! *max)", re.IGNORECASE)),
    ("", re.compile(r"^fr[ée]quence", re.IGNORECASE)),
    ("rythme", re.compile(r"^rythme", re.IGNORECASE)),
    ("maximum", re.compile(r"^dose *max", re.IGNORECASE)),
)


def dosages(ctx: Context, element: Element, own_bounds: bool = True) -> list[Resource]:
    """The Dosages of one substanceAdministration: one, or one per frequency when several stand together. Empty when
    nothing is said."""
    interval, rhythms = _times(element)
    every: list[Element | None] = [*rhythms] or [None]
    text, shared = _text(ctx, element), _shared(ctx, element)
    result: list[Resource] = []
    for rhythm in every:
        timing = _timing(ctx, rhythm, interval if own_bounds else None)
        one = ({"text": text} if text else {}) | ({"timing": timing} if timing else {}) | shared
        result += [one] if one else []
    start = _start_in_words(interval) if own_bounds else None
    if start and result:
        result[0]["additionalInstruction"] = [*result[0].get("additionalInstruction", []), {"text": start}]
    return result


def treatment_period(element: Element) -> Resource:
    """The interval of the whole treatment, {} when neither end is known."""
    interval, _ = _times(element)
    return period(interval)


def _times(element: Element) -> tuple[Element | None, list[Element]]:
    """(the interval, the frequencies) among the effectiveTimes, an SXPR_TS taken apart."""
    flat: list[Element] = []
    for each in children(element, "effectiveTime"):
        flat += children(each, "comp") if xsi_type(each) == "SXPR_TS" else [each]
    rhythms = [each for each in flat if xsi_type(each) in ("PIVL_TS", "EIVL_TS")]
    intervals = [each for each in flat if xsi_type(each) not in ("PIVL_TS", "EIVL_TS")]
    return next((e for e in intervals if period(e) or child(e, "width") is not None), None), rhythms


def _timing(ctx: Context, rhythm: Element | None, interval: Element | None) -> Resource:
    repeat = _bounds(interval) | (_rhythm(rhythm) if rhythm is not None else {})
    said = _frequency_words(ctx, rhythm)
    return ({"repeat": repeat} if repeat else {}) | ({"code": {"text": said}} if said else {})


def _bounds(interval: Element | None) -> Resource:
    if interval is None:
        return {}
    width = quantity(child(interval, "width"))
    if width.get("unit") in _UNITS:
        return {"boundsDuration": width | {"system": UCUM, "code": width["unit"]}}
    span = period(interval)
    return {"boundsPeriod": span} if span else {}


def _start_in_words(interval: Element | None) -> str | None:
    """FHIR bounds hold a duration or dates, not both: the start of a step with a duration is said in words."""
    start = timestamp(attribute(child(interval, "low"), "value"))
    width = quantity(child(interval, "width"))
    if not start or width.get("unit") not in _UNITS:
        return None
    return "À partir du " + french(start[:10])


def _rhythm(element: Element) -> Resource:
    if xsi_type(element) == "EIVL_TS":
        event = attribute(child(element, "event"), "code")
        return {"when": [event]} if event in _MOMENTS and child(element, "offset") is None else {}
    every = child(element, "period")
    length, unit = number(attribute(every, "value")), attribute(every, "unit")
    if length is None or length <= 0 or unit not in _UNITS:
        return {}
    return {"frequency": 1, "period": length, "periodUnit": unit}


def _frequency_words(ctx: Context, rhythm: Element | None) -> str:
    every = child(rhythm, "period")
    for each in [every, *children(every, "translation")]:
        said = ctx.text(child(each, "originalText"))
        if said:
            return said
    return attribute(child(rhythm, "event"), "code") or ""


def _shared(ctx: Context, element: Element) -> Resource:
    amount = _amount(child(element, "doseQuantity"), "dose") | _amount(child(element, "rateQuantity"), "rate")
    most = ratio(child(element, "maxDoseQuantity"))
    found: Resource = {
        "additionalInstruction": _conditions(ctx, element),
        "route": concept(child(element, "routeCode"), ctx.text),
        "site": concept(child(element, "approachSiteCode"), ctx.text),
        "doseAndRate": [amount] if amount else None,
        "maxDosePerPeriod": most,
    }
    return {key: value for key, value in found.items() if value}


def _amount(element: Element | None, key: str) -> Resource:
    """`doseQuantity` or `doseRange` (`rateQuantity`, `rateRange`)."""
    single = quantity(element)
    if single:
        return {key + "Quantity": single}
    low, high = bounds(element)
    if low and low == high:
        return {key + "Quantity": low}
    found = {name: end for name, end in (("low", low), ("high", high)) if end}
    return {key + "Range": found} if found else {}


def _conditions(ctx: Context, element: Element) -> list[Any]:
    said = [ctx.text(child(each, "criterion", "text")) for each in children(element, "precondition")]
    return [{"text": text} for text in said if text]


def _text(ctx: Context, element: Element) -> str:
    """What the author wrote: the posology column of the row, else the text of a dosage step."""
    found = ctx.narrative_of(child(element, "text"))
    row = row_of(found) if found is not None else None
    column = (cell_under(row, _POSOLOGY) or _columns(row)) if row is not None else ""
    return column or ("" if _names_product(element) else ctx.statement_text(element))


def _columns(row: Element) -> str:
    """« 1 comprimé, 1 fois / jour, maximum : 200 mg / jour », each part as the author wrote it."""
    found = [(label, cell_under(row, heading)) for label, heading in _COLUMNS]
    said = [f"{label} : {words}" if label else words for label, words in found if words.strip(" -")]
    return ", ".join(said)


def _names_product(element: Element) -> bool:
    """The text of a whole treatment is the name of the medicine; the text of a step is its dosage."""
    material = child(element, "consumable", "manufacturedProduct", "manufacturedMaterial")
    code, said = child(material, "code"), child(material, "name")
    translated = child(code, "translation") is not None or child(code, "originalText") is not None
    return attribute(code, "code") is not None or translated or not is_null(said)
