"""The line of allergies that stays in view: nothing grave is hidden by a double, a status or a silence."""

from __future__ import annotations

from typing import Any

from carnet.fhir import codes
from carnet.rules.alarms import allergies


def allergy(words: str, *tags: str, status: str = "active", **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "AllergyIntolerance", "id": f"{words}{tags}{status}".encode().hex()[:60],
        "clinicalStatus": {"coding": [{"system": codes.ALLERGY_CLINICAL, "code": status}]},
        "code": {"text": words}, "meta": {"tag": [{"system": codes.TAG, "code": tag} for tag in tags]}, **more,
    }  # fmt: skip


def shown(*resources: dict[str, Any]) -> list[str]:
    return [one.text for one in allergies(resources)[1]]


SHOCK = [{"manifestation": [{"text": "choc anaphylactique"}], "severity": "severe"}]


def test_an_allergy_said_to_be_over_stays_in_view_and_says_so() -> None:
    state, found = allergies([allergy("Paracétamol", codes.RECEIVED, status="inactive"), allergy("Latex")])
    assert state == "listed"
    assert [(one.text, one.inactive) for one in found] == [("Latex", False), ("Paracétamol – inactive", True)]
    assert shown(allergy("Iode", status="resolved")) == ["Iode – résolue"]


def test_an_active_allergy_is_not_hidden_by_the_same_one_over() -> None:
    known, told = allergy("Pénicilline", status="inactive"), allergy("Pénicilline", codes.RECEIVED)
    (one,) = allergies([known, told])[1]
    assert (one.text, one.inactive, one.received) == ("Pénicilline", False, True)


def test_no_double_hides_the_gravest_reaction() -> None:
    mild, grave = allergy("Pénicilline"), allergy("pénicilline", codes.RECEIVED, reaction=SHOCK)
    (one,) = allergies([mild, grave])[1]
    assert (one.text, one.severe, one.received) == ("Pénicilline (choc anaphylactique)", True, False)
    joined = allergy("PENICILLINE", codes.JOINED, reaction=SHOCK)
    assert allergies([mild, joined])[1][0].severe
    assert allergies([joined])[0] == "unrecorded"


def test_what_a_person_took_up_outlives_the_version_that_said_it() -> None:
    assert shown(allergy("Latex", codes.TAKEN_UP, codes.SUPERSEDED)) == ["Latex"]
    assert shown(allergy("Latex", codes.SUPERSEDED)) == []


def test_no_drug_allergy_is_not_no_allergy() -> None:
    none = {"text": "Aucune allergie médicamenteuse connue", "coding": [{"code": "409137002"}]}
    state, found = allergies([allergy("", code=none)])
    assert (state, [one.text for one in found]) == ("listed", ["Aucune allergie médicamenteuse connue"])
    assert allergies([allergy("", code={"coding": [{"code": "no-allergy-info"}]})]) == ("unrecorded", [])
    assert allergies([allergy("", code={"coding": [{"code": "no-known-allergies"}]})]) == ("none", [])


def test_allergy_in_general_ruled_out_by_a_person_is_no_known_allergy() -> None:
    refuted = {"coding": [{"system": codes.ALLERGY_VERIFICATION, "code": "refuted"}]}
    general = {"text": "Allergie", "coding": [{"system": codes.SNOMED, "code": "419199007"}]}
    ruled_out = allergy("", code=general, verificationStatus=refuted)
    assert allergies([ruled_out]) == ("none", [])
    assert (
        allergies([allergy("", codes.RECEIVED, code=general, verificationStatus=refuted)])[0] == "unrecorded"
    )
    assert (
        allergies([allergy("", codes.DISMISSED, code=general, verificationStatus=refuted)])[0] == "unrecorded"
    )
    assert allergies([ruled_out, allergy("Latex")])[0] == "listed"
    assert allergies([allergy("Latex", verificationStatus=refuted)])[0] == "unrecorded"


def test_a_refuted_or_dismissed_allergy_is_gone() -> None:
    refuted = {"coding": [{"code": "refuted"}]}
    assert shown(allergy("Latex", verificationStatus=refuted), allergy("Iode", codes.DISMISSED)) == []


def test_no_known_allergy_to_drugs_is_said_and_is_no_alarm() -> None:
    words = "Aucune allergie médicamenteuse connue"
    none = allergy(words)
    none["code"]["coding"] = [{"code": "no-known-medication-allergies"}]
    pollen = allergy("pollens")
    state, found = allergies([none, pollen])
    assert state == "listed"
    assert [(one.text, one.denied) for one in found] == [("pollens", False), (words, True)]
