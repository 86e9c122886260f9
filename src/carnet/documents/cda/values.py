"""HL7 data types (CD, PQ, IVL, RTO, BL…) into FHIR data types. Numbers stay as written; a code only gets the url
of a system that the table knows, any other stays `urn:oid:…`."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from carnet.documents.cda.dates import period, timestamp
from carnet.documents.cda.elements import Element, attribute, child, children, plain, uri, xsi_type
from carnet.documents.cda.tables import table
from carnet.fhir.codes import UCUM

Text = Callable[[Element | None], str]
_NUMBER = re.compile(r"^[+-]?(\d{1,18}(\.\d{1,18})?|\.\d{1,18})([eE][+-]?\d{1,2})?$")
_UNIT = re.compile(r"^[!-~]{1,40}$")
_EDQM = re.compile(r"^\d{8}$")
ABSENT_REASON = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
NULL_FLAVOR = "http://terminology.hl7.org/CodeSystem/v3-NullFlavor"


def system(oid: str | None) -> str | None:
    """The url of a code system: from the table, else `urn:oid:…`."""
    known: dict[str, str] = table("systems")["systems"]
    return known.get(oid or "") or uri(oid)


def coding(element: Element) -> dict[str, str]:
    code = attribute(element, "code")
    if not code:
        return {}
    pairs = (
        ("system", system(attribute(element, "codeSystem"))),
        ("version", attribute(element, "codeSystemVersion")),
        ("code", " ".join(code.split())),
        ("display", _words(attribute(element, "displayName"))),
    )
    return {key: value for key, value in pairs if value}


def concept(element: Element | None, text: Text) -> dict[str, Any]:
    """A CodeableConcept, {} when the element says nothing: codings of the code and its translations; `text` is
    what the author wrote, with the qualifiers (side, modality) spelled out."""
    if element is None:
        return {}
    every = [element, *element.iterfind(".//{*}translation")]
    codings = [found for each in every if (found := coding(each))]
    words = text(child(element, "originalText")) or next(
        (t for e in every if (t := text(child(e, "originalText")))), ""
    )
    words = words or next((c["display"] for c in codings if "display" in c), "")
    words = " ".join(filter(None, [words, *map(_qualifier, children(element, "qualifier"))]))
    result: dict[str, Any] = {"coding": codings} if codings else {}
    return result | ({"text": words} if words else {})


def _qualifier(element: Element) -> str:
    what, value = child(element, "name"), child(element, "value")
    said = attribute(value, "displayName") or attribute(value, "code") or plain(value)
    label = attribute(what, "displayName")
    return f"({label} : {said})" if label and said else (f"({said})" if said else "")


def _words(written: str | None) -> str | None:
    return " ".join(written.split()) if written else None


def number(written: str | None) -> Decimal | None:
    """A decimal exactly as written; None for what is not a number."""
    if not written or not _NUMBER.match(written):
        return None
    try:
        return Decimal(written)
    except InvalidOperation:
        return None


def quantity(element: Element | None) -> dict[str, Any]:
    """A Quantity, {} without a readable number. UCUM only when the unit looks like UCUM; the eight-digit units of
    dispensing are EDQM terms."""
    value = number(attribute(element, "value"))
    if element is None or value is None:
        return {}
    unit = attribute(element, "unit")
    if unit is None:
        return {"value": value}
    if _EDQM.match(unit):
        return {"value": value, "system": "http://standardterms.edqm.eu", "code": unit}
    if unit == "1":
        return {"value": value, "system": UCUM, "code": "1"}
    return {"value": value, "unit": unit} | ({"system": UCUM, "code": unit} if _UNIT.match(unit) else {})


def bounds(element: Element | None) -> tuple[dict[str, Any], dict[str, Any]]:
    return quantity(child(element, "low")), quantity(child(element, "high"))


def ratio(element: Element | None) -> dict[str, Any]:
    """A Ratio; both halves or nothing."""
    top, bottom = quantity(child(element, "numerator")), quantity(child(element, "denominator"))
    return {"numerator": top, "denominator": bottom} if top and bottom else {}


def absent(element: Element | None) -> dict[str, Any]:
    """The dataAbsentReason of a nullFlavor, with the HL7 code beside it so that "not asked" and "unknown" stay
    different. {} without a nullFlavor."""
    flavor = attribute(element, "nullFlavor")
    if not flavor:
        return {}
    reason = table("systems")["absent"].get(flavor, "unknown")
    return {"coding": [{"system": ABSENT_REASON, "code": reason}, {"system": NULL_FLAVOR, "code": flavor}]}


def value(element: Element, text: Text) -> dict[str, Any] | None:
    """One `value[x]` of an Observation: {} for a nullFlavor or an empty element, None for a type or a number that
    cannot be read."""
    kind = xsi_type(element) or _guess_free_type(element)
    reader = _READERS.get(kind or "")
    if reader is None:
        return None
    found = reader(element, text)
    if found or attribute(element, "nullFlavor") or not _says_something(element):
        return found
    return None


def _guess_free_type(element: Element) -> str | None:
    """Without xsi:type only the attributes decide, and only when they cannot mean two things."""
    if attribute(element, "code") or child(element, "originalText") is not None:
        return "CD"
    if attribute(element, "value") and attribute(element, "unit"):
        return "PQ"
    return "ST" if plain(element) or attribute(element, "nullFlavor") else None


def _says_something(element: Element) -> bool:
    inside = [element, *element.iterdescendants("*")]
    if any(attribute(each, key) for each in inside for key in ("code", "unit")):
        return True
    values = [attribute(each, "value") for each in inside]
    return any(found for found in values if found and not found.startswith("#")) or bool(plain(element))


def _coded(element: Element, text: Text) -> dict[str, Any]:
    found = concept(element, text)
    return {"valueCodeableConcept": found} if found else {}


def _measured(element: Element, text: Text) -> dict[str, Any]:
    found = quantity(element)
    return {"valueQuantity": found} if found else {}


def _interval(element: Element, text: Text) -> dict[str, Any]:
    """Both ends: a Range. One end: a Quantity that says at least, at most, more or less than."""
    if attribute(element, "value"):
        return _measured(element, text)
    low, high = bounds(element)
    if low and high:
        return {"valueRange": {"low": low, "high": high}}
    side, end = ("low", low) if low else ("high", high)
    if not end:
        return {}
    open_end = attribute(child(element, side), "inclusive") == "false"
    sign = {"low": ">", "high": "<"}[side] + ("" if open_end else "=")
    return {"valueQuantity": {"value": end["value"], "comparator": sign} | end}


def _written(element: Element, text: Text) -> dict[str, Any]:
    found = text(element)
    return {"valueString": found} if found else {}


def _yes_no(element: Element, text: Text) -> dict[str, Any]:
    said = {"true": True, "1": True, "false": False, "0": False}.get(attribute(element, "value") or "")
    return {} if said is None else {"valueBoolean": said}


def _whole(element: Element, text: Text) -> dict[str, Any]:
    written = attribute(element, "value") or ""
    if re.fullmatch(r"[+-]?\d{1,10}", written) and abs(int(written)) < 2**31:
        return {"valueInteger": int(written)}
    return _measured(element, text)


def _time(element: Element, text: Text) -> dict[str, Any]:
    found = timestamp(attribute(element, "value"))
    if found:
        return {"valueDateTime": found}
    span = period(element)
    return {"valuePeriod": span} if span else {}


def _ratio(element: Element, text: Text) -> dict[str, Any]:
    found = ratio(element)
    return {"valueRatio": found} if found else {}


_READERS: dict[str, Callable[[Element, Text], dict[str, Any]]] = {
    **dict.fromkeys(("CD", "CE", "CV", "CO", "CS", "SC"), _coded),
    **dict.fromkeys(("PQ", "REAL", "MO"), _measured),
    **dict.fromkeys(("IVL_PQ", "IVL_INT", "IVL_REAL", "IVL"), _interval),
    **dict.fromkeys(("ST", "ED", "ON", "PN", "EN"), _written),
    **dict.fromkeys(("TS", "IVL_TS", "EIVL_TS", "PIVL_TS"), _time),
    **dict.fromkeys(("RTO", "RTO_PQ_PQ", "RTO_QTY_QTY", "RTO_INT_INT"), _ratio),
    "BL": _yes_no,
    "INT": _whole,
}
