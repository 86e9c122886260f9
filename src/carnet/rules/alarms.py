"""What must stay in view whenever somebody acts on a patient: allergies, and whether they were asked for. Pure.
« None known » and « not recorded » are different facts and stay different."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from carnet.fhir import codes
from carnet.rules import received
from carnet.rules.passage import Place, place_of
from carnet.rules.received import Fact
from carnet.rules.results import concept_words

Resource = dict[str, Any]
State = Literal["listed", "none", "unrecorded"]

# « No known allergy » at all: SNOMED CT and the IPS code. « No known drug allergy » is not one of them: it says nothing
# of food. It is shown in its own words, and is no alarm.
NONE_KNOWN = frozenset(("716186003", "no-known-allergies"))
NO_DRUG_KNOWN = frozenset(("409137002", "no-known-medication-allergies"))
# Allergy in general (SNOMED CT): ruled out, it says « no known allergy ».
ANY_ALLERGY = frozenset(("106190000", "418038007", "419199007", "420134006", "609328004"))
NOT_SAID = frozenset(("no-allergy-info", "1631000175102"))  # IPS, SNOMED CT: nobody asked


@dataclass(frozen=True, slots=True)
class Allergy:
    """One allergy worth an alarm. `received`: a document says it and nobody has confirmed it yet; `inactive`: it is
    said to be over, which an error of coding may say too; `denied`: no allergy to drugs is known; `place`: the very words of
    the note that says it."""

    reference: str
    text: str
    severe: bool
    received: bool
    inactive: bool = False
    denied: bool = False
    place: Place | None = None


def allergies(resources: Iterable[Resource]) -> tuple[State, list[Allergy]]:
    """Whether allergies are listed, known to be none, or not recorded; then the list: confirmed ones first, severe
    ones before others, those said to be over last, and after them that none to drugs is known."""
    every = [one for one in resources if one["resourceType"] == "AllergyIntolerance"]
    live = [one for one in every if _is_told(one)]
    said = [one for one in live if not says_none(one) and not _says_nothing(one)]
    facts = [Fact(f"AllergyIntolerance/{one.get('id', '')}", 0, one) for one in said]
    alike = [[fact.resource for fact in facts] for facts in received.alike(facts, _substance)]
    found = [_allergy(members) for members in alike if any(is_live(one) for one in members)]
    if found:
        return "listed", sorted(
            found, key=lambda one: (one.denied, one.inactive, one.received, not one.severe)
        )
    none = [*filter(says_none, live), *filter(_denies_all, every)]
    return ("none" if any(map(received.is_confirmed, none)) else "unrecorded"), []


def _substance(allergy: Resource) -> list[str]:
    words = received.fold(concept_words(allergy.get("code")))
    return [*received.named(allergy), *([words] if words else [str(allergy.get("id"))])]


def says_none(allergy: Resource) -> bool:
    """Whether it states that no allergy is known."""
    codings = allergy.get("code", {}).get("coding", [])
    return any(coding.get("code") in NONE_KNOWN for coding in codings)


def _denies_all(allergy: Resource) -> bool:
    """Whether it rules out allergy in general, not one substance."""
    codings = {coding.get("code") for coding in allergy.get("code", {}).get("coding", [])}
    refuted = "refuted" in codes.of(allergy, "verificationStatus")
    return refuted and bool(codings & ANY_ALLERGY) and received.state(allergy) != codes.DISMISSED


def _says_nothing(allergy: Resource) -> bool:
    return any(coding.get("code") in NOT_SAID for coding in allergy.get("code", {}).get("coding", []))


def is_live(allergy: Resource) -> bool:
    """Neither refuted, dismissed by a person, the double of another, nor gone with a version that nobody took up."""
    return _is_told(allergy) and received.state(allergy) != codes.JOINED


def _is_told(allergy: Resource) -> bool:
    """As `is_live`, doubles included: they may say a reaction that the first one does not."""
    if received.state(allergy) == codes.DISMISSED or codes.of(allergy, "verificationStatus") & _NOT_ONE:
        return False
    return received.is_current(allergy) or received.is_confirmed(allergy)


_NOT_ONE = frozenset(("refuted", "entered-in-error"))
_OVER = {"inactive": "inactive", "resolved": "résolue"}


def _allergy(members: list[Resource]) -> Allergy:
    """Everything that is said of one substance: no double hides the gravest reaction."""
    ranked = sorted(members, key=lambda one: (not is_live(one), not received.is_confirmed(one)))
    active = [one for one in ranked if not _over(one)]
    first = (active or ranked)[0]
    text = concept_words(first.get("code")) or "substance non précisée"
    reactions = _reactions([first, *ranked])
    text = f"{text} ({', '.join(reactions)})" if reactions else text
    return Allergy(
        f"AllergyIntolerance/{first.get('id', '')}",
        text if active else f"{text} – {_over(first)}",
        any(map(_is_severe, ranked)),
        not any(received.is_confirmed(one) for one in (active or ranked)),
        not active,
        bool({coding.get("code") for coding in first.get("code", {}).get("coding", [])} & NO_DRUG_KNOWN),
        place_of(first),
    )


def _over(allergy: Resource) -> str:
    return next((_OVER[code] for code in sorted(codes.of(allergy, "clinicalStatus")) if code in _OVER), "")


def _reactions(allergies: list[Resource]) -> list[str]:
    said = [
        concept_words(sign)
        for allergy in allergies
        for one in allergy.get("reaction", [])
        for sign in one.get("manifestation", [])
    ]
    return list(dict.fromkeys(filter(None, said)))


def _is_severe(allergy: Resource) -> bool:
    severities = {one.get("severity") for one in allergy.get("reaction", [])}
    return allergy.get("criticality") == "high" or "severe" in severities
