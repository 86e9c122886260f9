"""The worklist of doubles is kept as ids and verdicts, and follows the practice from pass to pass."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from carnet.actions import doubles, identity, patient
from carnet.record import gate
from carnet.rules import linkage
from carnet.rules.person import Identity
from tests.cast import ALICE

pytestmark = pytest.mark.usefixtures("any_cell")

JEANNE = Identity(birth_name="Dupond", given="Jeanne", birth_date="1961-02-11", gender="female")


def new(at: datetime, typed: Identity) -> str:
    return patient.create(by=ALICE, at=at, identity=typed).id


def pairs(limit: int = 9) -> list[tuple[str, set[str]]]:
    listed = doubles.found(by=ALICE, limit=limit).pairs
    return [(one.kind, {one.one.id, one.other.id}) for one in listed]


def test_a_pass_keeps_what_is_new_and_drops_what_is_gone(at: datetime) -> None:
    one, other = new(at, JEANNE), new(at, replace(JEANNE, birth_name="Dupont"))
    new(at, Identity(birth_name="Moreau", given="Luc", birth_date="1980-10-21", gender="male"))
    assert doubles.found(by=ALICE, limit=9).looked is None
    assert doubles.look(by=ALICE, at=at) == 1
    assert pairs() == [("probable", {one, other})]
    patient.update(
        by=ALICE,
        at=at,
        patient=other,
        if_version=1,
        identity=replace(JEANNE, birth_name="Moreau", given="Anne"),
    )
    assert doubles.look(by=ALICE, at=at) == 0
    assert pairs() == []


def test_a_pass_that_finds_nothing_new_writes_nothing(at: datetime) -> None:
    one, other = new(at, JEANNE), new(at, replace(JEANNE, birth_name="Dupont"))
    doubles.look(by=ALICE, at=at)
    doubles.look(by=ALICE, at=at)
    kept = identity.pair(by=ALICE, one=one, other=other)
    assert kept is not None
    assert kept.version == 1
    assert "Dupon" not in kept.body.decode()


def test_what_a_person_decided_outlives_any_pass(at: datetime) -> None:
    one, other = new(at, JEANNE), new(at, replace(JEANNE, birth_name="Dupont"))
    doubles.look(by=ALICE, at=at)
    identity.dismiss(by=ALICE, at=at, one=one, other=other)
    doubles.look(by=ALICE, at=at)
    assert pairs() == []
    identity.reconsider(by=ALICE, at=at, one=one, other=other)
    assert pairs() == [("probable", {one, other})]
    identity.merge(by=ALICE, at=at, keep=one, other=other)
    doubles.look(by=ALICE, at=at)
    assert pairs() == []
    separated = identity.unmerge(by=ALICE, at=at, patient=other)
    assert linkage.state(separated.resource()) == linkage.SEPARATED
    assert pairs() == [("probable", {one, other})]


def test_the_surest_come_first(at: datetime) -> None:
    known = replace(JEANNE, phone="0556001122")
    for typed in (replace(JEANNE, birth_name="Dupont"), known, known):
        new(at, typed)
    assert doubles.look(by=ALICE, at=at) == 3
    kinds = [kind for kind, _ids in pairs()]
    assert kinds == ["certain", "probable", "probable"]
    assert doubles.found(by=ALICE, limit=1).count == 3


def test_somebody_may_ask_for_a_pass(at: datetime) -> None:
    doubles.look(by=ALICE, at=at)
    assert not doubles.found(by=ALICE, limit=9).is_awaited
    doubles.ask(by=ALICE, at=at + timedelta(minutes=1))
    assert doubles.found(by=ALICE, limit=9).is_awaited
    doubles.look(by=ALICE, at=at + timedelta(minutes=2))
    assert not doubles.found(by=ALICE, limit=9).is_awaited


def test_a_pass_rests_now_and_then_and_says_how_far_it_is(
    at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doubles, "_AT_ONCE", 1)
    seen: list[tuple[int, int]] = []
    for typed in (JEANNE, replace(JEANNE, birth_name="Dupont"), replace(JEANNE, birth_name="Dupons")):
        new(at, typed)
    doubles.look(by=ALICE, at=at, rest=lambda: seen.append((doubles.progress.done, doubles.progress.total)))
    assert seen == [(1, 3), (2, 3)]
    assert doubles.progress == doubles.Progress()


def test_the_pass_and_its_question_leave_their_rows(at: datetime) -> None:
    doubles.ask(by=ALICE, at=at)
    doubles.look(by=ALICE, at=at)
    assert [row.action for row in gate.audit_page(by=ALICE, limit=2)] == ["doubles.look", "doubles.ask"]
