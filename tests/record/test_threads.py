"""Several threads on one cell: nothing is lost, nothing is done twice, and the journal stays one chain. On both
engines."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import connection, connections

from carnet.fhir.errors import Conflict
from carnet.record import audit, check, gate
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
    assert not connection.in_atomic_block
    raw = connection.connection
    assert not (raw.in_transaction if connection.vendor == "sqlite" else raw.info.transaction_status)
    assert gate.find_patients(by=ALICE, text="durand") == []
