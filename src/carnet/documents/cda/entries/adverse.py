"""Adverse effects of medicines: AdverseEvent, with the suspected medicine and what it caused."""

from __future__ import annotations

from carnet.documents.cda.context import Context, Resource, reference
from carnet.documents.cda.dates import when
from carnet.documents.cda.elements import Element, attribute, child, identifiers
from carnet.documents.cda.entries.below import Piece, detail, read_below
from carnet.documents.cda.entries.problem import coded
from carnet.documents.cda.people import author, person_only
from carnet.documents.cda.values import concept

SUSPECT = "urn:carnet:suspect"
_SEVERITY = "http://terminology.hl7.org/CodeSystem/adverse-event-severity"
_OUTCOME = "http://terminology.hl7.org/CodeSystem/adverse-event-outcome"
_SEVERITIES = {"255604002": "mild", "6736007": "moderate", "24484000": "severe"}
_OUTCOMES = {"1352007006": "resolved", "405532008": "resolvedWithSequelae", "399166001": "fatal", "385633008": "recovering", "261665006": "unknown"}  # fmt: skip


def adverse_event(ctx: Context, element: Element) -> Resource | None:
    if attribute(element, "negationInd") == "true":
        ctx.give_up(element, "Effet indésirable nié : lire le texte du document.")
        return None
    who, _ = author(ctx, element)
    made = ctx.create(
        element,
        "AdverseEvent",
        {
            "identifier": next(iter(identifiers(element)), None),
            "actuality": "actual",
            "event": concept(child(element, "code"), ctx.text),
            "date": when(child(element, "effectiveTime")),
            "recorder": person_only(who),
        },
    )
    read_below(ctx, element, made, _PIECES)
    return made


def _suspect(ctx: Context, element: Element, made: Resource) -> None:
    found = ctx.read(element)
    if found:
        found.setdefault("extension", []).append({"url": SUSPECT, "valueBoolean": True})
        made.setdefault("suspectEntity", []).append({"instance": {"reference": reference(found)}})


def _effect(ctx: Context, element: Element, made: Resource) -> None:
    found = ctx.read(element)
    if found:
        made.setdefault("resultingCondition", []).append({"reference": reference(found)})


def _causality(ctx: Context, element: Element, made: Resource) -> None:
    found = concept(child(element, "value"), ctx.text)
    suspects = made.get("suspectEntity", [])
    if not found or len(suspects) != 1:
        detail(ctx, element, made)
        return
    suspects[0]["causality"] = [{"assessment": found}]
    ctx.part_of(element, made)


def _severity(ctx: Context, element: Element, made: Resource) -> None:
    code = _SEVERITIES.get(attribute(child(element, "value"), "code") or "")
    if not code or "severity" in made:
        detail(ctx, element, made)
        return
    made["severity"] = coded(_SEVERITY, code)
    ctx.part_of(element, made)


def _outcome(ctx: Context, element: Element, made: Resource) -> None:
    code = _OUTCOMES.get(attribute(child(element, "value"), "code") or "")
    if not code or "outcome" in made:
        detail(ctx, element, made)
        return
    made["outcome"] = coded(_OUTCOME, code)
    ctx.part_of(element, made)


_PIECES: dict[str, Piece] = {
    "medication": _suspect,
    "problem": _effect,
    "causality": _causality,
    "adverse_severity": _severity,
    "adverse_outcome": _outcome,
}
