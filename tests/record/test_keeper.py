"""The log of the embedded database is moved into its file beside those who save and read, not by them."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from django.db import DatabaseError, connection

from carnet.record import cell, check, commit, gate, group, keeper
from carnet.record.work import Stored
from tests.cast import ALICE, EMILE
from tests.record.test_gate import new, weight
from tests.record.test_threads import at_once

pytestmark = pytest.mark.usefixtures("open_cell")
CEILING = 384


@pytest.fixture(autouse=True)
def closed_after() -> Iterator[None]:
    yield
    keeper.close()


def log() -> tuple[int, int]:
    """Pages in the log, and how many of them are in the file too."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(NOOP)")
        _, pages, moved = cursor.fetchone()
    return pages, moved


def writes_until(pages: int, patient: Stored, at: datetime) -> None:
    while log()[0] < pages:
        new(weight(patient), at)


def test_a_little_stays_in_the_log_and_enough_is_moved(at: datetime) -> None:
    emile = new(EMILE, at)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    new(weight(emile), at)
    keeper.move()
    assert log()[1] == 0
    writes_until(keeper.ENOUGH, emile, at)
    keeper.move()
    pages, moved = log()
    assert pages == moved >= keeper.ENOUGH
    new(weight(emile), at)
    assert log()[0] < keeper.ENOUGH  # it began anew
    assert check.check().ok


def test_the_thread_of_the_server_does_it_when_somebody_saved(at: datetime) -> None:
    writes_until(keeper.ENOUGH, new(EMILE, at), at)
    keeper.forget()
    thread = threading.Thread(target=keeper._next, daemon=True)
    thread.start()
    thread.join(0.2)
    assert thread.is_alive()  # nothing was saved
    keeper.wake()
    thread.join(60)
    assert log()[1] >= keeper.ENOUGH


def test_the_thread_survives_a_database_that_fails(at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> None:
        raise DatabaseError("disk I/O error")

    monkeypatch.setattr(keeper, "move", fails)
    keeper.wake()
    keeper._next()
    new(EMILE, at)


def test_a_reader_keeps_what_it_sees_and_nobody_waits_for_it(at: datetime) -> None:
    emile = new(EMILE, at)
    seen, reading, moved = list[int](), threading.Event(), threading.Event()

    def reader() -> None:
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
            for wait in (lambda: reading.set() or moved.wait(60), lambda: None):
                cursor.execute("SELECT COUNT(*) FROM store_resource WHERE type = 'Observation'")
                seen.append(cursor.fetchone()[0])
                wait()
            cursor.execute("ROLLBACK")

    def writer() -> None:
        reading.wait(60)
        writes_until(keeper.MUCH, emile, at)
        keeper.move()
        new(weight(emile), at)
        moved.set()

    assert at_once(reader, writer) == []
    assert seen == [0, 0]
    assert len(gate.open_record(by=ALICE, at=at, patient=emile.id).all("Observation")) > 2
    assert check.check().ok


def test_without_that_thread_who_commits_sees_to_it(at: datetime) -> None:
    emile, most = new(EMILE, at), 0
    for _ in range(60):
        new(weight(emile), at)
        most = max(most, log()[0])
    assert CEILING <= most < CEILING + 100


def test_a_log_that_a_large_filling_made_is_cut_short_again(at: datetime, cell_home: Path) -> None:
    emile, file = new(EMILE, at), cell_home / "carnet.db-wal"
    with gate.write(by=ALICE, at=at, action="test.create") as work:
        for _ in range(200):
            work.create({**weight(emile), "note": [{"text": "mot " * 12_000}]})
    assert file.stat().st_size > 8_000_000
    keeper.move()
    new(weight(emile), at)
    assert file.stat().st_size <= 8_000_000


def test_a_closed_cell_is_left_alone(at: datetime, cell_home: Path) -> None:
    writes_until(keeper.ENOUGH, new(EMILE, at), at)
    keeper.move()
    assert keeper._held is not None
    cell.close()
    assert keeper._held is None
    keeper.move()
    assert keeper._held is None


def test_a_forked_process_has_its_own_turn(at: datetime) -> None:
    """Whatever the threads of its parent were doing at that moment."""
    emile, inside, over = new(EMILE, at), threading.Event(), threading.Event()

    def busy() -> None:
        with group.turn():
            group._coming.add(0)
            inside.set()
            over.wait(0.3)

    def forks() -> None:
        inside.wait(60)
        pid = os.fork()
        if pid == 0:
            try:
                assert not group._coming
                with commit.without_row():
                    keeper.move()
                new(weight(emile), at)
                os._exit(0)
            finally:
                os._exit(1)
        group._coming.discard(0)
        assert os.waitpid(pid, 0)[1] == 0

    assert at_once(busy, forks) == []
    assert len(gate.open_record(by=ALICE, at=at, patient=emile.id).all("Observation")) == 1
