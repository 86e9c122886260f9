"""Vital signs. Systolic and diastolic pressure of one measure become one blood pressure, as FHIR asks."""

from __future__ import annotations

from typing import Any

from carnet.documents.cda.context import Context, Resource
from carnet.documents.cda.elements import Element, attribute, child, statements_under
from carnet.documents.cda.entries.below import read_below
from carnet.documents.cda.entries.observation import effective, members_only, read_observation
from carnet.documents.cda.roles import role_of
from carnet.documents.cda.values import concept
from carnet.fhir.codes import LOINC

_SYSTOLIC, _DIASTOLIC = "8480-6", "8462-4"
_PRESSURE: dict[str, Any] = {
    "coding": [{"system": LOINC, "code": "85354-9", "display": "Pression artérielle"}],
    "text": "Pression artérielle",
}


def vital_sign(ctx: Context, element: Element) -> Resource | None:
    return read_observation(ctx, element, "vital-signs")


def vital_signs(ctx: Context, element: Element) -> Resource | None:
    """The organizer has no fact of its own: it belongs to its first measure."""
    pair = _pressure_pair(element)
    if pair:
        _blood_pressure(ctx, *pair)
    return members_only(ctx, element) if not pair else _rest(ctx, element, pair[0])


def _rest(ctx: Context, element: Element, systolic: Element) -> Resource | None:
    target = ctx.fates.get(systolic, ("", "", None))[2]
    made = ctx.by_reference.get(target or "")
    if made is None:
        return members_only(ctx, element)
    ctx.part_of(element, made)
    for _, below in statements_under(element):
        if role_of(below) != "comment":
            ctx.read(below)
    read_below(ctx, element, made)
    return made


def _pressure_pair(element: Element) -> tuple[Element, Element] | None:
    """The one systolic and the one diastolic pressure taken at the same moment, both measured and not negated."""
    found: dict[str, list[Element]] = {_SYSTOLIC: [], _DIASTOLIC: []}
    for _, below in statements_under(element):
        code = attribute(child(below, "code"), "code")
        if code in found and attribute(child(below, "code"), "codeSystem") == "2.16.840.1.113883.6.1":
            found[code].append(below)
    if [len(each) for each in found.values()] != [1, 1]:
        return None
    pair = found[_SYSTOLIC][0], found[_DIASTOLIC][0]
    same = effective(pair[0]) == effective(pair[1])
    return pair if same and all(attribute(each, "negationInd") != "true" for each in pair) else None


def _blood_pressure(ctx: Context, systolic: Element, diastolic: Element) -> None:
    made = read_observation(ctx, systolic, "vital-signs")
    if made is None or "valueQuantity" not in made:
        return
    second = read_observation(ctx, diastolic, "vital-signs")
    if second is None or "valueQuantity" not in second:
        return
    _forget(ctx, second)
    ctx.fates.pop(diastolic)
    ctx.part_of(diastolic, made)
    made["component"] = [
        {"code": made["code"], "valueQuantity": made.pop("valueQuantity")},
        {"code": concept(child(diastolic, "code"), ctx.text), "valueQuantity": second["valueQuantity"]},
    ]
    made["code"] = _PRESSURE
    made["note"] = made.get("note", []) + second.get("note", [])
    if not made["note"]:
        del made["note"]


def _forget(ctx: Context, made: Resource) -> None:
    """Take back the resource just made: it stands near the end."""
    for index in range(len(ctx.resources) - 1, -1, -1):
        if ctx.resources[index] is made:
            del ctx.resources[index]
            return
