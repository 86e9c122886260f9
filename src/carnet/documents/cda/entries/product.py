"""The product of a medicine, a vaccine or a dispensation: codes, name, form, lot, ingredients."""

from __future__ import annotations

from typing import Any

from carnet.documents.cda.context import Context, Resource
from carnet.documents.cda.elements import Element, child, children, is_null, plain
from carnet.documents.cda.values import concept, ratio

INGREDIENT = "urn:carnet:ingredient"
FORM = "urn:carnet:form"
LOT = "urn:carnet:lot"


def product(ctx: Context, element: Element) -> Resource:
    """What medicine: its codes (CIS, CIP, ATC, virtual medicine) and its name; {} when nothing names it."""
    material = _material(element)
    found = concept(child(material, "code"), ctx.text)
    codings = list(found.get("coding", []))
    for path in (
        ("asSpecializedKind", "generalizedMedicineClass", "code"),
        ("asContent", "containerPackagedMedicine", "code"),
    ):
        codings += [
            c for c in concept(child(material, *path), ctx.text).get("coding", []) if not _known(c, codings)
        ]
    written = child(material, "name")
    text = found.get("text") or ("" if is_null(written) else plain(written))
    if not (codings or text):
        return {}
    return ({"coding": codings} if codings else {}) | ({"text": text} if text else {})


def _known(found: dict[str, str], codings: list[dict[str, str]]) -> bool:
    return any(c.get("system") == found.get("system") and c["code"] == found["code"] for c in codings)


def _material(element: Element) -> Element | None:
    holder = (
        child(element, "consumable")
        if child(element, "consumable") is not None
        else child(element, "product")
    )
    made = child(holder, "manufacturedProduct")
    material = child(made, "manufacturedMaterial")
    return material if material is not None else child(made, "manufacturedLabeledDrug")


def product_details(ctx: Context, element: Element) -> list[Any]:
    """Form, lot and ingredients with their strength."""
    material = _material(element)
    found: list[Any] = []
    form = concept(child(material, "formCode"), ctx.text)
    if form:
        found.append({"url": FORM, "valueCodeableConcept": form})
    lot = plain(child(material, "lotNumberText"))
    if lot:
        found.append({"url": LOT, "valueString": lot})
    return found + [each for e in children(material, "ingredient") if (each := _ingredient(ctx, e))]


def _ingredient(ctx: Context, element: Element) -> Resource:
    inside = child(element, "ingredient")
    what = concept(child(inside, "code"), ctx.text)
    said = plain(child(inside, "name"))
    if not (what or said):
        return {}
    what = what | ({} if "text" in what or not said else {"text": said})
    strength = ratio(child(element, "quantity"))
    parts = [{"url": "item", "valueCodeableConcept": what}]
    return {
        "url": INGREDIENT,
        "extension": parts + ([{"url": "strength", "valueRatio": strength}] if strength else []),
    }
