"""Medicines given out: MedicationDispense, with the line of the prescription that it answers."""

from __future__ import annotations

from carnet.documents.cda.context import Context, Resource
from carnet.documents.cda.dates import timestamp, when
from carnet.documents.cda.elements import Element, attribute, child, children, identifiers, token
from carnet.documents.cda.entries.below import add_note, read_below
from carnet.documents.cda.entries.medication import PIECES
from carnet.documents.cda.entries.product import product, product_details
from carnet.documents.cda.people import author, performers
from carnet.documents.cda.values import concept, quantity
from carnet.fhir.dates import french


def dispense(ctx: Context, element: Element) -> Resource | None:
    """A MedicationDispense: its own product, or the one of the treatment or vaccination above it."""
    above = next((e for e in element.iterancestors("{*}substanceAdministration")), None)
    what = product(ctx, element) or (product(ctx, above) if above is not None else {})
    if not what:
        ctx.give_up(element, "Dispensation sans nom ni code de produit.")
        return None
    mood = attribute(element, "moodCode") or "EVN"
    if mood != "EVN":
        ctx.give_up(element, f"Dispensation dans un mode inconnu ({token(mood)}).")
        return None
    given = next((t for e in children(element, "performer") if (t := child(e, "time")) is not None), None)
    made = ctx.create(
        element,
        "MedicationDispense",
        {
            "extension": product_details(ctx, element),
            "identifier": identifiers(element),
            "status": "completed",
            "medicationCodeableConcept": what,
            "performer": [{"actor": who} for who in performers(ctx, element)],
            "quantity": quantity(child(element, "quantity")),
            "whenHandedOver": when(child(element, "effectiveTime")) or when(given),
        },
    )
    _prescriber(ctx, element, made)
    read_below(ctx, element, made, PIECES | {"prescription_item": _prescription_item})
    return made


def _prescriber(ctx: Context, element: Element, made: Resource) -> None:
    """The author of a dispensation is who prescribed it."""
    if child(element, "author") is None:
        return
    who, at = author(ctx, element)
    day = french((timestamp(attribute(at, "value")) or "")[:10])
    said = " le ".join(filter(None, [(who or {}).get("display"), day]))
    add_note(made, f"Prescrit par {said}" if who else "")


def _prescription_item(ctx: Context, element: Element, made: Resource) -> None:
    """The line of the prescription that was dispensed: named by its number, not fetched."""
    ids = identifiers(element)
    said = concept(child(element, "code"), ctx.text).get("text") or ctx.statement_text(element)
    link = ({"identifier": ids[0]} if ids else {}) | ({"display": said} if said else {})
    if not link:
        ctx.give_up(element, "Ligne de prescription sans numéro ni libellé.")
        return
    made.setdefault("authorizingPrescription", []).append({"type": "MedicationRequest"} | link)
    ctx.part_of(element, made)
    read_below(ctx, element, made)
