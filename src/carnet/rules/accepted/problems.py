"""Conditions: affirmed, denied, suspected, past, of the family; and allergies. A diagnosis that the record already
holds joins its episode instead of making a new line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from carnet.fhir import codes
from carnet.fhir.folding import fold
from carnet.rules.accepted.scene import Fact, Resource, Scene, concept, place, status

# Clinical and verification status of each way of saying it; a relative's illness is another type.
_STATUS: dict[str, tuple[str | None, str]] = {
    "affirmed": ("active", "confirmed"),
    "suspected": ("active", "provisional"),
    "history": ("resolved", "confirmed"),
    "negated": (None, "refuted"),
}
NO_ALLERGY = {
    "system": "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips",
    "code": "no-known-allergies",
}
_RELATIVES: dict[str, tuple[str, str]] = {  # HL7 v3 RoleCode
    "pere": ("FTH", "père"), "mere": ("MTH", "mère"), "frere": ("BRO", "frère"), "soeur": ("SIS", "sœur"),
    "fils": ("SON", "fils"), "fille": ("DAU", "fille"), "oncle": ("UNCLE", "oncle"), "tante": ("AUNT", "tante"),
    "cousin": ("COUSN", "cousin"), "cousine": ("COUSN", "cousine"), "gp": ("GRPRN", "grand-parent"),
    "gm": ("GRMTH", "grand-mère"), "grand pere": ("GRFTH", "grand-père"), "grand mere": ("GRMTH", "grand-mère"),
}  # fmt: skip
_ROLE = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_BRACKETS = re.compile(r"\([^)]*\)")
_SIDES = frozenset(("droit", "droite", "gauche", "d", "g"))
_REACH = 40  # characters before the illness in which its relative is named


def condition(fact: Fact, scene: Scene) -> Resource:
    """A Condition, or the FamilyMemberHistory of a relative's."""
    if fact["status"] == "family":
        return _relative(fact, scene)
    clinical, verification = _STATUS[fact["status"]]
    code = _code(fact)
    category = "problem-list-item" if _is_listed(fact, code) else "encounter-diagnosis"
    made = {
        "resourceType": "Condition",
        "extension": place(fact, scene),
        **({"clinicalStatus": status(codes.CONDITION_CLINICAL, clinical)} if clinical else {}),
        "verificationStatus": status(codes.CONDITION_VERIFICATION, verification),
        "category": [status(codes.CONDITION_CATEGORY, category)],
        "code": concept(fact["label"], codes.CIM10, code),
        "subject": scene.subject,
        "encounter": scene.visit,
        "recordedDate": scene.when,
        "recorder": scene.author,
        "evidence": [{"detail": [{"reference": _unversioned(scene.note)}]}],
    }
    year = _YEAR.search(scene.text[fact["start"] : fact["end"]])
    if year:
        made["onsetDateTime"] = year[0]
    elif fact["status"] in ("affirmed", "suspected"):
        made["onsetDateTime"] = scene.day.isoformat()
    return made


def same_episode(fact: Fact, known: Iterable[Resource], scene: Scene) -> Resource | None:
    """The active Condition of the record that this fact says again, with this note among its evidence; None when it is
    new. A suspicion that is affirmed is the same episode, confirmed; a code told more precisely too."""
    found = episode(fact, known)
    return _joined(found, fact, scene) if found else None


def episode(fact: Fact, known: Iterable[Resource]) -> Resource | None:
    """The active Condition of the record that this fact says again, as it stands."""
    if fact["status"] not in ("affirmed", "suspected"):
        return None
    code = _code(fact)
    live = (one for one in known if one["resourceType"] == "Condition" and _is_live(one))
    return next((one for one in live if _says(one, fact["label"], code)), None)


def allergy(fact: Fact, scene: Scene) -> Resource | None:
    """An AllergyIntolerance; None for a substance that is denied: only « none known » is a fact of its own."""
    none_known = is_none_known(fact)
    if fact["status"] == "negated" and not none_known:
        return None
    code = (
        {"coding": [NO_ALLERGY], "text": "Aucune allergie connue"}
        if none_known
        else {"text": fact["substance"]}
    )
    return {
        "resourceType": "AllergyIntolerance",
        "extension": place(fact, scene),
        "clinicalStatus": status(codes.ALLERGY_CLINICAL, "active"),
        "verificationStatus": status(codes.ALLERGY_VERIFICATION, "confirmed"),
        "code": code,
        "patient": scene.subject,
        "encounter": scene.visit,
        "recordedDate": scene.when,
        "recorder": scene.author,
    }


def is_known_allergy(fact: Fact, known: Iterable[Resource]) -> bool:
    """Whether the record already warns of this substance: typing it again adds nothing."""
    said = _singular(fact["substance"])
    return fact["status"] == "affirmed" and any(
        one["resourceType"] == "AllergyIntolerance"
        and _is_live(one)
        and _singular(one.get("code", {}).get("text", "")) == said
        for one in known
    )


def _singular(words: str) -> str:
    """The family, without the examples in brackets: « Pénicillines (amoxicilline) » is « pénicilline »."""
    return " ".join(word.rstrip("s") for word in fold(_BRACKETS.sub(" ", words)).split())


def is_none_known(fact: Fact) -> bool:
    """Whether an allergy fact says that none is known at all."""
    return bool(fact["status"] == "negated" and "aucune" in fold(fact["substance"]))


def is_lasting(code: str) -> bool:
    """Whether a CIM-10 code is of an illness that stays in the problem list (tables/problems.toml)."""
    return any(low <= code[:3].upper() <= high for low, high in _lasting())


@cache
def _lasting() -> tuple[tuple[str, str], ...]:
    table = tomllib.loads((files("carnet.rules") / "tables/problems.toml").read_text("utf-8"))
    ranges = [row.partition("-") for row in table["lasting"]]
    return tuple((low, high or low) for low, _, high in ranges)


def _is_listed(fact: Fact, code: str | None) -> bool:
    return fact["status"] == "history" or (
        fact["status"] == "affirmed" and bool(code) and is_lasting(code or "")
    )


def _code(fact: Fact) -> str | None:
    """The preferred code, with its point: `J45.0`."""
    said = fact.get("cim10")
    first = (said[0] if said else None) if isinstance(said, list) else said
    if not first:
        return None
    plain = str(first).replace(".", "").upper()
    return f"{plain[:3]}.{plain[3:]}" if len(plain) > 3 else plain


def _is_live(resource: Resource) -> bool:
    clinical = {coding.get("code") for coding in resource.get("clinicalStatus", {}).get("coding", [])}
    return bool(clinical & {"active", "recurrence", "relapse"})


def _says(known: Resource, label: str, code: str | None) -> bool:
    held = known.get("code", {})
    listed = {str(one.get("code", "")) for one in held.get("coding", []) if one.get("system") == codes.CIM10}
    theirs, ours = fold(str(held.get("text", ""))), fold(label)
    if _sides(theirs) and _sides(ours) and _sides(theirs) != _sides(ours):
        return False
    if code and listed:
        return any(one.startswith(code) or code.startswith(one) for one in listed)
    return theirs == ours


def _sides(words: str) -> frozenset[str]:
    """Right and left: one arthrosis is not the other's episode."""
    return frozenset(word[0] for word in words.split() if word in _SIDES)


def _joined(known: Resource, fact: Fact, scene: Scene) -> Resource:
    note = {"reference": _unversioned(scene.note)}
    evidence = [*known.get("evidence", [])]
    if not any(note in one.get("detail", []) for one in evidence):
        evidence.append({"detail": [note]})
    confirmed = (
        {"verificationStatus": status(codes.CONDITION_VERIFICATION, "confirmed")}
        if fact["status"] == "affirmed"
        else {}
    )
    return {**known, **confirmed, "evidence": evidence}


def _relative(fact: Fact, scene: Scene) -> Resource:
    before = fold(scene.text[max(0, fact["start"] - _REACH) : fact["start"]])
    said = [(before.rfind(f" {name} "), name) for name in _RELATIVES if f" {name} " in f" {before} "]
    who = _RELATIVES[max(said)[1]] if said else ("FAMMEMB", "famille")
    return {
        "resourceType": "FamilyMemberHistory",
        "extension": place(fact, scene),
        "status": "partial",
        "patient": scene.subject,
        "date": scene.when,
        "relationship": concept(who[1], _ROLE, who[0]),
        "condition": [{"code": concept(fact["label"], codes.CIM10, _code(fact))}],
    }


def _unversioned(reference: str) -> str:
    return reference.partition("/_history/")[0]
