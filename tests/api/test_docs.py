"""docs/api.md is true: its requests are sent in their order, its answers compared where they are stated, its SQL and its
Python run."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from django.db import connection

from carnet.api import bodies, bundle, door, patch, transaction
from carnet.fhir import json
from carnet.store.search import include, pages, search
from tests.api.asking import actor_of, ask
from tests.house.sources import ROOT

PAGE = (ROOT / "docs" / "api.md").read_text("utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", PAGE, re.DOTALL)
QUESTION = "Observation?patient=emile&code=http://loinc.org|29463-7&_sort=-date&_count=2"


def headed(block: str) -> tuple[str, dict[str, str], str]:
    """First line, headers and body of a message."""
    head, _, body = block.partition("\n\n")
    first, *lines = head.strip().splitlines()
    return first, dict(line.split(": ", 1) for line in lines), body.strip()


def like(stated: Any, real: Any, where: str = "") -> None:
    """What is stated is there; `…` stands for anything, members that are not stated do not count."""
    if isinstance(stated, dict):
        for name, value in stated.items():
            assert name in real, f"{where}.{name}"
            like(value, real[name], f"{where}.{name}")
    elif isinstance(stated, list):
        assert len(stated) == len(real), where
        for number, pair in enumerate(zip(stated, real, strict=True)):
            like(*pair, f"{where}[{number}]")
    elif isinstance(stated, str):
        assert re.fullmatch(".*".join(map(re.escape, stated.split("…"))), str(real), re.DOTALL), (where, real)
    else:
        assert str(stated) == str(real), where


def exchanges() -> Iterator[tuple[str, str]]:
    messages = [block for kind, block in BLOCKS if kind == "http"]
    assert len(messages) % 2 == 0
    yield from zip(messages[::2], messages[1::2], strict=True)


def run(request: str, answer: str) -> None:
    first, headers, body = headed(request)
    method, _, address = first.partition(" /fhir")
    given = {name.replace("-", "_").lower(): value for name, value in headers.items()}
    said = ask(method, address.lstrip("/"), body.encode() or None, **given)
    status, expected, stated = headed(answer)
    assert said.status == int(status.split()[1]), (first, said.body.decode())
    for name, value in expected.items():
        like(value, said.headers[name], name)
    if stated:
        like(json.loads(stated), said.json)


def run_all() -> int:
    return sum(run(*one) is None for one in exchanges())


def test_every_request_gets_the_answer_that_is_shown(any_cell: Path) -> None:
    assert run_all() > 15


def test_a_wrong_page_would_fail(open_cell: Path) -> None:
    with pytest.raises(AssertionError):
        run("GET /fhir/Patient/emile\n", "HTTP/1.1 200\n")
    with pytest.raises(AssertionError):
        like({"a": [1]}, {"a": [1, 2]})
    with pytest.raises(AssertionError):
        like({"a": "x…"}, {"a": "y"})


def test_the_sql_is_what_is_asked_of_the_database(open_cell: Path) -> None:
    assert QUESTION in PAGE
    [shown] = [block for kind, block in BLOCKS if kind == "sql"]
    [plan] = [block for kind, block in BLOCKS if kind == "plan"]
    type_, _, query = QUESTION.partition("?")
    asked = search.read([tuple(pair.split("=", 1)) for pair in query.split("&")])
    statement = search.compile(type_, asked).page
    assert bare(re.sub(r"--.*", "", shown)) == bare(statement.text)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {statement.text}", statement.args)
        real = [row[-1] for row in cursor.fetchall()]
    assert plan.strip().splitlines() == [
        line for line in real if line[:9] in ("SEARCH s ", "SEARCH x ", "SEARCH r ")
    ]


def bare(sql: str) -> str:
    return re.sub(r"\s+", "", sql)


def test_the_five_lines_of_python(open_cell: Path) -> None:
    run_all()
    [lines] = [block for kind, block in BLOCKS if kind == "python"]
    assert len(lines.strip().splitlines()) == 5
    with served() as address:
        here = lines.replace("http://127.0.0.1:8421", address).replace("carnet_…", "alice")
        known: dict[str, Any] = {}
        exec(here, known)
    assert known["weights"] == [72.5]


class Quiet(WSGIRequestHandler):
    """A handler that prints no line for each request."""

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def served() -> Iterator[str]:
    server = make_server("127.0.0.1", 0, door.answering(actor_of), handler_class=Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_the_limits_are_those_of_the_code() -> None:
    sizes = (door.BODY_LIMIT >> 20, bundle.ENTRY_LIMIT["transaction"], bundle.ENTRY_LIMIT["batch"])
    for stated in (
        f"{sizes[0]} MB",
        f"{sizes[1]:,} entries (of which {transaction.LOOKUP_LIMIT:,} conditions), {sizes[2]} entries",
        f"| {bodies.AT_ONCE}, of one program {bodies.EACH};",
        f"{patch.OPERATION_LIMIT:,} operations",
    ):
        assert stated in PAGE
    page = pages.BYTES >> 20
    brought = f"{include.MOST:,} and {page} MB that it brings along"
    assert f"{search.COUNT_LIMIT:,} resources and {page} MB, and {brought}" in PAGE
    assert f"{json.DEPTH_LIMIT} levels" in PAGE
