"""Several threads on one cell: nothing is lost, nothing is done twice, and the journal stays one chain. On both
engines."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import connection, connections

from carnet.fhir.errors import Conflict, NotFound, Unavailable
from carnet.record import audit, check, commit, gate, group, writer
from carnet.record.work import Stored
from tests.cast import ALICE, EMILE, FATOU
from tests.record.test_gate import new, weight

pytestmark = pytest.mark.usefixtures("any_cell")
THREADS = 4


def at_once(*stories: Callable[[], object]) -> list[Exception]:
    """Run each in a thread of its own, all starting together; what went wrong."""
    start, errors = threading.Barrier(len(stories)), []

    def run(story: Callable[[], object]) -> None:
        try:
            start.wait()
            story()
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[story]) for story in stories]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


def test_four_threads_write_and_read_and_the_journal_is_one_chain(at: datetime) -> None:
    emile = new(EMILE, at)
    before = len(gate.audit_page(by=ALICE, limit=1000))

    def story() -> None:
        for _ in range(12):
            new(weight(emile), at)
            gate.read(by=ALICE, at=at, type="Patient", id=emile.id)

    assert at_once(*[story] * THREADS) == []
    assert list(audit.verify()) == []
    head = audit.head()
    assert head is not None
    assert head[0] == before + THREADS * 24
    assert len(gate.open_record(by=ALICE, at=at, patient=emile.id).all("Observation")) == THREADS * 12


def test_of_four_saves_of_one_version_one_is_kept(at: datetime) -> None:
    emile = new(EMILE, at)

    def save(gender: str) -> None:
        with gate.write(by=ALICE, at=at, action="patient.update") as work:
            work.update({**emile.resource(), "gender": gender}, if_version=1)

    errors = at_once(*[lambda g=gender: save(g) for gender in ("male", "female", "other", "unknown")])
    assert [type(error) for error in errors] == [Conflict] * 3
    assert len(gate.history(by=ALICE, at=at, type="Patient", id=emile.id)) == 2


def test_what_was_not_found_is_still_not_there_when_it_is_written(at: datetime) -> None:
    """Importing one file twice at once must not make two patients."""

    def find_or_create() -> None:
        with gate.write(by=ALICE, at=at, action="test.once") as work:
            if not work.find("Patient", [("family", "Durand")]):
                threading.Event().wait(0.05)
                work.create(EMILE)

    assert at_once(*[find_or_create] * THREADS) == []
    assert len(gate.across(by=ALICE, type="Patient", params=[("family", "Durand")])) == 1


def test_two_actions_that_want_each_other_s_rows_both_end(at: datetime) -> None:
    emile, fatou = new(EMILE, at), new(FATOU, at)

    def both(first: Stored, second: Stored) -> None:
        with gate.write(by=ALICE, at=at, action="test.both") as work:
            for one in (first, second):
                work.get("Patient", one.id)
                threading.Event().wait(0.05)

    assert at_once(lambda: both(emile, fatou), lambda: both(fatou, emile)) == []
    assert check.check().ok


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, OSError])
def test_no_error_leaves_a_transaction_open(error: type[BaseException], at: datetime) -> None:
    with pytest.raises(error), gate.write(by=ALICE, at=at, action="x") as work:
        work.create(EMILE)
        raise error
    with group.turn(), writer.lent():
        assert not connection.in_atomic_block
        raw = connection.connection
        assert not (raw.in_transaction if connection.vendor == "sqlite" else raw.info.transaction_status)
    assert gate.find_patients(by=ALICE, text="durand") == []


def wait_for_rows(count: int) -> None:
    """Until that many rows of readings wait for a commit."""
    for _ in range(12_000):  # a minute
        if len(group._queue) >= count:
            return
        threading.Event().wait(0.005)
    raise AssertionError("no row waits")


def wait_for_turn_taken() -> None:
    while not group._turn.locked():
        threading.Event().wait(0.005)


def read_all(id: str, at: datetime, read: list[str]) -> Callable[[], None]:
    """A reading that begins while somebody has the turn."""

    def story() -> None:
        wait_for_turn_taken()
        read.append(gate.read(by=ALICE, at=at, type="Patient", id=id).id)

    return story


def test_rows_that_wait_together_share_one_commit(at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    emile, read, commits = new(EMILE, at), list[str](), list[int]()
    append = commit._append
    monkeypatch.setattr(commit, "_append", lambda rows: (commits.append(len(rows)), append(rows)))
    before = len(gate.audit_page(by=ALICE, limit=1000))

    def busy() -> None:
        with group.turn():
            wait_for_rows(THREADS)

    assert at_once(busy, *[read_all(emile.id, at, read)] * THREADS) == []
    assert commits == [THREADS]
    assert len(read) == THREADS
    assert len(gate.audit_page(by=ALICE, limit=1000)) == before + THREADS
    assert list(audit.verify()) == []


def test_an_action_takes_the_rows_of_readings_with_it(at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    emile, read = new(EMILE, at), list[str]()
    monkeypatch.setattr(commit, "_append", lambda rows: pytest.fail("a commit of its own"))

    def action() -> None:
        with gate.write(by=ALICE, at=at, action="test.busy") as work:
            work.create(weight(emile))
            wait_for_rows(THREADS)

    assert at_once(action, *[read_all(emile.id, at, read)] * THREADS) == []
    assert [row.action for row in gate.audit_page(by=ALICE, limit=5)[::-1]] == [
        "test.busy",
        *["read"] * THREADS,
    ]
    assert list(audit.verify()) == []


def test_an_action_that_is_undone_leaves_the_readings_their_rows(at: datetime) -> None:
    emile, read = new(EMILE, at), list[str]()

    def action() -> None:
        with gate.write(by=ALICE, at=at, action="test.undone") as work:
            work.create(weight(emile))
            wait_for_rows(THREADS)
            raise Conflict("another window was first")

    errors = at_once(action, *[read_all(emile.id, at, read)] * THREADS)
    assert [type(error) for error in errors] == [Conflict]
    assert len(read) == THREADS
    assert [row.action for row in gate.audit_page(by=ALICE, limit=4)] == ["read"] * THREADS
    assert list(audit.verify()) == []


def test_a_commit_that_fails_gives_the_readings_back(at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """The action took their rows along, and its commit failed: they are not lost, and not answered too early."""
    emile, read, refused = new(EMILE, at), list[str](), list[int]()
    chained = commit._chained

    def refuse_once(rows: list[dict[str, object]], head: object = None) -> object:
        if head is not None and not refused:
            refused.append(len(rows))
            raise OSError("the disk went away")
        return chained(rows, head)  # type: ignore[arg-type]

    monkeypatch.setattr(commit, "_chained", refuse_once)

    def action() -> None:
        with gate.write(by=ALICE, at=at, action="test.fails") as work:
            work.create(weight(emile))
            wait_for_rows(THREADS)

    errors = at_once(action, *[read_all(emile.id, at, read)] * THREADS)
    assert [type(error) for error in errors] == [OSError]
    assert refused == [THREADS]
    assert len(read) == THREADS
    assert "test.fails" not in {row.action for row in gate.audit_page(by=ALICE, limit=1000)}
    assert list(audit.verify()) == []


def test_no_reading_is_answered_without_its_row(at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """A shared commit that fails tells each of those who waited."""
    emile, read = new(EMILE, at), list[str]()

    def busy() -> None:
        with group.turn():
            wait_for_rows(THREADS)

    def refuse(**row: object) -> None:
        raise OSError("no journal")

    monkeypatch.setattr(audit, "append", refuse)
    errors = at_once(busy, *[read_all(emile.id, at, read)] * THREADS)
    assert [type(error) for error in errors] == [OSError] * THREADS
    assert read == []


def test_a_reading_that_waits_too_long_is_refused_and_leaves_no_row(
    at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    emile, read = new(EMILE, at), list[str]()
    monkeypatch.setattr(group, "LONGEST_WAIT", 0.1)
    gave_up = threading.Event()

    def busy() -> None:
        with group.turn():
            gave_up.wait(60)

    def impatient() -> None:
        try:
            read_all(emile.id, at, read)()
        finally:
            gave_up.set()

    errors = at_once(busy, impatient)
    assert [type(error) for error in errors] == [Unavailable]
    assert read == []
    assert not group._queue
    assert gate.audit_page(by=ALICE, limit=1)[0].action != "read"


def test_readings_and_actions_of_many_threads_leave_one_chain(at: datetime) -> None:
    emile = new(EMILE, at)
    before = len(gate.audit_page(by=ALICE, limit=10_000))

    def reader() -> None:
        for _ in range(40):
            gate.read(by=ALICE, at=at, type="Patient", id=emile.id)

    def writer() -> None:
        for _ in range(10):
            new(weight(emile), at)

    assert at_once(*[reader] * 6, *[writer] * 2) == []
    assert len(gate.audit_page(by=ALICE, limit=10_000)) == before + 6 * 40 + 2 * 10
    assert list(audit.verify()) == []
    head = audit.head()
    assert head is not None
    assert head[0] == before + 6 * 40 + 2 * 10


def test_a_slow_search_lets_the_others_pass(at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is interrupted where others wait behind it, and answered all the same."""
    emile = new(EMILE, at)
    monkeypatch.setattr(writer, "MOMENT", -1.0)
    monkeypatch.setattr(writer, "_STEPS", 1)
    found = gate.find(by=ALICE, at=at, type="Patient", params=[("name", "durand"), ("birthdate", "lt2000")])
    assert [row.id for row in found.rows] == [emile.id]
    assert gate.audit_page(by=ALICE, limit=1)[0].entities == (f"Patient/{emile.id}/1",)
    assert list(audit.verify()) == []


def test_what_is_not_found_is_told_to_its_reader_alone(at: datetime) -> None:
    emile, read = new(EMILE, at), list[str]()

    def busy() -> None:
        with group.turn():
            wait_for_rows(THREADS)

    stories = [read_all(id, at, read) for id in (emile.id, "nobody", emile.id, "nobody")]
    if connection.vendor == "sqlite":
        errors = at_once(busy, *stories)
        assert [type(error) for error in errors] == [NotFound, NotFound]
        assert read == [emile.id, emile.id]
        assert list(audit.verify()) == []


def test_a_process_that_forks_does_not_hand_down_its_open_database(at: datetime) -> None:
    new(EMILE, at)
    if connection.vendor == "sqlite":
        assert writer._held is not None
        child = os.fork()
        if child == 0:
            os._exit(0 if writer._held is None else 1)
        assert os.waitpid(child, 0)[1] == 0
    assert new(EMILE, at).id
