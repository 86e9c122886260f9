"""Vaccinations: given, not given, planned. A vaccine that was only dispensed is a dispensation: it proves no
vaccination."""

from __future__ import annotations

from typing import Any

from carnet.documents.cda.context import Context, Resource, reference
from carnet.documents.cda.dates import day, timestamp, when
from carnet.documents.cda.elements import Element, attribute, child, identifiers, plain, statements_under
from carnet.documents.cda.entries.below import DETAIL, Piece, detail, read_below
from carnet.documents.cda.entries.problem import problem_concept
from carnet.documents.cda.entries.product import product
from carnet.documents.cda.people import author, performers, person_only
from carnet.documents.cda.roles import role_of
from carnet.documents.cda.values import concept, quantity, value
from carnet.fhir.codes import LOINC

_ABSENT_OID = "2.16.840.1.113883.5.1150.1"
_FORECAST = "http://terminology.hl7.org/CodeSystem/immunization-recommendation-status"


def immunization(ctx: Context, element: Element) -> Resource | None:
    mood = attribute(element, "moodCode") or "EVN"
    if mood != "EVN":
        return plan(ctx, element)
    code = child(element, "code")
    absence = concept(code, ctx.text) if attribute(code, "codeSystem") == _ABSENT_OID else {}
    what = absence or product(ctx, element)
    if not what:
        ctx.give_up(element, "Vaccination sans nom ni code de vaccin.")
        return None
    given = when(child(element, "effectiveTime"))
    if not given and not absence and _only_dispensed(element):
        return _dispensed(ctx, element)
    return _given(ctx, element, what, given, absent=bool(absence))


def _only_dispensed(element: Element) -> bool:
    return any(role_of(below) == "dispense" for _, below in statements_under(element))


def _dispensed(ctx: Context, element: Element) -> Resource | None:
    supply = next(below for _, below in statements_under(element) if role_of(below) == "dispense")
    made = ctx.read(supply)
    if made is None:
        ctx.give_up(element, "Vaccin délivré, sans date de vaccination ni dispensation lisible.")
        return None
    ctx.part_of(
        element, made, "Vaccin délivré, sans date d'administration : ce n'est pas une preuve de vaccination."
    )
    read_below(ctx, element, made, {"observation": detail, "dose_number": detail})
    return made


def _given(ctx: Context, element: Element, what: Resource, given: str | None, absent: bool) -> Resource:
    who, at = author(ctx, element)
    material = child(element, "consumable", "manufacturedProduct", "manufacturedMaterial")
    refused = attribute(element, "negationInd") == "true" or absent
    made = ctx.create(
        element,
        "Immunization",
        {
            "identifier": identifiers(element),
            "status": "not-done" if refused else "completed",
            "vaccineCode": what,
            **({"occurrenceDateTime": given} if given else {"occurrenceString": "Date inconnue"}),
            "recorded": timestamp(attribute(at, "value")),
            "lotNumber": plain(child(material, "lotNumberText")),
            "expirationDate": day(attribute(child(material, "expirationTime"), "value")),
            "site": concept(child(element, "approachSiteCode"), ctx.text),
            "route": concept(child(element, "routeCode"), ctx.text),
            "doseQuantity": quantity(child(element, "doseQuantity")),
            "performer": [{"actor": each} for each in performers(ctx, element)],
        },
    )
    if not made.get("performer") and person_only(who) and child(element, "author") is not None:
        made["performer"] = [{"actor": who}]
    _kind(ctx, element, made)
    read_below(ctx, element, made, _PIECES)
    return made


def _kind(ctx: Context, element: Element, made: Resource) -> None:
    """First series, booster…: kept as a remark, because FHIR only takes it beside a dose number."""
    code = child(element, "code")
    found = concept(code, ctx.text)
    if found and attribute(code, "codeSystem") != _ABSENT_OID:
        inside = [{"url": "code", "valueCodeableConcept": found}]
        made.setdefault("extension", []).append({"url": DETAIL, "extension": inside})


def _dose_number(ctx: Context, element: Element, made: Resource) -> None:
    written = child(element, "value")
    found = (value(written, ctx.text) if written is not None else None) or {}
    rank = found.get("valueInteger")
    said = found.get("valueString") or (None if rank is None else str(rank))
    if said is None or "protocolApplied" in made:
        detail(ctx, element, made)
        return
    dose: dict[str, Any] = (
        {"doseNumberPositiveInt": rank} if rank and rank > 0 else {"doseNumberString": said}
    )
    made["protocolApplied"] = [dose]
    ctx.part_of(element, made)
    read_below(ctx, element, made)


def _reaction(ctx: Context, element: Element, made: Resource) -> None:
    """A reaction is an Observation of the patient; a negated one is said in words."""
    what = problem_concept(ctx, element)
    if not what or attribute(element, "negationInd") == "true":
        ctx.give_up(element, "Réaction vaccinale niée ou sans libellé : lire le texte du document.")
        return
    seen = when(child(element, "effectiveTime"))
    observed = ctx.create(
        element,
        "Observation",
        {
            "identifier": identifiers(element),
            "status": "final",
            "code": concept(child(element, "code"), ctx.text) or {"text": "Réaction observée"},
            "effectiveDateTime": seen,
            "valueCodeableConcept": what,
        },
    )
    reaction: dict[str, Any] = {"detail": {"reference": reference(observed)}}
    made.setdefault("reaction", []).append(reaction | ({"date": seen} if seen else {}))
    read_below(ctx, element, observed)


def plan(ctx: Context, element: Element) -> Resource | None:
    """A vaccination to do: an ImmunizationRecommendation."""
    what = product(ctx, element)
    if not what or not ctx.created or attribute(element, "negationInd") == "true":
        ctx.give_up(element, "Vaccination à prévoir, niée ou sans nom de vaccin.")
        return None
    made = ctx.create(
        element,
        "ImmunizationRecommendation",
        {
            "identifier": identifiers(element),
            "date": ctx.created,
            "recommendation": [
                {
                    "vaccineCode": [what],
                    "forecastStatus": {"coding": [{"system": _FORECAST, "code": "due"}]},
                }
                | _dates(child(element, "effectiveTime"))
            ],
        },
    )
    read_below(ctx, element, made, {"dose_number": detail, "observation": detail})
    return made


def _dates(element: Element | None) -> Resource:
    """Due date, or earliest and latest dates (LOINC)."""
    pairs = (
        ("30980-7", timestamp(attribute(element, "value"))),
        ("30981-5", timestamp(attribute(child(element, "low"), "value"))),
        ("59777-3", timestamp(attribute(child(element, "high"), "value"))),
    )
    found = [
        {"code": {"coding": [{"system": LOINC, "code": code}]}, "value": date} for code, date in pairs if date
    ]
    return {"dateCriterion": found} if found else {}


_PIECES: dict[str, Piece] = {"dose_number": _dose_number, "problem": _reaction, "observation": detail}
