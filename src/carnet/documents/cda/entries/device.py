"""Devices that the patient uses (Device with DeviceUseStatement) or is prescribed (DeviceRequest)."""

from __future__ import annotations

from typing import Any

from carnet.documents.cda.context import Context, Resource, reference
from carnet.documents.cda.dates import moment, period, timestamp
from carnet.documents.cda.elements import Element, attribute, child, children, identifiers, plain
from carnet.documents.cda.entries.below import DETAIL, Piece, add_note, detail, read_below
from carnet.documents.cda.people import author, person_only
from carnet.documents.cda.values import concept, quantity

_INTENTS = {"INT": "order", "RQO": "order", "PRP": "proposal", "PRMS": "plan"}


def device(ctx: Context, element: Element) -> Resource | None:
    mood = attribute(element, "moodCode") or "EVN"
    role = _role(element)
    what = _what(ctx, element, role)
    if not what or (mood != "EVN" and mood not in _INTENTS):
        ctx.give_up(element, "Dispositif médical sans libellé ni code.")
        return None
    if attribute(element, "negationInd") == "true":
        ctx.give_up(element, "Dispositif médical nié : lire le texte du document.")
        return None
    made = _used(ctx, element, role, what) if mood == "EVN" else _asked(ctx, element, what, _INTENTS[mood])
    _counts(element, made)
    read_below(ctx, element, made, _PIECES)
    return made


def _role(element: Element) -> Element | None:
    for each in children(element, "participant"):
        role = child(each, "participantRole")
        if child(role, "playingDevice") is not None:
            return role
    return None


def _what(ctx: Context, element: Element, role: Element | None) -> dict[str, Any]:
    kind = child(role, "playingDevice")
    found = concept(child(kind, "code"), ctx.text)
    said = plain(child(kind, "manufacturerModelName")) or ctx.statement_text(element)
    return found or ({"text": said} if said else {})


def _used(ctx: Context, element: Element, role: Element | None, what: dict[str, Any]) -> Resource:
    maker = plain(child(role, "scopingEntity", "desc"))
    thing = ctx.create(
        element,
        "Device",
        {
            "identifier": identifiers(role) if role is not None else None,
            "type": what,
            "manufacturer": maker,
            "modelNumber": plain(child(role, "playingDevice", "manufacturerModelName")),
        },
        extra="device",
    )
    who, _ = author(ctx, element)
    span = period(child(element, "effectiveTime"))
    over = span.get("end") and ctx.created and span["end"][:10] < ctx.created[: len(span["end"][:10])]
    return ctx.create(
        element,
        "DeviceUseStatement",
        {
            "identifier": identifiers(element),
            "status": "completed" if over else "active",
            **_timing(element),
            "source": person_only(who) if child(element, "author") is not None else None,
            "device": {"reference": reference(thing)} | ({"display": what["text"]} if "text" in what else {}),
        },
    )


def _timing(element: Element) -> Resource:
    """An interval with only a start is an interval: the device may still be there."""
    when = child(element, "effectiveTime")
    span = period(when)
    return {"timingPeriod": span} if span else moment(when, "timing")


def _asked(ctx: Context, element: Element, what: dict[str, Any], intent: str) -> Resource:
    who, at = author(ctx, element)
    span = period(child(element, "effectiveTime"))
    return ctx.create(
        element,
        "DeviceRequest",
        {
            "identifier": identifiers(element),
            "status": "active",
            "intent": intent,
            "codeCodeableConcept": what,
            "occurrencePeriod": span,
            "authoredOn": timestamp(attribute(at, "value")) or ctx.created,
            "requester": who,
        },
    )


def _counts(element: Element, made: Resource) -> None:
    """Quantity, renewals and expected duration, which FHIR has no field for."""
    repeats = attribute(child(element, "repeatNumber"), "value")
    lasting = quantity(child(element, "expectedUseTime", "width"))
    number = quantity(child(element, "quantity"))
    for label, found in (("Quantité", number), ("Durée d'utilisation prévue", lasting)):
        if found:
            inside = [
                {"url": "code", "valueCodeableConcept": {"text": label}},
                {"url": "value", "valueQuantity": found},
            ]
            made.setdefault("extension", []).append({"url": DETAIL, "extension": inside})
    add_note(made, f"Renouvellements : {repeats}" if repeats else "")


_PIECES: dict[str, Piece] = {"observation": detail}
