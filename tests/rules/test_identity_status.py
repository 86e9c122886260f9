"""The four statuses of an identity: the path up needs a paper and the teleservice, any doubt leads down."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carnet.rules import identity_status as rules


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
