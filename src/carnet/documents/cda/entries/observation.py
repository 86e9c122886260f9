"""Observations of every kind: value, reference range, interpretation, method, with the category of their template.
A negated observation is not turned into its contrary: it is left for a person to read."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from carnet.documents.cda.context import Context, Resource, reference
from carnet.documents.cda.dates import moment
from carnet.documents.cda.elements import (
    Element,
    attribute,
    child,
    children,
    identifiers,
    name,
    statements_under,
    token,
    xsi_type,
)
from carnet.documents.cda.entries.below import Piece, belongs, join, read_below
from carnet.documents.cda.entries.media import keep_media
from carnet.documents.cda.people import agent, performers, unique
from carnet.documents.cda.values import absent, bounds, concept, quantity, value
from carnet.fhir.codes import OBSERVATION_CATEGORY
from carnet.fhir.folding import fold

_STATUSES = {
    "completed": "final",
    "active": "preliminary",
    "new": "registered",
    "held": "registered",
    "suspended": "registered",
    "aborted": "cancelled",
    "cancelled": "cancelled",
    "nullified": "entered-in-error",
    "obsolete": "entered-in-error",
}
_IMAGING = "18748-4"  # LOINC, diagnostic imaging study
SEQUEL = "http://hl7.org/fhir/StructureDefinition/observation-sequelTo"


def observation(ctx: Context, element: Element) -> Resource | None:
    return read_observation(ctx, element, None)


def social_history(ctx: Context, element: Element) -> Resource | None:
    return read_observation(ctx, element, "social-history")


def functional_status(ctx: Context, element: Element) -> Resource | None:
    return read_observation(ctx, element, "survey")


def laboratory_result(ctx: Context, element: Element) -> Resource | None:
    return read_observation(ctx, element, result_category(element), {"observation": previous_result})


def result_category(element: Element) -> str:
    """Results of imaging stand in the same kind of organizer as those of the laboratory, under their own code."""
    own = attribute(child(element, "code"), "code")
    around = [attribute(child(e, "code"), "code") for e in element.iterancestors("{*}organizer")]
    return "imaging" if _IMAGING in (own, *around) else "laboratory"


def read_observation(
    ctx: Context, element: Element, category: str | None, pieces: dict[str, Piece] | None = None
) -> Resource | None:
    """An Observation, None (and a reason) when code or value cannot be understood."""
    code = concept(child(element, "code"), ctx.text) or _words(ctx, element)
    if not code:
        ctx.give_up(element, "Observation sans code ni libellé.")
        return None
    if attribute(element, "negationInd") == "true":
        ctx.give_up(element, "Observation niée : le sens exact est à lire dans le document.")
        return None
    read = _values(ctx, element)
    if read is None:
        ctx.give_up(element, f"Valeur d'un type ou d'une forme inconnus ({_types(element)}).")
        return None
    code, read = _well_named(code, read)
    made = ctx.create(element, "Observation", fields(ctx, element, category, code) | read)
    _keep_file(ctx, element, made)
    read_below(ctx, element, made, pieces)
    return made


def _well_named(code: Resource, read: Resource) -> tuple[Resource, Resource]:
    """Writers point the words of the test at the cell of its value, or those of the value at the cell of the test:
    then the words of the codes stand."""
    amount, answer = read.get("valueQuantity", {}).get("value"), read.get("valueCodeableConcept")
    label = str(code.get("text", ""))
    found = _MEASURE.fullmatch(label)
    if found and amount is not None and Decimal(found[1].replace(",", ".")) == amount:
        code = _in_words_of_its_code(code)
    if answer and answer.get("text") and fold(label).startswith(fold(str(answer["text"]))):
        read = read | {"valueCodeableConcept": _in_words_of_its_code(answer)}
    return code, read


_MEASURE = re.compile(r"[<>≤≥=\s]*(\d{1,12}(?:[.,]\d{1,12})?)\s*[^\s\d-]{0,16}")


def _in_words_of_its_code(said: Resource) -> Resource:
    words = next((one["display"] for one in said.get("coding", []) if one.get("display")), "")
    return said | {"text": words} if words else said


def fields(ctx: Context, element: Element, category: str | None, code: dict[str, Any]) -> Resource:
    """All of an Observation but its value."""
    sites = [site for e in children(element, "targetSiteCode") if (site := concept(e, ctx.text))]
    return {
        "identifier": identifiers(element),
        "status": status(element),
        "category": [{"coding": [{"system": OBSERVATION_CATEGORY, "code": category}]}] if category else None,
        "code": code,
        **effective(element),
        "performer": _performers(ctx, element),
        "interpretation": [
            found for e in children(element, "interpretationCode") if (found := concept(e, ctx.text))
        ],
        "bodySite": sites[0] if sites else None,
        "method": next((m for e in children(element, "methodCode") if (m := concept(e, ctx.text))), None),
        "device": _device(ctx, element),
        "referenceRange": [
            found for e in children(element, "referenceRange") if (found := reference_range(ctx, e))
        ],
    }


def status(element: Element) -> str:
    return _STATUSES.get(attribute(child(element, "statusCode"), "code") or "", "unknown")


def effective(element: Element) -> Resource:
    """When it was observed: its own time, else the one of the organizer directly around it."""
    own = moment(child(element, "effectiveTime"), "effective")
    relation = element.getparent()
    around = relation.getparent() if relation is not None else None
    if own or around is None or name(around) != "organizer":
        return own
    return moment(child(around, "effectiveTime"), "effective")


def _words(ctx: Context, element: Element) -> dict[str, Any]:
    said = ctx.statement_text(element)
    return {"text": said} if said else {}


def _types(element: Element) -> str:
    return ", ".join(
        token(xsi_type(each)) if xsi_type(each) else "sans type" for each in children(element, "value")
    )


def _values(ctx: Context, element: Element) -> Resource | None:
    """`value[x]`, `dataAbsentReason`, or one component per value when there are several. None: not readable."""
    written = [each for each in children(element, "value") if attribute(each, "representation") != "B64"]
    read = [value(each, ctx.text) for each in written]
    if any(each is None for each in read):
        return None
    if len(read) > 1:
        code = concept(child(element, "code"), ctx.text) or _words(ctx, element)
        return {"component": [{"code": code, **each} for each in read if each]}
    if read and read[0]:
        return dict(read[0])
    reason = absent(written[0]) if written else {}
    return {"dataAbsentReason": reason} if reason else {}


def _performers(ctx: Context, element: Element) -> list[Resource]:
    found = performers(ctx, element)
    for each in children(element, "participant"):
        if attribute(each, "typeCode") == "AUTHEN":
            found += [who for who in [agent(ctx, child(each, "participantRole"))] if who]
    return unique(found)


def _device(ctx: Context, element: Element) -> Resource | None:
    for each in children(element, "participant"):
        said = concept(child(each, "participantRole", "playingDevice", "code"), ctx.text).get("text")
        if said:
            return {"display": said}
    return None


def reference_range(ctx: Context, element: Element) -> Resource:
    """Low, high, words, and what kind of range it is when it is not the normal one. {} when nothing is said."""
    inside = child(element, "observationRange")
    written = child(inside, "value")
    low, high = bounds(written)
    single = quantity(written)
    said = ctx.text(child(inside, "text"))
    if not (low or high) and written is not None:
        read = value(written, ctx.text) or {}
        said = said or str(read.get("valueString") or read.get("valueCodeableConcept", {}).get("text") or "")
    kind = concept(child(inside, "interpretationCode"), ctx.text)
    normal = any(c.get("code") == "N" for c in kind.get("coding", []))
    found = {"low": low, "high": high, "text": said or (_plain_quantity(single) if single else "")}
    found = {key: each for key, each in found.items() if each}
    return found | ({"type": kind} if found and kind and not normal else {})


def _plain_quantity(found: dict[str, Any]) -> str:
    return " ".join(filter(None, [str(found["value"]), found.get("unit")]))


def _keep_file(ctx: Context, element: Element, made: Resource) -> None:
    """A value that is a whole file (ED in base64) is kept as one."""
    for each in children(element, "value"):
        if attribute(each, "representation") == "B64":
            file = keep_media(ctx, element, each, made["code"].get("text", ""))
            if file:
                join(made, file, each)


def previous_result(ctx: Context, element: Element, made: Resource) -> None:
    """An earlier result of the same test: a fact of its own, to which the present one is the sequel."""
    earlier = ctx.read(element)
    relation = element.getparent()
    if earlier is None or relation is None:
        return
    if attribute(relation, "typeCode") == "REFR" and earlier["resourceType"] == "Observation":
        category = made.get("category")
        if category:
            earlier.setdefault("category", category)
        made.setdefault("extension", []).append(
            {"url": SEQUEL, "valueReference": {"reference": reference(earlier)}}
        )
    else:
        join(made, earlier, relation)


def panel(ctx: Context, element: Element) -> Resource | None:
    """An organizer of unknown kind: an Observation without value that holds its members, when it has a name; else
    its members stand for themselves."""
    return read_panel(ctx, element, None)


def read_panel(ctx: Context, element: Element, category: str | None) -> Resource | None:
    code = concept(child(element, "code"), ctx.text)
    if code:
        made = ctx.create(element, "Observation", fields(ctx, element, category, code))
        read_below(ctx, element, made)
        return made
    return members_only(ctx, element)


def members_only(ctx: Context, element: Element) -> Resource | None:
    """An organizer without a name of its own: each member stands for itself, the organizer belongs to the first."""
    below = [each for _, each in statements_under(element) if each not in ctx.fates and not belongs(each)]
    made = [found for each in below if (found := ctx.read(each))]
    if not made:
        ctx.give_up(element, "Regroupement sans libellé et sans élément lisible.")
        return None
    ctx.part_of(element, made[0])
    read_below(ctx, element, made[0])
    return made[0]
