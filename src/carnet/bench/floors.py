"""The floors of `carnet bench api`: the least that any server could do here, on the same server program and threads.
Serves no one but the measurement."""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from carnet.bench.place import PASSPHRASE
from carnet.record import cell

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
# What a process of its own runs, before its arguments: the name of the floor, the home, how many workers.
LAUNCH = "import sys, django; django.setup(); from carnet.bench import floors; floors.main(*sys.argv[1:])"
THREADS = 8  # as `carnet serve` has
BODY = b"x" * 2048
HEADERS = [("Content-Type", "application/fhir+json"), ("Content-Length", str(len(BODY)))]
TABLE = (
    "CREATE TABLE IF NOT EXISTS bench_audit (seq {number} PRIMARY KEY, at bigint NOT NULL, actor text NOT NULL,"
    " role text NOT NULL, purpose text NOT NULL, action text NOT NULL, outcome text NOT NULL, patient text,"
    " entities text NOT NULL, mac {bytes} NOT NULL)",
    "CREATE INDEX IF NOT EXISTS bench_audit_patient ON bench_audit (patient, seq)",
    "CREATE INDEX IF NOT EXISTS bench_audit_action ON bench_audit (action, actor, seq)",
)
_TYPES = {
    "sqlite": {"number": "bigint", "bytes": "blob"},
    "postgresql": {"number": "bigserial", "bytes": "bytea"},
}
# As in the journal, rows are numbered without a gap where one writes at a time; elsewhere by the database.
_NEXT = {"sqlite": "(SELECT COALESCE(MAX(seq), 0) + 1 FROM bench_audit)", "postgresql": "DEFAULT"}
_INSERT = (
    "INSERT INTO bench_audit VALUES ({next}, 1772530200000000, 'd1b5', 'owner', 'TREAT', 'read', 'success',"
    " {mark}, {mark}, {mark})"
)


def constant(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Two kilobytes, always the same."""
    start_response("200 OK", HEADERS)
    return [BODY]


def view(request: HttpRequest, type: str, id: str) -> HttpResponse:
    """The same from a view of Django."""
    return HttpResponse(BODY, headers=dict(HEADERS))


urlpatterns = [path("fhir/<str:type>/<str:id>", view)]


def _read_and_remember() -> Wsgi:
    """One read by key and one durable row, a commit each, as bare as it goes."""
    sqlite = connection.vendor == "sqlite"
    mark = "?" if sqlite else "%s"
    select = f"SELECT subject, body FROM store_resource WHERE type = {mark} AND fhir_id = {mark}"
    insert, begin = (
        _INSERT.format(next=_NEXT[connection.vendor], mark=mark),
        "BEGIN IMMEDIATE" if sqlite else "BEGIN",
    )

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        raw, (type_, id) = _raw(), environ["PATH_INFO"].split("/")[2:4]
        subject, body = raw.execute(select, (type_, id)).fetchone()
        raw.execute(begin)
        raw.execute(insert, (subject, f'["{type_}/{id}/1"]', os.urandom(32)))
        raw.execute("COMMIT")
        start_response(
            "200 OK", [("Content-Type", "application/fhir+json"), ("Content-Length", str(len(body)))]
        )
        return [bytes(body)]

    return answer


def _raw() -> Any:
    """This thread's connection, without Django."""
    connection.ensure_connection()
    return connection.connection


def _application(name: str, home: Path) -> Wsgi:
    if name == "constant":
        return constant
    if name == "view":
        settings.ROOT_URLCONF, settings.MIDDLEWARE = __name__, []
        return WSGIHandler()
    cell.unlock(home, secret=PASSPHRASE)
    with connection.cursor() as cursor:
        for statement in TABLE:
            cursor.execute(statement.format(**_TYPES[connection.vendor]))
    connection.close()
    return _read_and_remember()


def _tell(port: int) -> None:
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                print(json.dumps({"url": f"http://127.0.0.1:{port}/"}), flush=True)
                return
        except OSError:
            threading.Event().wait(0.02)


def main(name: str, home: str, workers: str) -> None:
    """Serve one floor until a signal."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    application = _application(name, Path(home))
    threading.Thread(target=_tell, args=(port,), daemon=True).start()
    server = Server(
        "floor",
        address="127.0.0.1",
        port=port,
        interface=Interfaces.WSGI,
        workers=int(workers),
        blocking_threads=THREADS,
        log_level=LogLevels.error,
    )
    server.serve(target_loader=lambda *_: application)
