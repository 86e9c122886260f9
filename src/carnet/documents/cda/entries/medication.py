"""Medicines: what the patient takes (MedicationStatement), what is prescribed (MedicationRequest). The status is read
from dates and section, never from today."""

from __future__ import annotations

from carnet.documents.cda.context import Context, Resource
from carnet.documents.cda.dates import timestamp
from carnet.documents.cda.elements import Element, attribute, child, children, identifiers, token
from carnet.documents.cda.entries.below import Piece, add_note, detail, read_below
from carnet.documents.cda.entries.dosage import dosages, treatment_period
from carnet.documents.cda.entries.product import product, product_details
from carnet.documents.cda.people import author, person_only
from carnet.documents.cda.values import concept, quantity

_ABSENT_OID = "2.16.840.1.113883.5.1150.1"
_CURRENT = frozenset(("10160-0", "10183-2", "18776-5", "19009-0"))
_STOPPED = frozenset(("18610-6",))  # given or stopped during the stay
_INTENTS = {
    "INT": "plan",
    "RQO": "order",
    "PRP": "proposal",
    "PRMS": "plan",
    "ARQ": "plan",
    "GOL": "proposal",
}
_PRESCRIPTION = "1.2.250.1.213.1.1.3.83"


def medication(ctx: Context, element: Element) -> Resource | None:
    mood = attribute(element, "moodCode") or "EVN"
    if mood == "EVN":
        return _statement(ctx, element)
    if mood in _INTENTS:
        return _request(ctx, element, _INTENTS[mood])
    ctx.give_up(element, f"Médicament dans un mode inconnu ({token(mood)}).")
    return None


def _statement(ctx: Context, element: Element) -> Resource | None:
    what = _declared_absence(ctx, element) or product(ctx, element)
    if not what:
        ctx.give_up(element, "Médicament sans nom ni code.")
        return None
    who, _ = author(ctx, element)
    made = ctx.create(
        element,
        "MedicationStatement",
        {
            "extension": product_details(ctx, element),
            "identifier": identifiers(element),
            "status": _status(ctx, element),
            "medicationCodeableConcept": what,
            "effectivePeriod": treatment_period(element),
            "informationSource": person_only(who),
            "dosage": dosages(ctx, element, own_bounds=False),
        },
    )
    read_below(ctx, element, made, PIECES)
    return made


def _status(ctx: Context, element: Element) -> str:
    """Over when its end is before the document; current when its section lists current treatments and a start or
    an end is written; else unknown. negationInd means not taken."""
    if attribute(element, "negationInd") == "true":
        return "not-taken"
    stated = {
        "aborted": "stopped",
        "suspended": "on-hold",
        "held": "on-hold",
        "nullified": "entered-in-error",
    }
    code = attribute(child(element, "statusCode"), "code") or ""
    if code in stated:
        return stated[code]
    if _declared_absence(ctx, element):
        return "unknown"
    span = treatment_period(element)
    end = span.get("end")
    if (end and ctx.created and end[:10] < ctx.created[: len(end[:10])]) or ctx.in_sections(
        element, _STOPPED
    ):
        return "completed"
    return "active" if span and (code == "active" or ctx.in_sections(element, _CURRENT)) else "unknown"


def _request(ctx: Context, element: Element, intent: str) -> Resource | None:
    what = _declared_absence(ctx, element) or product(ctx, element)
    if not what:
        ctx.give_up(element, "Prescription sans nom ni code de médicament.")
        return None
    who, at = author(ctx, element)
    prescribed = any(attribute(t, "root") == _PRESCRIPTION for t in children(element, "templateId"))
    end = treatment_period(element).get("end")
    over = end and ctx.created and end[:10] < ctx.created[: len(end[:10])]
    made = ctx.create(
        element,
        "MedicationRequest",
        {
            "extension": product_details(ctx, element),
            "identifier": identifiers(element),
            "status": "completed" if over else "active",
            "intent": "order" if prescribed else intent,
            "doNotPerform": True if attribute(element, "negationInd") == "true" else None,
            "medicationCodeableConcept": what,
            "authoredOn": timestamp(attribute(at, "value")) or ctx.created,
            "requester": who,
            "dosageInstruction": dosages(ctx, element),
            "dispenseRequest": _repeats(element),
        },
    )
    read_below(ctx, element, made, PIECES)
    return made


def _repeats(element: Element) -> Resource:
    written = attribute(child(element, "repeatNumber"), "value") or ""
    return (
        {"numberOfRepeatsAllowed": int(written)}
        if written.isascii() and written.isdigit() and len(written) < 5
        else {}
    )


def _declared_absence(ctx: Context, element: Element) -> Resource:
    """ "No known medication", "no information on medications": said by the code of the statement."""
    code = child(element, "code")
    return concept(code, ctx.text) if attribute(code, "codeSystem") == _ABSENT_OID else {}


# ---- what hangs below
def _dosage_field(made: Resource) -> str:
    return "dosage" if made["resourceType"] == "MedicationStatement" else "dosageInstruction"


def dosage_step(ctx: Context, element: Element, made: Resource) -> None:
    """A step of the dosage, in its order; a nested administration of another product is a fact of its own."""
    if product(ctx, element):
        ctx.read(element)
        return
    steps = dosages(ctx, element)
    if not steps:
        ctx.give_up(element, "Posologie sans fréquence, dose ni texte.")
        return
    lines = made.setdefault(_dosage_field(made), [])
    waiting = lines.pop() if len(lines) == 1 and lines[0].keys() == {"patientInstruction"} else {}
    for step in _told_above(lines, steps):
        lines.append({"sequence": len(lines) + 1} | (waiting if not lines else {}) | step)
    ctx.part_of(element, made)
    read_below(ctx, element, made)


def _told_above(lines: list[Resource], steps: list[Resource]) -> list[Resource]:
    """Under a treatment whose own line already has the words of the author, a step has its own words or none of the
    doses that its codes say: the two may differ."""
    said = [step.get("timing", {}).get("code", {}).get("text") for step in steps]
    if not any("text" in line for line in lines):
        return steps
    return [{"text": words} | step if words else step for words, step in zip(said, steps, strict=True)]


def _patient_instruction(ctx: Context, element: Element, made: Resource) -> None:
    said = ctx.statement_text(element)
    lines = made.setdefault(_dosage_field(made), [])
    if said and not lines:
        lines.append({"patientInstruction": said})
    elif said:
        lines[0]["patientInstruction"] = "\n".join(filter(None, [lines[0].get("patientInstruction"), said]))
    elif not lines:
        del made[_dosage_field(made)]
    ctx.part_of(element, made)
    read_below(ctx, element, made)


def _pharmacist_instruction(ctx: Context, element: Element, made: Resource) -> None:
    said = ctx.statement_text(element)
    add_note(
        made,
        f"Note au pharmacien : {said}" if said and made["resourceType"] != "MedicationDispense" else said,
    )
    ctx.part_of(element, made)
    read_below(ctx, element, made)


def _supply_order(ctx: Context, element: Element, made: Resource) -> None:
    found = quantity(child(element, "quantity"))
    if (
        not found
        or made["resourceType"] != "MedicationRequest"
        or "quantity" in made.get("dispenseRequest", {})
    ):
        ctx.give_up(element, "Quantité à délivrer illisible.")
        return
    made.setdefault("dispenseRequest", {})["quantity"] = found
    ctx.part_of(element, made)
    read_below(ctx, element, made)


def _substitution(ctx: Context, element: Element, made: Resource) -> None:
    found = concept(child(element, "code"), ctx.text)
    if not found or "substitution" in made or made["resourceType"] == "MedicationStatement":
        detail(ctx, element, made)
        return
    is_request = made["resourceType"] == "MedicationRequest"
    made["substitution"] = (
        {"allowedCodeableConcept": found} if is_request else {"wasSubstituted": True, "type": found}
    )
    ctx.part_of(element, made)
    read_below(ctx, element, made)


PIECES: dict[str, Piece] = {
    "dosage_step": dosage_step,
    "medication": dosage_step,
    "patient_instruction": _patient_instruction,
    "pharmacist_instruction": _pharmacist_instruction,
    "supply_order": _supply_order,
    "substitution": _substitution,
    "observation": detail,
}
