"""Problems, diagnoses, symptoms: Condition. A negated problem is a refuted Condition, never an active one; "no known
problem" and "no information on problems" are two different facts."""

from __future__ import annotations

from typing import Any

from carnet.documents.cda.context import Context, Resource, reference
from carnet.documents.cda.dates import period, timestamp
from carnet.documents.cda.elements import (
    Element,
    attribute,
    child,
    children,
    identifiers,
    name,
    statements_under,
)
from carnet.documents.cda.entries.below import Piece, add_note, detail, read_below
from carnet.documents.cda.people import author, person_only
from carnet.documents.cda.roles import role_of
from carnet.documents.cda.values import concept, quantity, value
from carnet.fhir.codes import CONDITION_CATEGORY, CONDITION_CLINICAL, CONDITION_VERIFICATION

ABSENT_UNKNOWN = "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips"
_LIST_SECTIONS = frozenset(("11450-4", "11348-0"))
_CLINICAL = frozenset(("active", "recurrence", "relapse", "inactive", "remission", "resolved"))
_VERIFICATION = frozenset(
    ("unconfirmed", "provisional", "differential", "confirmed", "refuted", "entered-in-error")
)
_CONCERN = {"active": "active", "suspended": "inactive", "aborted": "inactive", "completed": "inactive"}


def concern(ctx: Context, element: Element) -> Resource | None:
    """The act around one or several problems: it has no resource of its own, its status is theirs."""
    first: Resource | None = None
    for _, below in statements_under(element):
        if below not in ctx.fates and role_of(below) in ("problem", "allergy"):
            made = ctx.read(below)
            first = first or made
    if first is None:
        ctx.give_up(element, "Aucun problème lisible dans cet élément.")
        return None
    ctx.part_of(element, first)
    read_below(ctx, element, first)
    return first


def problem(ctx: Context, element: Element) -> Resource | None:
    said = problem_concept(ctx, element)
    if not said:
        ctx.give_up(element, "Problème sans libellé ni code.")
        return None
    who, when = author(ctx, element)
    made = ctx.create(
        element,
        "Condition",
        {
            "identifier": identifiers(element),
            "category": _category(ctx, element),
            "code": said,
            "bodySite": [site for e in children(element, "targetSiteCode") if (site := concept(e, ctx.text))],
            "recorder": person_only(who),
            "recordedDate": timestamp(attribute(when, "value")),
        },
    )
    _onset(element, made)
    read_below(ctx, element, made, _PIECES)
    _settle_status(ctx, element, made)
    return made


def problem_concept(ctx: Context, element: Element) -> dict[str, Any]:
    """What the problem is: its coded value, its words, {} when nothing says it."""
    found = child(element, "value")
    read = value(found, ctx.text) if found is not None else {}
    read = read or {}
    if "valueCodeableConcept" in read:
        return dict(read["valueCodeableConcept"])
    text = str(read.get("valueString") or ctx.statement_text(element))
    return {"text": text} if text else {}


def _category(ctx: Context, element: Element) -> list[dict[str, Any]]:
    """problem-list-item in the sections that list problems, with the document's own word for the kind."""
    listed = ctx.in_sections(element, _LIST_SECTIONS) and attribute(element, "negationInd") != "true"
    own = concept(child(element, "code"), ctx.text)
    found = [{"coding": [{"system": CONDITION_CATEGORY, "code": "problem-list-item"}]}] if listed else []
    return found + ([own] if own else [])


def _onset(element: Element, made: Resource) -> None:
    when = child(element, "effectiveTime")
    span = period(when)
    start = span.get("start") or timestamp(attribute(when, "value"))
    if start:
        made["onsetDateTime"] = start
    if "end" in span:
        made["abatementDateTime"] = span["end"]


def _settle_status(ctx: Context, element: Element, made: Resource) -> None:
    """Refuted when negated; else the status that the document states, else the one that its concern implies. An
    end date beside an active status is kept in words: both are what the author wrote."""
    absent = any(c.get("system") == ABSENT_UNKNOWN for c in made["code"].get("coding", []))
    if attribute(element, "negationInd") == "true" and not absent:
        made["verificationStatus"] = coded(CONDITION_VERIFICATION, "refuted")
        made.pop("clinicalStatus", None)
        made.pop("abatementDateTime", None)
        return
    if absent:
        made.pop("abatementDateTime", None)
        made["clinicalStatus"] = coded(CONDITION_CLINICAL, "active")
        return
    if "clinicalStatus" not in made:
        status = _implied_status(element, made)
        if status:
            made["clinicalStatus"] = coded(CONDITION_CLINICAL, status)
    stated = made.get("clinicalStatus", {}).get("coding", [{}])[0].get("code")
    if stated is None:
        _off_the_list(made)
    if "abatementDateTime" in made and stated in ("active", "recurrence", "relapse"):
        add_note(made, f"Fin notée dans le document : {made.pop('abatementDateTime')}")


def _off_the_list(made: Resource) -> None:
    """FHIR wants a clinical status on a list item (con-3): without one the problem is kept, off the list."""
    made["category"] = [each for each in made.get("category", []) if not _is_list_item(each)]
    if not made["category"]:
        del made["category"]


def _is_list_item(category: dict[str, Any]) -> bool:
    return any(each.get("code") == "problem-list-item" for each in category.get("coding", []))


def _implied_status(element: Element, made: Resource) -> str | None:
    if "abatementDateTime" in made:
        return "resolved"
    around = element.getparent()
    around = around.getparent() if around is not None else None
    if around is None or name(around) != "act":
        return None
    return _CONCERN.get(attribute(child(around, "statusCode"), "code") or "")


def coded(system: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}]}


def _clinical_status(ctx: Context, element: Element, made: Resource) -> None:
    code = attribute(child(element, "value"), "code")
    if code not in _CLINICAL or "clinicalStatus" in made:
        detail(ctx, element, made)
        return
    made["clinicalStatus"] = coded(CONDITION_CLINICAL, code)
    ctx.part_of(element, made)
    read_below(ctx, element, made)


def _certainty(ctx: Context, element: Element, made: Resource) -> None:
    code = attribute(child(element, "value"), "code")
    if code not in _VERIFICATION or code == "entered-in-error" or "verificationStatus" in made:
        detail(ctx, element, made)
        return
    made["verificationStatus"] = coded(CONDITION_VERIFICATION, code)
    ctx.part_of(element, made)
    read_below(ctx, element, made)


def _severity(ctx: Context, element: Element, made: Resource) -> None:
    found = concept(child(element, "value"), ctx.text)
    if not found or "severity" in made:
        detail(ctx, element, made)
        return
    made["severity"] = found
    ctx.part_of(element, made)
    read_below(ctx, element, made)


def age(ctx: Context, element: Element, made: Resource) -> None:
    """The age of onset, when no date says better."""
    found = quantity(child(element, "value"))
    if not found or "onsetDateTime" in made or "code" not in found:
        detail(ctx, element, made)
        return
    made["onsetAge"] = found
    ctx.settle(element, "part_of", reference(made))
    read_below(ctx, element, made)


_PIECES: dict[str, Piece] = {
    "clinical_status": _clinical_status,
    "certainty": _certainty,
    "severity": _severity,
    "age": age,
}
