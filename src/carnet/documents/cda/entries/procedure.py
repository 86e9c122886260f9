"""Procedures done, not done, planned; acts of care; encounters; requests for an examination or a follow-up."""

from __future__ import annotations

from carnet.documents.cda.context import Context, Resource
from carnet.documents.cda.dates import moment, timestamp, when
from carnet.documents.cda.elements import Element, attribute, child, children, identifiers, plain
from carnet.documents.cda.entries.below import add_note, read_below
from carnet.documents.cda.people import author, organization, performers, person_only
from carnet.documents.cda.values import NULL_FLAVOR, concept, value
from carnet.fhir.codes import ACT_CODE

_INTENTS = {
    "INT": "plan",
    "RQO": "order",
    "PRP": "proposal",
    "PRMS": "plan",
    "ARQ": "plan",
    "APT": "plan",
    "GOL": "proposal",
}
_REQUEST_STATUS = {"completed": "completed", "active": "active", "new": "active", "cancelled": "revoked", "aborted": "revoked", "suspended": "on-hold", "held": "on-hold", "nullified": "entered-in-error"}  # fmt: skip
_PRIORITIES = {"UR": "urgent", "A": "asap", "S": "stat", "EM": "stat", "R": "routine"}
_ENCOUNTER_CLASSES = frozenset(
    ("AMB", "IMP", "EMER", "HH", "VR", "ACUTE", "NONAC", "SS", "FLD", "OBSENC", "PRENC")
)
_ABSENT_OID = "2.16.840.1.113883.5.1150.1"


def procedure(ctx: Context, element: Element) -> Resource | None:
    mood = attribute(element, "moodCode") or "EVN"
    if mood in _INTENTS:
        return request(ctx, element)
    code = concept(child(element, "code"), ctx.text) or _words(ctx, element)
    if not code or mood != "EVN":
        ctx.give_up(element, "Acte sans libellé ni code, ou dans un mode inconnu.")
        return None
    who, _ = author(ctx, element)
    made = ctx.create(
        element,
        "Procedure",
        {
            "identifier": identifiers(element),
            "status": _status(ctx, element),
            "code": code,
            **moment(child(element, "effectiveTime"), "performed"),
            "recorder": person_only(who) if child(element, "author") is not None else None,
            "performer": [{"actor": each} for each in performers(ctx, element)],
            "bodySite": [s for e in children(element, "targetSiteCode") if (s := concept(e, ctx.text))],
        },
    )
    _how(ctx, element, made)
    read_below(ctx, element, made)
    return made


def _status(ctx: Context, element: Element) -> str:
    """Done, not done, under way; an active act dated after the document has not begun."""
    if attribute(child(element, "code"), "codeSystem") == _ABSENT_OID:
        return "unknown"
    if attribute(element, "negationInd") == "true":
        return "not-done"
    code = attribute(child(element, "statusCode"), "code") or ""
    known = {
        "completed": "completed",
        "cancelled": "not-done",
        "aborted": "stopped",
        "suspended": "on-hold",
        "nullified": "entered-in-error",
    }
    if code != "active":
        return known.get(code, "unknown")
    planned = when(child(element, "effectiveTime"))
    return "preparation" if planned and ctx.created and planned[:10] > ctx.created[:10] else "in-progress"


def _how(ctx: Context, element: Element, made: Resource) -> None:
    """Approach, method and priority have no field in Procedure: said in words."""
    for step, label in (
        ("approachSiteCode", "Voie d'abord"),
        ("methodCode", "Méthode"),
        ("priorityCode", "Priorité"),
    ):
        for each in children(element, step):
            said = concept(each, ctx.text).get("text")
            add_note(made, f"{label} : {said}" if said else "")


def _words(ctx: Context, element: Element) -> Resource:
    said = ctx.statement_text(element)
    return {"text": said} if said else {}


def act(ctx: Context, element: Element) -> Resource | None:
    """An act of care of a known kind (transport, transfer, imaging study)."""
    return procedure(ctx, element)


def coverage(ctx: Context, element: Element) -> Resource | None:
    ctx.give_up(element, "Couverture sociale : donnée administrative, à lire dans le document.")
    return None


def request(ctx: Context, element: Element) -> Resource | None:
    """Something to be done: ServiceRequest."""
    mood = attribute(element, "moodCode") or "EVN"
    code = concept(child(element, "code"), ctx.text) or _words(ctx, element)
    if not code or mood not in _INTENTS:
        ctx.give_up(element, "Demande sans libellé ni code, ou dans un mode inconnu.")
        return None
    who, at = author(ctx, element)
    sites = [s for e in children(element, "targetSiteCode") if (s := concept(e, ctx.text))]
    made = ctx.create(
        element,
        "ServiceRequest",
        {
            "identifier": identifiers(element),
            "status": _REQUEST_STATUS.get(
                attribute(child(element, "statusCode"), "code") or "active", "unknown"
            ),
            "intent": _INTENTS[mood],
            "priority": _PRIORITIES.get(attribute(child(element, "priorityCode"), "code") or ""),
            "doNotPerform": True if attribute(element, "negationInd") == "true" else None,
            "code": code,
            **_occurrence(element),
            "authoredOn": timestamp(attribute(at, "value")) or ctx.created,
            "requester": who,
            "performer": performers(ctx, element),
            "locationCode": [{"text": each["location"]["display"]} for each in _locations(element)],
            "bodySite": sites,
        },
    )
    _said(ctx, element, made)
    read_below(ctx, element, made)
    return made


def _occurrence(element: Element) -> Resource:
    return moment(child(element, "effectiveTime"), "occurrence")


def _said(ctx: Context, element: Element, made: Resource) -> None:
    """The value of a request says what is asked, in words or codes; its priority and method in words."""
    for each in children(element, "value"):
        read = value(each, ctx.text) or {}
        asked = read.get("valueCodeableConcept")
        if asked:
            made.setdefault("orderDetail", []).append(asked)
        else:
            add_note(made, _in_words(read))
    for step, label in (("priorityCode", "Priorité"), ("methodCode", "Méthode")):
        said = concept(child(element, step), ctx.text).get("text")
        add_note(made, f"{label} : {said}" if said else "")


def _in_words(read: Resource) -> str:
    for found in read.values():
        if isinstance(found, dict):
            return " ".join(
                str(found[k]) for k in ("comparator", "value", "unit", "start", "end") if k in found
            )
        if isinstance(found, bool):
            return "oui" if found else "non"
        return str(found)
    return ""


def encounter(ctx: Context, element: Element) -> Resource | None:
    if (attribute(element, "moodCode") or "EVN") != "EVN":
        return request(ctx, element)
    code = concept(child(element, "code"), ctx.text)
    said = attribute(child(element, "code"), "code") or ""
    known = (
        said in _ENCOUNTER_CLASSES
        and attribute(child(element, "code"), "codeSystem") == "2.16.840.1.113883.5.4"
    )
    found = moment(child(element, "effectiveTime"), "at")
    span = found.get("atPeriod") or ({"start": found["atDateTime"]} if found else {})
    made = ctx.create(
        element,
        "Encounter",
        {
            "identifier": identifiers(element),
            "status": _encounter_status(element, span),
            "class": {"system": ACT_CODE, "code": said} if known else {"system": NULL_FLAVOR, "code": "UNK"},
            "type": [code] if code else None,
            "period": span,
            "participant": [{"individual": who} for who in performers(ctx, element) if person_only(who)],
            "location": _locations(element),
            "serviceProvider": _provider(ctx, element),
        },
    )
    read_below(ctx, element, made)
    return made


def _encounter_status(element: Element, span: Resource) -> str:
    known = {
        "completed": "finished",
        "active": "in-progress",
        "cancelled": "cancelled",
        "aborted": "cancelled",
    }
    code = attribute(child(element, "statusCode"), "code") or ""
    point = attribute(child(element, "effectiveTime"), "value")
    return known.get(code) or ("finished" if "end" in span or point else "unknown")


def _locations(element: Element) -> list[Resource]:
    found = []
    for each in children(element, "participant"):
        said = plain(child(each, "participantRole", "playingEntity", "name"))
        if attribute(each, "typeCode") == "LOC" and said:
            found.append({"location": {"display": said}})
    return found


def _provider(ctx: Context, element: Element) -> Resource | None:
    for each in children(element, "performer"):
        found = organization(ctx, child(each, "assignedEntity"))
        if found:
            return found
    return None
