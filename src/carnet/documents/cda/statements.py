"""Walks the body: every clinical statement of every section is read once by its role and has exactly one fate."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from carnet.documents.cda.context import Context, Resource
from carnet.documents.cda.elements import STATEMENTS, Element, attribute, child, children, name
from carnet.documents.cda.entries import (
    adverse,
    allergy,
    device,
    dispense,
    family,
    immunization,
    laboratory,
    media,
    medication,
    observation,
    problem,
    procedure,
    vital_signs,
)
from carnet.documents.reading import Statement

HANDLERS: Mapping[str, Callable[[Context, Element], Resource | None]] = {
    "act": procedure.act,
    "adverse_event": adverse.adverse_event,
    "allergy": allergy.allergy,
    "allergy_concern": problem.concern,
    "attachment": media.document,
    "battery": laboratory.battery,
    "comment": observation.observation,
    "coverage": procedure.coverage,
    "device": device.device,
    "dispense": dispense.dispense,
    "encounter": procedure.encounter,
    "external_reference": media.external_document,
    "family_condition": family.family_condition,
    "family_history": family.family_history,
    "functional_status": observation.functional_status,
    "immunization": immunization.immunization,
    "isolate": laboratory.isolate,
    "laboratory_report": laboratory.report,
    "laboratory_result": observation.laboratory_result,
    "media": media.media,
    "medication": medication.medication,
    "observation": observation.observation,
    "panel": observation.panel,
    "problem": problem.problem,
    "problem_concern": problem.concern,
    "procedure": procedure.procedure,
    "region": media.region,
    "request": procedure.request,
    "social_history": observation.social_history,
    "specimen": laboratory.specimen,
    "supply_order": dispense.dispense,
    "vaccine_plan": immunization.plan,
    "vital_sign": vital_signs.vital_sign,
    "vital_signs": vital_signs.vital_signs,
} | dict.fromkeys(
    [
        "severity",
        "health_status",
        "clinical_status",
        "certainty",
        "criticality",
        "causality",
        "adverse_severity",
        "adverse_outcome",
        "age",
        "dose_number",
        "attachment_type",
        "prescription_flag",
    ],
    observation.observation,
)


ALLERGIES = "48765-2"  # LOINC


def read_body(ctx: Context, document: Element) -> None:
    """Read every entry, then whatever stands where no entry led."""
    body = child(document, "component", "structuredBody")
    if body is None:
        return
    for section in body.iter("{*}section"):
        for entry in children(section, "entry"):
            for statement in entry:
                if name(statement) in STATEMENTS:
                    ctx.read(statement)
    for left in ctx.places:
        ctx.settle(left, "not_understood", None, "Élément hors d'une entrée lisible.")
    for section in body.iter("{*}section"):
        if attribute(child(section, "code"), "code") == ALLERGIES:
            allergy.unread(ctx, section)
    ctx.resolve_links()


def report(ctx: Context) -> list[Statement]:
    """The fates, in document order."""
    result = []
    for element, place in ctx.places.items():
        fate, reason, target = ctx.fates[element]
        result.append(Statement(place, ctx.section_code(element), fate, reason, target))
    return result
