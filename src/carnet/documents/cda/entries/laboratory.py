"""Reports of a medical laboratory: DiagnosticReport, Specimen, batteries of tests, isolates and their antibiogram."""

from __future__ import annotations

from typing import Any

from carnet.documents.cda.context import Context, Resource, reference
from carnet.documents.cda.dates import moment, when
from carnet.documents.cda.elements import Element, attribute, child, children, identifiers
from carnet.documents.cda.entries.below import Piece, detail, read_below
from carnet.documents.cda.entries.observation import (
    effective,
    fields,
    members_only,
    read_panel,
    result_category,
    status,
)
from carnet.documents.cda.people import agent, performers, unique
from carnet.documents.cda.values import concept

_REPORT_STATUS = {"final": "final", "preliminary": "partial", "registered": "registered", "cancelled": "cancelled", "entered-in-error": "entered-in-error"}  # fmt: skip
_DIAGNOSTIC_SERVICE = "http://terminology.hl7.org/CodeSystem/v2-0074"


def report(ctx: Context, element: Element) -> Resource | None:
    """The act of a laboratory entry."""
    code = concept(child(element, "code"), ctx.text)
    if not code:
        ctx.give_up(element, "Compte rendu de laboratoire sans code.")
        return None
    made = ctx.create(
        element,
        "DiagnosticReport",
        {
            "identifier": identifiers(element),
            "status": _REPORT_STATUS.get(status(element), "unknown"),
            "category": [{"coding": [{"system": _DIAGNOSTIC_SERVICE, "code": "LAB"}]}],
            "code": code,
            **moment(child(element, "effectiveTime"), "effective"),
            "issued": ctx.created if ctx.created and "T" in ctx.created else None,
            "performer": _validators(ctx, element),
        },
    )
    read_below(ctx, element, made, _PIECES)
    _dated_by_specimen(ctx, made)
    return made


def _dated_by_specimen(ctx: Context, made: Resource) -> None:
    """The clinically relevant time of a report is when its one specimen was taken."""
    links = [each["reference"] for each in made.get("specimen", [])]
    found = [ctx.by_reference[link].get("collection", {}).get("collectedDateTime") for link in links]
    taken = [each for each in found if each]
    if len(links) == len(taken) == 1 and not made.keys() & {"effectiveDateTime", "effectivePeriod"}:
        made["effectiveDateTime"] = taken[0]


def _validators(ctx: Context, element: Element) -> list[Resource]:
    found = performers(ctx, element)
    for each in children(element, "participant"):
        if attribute(each, "typeCode") in ("AUTHEN", "RESP"):
            found += [who for who in [agent(ctx, child(each, "participantRole"))] if who]
    return unique(found)


def battery(ctx: Context, element: Element) -> Resource | None:
    return read_panel(ctx, element, result_category(element))


def _nameless_battery(ctx: Context, element: Element, made: Resource) -> None:
    """Inside a report: a battery with a name is a panel, one without only groups results of the report."""
    if concept(child(element, "code"), ctx.text):
        panel = battery(ctx, element)
        if panel:
            _result(made, panel)
        return
    ctx.part_of(element, made)
    read_below(ctx, element, made, _PIECES)


def _named_isolate(ctx: Context, element: Element, made: Resource) -> None:
    found = isolate(ctx, element)
    if found:
        _result(made, found)


def _result(made: Resource, found: Resource) -> None:
    field = "result" if made["resourceType"] == "DiagnosticReport" else "hasMember"
    made.setdefault(field, []).append({"reference": reference(found)})


def isolate(ctx: Context, element: Element) -> Resource | None:
    """A micro-organism that was isolated: its name is the value, its count and antibiogram are members."""
    germ = concept(child(element, "specimen", "specimenRole", "specimenPlayingEntity", "code"), ctx.text)
    if not germ:
        return members_only(ctx, element)
    code = concept(child(element, "code"), ctx.text) or {"text": "Micro-organisme isolé"}
    made = ctx.create(
        element,
        "Observation",
        fields(ctx, element, "laboratory", code) | {"valueCodeableConcept": germ, **effective(element)},
    )
    read_below(ctx, element, made, _PIECES)
    return made


def specimen(ctx: Context, element: Element) -> Resource | None:
    """How, when, where and by whom a specimen was taken."""
    product = next((p for p in children(element, "participant") if attribute(p, "typeCode") == "PRD"), None)
    role = child(product, "participantRole")
    taken: dict[str, Any] = {
        "method": concept(child(element, "code"), ctx.text),
        **_collected(child(element, "effectiveTime")),
        "collector": _collector(ctx, element),
        "bodySite": next(
            (s for e in children(element, "targetSiteCode") if (s := concept(e, ctx.text))), None
        ),
    }
    taken = {key: value for key, value in taken.items() if value}
    made = ctx.create(
        element,
        "Specimen",
        {
            "identifier": (identifiers(role) if role is not None else []) or identifiers(element),
            "type": concept(child(role, "playingEntity", "code"), ctx.text),
            "collection": taken,
        },
    )
    read_below(ctx, element, made, {"received_specimen": _received, "observation": detail})
    return made


def _collected(element: Element | None) -> Resource:
    """A specimen is taken at one moment, even when only the end of it is written."""
    found = moment(element, "collected")
    if "start" in found.get("collectedPeriod", {"start": ""}):
        return found
    return {"collectedDateTime": when(element)}


def _collector(ctx: Context, element: Element) -> Resource | None:
    return next(iter(performers(ctx, element)), None)


def _received(ctx: Context, element: Element, made: Resource) -> None:
    found = when(child(element, "effectiveTime"))
    if not found or made["resourceType"] != "Specimen" or "receivedTime" in made:
        ctx.give_up(element, "Réception d'un échantillon sans date lisible.")
        return
    made["receivedTime"] = found
    ctx.part_of(element, made)
    read_below(ctx, element, made)


_PIECES: dict[str, Piece] = {"battery": _nameless_battery, "isolate": _named_isolate}
