"""What one value of one FHIR type adds to the index rows. Pure; a value of another shape adds nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from carnet.fhir.references import ONE
from carnet.store.search import keys, spans, units

CURRENCY = "urn:iso:std:iso:4217"
_ABSOLUTE = re.compile(rf"https?://.*/([A-Z][A-Za-z]+)/{ONE}(?:/_history/({ONE}))?")


@dataclass(slots=True)
class Rows:
    """The index rows of one resource; each begins with (param, ordinal), then the columns of its table."""

    token: list[tuple[int, int, int, str | None, str | None]] = field(default_factory=list)
    string: list[tuple[int, int, str, str]] = field(default_factory=list)
    date: list[tuple[int, int, int, int]] = field(default_factory=list)
    reference: list[tuple[int, int, str, str, str | None]] = field(default_factory=list)
    quantity: list[tuple[int, int, float, float, int, str | None, str | None]] = field(default_factory=list)
    number: list[tuple[int, int, float, float]] = field(default_factory=list)
    uri: list[tuple[int, int, str]] = field(default_factory=list)


Add = Callable[[Rows, int, int, Any], None]


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def code(rows: Rows, param: int, ordinal: int, value: Any) -> None:
    """A code, whose system FHIR fixes."""
    if isinstance(value, str):
        rows.token.append((param, ordinal, keys.IMPLIED, keys.clip(value), None))


def boolean(rows: Rows, param: int, ordinal: int, value: Any) -> None:
    """true or false."""
    rows.token.append((param, ordinal, keys.IMPLIED, "true" if value is True else "false", None))


def plain_token(rows: Rows, param: int, ordinal: int, value: Any) -> None:
    """A string, id or uri searched whole."""
    if isinstance(value, str):
        rows.token.append((param, ordinal, keys.NO_SYSTEM, keys.clip(value), None))


def coding(rows: Rows, param: int, ordinal: int, value: Any) -> None:
    """System, code and folded display."""
    if isinstance(value, dict):
        found, display = _text(value.get("code")), _text(value.get("display"))
        shown = keys.display(display) if display else None
        written = keys.clip(found) if found else None
        rows.token.append((param, ordinal, keys.system(_text(value.get("system"))), written, shown))


def concept(rows: Rows, param: int, ordinal: int, value: Any) -> None:
    """Its codings, and its text where no display says the same."""
    if not isinstance(value, dict):
        return
    first = len(rows.token)
    for item in value.get("coding") or ():
        coding(rows, param, ordinal, item)
    text = _text(value.get("text"))
    shown = keys.folded(text) if text else None
    if shown and all(row[4] != shown for row in rows.token[first:]):
        rows.token.append((param, ordinal, keys.NO_SYSTEM, None, shown))


def identifier(rows: Rows, param: int, ordinal: int, value: Any) -> None:
    """System and value; under the negative id, the codes of its type with the value, for :of-type."""
    if not isinstance(value, dict):
        return
    kind = value.get("type") if isinstance(value.get("type"), dict) else {}
    written = _text(value.get("value"))
    text = _text(kind.get("text")) if kind else None
    shown = keys.display(text) if text else None
    system = keys.system(_text(value.get("system")))
    rows.token.append((param, ordinal, system, keys.clip(written) if written else None, shown))
    for item in (kind or {}).get("coding") or ():
        if written and isinstance(item, dict) and _text(item.get("code")):
            pair = keys.clip(f"{item['code']}|{written}")
            rows.token.append((-param, ordinal, keys.system(_text(item.get("system"))), pair, None))


def contact(rows: Rows, param: int, ordinal: int, value: Any) -> None:
    """A telephone number, address, …, without punctuation; its kind stands as the system."""
    written = _text(value.get("value")) if isinstance(value, dict) else None
    if written:
        rows.token.append(
            (param, ordinal, keys.system(_text(value.get("system"))), keys.contact(written), None)
        )


def string(rows: Rows, param: int, ordinal: int, value: Any) -> None:
    """Folded for searching, and as written."""
    if isinstance(value, str) and value:
        rows.string.append((param, ordinal, keys.folded(value), value.replace("\x00", "")))


def _parts(*names: str) -> Add:
    def add(rows: Rows, param: int, ordinal: int, value: Any) -> None:
        for name in names if isinstance(value, dict) else ():
            part = value.get(name)
            for item in part if isinstance(part, list) else (part,):
                string(rows, param, ordinal, item)

    return add


def moment(rows: Rows, param: int, ordinal: int, value: Any) -> None:
    """A date, dateTime or instant, as wide as it is written."""
    found = spans.span(value)
    if found:
        rows.date.append((param, ordinal, *found))


def period(rows: Rows, param: int, ordinal: int, value: Any) -> None:
    """From its start to the end of its end."""
    found = spans.period(value) if isinstance(value, dict) else None
    if found:
        rows.date.append((param, ordinal, *found))


def timing(rows: Rows, param: int, ordinal: int, value: Any) -> None:
    """Its outer limits."""
    found = spans.timing(value) if isinstance(value, dict) else None
    if found:
        rows.date.append((param, ordinal, *found))


def pointed(value: dict[str, Any]) -> tuple[str, str, str | None]:
    """(type, target, version) of a Reference; target is empty when nothing outside the resource is named."""
    type, literal = _text(value.get("type")) or "", _text(value.get("reference")) or ""
    head, slash, tail = literal.partition("/")
    if slash and "/" not in tail and ":" not in head:
        return head, tail, None
    if "://" in literal:
        found = _ABSOLUTE.fullmatch(literal)
        url = literal.partition("/_history/")[0]
        return (found[1] if found else type), keys.clip(url), (found[2] if found else None)
    if "/_history/" in literal:
        id, _, version = tail.partition("/_history/")
        return head, keys.clip(id), version
    return type, "" if literal.startswith("#") else keys.clip(literal), None


def reference(rows: Rows, param: int, ordinal: int, value: Any) -> None:
    """What it points to; its identifier goes among the tokens, under the same id."""
    if not isinstance(value, dict):
        return
    rows.reference.append((param, ordinal, *pointed(value)))
    if isinstance(value.get("identifier"), dict):
        identifier(rows, param, ordinal, value["identifier"])


def reference_to(targets: frozenset[str]) -> Add:
    """The same, for references to these types only."""

    def add(rows: Rows, param: int, ordinal: int, value: Any) -> None:
        if isinstance(value, dict) and pointed(value)[0] in targets:
            reference(rows, param, ordinal, value)

    return add


def canonical(rows: Rows, param: int, ordinal: int, value: Any) -> None:
    """A canonical URL and its version."""
    if isinstance(value, str) and value:
        url, _, version = value.partition("|")
        rows.reference.append((param, ordinal, "", keys.clip(url), version or None))


def inside(targets: frozenset[str]) -> Add:
    """A resource held inside this one (the first entry of a Bundle), as if it were referred to."""

    def add(rows: Rows, param: int, ordinal: int, value: Any) -> None:
        if isinstance(value, dict) and value.get("resourceType") in targets:
            rows.reference.append((param, ordinal, value["resourceType"], str(value.get("id", "")), None))

    return add


def quantity(rows: Rows, param: int, ordinal: int, value: Any) -> None:
    """An amount with its unit."""
    found = spans.compared(value.get("value"), value.get("comparator")) if isinstance(value, dict) else None
    if found:
        _amount(rows, param, ordinal, found, value)


def range_of(rows: Rows, param: int, ordinal: int, value: Any) -> None:
    """From its low to its high amount; a side that is not given is open."""
    low, high = (_side(value, name) for name in ("low", "high"))
    if low or high:
        ends = (spans.number(low.get("value")), spans.number(high.get("value")))
        found = (
            -spans.INFINITY if ends[0] is None else ends[0],
            spans.INFINITY if ends[1] is None else ends[1],
        )
        _amount(rows, param, ordinal, found, low or high)


def _side(value: Any, name: str) -> dict[str, Any]:
    side = value.get(name) if isinstance(value, dict) else None
    return side if isinstance(side, dict) else {}


def money(rows: Rows, param: int, ordinal: int, value: Any) -> None:
    """An amount in a currency."""
    found = spans.compared(value.get("value"), None) if isinstance(value, dict) else None
    if found:
        currency = _text(value.get("currency"))
        rows.quantity.append((param, ordinal, *found, keys.system(CURRENCY), currency, currency))


def _amount(rows: Rows, param: int, ordinal: int, ends: tuple[float, float], unit: dict[str, Any]) -> None:
    written, shown, uri = _text(unit.get("code")), _text(unit.get("unit")), _text(unit.get("system"))
    code = keys.clip(written) if written else None
    system = keys.system(uri)
    rows.quantity.append((param, ordinal, *ends, system, code, keys.clip(shown) if shown else None))
    canonical = units.canonical(written) if written and units.is_ucum(uri) else None
    if canonical and canonical.code != written:
        low, high = (float(Decimal(repr(end)) * canonical.factor) for end in ends)
        rows.quantity.append((-param, ordinal, low, high, system, canonical.code, None))


def number(rows: Rows, param: int, ordinal: int, value: Any) -> None:
    """A plain number."""
    found = spans.number(value)
    if found is not None:
        rows.number.append((param, ordinal, found, found))


def number_range(rows: Rows, param: int, ordinal: int, value: Any) -> None:
    """A Range as plain numbers."""
    low, high = (spans.number(_side(value, name).get("value")) for name in ("low", "high"))
    if low is not None or high is not None:
        ends = (-spans.INFINITY if low is None else low, spans.INFINITY if high is None else high)
        rows.number.append((param, ordinal, *ends))


def uri(rows: Rows, param: int, ordinal: int, value: Any) -> None:
    """A URI as written; a canonical keeps its version."""
    if isinstance(value, str) and value:
        rows.uri.append((param, ordinal, keys.clip(value)))


_TOKEN: dict[str, Add] = {
    "code": code, "boolean": boolean, "string": plain_token, "id": plain_token, "uri": plain_token,
    "Coding": coding, "CodeableConcept": concept, "Identifier": identifier, "ContactPoint": contact,
}  # fmt: skip
_STRING: dict[str, Add] = {
    "string": string,
    "markdown": string,
    "HumanName": _parts("family", "given", "prefix", "suffix", "text"),
    "Address": _parts("line", "city", "district", "state", "postalCode", "country", "text"),
}
_DATE: dict[str, Add] = {
    "date": moment,
    "dateTime": moment,
    "instant": moment,
    "Period": period,
    "Timing": timing,
}
_QUANTITY: dict[str, Add] = {
    "Quantity": quantity, "Age": quantity, "Duration": quantity, "SimpleQuantity": quantity,
    "Range": range_of, "Money": money,
}  # fmt: skip
_OTHER: dict[str, dict[str, Add]] = {
    "token": _TOKEN,
    "string": _STRING,
    "date": _DATE,
    "quantity": _QUANTITY,
    "number": {"Range": number_range},
}


def adder(kind: str, type: str, targets: frozenset[str]) -> Add:
    """The function that indexes values of this FHIR type for a parameter of this kind."""
    if kind == "reference":
        if type == "Resource":
            return inside(targets)
        if type != "Reference":
            return canonical
        return reference_to(targets) if targets else reference
    if kind == "uri":
        return uri
    return _OTHER[kind].get(type, number)
