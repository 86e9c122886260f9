"""The four statuses of an identity: the path up needs a paper and the teleservice, any doubt leads down."""

from __future__ import annotations

import dataclasses
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carnet.fhir import identifiers
from carnet.rules import identity_status as rules
from carnet.rules import person, reliability
from carnet.rules.person import Identity

SPEC = Path(__file__).parents[1] / "spec" / "identity_status" / "statuts.toml"
NUMBER = f"2790351215189{identifiers.ins_key('2790351215189'):02}"
KNOWN = Identity(
    birth_name="Pat-Trois", given="Dominique Anne", birth_date="1979-03-28", gender="female", birthplace="51215",
    phone="0556000001",
)  # fmt: skip
CHANGES = {
    "trait nom": {"birth_name": "Pat-Deux"},
    "trait prénom": {"given": "Dominique"},
    "trait naissance": {"birth_date": "1979-03-29"},
    "trait sexe": {"gender": "male"},
    "trait lieu": {"birthplace": "75115"},
    "trait nom utilisé": {"used_name": "Martin"},
    "coordonnées": {"phone": "0556000002"},
    "numéro": {"ins": f"2620733063001{identifiers.ins_key('2620733063001'):02}"},
}


@pytest.mark.parametrize(
    ("path", "reached"),
    [
        ([], "PROV"),
        (["proof-seen"], "VALI"),
        (["teleservice-found"], "RECUP"),
        (["proof-seen", "teleservice-found"], "QUAL"),
        (["teleservice-found", "proof-seen"], "QUAL"),
        (["teleservice-found", "proof-seen", "teleservice-differs"], "VALI"),
        (["teleservice-found", "teleservice-differs"], "PROV"),
        (["teleservice-found", "proof-seen", "trait-changed"], "PROV"),
        (["proof-seen", "doubt"], "PROV"),
        (["proof-seen", "proof-seen"], "VALI"),
    ],
)
def test_the_paths(path: list[str], reached: str) -> None:
    status = rules.PROVISIONAL
    for event in path:
        status = rules.after(status, event)
    assert status == reached


@pytest.mark.parametrize("proof", ["carte-identite", "passeport", "titre-sejour", "acte-naissance"])
def test_a_paper_of_high_trust_validates(proof: str) -> None:
    assert rules.after_proof("PROV", proof) == "VALI"
    assert rules.after_proof("RECUP", proof) == "QUAL"


@pytest.mark.parametrize("proof", ["carte-vitale", "permis", "autre"])
def test_any_other_paper_changes_nothing(proof: str) -> None:
    assert rules.after_proof("PROV", proof) == "PROV"


def test_the_number_leaves_with_a_qualified_identity_only() -> None:
    assert [status for status in rules.STATUSES if rules.may_send_ins(status)] == ["QUAL"]
    assert not rules.may_send_ins("")


@given(st.lists(st.sampled_from(sorted(rules.EVENTS)), max_size=12))
def test_never_qualified_without_both_a_paper_and_the_teleservice(path: list[str]) -> None:
    status = rules.PROVISIONAL
    for event in path:
        status = rules.after(status, event)
    if status == "QUAL":
        assert {"proof-seen", "teleservice-found"} <= set(path)


@given(st.sampled_from(rules.STATUSES), st.sampled_from(sorted(rules.EVENTS)))
def test_a_doubtful_identity_never_rises(status: str, event: str) -> None:
    assert rules.after(status, event, doubtful=True) == rules.PROVISIONAL


def cases() -> list[Any]:
    return [pytest.param(case, id=case["titre"]) for case in tomllib.loads(SPEC.read_text("utf-8"))["cas"]]


@pytest.mark.parametrize("case", cases())
def test_statuses_that_a_doctor_signs(case: dict[str, Any]) -> None:
    patient = reliability.settled(person.patient(KNOWN), None, proof="", today="2026-03-03")
    for event in case["arrive"]:
        patient = happened(patient, event)
    status = person.reliability(patient) or rules.PROVISIONAL
    assert rules.words(status) == case["statut"]
    assert reliability.may_send_ins(patient) == case["sort"]


def happened(patient: dict[str, Any], event: str) -> dict[str, Any]:
    shown = person.typed(patient)
    if event in ("retrouvée", "diffère"):
        found = dataclasses.replace(shown, ins=shown.ins or NUMBER)
        return reliability.answered(patient, found if event == "retrouvée" else None)
    if event.startswith("pièce "):
        return reliability.settled(patient, patient, proof=event.removeprefix("pièce "), today="2026-03-03")
    changed = person.patient(dataclasses.replace(shown, **CHANGES[event]), patient)
    return reliability.settled(changed, patient, proof="", today="2026-03-04")


def test_the_paper_that_was_seen_stays_said_as_long_as_it_counts() -> None:
    seen = happened(person.patient(KNOWN), "pièce passeport")
    assert "passeport" in str(happened(seen, "retrouvée"))
    assert "passeport" not in str(happened(happened(seen, "retrouvée"), "trait nom"))
