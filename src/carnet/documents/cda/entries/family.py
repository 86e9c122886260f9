"""Family history: one FamilyMemberHistory per relative, its conditions inside. What a relative did not have is said
in words, never listed among what they had."""

from __future__ import annotations

from typing import Any

from carnet.documents.cda.context import Context, Resource
from carnet.documents.cda.dates import timestamp, when
from carnet.documents.cda.elements import Element, attribute, child, identifiers
from carnet.documents.cda.entries.below import Piece, add_note, detail, read_below
from carnet.documents.cda.entries.problem import problem_concept
from carnet.documents.cda.people import human_name, spoken
from carnet.documents.cda.values import concept, quantity

_ROLE_CODE = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"


def family_history(ctx: Context, element: Element) -> Resource | None:
    """The organizer of one relative."""
    made = _relative(ctx, element, child(element, "subject"))
    read_below(ctx, element, made, _PIECES)
    return made


def family_condition(ctx: Context, element: Element) -> Resource | None:
    """A family condition outside an organizer: the relative is said by its own subject, if at all."""
    made = _relative(ctx, element, child(element, "subject"))
    _condition(ctx, element, made)
    return made


def _relative(ctx: Context, element: Element, subject: Element | None) -> Resource:
    related = child(subject, "relatedSubject")
    kin = concept(child(related, "code"), ctx.text)
    person = child(related, "subject")
    return ctx.create(
        element,
        "FamilyMemberHistory",
        {
            "identifier": identifiers(element),
            "status": "completed",
            "date": timestamp(attribute(child(element, "effectiveTime"), "value")),
            "name": spoken(human_name(child(person, "name"))),
            "relationship": kin or {"coding": [{"system": _ROLE_CODE, "code": "FAMMEMB"}], "text": "Famille"},
            "sex": concept(child(person, "administrativeGenderCode"), ctx.text),
            "bornDate": (timestamp(attribute(child(person, "birthTime"), "value")) or "")[:10],
            "deceasedBoolean": {"true": True, "false": False}.get(
                attribute(child(person, "deceasedInd"), "value") or ""
            ),
        },
    )


def _condition(ctx: Context, element: Element, made: Resource) -> None:
    what = problem_concept(ctx, element)
    if not what:
        ctx.give_up(element, "Antécédent familial sans libellé ni code.")
        return
    if attribute(element, "negationInd") == "true":
        said = what.get("text") or what["coding"][0]["code"]
        add_note(made, f"Absence, selon le document : {said}")
    else:
        onset = when(child(element, "effectiveTime"))
        made.setdefault("condition", []).append({"code": what} | ({"onsetString": onset} if onset else {}))
    ctx.part_of(element, made)
    read_below(ctx, element, made, {"age": _age, "observation": detail})


def _age(ctx: Context, element: Element, made: Resource) -> None:
    """The age of the relative when the last condition began."""
    found = quantity(child(element, "value"))
    conditions: list[dict[str, Any]] = made.get("condition", [])
    if not found or "code" not in found or not conditions or "onsetString" in conditions[-1]:
        detail(ctx, element, made)
        return
    conditions[-1]["onsetAge"] = found
    ctx.part_of(element, made)
    read_below(ctx, element, made)


_PIECES: dict[str, Piece] = {"family_condition": _condition, "problem": _condition, "observation": detail}
