"""Who sends slowly, or stops in the middle, does not keep the others out."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from carnet.api import bodies
from carnet.api.refusals import Crowded
from carnet.bench.process import running
from tests.api.asking import ask
from tests.cast import EMILE
from tests.conftest import PASSPHRASE

CARNET = ("-m", "carnet.cli.main")
EIGHT = 8  # as many as the server has threads


def test_as_many_as_there_are_places_and_not_all_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "TURN", 0.01)
    with ExitStack() as sending:
        for _ in range(bodies.EACH):
            sending.enter_context(bodies.place("slow"))
        with pytest.raises(Crowded), bodies.place("slow"):
            pass
        sending.enter_context(bodies.place("other"))
        with pytest.raises(Crowded), bodies.place("third"):
            pass
    with bodies.place("slow"), bodies.place("third"):
        assert bodies._reading.total() == 2
    assert not bodies._reading


@pytest.mark.usefixtures("open_cell")
def test_what_finds_no_place_is_told_when_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "TURN", 0.01)
    with ExitStack() as sending:
        for number in range(bodies.AT_ONCE):
            sending.enter_context(bodies.place(str(number)))
        said = ask("POST", "Patient", EMILE)
        assert ask("GET", "metadata").status == 200
    assert said.status == 503
    assert said.json["issue"][0]["code"] == "throttled"
    assert said.headers["Retry-After"]
    assert ask("POST", "Patient", EMILE).status == 201


@pytest.mark.usefixtures("open_cell")
def test_what_was_cut_on_its_way_is_refused() -> None:
    said = ask("POST", "Patient", EMILE, content_length="4000")
    assert said.status == 400
    assert said.json["issue"][0]["location"] == ["http.Content-Length"]


@pytest.fixture
def server(cell_home: Path) -> Iterator[tuple[int, list[str]]]:
    """A real one: its port, and the tokens of two programs."""
    environment = {**os.environ, "CARNET_HOME": str(cell_home), "CARNET_PASSPHRASE": PASSPHRASE}
    environment.pop("CARNET_DATABASE_URL", None)
    tokens = []
    for name in ("lent", "autre"):
        command = [sys.executable, *CARNET, "token", name, "--json"]
        done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True)
        tokens.append(json.loads(done.stdout)["token"])
    with running(*CARNET, "serve", "--port", "0", "--json", environment=environment) as process:
        yield process.port, tokens


@pytest.mark.slow
def test_another_program_reads_and_writes_while_eight_bodies_hang(server: tuple[int, list[str]]) -> None:
    port, [slow, other] = server
    asks(port, other)  # once without a clock: what is loaded at the first question is loaded
    calm = seconds(lambda: asks(port, other))
    with ExitStack() as open_ones:
        hanging = [open_ones.enter_context(closing(begun(port, slow))) for _ in range(EIGHT)]
        until_answered(hanging, EIGHT - bodies.EACH)
        assert seconds(lambda: asks(port, other)) < 5 + 5 * calm
        answers = [one.recv(12) for one in hanging if is_answered(one)]
        assert answers == [b"HTTP/1.1 503"] * (EIGHT - bodies.EACH)
    assert asked(port, slow, "Patient", json.dumps(EMILE).encode()) == 201


def seconds(story: Callable[[], object]) -> float:
    """How long it takes, also while nothing hangs: a machine with other work does all of it later."""
    before = time.monotonic()
    story()
    return time.monotonic() - before


def asks(port: int, token: str) -> None:
    """What a program reads and writes."""
    assert asked(port, token, "metadata") == 200
    assert asked(port, token, "Patient?_count=1") == 200
    assert asked(port, token, "Patient", json.dumps(EMILE).encode()) == 201


def begun(port: int, token: str) -> socket.socket:
    """A request whose body never comes to its end."""
    made = socket.create_connection(("127.0.0.1", port), timeout=20)
    head = f"POST /fhir/Patient HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n"
    made.sendall(f'{head}Content-Type: application/fhir+json\r\nContent-Length: 9000\r\n\r\n{{"a":'.encode())
    return made


def until_answered(begun: list[socket.socket], count: int) -> None:
    """Until so many have been turned away: the others then hold a place each."""
    end = time.monotonic() + 60
    while sum(map(is_answered, begun)) < count and time.monotonic() < end:
        time.sleep(0.1)


def is_answered(one: socket.socket) -> bool:
    one.settimeout(0.2)
    try:
        return bool(one.recv(1, socket.MSG_PEEK))
    except TimeoutError:
        return False


def asked(port: int, token: str, address: str, body: bytes | None = None) -> int:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/fhir+json"}
    request = urllib.request.Request(f"http://127.0.0.1:{port}/fhir/{address}", body, headers)
    with urllib.request.urlopen(request, timeout=20) as answer:
        return int(answer.status)
