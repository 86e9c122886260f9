"""Allergies and intolerances. No known allergy, no information on allergies, an allergy ruled out and an allergy
without agent are four different things; an active concern never becomes less by inference."""

from __future__ import annotations

from typing import Any

from carnet.documents.cda.context import Context, Resource
from carnet.documents.cda.dates import period, timestamp, when
from carnet.documents.cda.elements import (
    STATEMENTS,
    Element,
    attribute,
    child,
    children,
    identifiers,
    plain,
)
from carnet.documents.cda.entries.below import Piece, add_note, detail, read_below
from carnet.documents.cda.entries.problem import ABSENT_UNKNOWN, coded, problem_concept
from carnet.documents.cda.people import author, person_only
from carnet.documents.cda.values import concept, value
from carnet.documents.reading import SUBJECT
from carnet.fhir.codes import ALLERGY_CLINICAL, ALLERGY_VERIFICATION

# code of the observation (SNOMED CT, HL7 ActCode) -> (type, category, code of "no known … allergies")
_KINDS: dict[str, tuple[str | None, str | None, str]] = {
    "416098002": ("allergy", "medication", "no-known-medication-allergies"),
    "414285001": ("allergy", "food", "no-known-food-allergies"),
    "426232007": ("allergy", "environment", "no-known-environmental-allergies"),
    "609328004": ("allergy", None, "no-known-allergies"),
    "419199007": ("allergy", None, "no-known-allergies"),
    "420134006": (None, None, "no-known-allergies"),
    "419511003": (None, "medication", "no-known-medication-allergies"),
    "418471000": (None, "food", "no-known-food-allergies"),
    "418038007": (None, None, "no-known-allergies"),
    "59037007": ("intolerance", "medication", "no-known-medication-allergies"),
    "235719002": ("intolerance", "food", "no-known-food-allergies"),
    "609433001": ("intolerance", None, "no-known-allergies"),
    "609396006": ("intolerance", None, "no-known-allergies"),
    "609398007": ("intolerance", "medication", "no-known-medication-allergies"),
    "ALG": ("allergy", None, "no-known-allergies"),
    "DALG": ("allergy", "medication", "no-known-medication-allergies"),
    "FALG": ("allergy", "food", "no-known-food-allergies"),
    "EALG": ("allergy", "environment", "no-known-environmental-allergies"),
    "OINT": ("intolerance", None, "no-known-allergies"),
    "DINT": ("intolerance", "medication", "no-known-medication-allergies"),
    "FINT": ("intolerance", "food", "no-known-food-allergies"),
    "EINT": ("intolerance", "environment", "no-known-environmental-allergies"),
}
_SEVERITIES = {
    "255604002": "mild",
    "6736007": "moderate",
    "24484000": "severe",
    "L": "mild",
    "M": "moderate",
    "H": "severe",
}
_CRITICALITIES = {"low": "low", "high": "high", "unable-to-assess": "unable-to-assess", "CRITL": "low", "CRITH": "high", "CRITU": "unable-to-assess"}  # fmt: skip
_CLINICAL = frozenset(("active", "inactive", "resolved"))
_VERIFICATION = frozenset(("unconfirmed", "confirmed", "refuted"))


def allergy(ctx: Context, element: Element) -> Resource | None:
    kind, category, no_known = _KINDS.get(
        attribute(child(element, "code"), "code") or "", (None, None, "no-known-allergies")
    )
    negated = attribute(element, "negationInd") == "true"
    agent, absent = _agent(ctx, element)
    if not agent and negated:
        agent, absent = (
            {"coding": [{"system": ABSENT_UNKNOWN, "code": no_known}], "text": _no_known_text(ctx, element)},
            True,
        )
    if not agent:
        ctx.give_up(element, "Allergie sans agent ni valeur codée : lire le texte du document.")
        return None
    who, at = author(ctx, element)
    made = ctx.create(
        element,
        "AllergyIntolerance",
        {
            "identifier": identifiers(element),
            "type": None if absent else kind,
            "category": [category] if category and not absent else None,
            "code": agent,
            "onsetDateTime": None if absent else when(child(element, "effectiveTime")),
            "recorder": person_only(who),
            "recordedDate": timestamp(attribute(at, "value")),
        },
    )
    read_below(ctx, element, made, _PIECES)
    _settle_status(element, made, refuted=negated and not absent)
    return made


def unread(ctx: Context, section: Element) -> None:
    """An allergy that could not be coded must not stay out of sight: the words of its author stand in the record as an
    allergy to confirm. So do those of a section that holds a text and no entry at all."""
    inside = [e for e in section.iterdescendants(*_ANY) if e in ctx.places and ctx.section(e) is section]
    lost = [each for each in inside if ctx.fates[each][0] == "not_understood"]
    tops = [each for each in lost if not any(around in lost for around in each.iterancestors())]
    whole = plain(child(section, "text"))
    said = [_lost_words(ctx, each) or whole for each in tops] if inside else [whole]
    for words in dict.fromkeys(filter(None, said)):
        _keep_words(ctx, words if len(words) <= _SHORT else words[:_SHORT] + "…")


_ANY = tuple(f"{{*}}{each}" for each in sorted(STATEMENTS))
_SHORT = 160


def _lost_words(ctx: Context, element: Element) -> str:
    """The words of a statement, else of the first one below it that has some."""
    return next(
        (said for each in (element, *element.iterdescendants(*_ANY)) if (said := ctx.statement_text(each))),
        "",
    )


def _keep_words(ctx: Context, words: str) -> None:
    made: Resource = {
        "resourceType": "AllergyIntolerance",
        "id": ctx.new_id(f"AllergyIntolerance|{words}"),
        "clinicalStatus": coded(ALLERGY_CLINICAL, "active"),
        "verificationStatus": coded(ALLERGY_VERIFICATION, "unconfirmed"),
        "code": {"text": f"à lire : « {words} »"},
        "patient": {"reference": SUBJECT},
        "note": [{"text": "Texte du document, non codé."}],
    }
    if made["id"] not in {each["id"] for each in ctx.resources}:
        ctx.resources.append(made)


def _no_known_text(ctx: Context, element: Element) -> str:
    return ctx.statement_text(element) or "Pas d'allergie connue"


def _agent(ctx: Context, element: Element) -> tuple[dict[str, Any], bool]:
    """(what the patient is allergic to, whether it is a statement of absence)."""
    for each in children(element, "participant"):
        entity = child(each, "participantRole", "playingEntity")
        found = concept(child(entity, "code"), ctx.text)
        said = plain(child(entity, "name"))
        if found or said:
            return ({"text": said} if said else {}) | found, False
    written = child(element, "value")
    read = value(written, ctx.text) if written is not None else None
    found = (read or {}).get("valueCodeableConcept", {})
    absent = any(c.get("system") == ABSENT_UNKNOWN for c in found.get("coding", []))
    return (found, absent) if found.get("coding") else ({}, False)


def _settle_status(element: Element, made: Resource, refuted: bool) -> None:
    """FHIR asks for a clinical status: the one stated, resolved when an end is written, else active. A closed
    concern alone does not make an allergy harmless."""
    if refuted:
        made["verificationStatus"] = coded(ALLERGY_VERIFICATION, "refuted")
        made["clinicalStatus"] = coded(ALLERGY_CLINICAL, "inactive")
        return
    over = "end" in period(child(element, "effectiveTime"))
    made.setdefault("clinicalStatus", coded(ALLERGY_CLINICAL, "resolved" if over else "active"))


def _clinical_status(ctx: Context, element: Element, made: Resource) -> None:
    code = attribute(child(element, "value"), "code")
    if code not in _CLINICAL or "clinicalStatus" in made:
        detail(ctx, element, made)
        return
    made["clinicalStatus"] = coded(ALLERGY_CLINICAL, code)
    ctx.part_of(element, made)
    read_below(ctx, element, made)


def _certainty(ctx: Context, element: Element, made: Resource) -> None:
    code = attribute(child(element, "value"), "code")
    if code not in _VERIFICATION or "verificationStatus" in made:
        detail(ctx, element, made)
        return
    made["verificationStatus"] = coded(ALLERGY_VERIFICATION, code)
    ctx.part_of(element, made)
    read_below(ctx, element, made)


def _criticality(ctx: Context, element: Element, made: Resource) -> None:
    code = _CRITICALITIES.get(attribute(child(element, "value"), "code") or "")
    if not code or "criticality" in made:
        detail(ctx, element, made)
        return
    made["criticality"] = code
    ctx.part_of(element, made)
    read_below(ctx, element, made)


def _reaction(ctx: Context, element: Element, made: Resource) -> None:
    """A manifestation; a negated one is a reaction that the patient did not have, and is said so."""
    what = problem_concept(ctx, element)
    if not what:
        ctx.give_up(element, "Réaction sans libellé ni code.")
        return
    if attribute(element, "negationInd") == "true":
        add_note(made, f"Réaction absente selon le document : {_said(what)}")
        ctx.part_of(element, made)
        read_below(ctx, element, made)
        return
    reaction: dict[str, Any] = {"manifestation": [what]}
    onset = when(child(element, "effectiveTime"))
    made.setdefault("reaction", []).append(reaction | ({"onset": onset} if onset else {}))
    ctx.part_of(element, made)
    read_below(ctx, element, made, {"severity": _severity})


def _severity(ctx: Context, element: Element, made: Resource) -> None:
    """The severity of the last reaction read, when FHIR has the word for it."""
    code = _SEVERITIES.get(attribute(child(element, "value"), "code") or "")
    reactions = made.get("reaction", [])
    parent = element.getparent()
    of_reaction = parent is not None and parent.getparent() is not None and _is_reaction(parent.getparent())
    target = reactions[-1] if reactions and of_reaction else None
    if not code or target is None or "severity" in target:
        detail(ctx, element, made)
        return
    target["severity"] = code
    ctx.part_of(element, made)
    read_below(ctx, element, made)


def _is_reaction(element: Element | None) -> bool:
    relation = element.getparent() if element is not None else None
    return attribute(relation, "typeCode") == "MFST"


def _said(what: dict[str, Any]) -> str:
    return str(what.get("text") or what["coding"][0]["code"])


_PIECES: dict[str, Piece] = {
    "clinical_status": _clinical_status,
    "certainty": _certainty,
    "criticality": _criticality,
    "problem": _reaction,
    "severity": _severity,
}
