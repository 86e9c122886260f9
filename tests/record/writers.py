"""Writers to be killed: a forked child writes from several threads and says each acknowledged id on a pipe."""

from __future__ import annotations

import faulthandler
import os
import random
import select
import signal
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from django.db import connections

from carnet.fhir.errors import NotFound
from carnet.record import check, gate, keeper
from carnet.store import blobs, keys
from tests.cast import ALICE, EMILE

PATIENCE = 60  # seconds; they are killed within one
AT = datetime(2026, 3, 3, 9, 30, tzinfo=UTC)


def write_once() -> str:
    """One action: a patient, a weight and a kept document; returns what its answer acknowledges."""
    with gate.write(by=ALICE, at=AT, action="crash.write") as work:
        kept = work.create(EMILE)
        name = work.keep_blob(os.urandom(3000))
        work.create(
            {
                "resourceType": "DocumentReference",
                "status": "current",
                "subject": {"reference": kept.reference},
                "content": [{"attachment": {"url": f"Binary/{name}"}}],
            }
        )
    return f"{kept.id} {name}"


def _write_for_ever(pipe: int) -> None:
    try:
        while True:
            os.write(pipe, (write_once() + "\n").encode())
    except BaseException:
        traceback.print_exc()
        os._exit(1)  # closes the pipe: nobody waits for it


def _child(pipe: int, threads: int) -> None:
    faulthandler.enable(file=2, all_threads=True)
    connections.close_all()
    keeper.start()
    for _ in range(threads):
        threading.Thread(target=_write_for_ever, args=(pipe,), daemon=True).start()
    signal.pause()


@contextmanager
def child(threads: int = 3) -> Iterator[tuple[int, int]]:
    """A forked process that writes for ever: its pid, and the pipe to read its acknowledgements from."""
    connections.close_all()
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(reader)
            _child(writer, threads)
        finally:
            os._exit(1)
    os.close(writer)
    try:
        yield pid, reader
    finally:
        os.close(reader)


def kill_during_writes(chance: random.Random) -> list[str]:
    """Start writers, kill them at a random moment, and give back every acknowledgement that got out."""
    with child() as (pid, pipe):
        heard = _first_word(pid, pipe)
        time.sleep(chance.uniform(0.0, 0.25))
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        while more := os.read(pipe, 1 << 16):
            heard += more
    return heard.decode().split("\n")[:-1]


def _first_word(pid: int, pipe: int) -> bytes:
    if not select.select([pipe], [], [], PATIENCE)[0]:
        os.kill(pid, signal.SIGABRT)  # it tells where it hangs
        os.waitpid(pid, 0)
        raise AssertionError("the writers hang: where, is above")
    heard = os.read(pipe, 1)
    assert heard, "the writers ended by themselves: what they said is above"
    return heard


def lost(acknowledged: list[str]) -> list[str]:
    """The acknowledgements that the record does not hold any more, whole."""
    return [line for line in acknowledged if not _is_kept(*line.split())]


def _is_kept(patient: str, name: str) -> bool:
    try:
        opened = gate.open_record(by=ALICE, at=AT, patient=patient)
        return len(opened.all("DocumentReference")) == 1 and len(blobs.read(name)) == 3000
    except NotFound:
        return False


def findings() -> list[str]:
    """What `carnet check` has to say."""
    return check.check().findings


def home() -> Path:
    """The open cell's folder."""
    return keys.current().home
