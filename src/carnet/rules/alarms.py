"""What must stay in view whenever somebody acts on a patient: allergies, and whether they were asked for. Pure.
« None known » and « not recorded » are different facts and stay different."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from carnet.fhir import codes
from carnet.rules import received
from carnet.rules.results import concept_words

Resource = dict[str, Any]
State = Literal["listed", "none", "unrecorded"]

# « No known allergy »: SNOMED CT (general, drug, food, environment), and the IPS code.
NONE_KNOWN = frozenset(
    (
        "716186003",
        "409137002",
        "429625007",
        "428607008",
        "no-known-allergies",
        "no-known-medication-allergies",
    )
)


@dataclass(frozen=True, slots=True)
class Allergy:
    """One allergy worth an alarm. `received`: a document says it and nobody has confirmed it yet."""

    reference: str
    text: str
    severe: bool
    received: bool


def allergies(resources: Iterable[Resource]) -> tuple[State, list[Allergy]]:
    """Whether allergies are listed, known to be none, or not recorded; then the list, confirmed ones first."""
    live = [one for one in resources if one["resourceType"] == "AllergyIntolerance" and is_live(one)]
    found = [_allergy(one) for one in live if not says_none(one)]
    confirmed = {_key(one) for one in live if received.state(one) != codes.RECEIVED}
    once: dict[str, Allergy] = {}
    for one in sorted(found, key=lambda allergy: (allergy.received, not allergy.severe)):
        once.setdefault(received.fold(one.text.partition(" (")[0]), one)
    if once:
        return "listed", list(once.values())
    return ("none" if confirmed & {""} else "unrecorded"), []


def says_none(allergy: Resource) -> bool:
    """Whether it states that no allergy is known."""
    codings = allergy.get("code", {}).get("coding", [])
    return any(coding.get("code") in NONE_KNOWN for coding in codings)


def is_live(allergy: Resource) -> bool:
    """Neither refuted, over, dismissed by a person, the double of another, nor replaced by a later document."""
    if received.state(allergy) in (codes.DISMISSED, codes.JOINED) or not received.is_current(allergy):
        return False
    clinical, verification = _codes(allergy, "clinicalStatus"), _codes(allergy, "verificationStatus")
    return not clinical & {"inactive", "resolved"} and not verification & {"refuted", "entered-in-error"}


def _key(allergy: Resource) -> str:
    return "" if says_none(allergy) else str(allergy.get("id"))


def _allergy(allergy: Resource) -> Allergy:
    reactions = [
        concept_words(sign) for one in allergy.get("reaction", []) for sign in one.get("manifestation", [])
    ]
    name = concept_words(allergy.get("code")) or "substance non précisée"
    said = f"{name} ({', '.join(dict.fromkeys(filter(None, reactions)))})" if any(reactions) else name
    severities = {one.get("severity") for one in allergy.get("reaction", [])}
    severe = allergy.get("criticality") == "high" or "severe" in severities
    waits = received.state(allergy) == codes.RECEIVED
    return Allergy(f"AllergyIntolerance/{allergy.get('id', '')}", said, severe, waits)


def _codes(resource: Resource, name: str) -> set[str]:
    return {str(coding.get("code")) for coding in resource.get(name, {}).get("coding", [])}
