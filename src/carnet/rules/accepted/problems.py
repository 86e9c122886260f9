"""Conditions: affirmed, denied, suspected, past, of the family; and allergies. A diagnosis that the record already
holds joins its episode instead of making a new line; an acute one that came back after months is another episode."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from carnet.fhir import codes, references
from carnet.fhir.folding import fold
from carnet.rules.accepted import episodes
from carnet.rules.accepted.scene import Fact, Resource, Scene, concept, place, status
from carnet.rules.note import CLAUSE

# Clinical and verification status of each way of saying it; a relative's illness is another type.
_STATUS: dict[str, tuple[str | None, str]] = {
    "affirmed": ("active", "confirmed"),
    "suspected": ("active", "provisional"),
    "history": ("resolved", "confirmed"),
    "negated": (None, "refuted"),
}
_ABSENT = "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips"
_NONE, _NO_DRUG = "Aucune allergie connue", "Aucune allergie médicamenteuse connue"
_NONE_KNOWN = {
    _NONE: {"system": _ABSENT, "code": "no-known-allergies"},
    _NO_DRUG: {"system": _ABSENT, "code": "no-known-medication-allergies"},
}
_RELATIVES: dict[str, tuple[str, str]] = {  # HL7 v3 RoleCode
    "pere": ("FTH", "père"), "mere": ("MTH", "mère"), "frere": ("BRO", "frère"), "soeur": ("SIS", "sœur"),
    "fils": ("SON", "fils"), "fille": ("DAU", "fille"), "oncle": ("UNCLE", "oncle"), "tante": ("AUNT", "tante"),
    "cousin": ("COUSN", "cousin"), "cousine": ("COUSN", "cousine"), "gp": ("GRPRN", "grand-parent"),
    "gm": ("GRMTH", "grand-mère"), "grand pere": ("GRFTH", "grand-père"), "grand mere": ("GRMTH", "grand-mère"),
}  # fmt: skip
# In-laws are no relatives by blood: they are named, and are « famille ».
_RELATIVE = re.compile(r"\b(?:(?:grand|beau|belle|demi) )?(?:" + "|".join(
    sorted({name.split()[-1] for name in _RELATIVES})) + r")\b")  # fmt: skip
_ROLE = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_AGE = re.compile(r"\b(\d{1,3}) ?ans\b", re.IGNORECASE)
_BRACKETS = re.compile(r"\([^)]*\)")
_SIDE = re.compile(r"(?<!vitamine )(?<!vit )(?<!hépatite )(?<!stade )(?<!grade )(?<!type )(?<!groupe )"
                   r"\b((?i:droite?s?|gauches?)|[DG](?!['’\w]))\b")  # fmt: skip
_DOUBTED = frozenset(("unconfirmed", "refuted", "entered-in-error"))
_SUSPECTED = frozenset(("provisional", "differential", "unconfirmed"))
_REACH = 40  # characters before the illness in which its relative is named


def condition(fact: Fact, scene: Scene) -> Resource:
    """A Condition, or the FamilyMemberHistory of a relative's."""
    if fact["status"] == "family":
        return _relative(fact, scene)
    clinical, verification = _STATUS[fact["status"]]
    code = code_of(fact)
    category = "problem-list-item" if _is_lasting(fact, code) else "encounter-diagnosis"
    made = {
        "resourceType": "Condition",
        "extension": place(fact, scene),
        **({"clinicalStatus": status(codes.CONDITION_CLINICAL, clinical)} if clinical else {}),
        "verificationStatus": status(codes.CONDITION_VERIFICATION, verification),
        "category": [status(codes.CONDITION_CATEGORY, category)],
        "code": concept(label(fact), codes.CIM10, code),
        "subject": scene.subject,
        "encounter": scene.visit,
        "recordedDate": scene.when,
        "recorder": scene.author,
        "evidence": [{"detail": [{"reference": references.unversioned(scene.note)}]}],
    }
    year = _YEAR.search(scene.text[fact["start"] : fact["end"]])
    if year:
        made["onsetDateTime"] = year[0]
    elif fact["status"] in ("affirmed", "suspected") and not (code and episodes.is_lasting(code)):
        made["onsetDateTime"] = scene.day.isoformat()
    return made


def same_episode(fact: Fact, known: Iterable[Resource], scene: Scene) -> Resource | None:
    """The Condition of the record that this fact says again, with this note among its evidence; None when it is new. A
    suspicion that is affirmed is the same episode, confirmed; a code told more precisely too."""
    found = episodes.episode(fact, label(fact), code_of(fact), known, scene.day)
    return _joined(found, fact, scene) if found else None


def is_listed(fact: Fact, known: Iterable[Resource], day: date) -> bool:
    """Whether the record already says so, in an episode that goes on. What it only suspects, affirmed, is news."""
    found = episodes.episode(fact, label(fact), code_of(fact), known, day)
    return found is not None and not (
        fact["status"] == "affirmed" and codes.of(found, "verificationStatus") & _SUSPECTED
    )


def label(fact: Fact) -> str:
    """What the illness is called, with the side that its words say: « OMA D » is not « OMA G »."""
    said, words = _SIDE.search(str(fact.get("quote") or "")), str(fact["label"])
    if not said or episodes.sides(fold(words)):
        return words
    return f"{words}, à {'droite' if said[1][0].lower() == 'd' else 'gauche'}"


def allergy(fact: Fact, scene: Scene) -> Resource | None:
    """An AllergyIntolerance; None for a substance that is denied: only « none known » is a fact of its own."""
    none = none_known(fact)
    if fact["status"] == "negated" and not none:
        return None
    code = {"coding": [_NONE_KNOWN[none]], "text": none} if none else {"text": fact["substance"]}
    doubt = "unconfirmed" if fact["status"] == "suspected" else "confirmed"
    return {
        "resourceType": "AllergyIntolerance",
        "extension": place(fact, scene),
        "clinicalStatus": status(codes.ALLERGY_CLINICAL, "active"),
        "verificationStatus": status(codes.ALLERGY_VERIFICATION, doubt),
        "code": code,
        "patient": scene.subject,
        "encounter": scene.visit,
        "recordedDate": scene.when,
        "recorder": scene.author,
    }


def is_known_allergy(fact: Fact, known: Iterable[Resource]) -> bool:
    """Whether the record already warns of this substance: typing it again adds nothing. One that was only suspected, or
    ruled out since, is told anew."""
    said = _singular(fact["substance"])
    return fact["status"] == "affirmed" and any(
        one["resourceType"] == "AllergyIntolerance"
        and episodes.is_live(one)
        and not codes.of(one, "verificationStatus") & _DOUBTED
        and _singular(one.get("code", {}).get("text", "")) == said
        for one in known
    )


def is_known_relative(fact: Fact, known: Iterable[Resource], scene: Scene) -> bool:
    """Whether the record already says that this relative has this illness."""
    told = _relative(fact, scene)
    said = [(told["relationship"]["text"], told["condition"][0]["code"]["text"])]
    return any(
        [(one.get("relationship", {}).get("text"), ill.get("code", {}).get("text"))] == said
        for one in known
        if one["resourceType"] == "FamilyMemberHistory" and one.get("status") != "entered-in-error"
        for ill in one.get("condition", [])
    )


def _singular(words: str) -> str:
    """The family, without the examples in brackets: « Pénicillines (amoxicilline) » is « pénicilline »."""
    return " ".join(word.rstrip("s") for word in fold(_BRACKETS.sub(" ", words)).split())


def none_known(fact: Fact) -> str:
    """What a denial of all allergies says, of drugs only where it says so; empty for anything else."""
    if fact["status"] != "negated" or "aucune" not in fold(fact["substance"]):
        return ""
    return _NO_DRUG if "medic" in fold(str(fact.get("quote") or "")) else _NONE


def _is_lasting(fact: Fact, code: str | None) -> bool:
    return fact["status"] == "history" or (
        fact["status"] == "affirmed" and bool(code) and episodes.is_lasting(code or "")
    )


def code_of(fact: Fact) -> str | None:
    """The preferred code, with its point: `J45.0`."""
    said = fact.get("cim10")
    first = (said[0] if said else None) if isinstance(said, list) else said
    if not first:
        return None
    plain = str(first).replace(".", "").upper()
    return f"{plain[:3]}.{plain[3:]}" if len(plain) > 3 else plain


def _joined(known: Resource, fact: Fact, scene: Scene) -> Resource:
    note = {"reference": references.unversioned(scene.note)}
    evidence = [*known.get("evidence", [])]
    if not any(note in one.get("detail", []) for one in evidence):
        evidence.append({"extension": [*place(fact, scene), episodes.told(scene.day)], "detail": [note]})
    confirmed = (
        {"verificationStatus": status(codes.CONDITION_VERIFICATION, "confirmed")}
        if fact["status"] == "affirmed"
        else {}
    )
    return {**known, **confirmed, "evidence": evidence}


def _relative(fact: Fact, scene: Scene) -> Resource:
    who = _relative_named(fact, scene.text)
    return {
        "resourceType": "FamilyMemberHistory",
        "extension": place(fact, scene),
        "status": "partial",
        "patient": scene.subject,
        "date": scene.when,
        "relationship": concept(who[1], _ROLE, who[0]),
        "condition": [{"code": concept(fact["label"], codes.CIM10, code_of(fact)), **_at_age(fact)}],
    }


def _at_age(fact: Fact) -> Resource:
    """« IDM à 55 ans »: the age at which the relative fell ill."""
    told = _AGE.search(str(fact.get("quote") or ""))
    age = {"value": int(told[1]), "unit": "ans", "system": codes.UCUM, "code": "a"} if told else {}
    return {"onsetAge": age} if age else {}


def _relative_named(fact: Fact, text: str) -> tuple[str, str]:
    """Who is ill: named in the clause of the illness, else at the head of the one before; never guessed between two."""
    clauses = [fold(one) for one in CLAUSE.split(text[max(0, fact["start"] - _REACH) : fact["start"]])]
    own = f"{clauses[-1]} {fold(CLAUSE.split(text[fact['end'] : fact['end'] + _REACH])[0])}"
    named = _relatives(own) or next((_relatives(one, head=True) for one in clauses[-2::-1] if one), set())
    return _RELATIVES[named.pop()] if len(named) == 1 else ("FAMMEMB", "famille")


def _relatives(words: str, *, head: bool = False) -> set[str]:
    """The relatives in these words; `head`: only when they begin with one. A grandfather is no father."""
    found = {one[0] for one in _RELATIVE.finditer(words) if not head or one.start() == 0}
    return found & _RELATIVES.keys()
