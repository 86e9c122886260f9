"""What hangs below a statement: comments, reasons, details that belong to it, and facts of their own that stay
linked to it. Every child gets its fate here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from carnet.documents.cda.context import Context, Resource, code_set, reference
from carnet.documents.cda.elements import (
    Element,
    attribute,
    child,
    children,
    document_id,
    name,
    statements_under,
)
from carnet.documents.cda.people import agent
from carnet.documents.cda.roles import role_of
from carnet.documents.cda.values import concept, value

Piece = Callable[[Context, Element, Resource], None]
DETAIL = (
    "urn:carnet:cda:detail"  # a coded remark of the document that FHIR has no field for: code, value, absent
)
COMMENT = "urn:carnet:cda:comment"
ABOUT = "urn:carnet:cda:about"  # the fact under which this one stood in the document

_TEXT_FIELD = {"DiagnosticReport": "conclusion", "DocumentReference": "description"}
_NO_NOTE = frozenset(("AdverseEvent", "Encounter", "ImmunizationRecommendation", "Device"))
_REASONED = frozenset(
    [
        "MedicationStatement",
        "MedicationRequest",
        "Procedure",
        "Immunization",
        "ServiceRequest",
        "Encounter",
        "DeviceUseStatement",
        "DeviceRequest",
    ]
)


def read_below(
    ctx: Context, element: Element, resource: Resource, own: Mapping[str, Piece] | None = None
) -> None:
    """Give each statement under `element` to the piece that knows its role, else read it as a fact of its own."""
    for relation, below in statements_under(element):
        if below in ctx.fates:
            continue
        role = role_of(below) or ""
        piece = (own or {}).get(role) or _SHARED.get(role)
        if piece:
            piece(ctx, below, resource)
            continue
        made = ctx.read(below)
        if made is not None and made is not resource:
            join(resource, made, relation)


def add_note(resource: Resource, text: str, who: Resource | None = None) -> None:
    """Add words to the resource, where its type keeps them."""
    kind = resource["resourceType"]
    if not text:
        return
    if kind in _TEXT_FIELD:
        resource[_TEXT_FIELD[kind]] = "\n".join(filter(None, [resource.get(_TEXT_FIELD[kind]), text]))
    elif kind in _NO_NOTE:
        resource.setdefault("extension", []).append({"url": COMMENT, "valueString": text})
    else:
        note: dict[str, Any] = {"authorReference": who} if who else {}
        resource.setdefault("note", []).append(note | {"text": text})


def comment(ctx: Context, element: Element, resource: Resource) -> None:
    who = agent(ctx, child(element, "author", "assignedAuthor"))
    add_note(resource, ctx.statement_text(element), who)
    ctx.part_of(element, resource)


def detail(ctx: Context, element: Element, resource: Resource) -> None:
    """A coded remark kept beside the resource: what it is, its value, or that it is absent."""
    what = concept(child(element, "code"), ctx.text)
    found = [each for v in children(element, "value") if (each := value(v, ctx.text)) is not None]
    if not what or len(found) != len(children(element, "value")):
        ctx.give_up(element, "Précision sans code, ou d'un type de valeur inconnu.")
        return
    inside: list[dict[str, Any]] = [{"url": "code", "valueCodeableConcept": what}]
    inside += [{"url": "value", **each} for each in found if each]
    if attribute(element, "negationInd") == "true":
        inside.append({"url": "absent", "valueBoolean": True})
    if len(inside) == 1 and ctx.statement_text(element):
        inside.append({"url": "value", "valueString": ctx.statement_text(element)})
    resource.setdefault("extension", []).append({"url": DETAIL, "extension": inside})
    ctx.part_of(element, resource)
    read_below(ctx, element, resource, {"observation": detail})


def reason(ctx: Context, element: Element, resource: Resource) -> None:
    """A reference to another entry: the reason of the parent when the relation says so, else a remark."""
    why = concept(child(element, "code"), ctx.text)
    relation = element.getparent()
    is_reason = attribute(relation, "typeCode") in ("RSON", None)
    if is_reason and resource["resourceType"] in _REASONED:
        if why:
            resource.setdefault("reasonCode", []).append(why)
        ctx.link_later(resource, "reasonReference", element, code_set(why))
    elif why:
        inside = [{"url": "code", "valueCodeableConcept": why}]
        resource.setdefault("extension", []).append({"url": DETAIL, "extension": inside})
    ctx.settle(element, "part_of", reference(resource))
    read_below(ctx, element, resource)


def external(ctx: Context, element: Element, resource: Resource) -> None:
    """A document of elsewhere, by its name or number: said in words, never followed."""
    outside = child(element, "reference", "externalDocument")
    number = next((found for e in children(outside, "id") if (found := document_id(e))), None)
    said = ctx.statement_text(element) or ctx.text(child(outside, "text"))
    words = " ".join(filter(None, [said, f"({number})" if number else None]))
    if not words:
        ctx.give_up(element, "Référence à un document extérieur, sans nom ni numéro.")
        return
    add_note(resource, f"Document cité : {words}")
    ctx.part_of(element, resource)


def region(ctx: Context, element: Element, resource: Resource) -> None:
    ctx.give_up(element, "Zone d'une image : à voir dans le document.")


_SHARED: dict[str, Piece] = {
    "comment": comment,
    "internal_reference": reason,
    "external_reference": external,
    "patient_instruction": comment,
    "pharmacist_instruction": comment,
    "severity": detail,
    "health_status": detail,
    "clinical_status": detail,
    "certainty": detail,
    "criticality": detail,
    "age": detail,
    "prescription_flag": detail,
    "attachment_type": detail,
    "region": region,
}


def belongs(element: Element) -> bool:
    """Whether a statement only says something of the one above it (a comment, a status…)."""
    return role_of(element) in _SHARED


def join(resource: Resource, made: Resource, relation: Element) -> None:
    """Link a fact of its own to the fact under which it stood."""
    above, below, link = resource["resourceType"], made["resourceType"], {"reference": reference(made)}
    member = name(relation) == "component" or attribute(relation, "typeCode") == "COMP"
    if above == "DiagnosticReport" and below in _REPORT_FIELD:
        _append(resource, _REPORT_FIELD[below], link)
    elif above == "DiagnosticReport" and below == "Media":
        _append(resource, "media", {"link": link})
    elif above == "Observation" and below in ("Media", "DocumentReference"):
        _append(resource, "derivedFrom", link)
    elif above == below == "Observation" and member:
        _append(resource, "hasMember", link)
    elif below == "Observation":
        _append(made, "focus", {"reference": reference(resource)})
    elif above == below == "Procedure":
        _append(made, "partOf", {"reference": reference(resource)})
    else:
        _append(made, "extension", {"url": ABOUT, "valueReference": {"reference": reference(resource)}})


_REPORT_FIELD = {"Observation": "result", "Specimen": "specimen"}


def _append(resource: Resource, field: str, what: dict[str, Any]) -> None:
    if what not in resource.setdefault(field, []):
        resource[field].append(what)
