"""A server that crashes is started again; one that is told to end, or that refuses to begin, is not. Whoever started it
ends, and it ends too."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from carnet.bench.process import family
from tests.conftest import PASSPHRASE

# Serves nothing: says who it is, then does what it is told on the next line.
SERVER = """
import os, signal, sys
for ends in (signal.SIGINT, signal.SIGHUP):  # whoever runs the tests may ignore them
    signal.signal(ends, signal.SIG_DFL)
from carnet.cli import lifeline
lifeline.SHORT, lifeline.PATIENCE = float(sys.argv[1]), 1
def serve():
    print(os.getpid(), flush=True)
    told = sys.stdin.readline().strip()
    if told.startswith("-"):
        os.kill(os.getpid(), int(told[1:]))
    if told == "stay":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        print("staying", flush=True)
        signal.pause()
    return int(told)
sys.exit(lifeline.watched(serve))
"""
# A practice, as one that has run for a while.
PROGRAM = "from carnet.cli import lifeline, main; lifeline.SHORT = 0; raise SystemExit(main.main())"
Start = Callable[[float], subprocess.Popen[str]]
ENDS = 60  # seconds that a busy machine may take to end a process


@pytest.fixture
def start() -> Iterator[Start]:
    made: list[subprocess.Popen[str]] = []

    def begin(short: float) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", SERVER, str(short)]
        made.append(
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             text=True)
        )  # fmt: skip
        return made[-1]

    yield begin
    for one in made:
        one.kill()
        one.wait(ENDS)


def heard(process: subprocess.Popen[str]) -> int:
    """The process that serves now."""
    assert process.stdout is not None
    return int(process.stdout.readline())


def tell(process: subprocess.Popen[str], what: str) -> None:
    assert process.stdin is not None
    process.stdin.write(f"{what}\n")
    process.stdin.flush()


def staying(process: subprocess.Popen[str]) -> int:
    """The process that serves, once it refuses to end."""
    child = heard(process)
    tell(process, "stay")
    assert process.stdout is not None
    assert process.stdout.readline()
    return child


def is_gone(pid: int) -> bool:
    """Whether it ends; nobody may be there to take note of its end."""
    for _ in range(20 * ENDS):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False


def test_a_server_that_crashes_is_started_again(start: Start) -> None:
    process = start(0)
    first = heard(process)
    tell(process, f"-{int(signal.SIGSEGV)}")
    second = heard(process)
    tell(process, "0")
    assert second != first
    assert process.wait(ENDS) == 0


def test_one_that_crashes_at_once_is_not(start: Start) -> None:
    process = start(60)
    heard(process)
    tell(process, f"-{int(signal.SIGABRT)}")
    assert process.wait(ENDS) == 128 + signal.SIGABRT


def test_what_it_refuses_is_the_answer_of_the_command(start: Start) -> None:
    process = start(0)
    heard(process)
    tell(process, "3")
    assert process.wait(ENDS) == 3


def test_what_goes_wrong_before_anything_is_said(start: Start) -> None:
    process = start(0)
    heard(process)
    tell(process, "no number")
    assert process.stderr is not None
    assert process.wait(ENDS) == 1
    assert "ValueError" in process.stderr.read()


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_both(start: Start, signum: signal.Signals) -> None:
    process = start(0)
    child = heard(process)
    process.send_signal(signum)
    process.wait(ENDS)
    assert is_gone(child)


def test_nobody_is_left_behind(start: Start) -> None:
    process = start(0)
    child = heard(process)
    process.kill()
    process.wait(ENDS)
    assert is_gone(child)


def test_who_does_not_end_is_not_left_behind_either(start: Start) -> None:
    process = start(0)
    child = staying(process)
    process.kill()
    process.wait(ENDS)
    assert is_gone(child)


def test_who_does_not_end_is_ended(start: Start) -> None:
    process = start(0)
    child = staying(process)
    process.send_signal(signal.SIGTERM)
    assert process.wait(ENDS) == 0
    assert is_gone(child)


@pytest.mark.slow
def test_a_practice_answers_again_after_a_crash_and_ends_in_order(cell_home: Path) -> None:
    """Also while a client is in the middle of its request."""
    environment = {**os.environ, "CARNET_HOME": str(cell_home), "CARNET_PASSPHRASE": PASSPHRASE}
    environment.pop("CARNET_DATABASE_URL", None)
    command = [sys.executable, "-c", PROGRAM, "serve", "--port", "0", "--json"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        asked(process)
        [watching, serving] = family(process.pid)
        os.kill(serving, signal.SIGKILL)
        port = asked(process)
        assert watching == process.pid
        assert is_gone(serving)
        with socket.create_connection(("127.0.0.1", port)) as client:
            client.sendall(b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\n")
            process.terminate()
            assert process.wait(ENDS) == 0
    finally:
        process.kill()
        process.wait(ENDS)


def asked(process: subprocess.Popen[str]) -> int:
    """The port that it says it answers on."""
    assert process.stdout is not None
    return urlsplit(json.loads(process.stdout.readline())["url"]).port or 0
