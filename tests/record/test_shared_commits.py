"""Actions that wait for each other share one commit: each is kept or undone for itself, and none is answered before. On
both engines; on PostgreSQL each commits alone."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import DatabaseError, OperationalError, connection, connections

from carnet.fhir.errors import Conflict, Unavailable
from carnet.record import audit, check, commit, gate, group, writer
from carnet.record.work import Stored
from tests.cast import ALICE, EMILE, FATOU
from tests.record.test_gate import new, weight
from tests.record.test_threads import at_once, wait_for_turn_taken

pytestmark = pytest.mark.usefixtures("any_cell")
WRITERS = 8


def wait_for_writers(count: int) -> None:
    """Until that many actions wait for their turn."""
    for _ in range(12_000):  # a minute
        if len(group._coming) >= count:
            return
        threading.Event().wait(0.005)
    raise AssertionError("no action waits")


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Nobody is in a hurry; the journal's count at the end of each commit, as it is published."""
    noted_so_far = list[int]()
    publish = audit.publish
    monkeypatch.setattr(commit, "_LONGEST", 60.0)
    monkeypatch.setattr(group, "PATIENCE", 60.0)

    def noted(seq: int, mac: bytes, after: audit.Head | None = None) -> None:
        noted_so_far.append(seq)
        publish(seq, mac, after)

    monkeypatch.setattr(audit, "publish", noted)
    return noted_so_far


def writers_at_once(count: int, story: Callable[[int], object]) -> list[Exception]:
    """That many actions; on the embedded engine all wait for their turn before the first of them has it."""

    def busy() -> None:
        with group.turn():
            wait_for_writers(count if connection.vendor == "sqlite" else 0)

    def begins(number: int) -> None:
        if connection.vendor == "sqlite":
            wait_for_turn_taken()
        story(number)

    return at_once(busy, *[lambda n=number: begins(n) for number in range(count)])


def creates(patient: Stored, at: datetime, answered: list[str]) -> Callable[[int], None]:
    """An action that is answered with the id of what it made."""

    def story(number: int) -> None:
        answered.append(new(weight(patient), at).id)

    return story


def test_eight_actions_that_wait_for_each_other_share_commits(at: datetime, published: list[int]) -> None:
    emile, answered = new(EMILE, at), list[str]()
    before = gate.audit_page(by=ALICE, limit=1)[0].seq
    published.clear()
    assert writers_at_once(WRITERS, creates(emile, at, answered)) == []
    kept = gate.open_record(by=ALICE, at=at, patient=emile.id).all("Observation")
    assert {one.id for one in kept} == {*answered}
    assert len(answered) == WRITERS
    if connection.vendor == "sqlite":
        assert published[0] == before + WRITERS
    assert check.check().ok


def test_an_action_that_fails_among_eight_undoes_only_itself(at: datetime, published: list[int]) -> None:
    emile, answered = new(EMILE, at), list[str]()
    before = gate.audit_page(by=ALICE, limit=1)[0].seq
    story = creates(emile, at, answered)

    def one_fails(number: int) -> None:
        if number % 4 != 2:
            return story(number)
        with gate.write(by=ALICE, at=at, action="test.refused") as work:
            work.create(FATOU)
            raise Conflict("another window was first")

    errors = writers_at_once(WRITERS, one_fails)
    assert [type(error) for error in errors] == [Conflict] * 2
    assert len(gate.open_record(by=ALICE, at=at, patient=emile.id).all("Observation")) == WRITERS - 2
    assert gate.find_patients(by=ALICE, text=FATOU["name"][0]["family"]) == []
    rows = [row for row in gate.audit_page(by=ALICE, limit=1000) if row.seq > before]
    assert [row.action for row in rows] == ["record.open"] + ["test.create"] * (WRITERS - 2)
    assert check.check().ok


def test_nobody_is_answered_before_the_commit(at: datetime, published: list[int]) -> None:
    """Neither what an action made nor what it was refused, which may rest on what another one made."""
    emile, told, seen = new(EMILE, at), list[str](), list[tuple[int, int]]()

    def story(number: int) -> None:
        try:
            with gate.write(by=ALICE, at=at, action="test.create") as work:
                seen.append((len(told), connection.in_atomic_block))
                work.create(weight(emile))
                if len(seen) == 4:  # not the first, which would be refused on nothing of others
                    raise Conflict("another window was first")
        finally:
            told.append("")

    if connection.vendor == "sqlite":
        assert [type(error) for error in writers_at_once(WRITERS, story)] == [Conflict]
        assert seen == [(0, True)] * WRITERS


def test_a_commit_that_fails_keeps_none_of_its_actions(
    at: datetime, monkeypatch: pytest.MonkeyPatch, published: list[int]
) -> None:
    emile, answered = new(EMILE, at), list[str]()
    if connection.vendor != "sqlite":
        return
    before = gate.audit_page(by=ALICE, limit=1)[0].seq
    with group.turn(), writer.lent():
        held = connections["default"]
    commit_, failed = held._commit, list[int]()

    def fail_once() -> object:
        if not failed:
            failed.append(1)
            raise DatabaseError("disk I/O error")
        return commit_()

    monkeypatch.setattr(held, "_commit", fail_once)
    errors = writers_at_once(WRITERS, creates(emile, at, answered))
    assert [type(error) for error in errors] == [Unavailable] * WRITERS
    assert answered == []
    assert gate.audit_page(by=ALICE, limit=1)[0].seq == before
    assert new(weight(emile), at).id
    assert len(gate.open_record(by=ALICE, at=at, patient=emile.id).all("Observation")) == 1
    assert check.check().ok


def test_what_the_database_undid_by_itself_is_told_to_all(at: datetime, published: list[int]) -> None:
    """SQLite undoes a whole transaction when the disk fails in the middle; the commit that follows would say nothing."""
    emile, answered = new(EMILE, at), list[str]()
    if connection.vendor != "sqlite":
        return
    turn = list[int]()

    def story_or_failure(number: int) -> None:
        with gate.write(by=ALICE, at=at, action="test.create") as work:
            answer = work.create(weight(emile)).id
            turn.append(number)
            if len(turn) == 5:
                connection.connection.rollback()
        answered.append(answer)

    errors = writers_at_once(WRITERS, story_or_failure)
    assert {type(error) for error in errors} <= {Unavailable, OperationalError}, errors
    kept = gate.open_record(by=ALICE, at=at, patient=emile.id).all("Observation")
    assert {one.id for one in kept} == {*answered}
    assert len(errors) == 5
    assert len(answered) == 3
    assert check.check().ok


def test_the_journal_has_the_order_of_the_commits(at: datetime) -> None:
    """What was answered before another one began stands before it."""
    emile, moments = new(EMILE, at), dict[str, tuple[float, float]]()

    def story() -> None:
        for _ in range(12):
            began = time.monotonic()
            made = new(weight(emile), at).id
            moments[made] = began, time.monotonic()

    assert at_once(*[story] * WRITERS) == []
    rows = [row for row in gate.audit_page(by=ALICE, limit=1000)[::-1] if row.action == "test.create"]
    made = [id for row in rows for id in [entity.split("/")[1] for entity in row.entities] if id in moments]
    assert len(made) == WRITERS * 12
    latest_begin = 0.0
    for id in made:
        began, ended = moments[id]
        assert ended > latest_begin
        latest_begin = max(latest_begin, began)
    assert list(audit.verify()) == []


def test_a_transaction_that_nobody_goes_on_with_is_ended_by_its_own_action(
    at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one that it was handed to died before its turn."""
    emile = new(EMILE, at)
    monkeypatch.setattr(group, "is_awaited", lambda: True)
    answered = list[str]()
    assert at_once(lambda: creates(emile, at, answered)(0)) == []
    assert len(gate.open_record(by=ALICE, at=at, patient=emile.id).all("Observation")) == 1
    assert group._handed is None
    assert check.check().ok


def test_whoever_wants_the_turn_alone_ends_what_was_handed_on_first(
    at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    emile, answered = new(EMILE, at), list[str]()
    if connection.vendor != "sqlite":
        return
    monkeypatch.setattr(group, "is_awaited", lambda: True)
    monkeypatch.setattr(group, "PATIENCE", 60.0)

    def other() -> None:
        while group._handed is None:
            threading.Event().wait(0.005)
        with commit.without_row():
            assert not connection.in_atomic_block

    assert at_once(other, lambda: creates(emile, at, answered)(0)) == []
    assert len(answered) == 1
    assert check.check().ok
