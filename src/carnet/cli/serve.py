"""`carnet serve`: the cell's one server. A cell that does not exist yet is made in the browser, behind a link
printed here; one that no secret opens answers only *Ouvrir le cabinet*."""

from __future__ import annotations

import argparse
import gc
import json
import os
import socket
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, connections
from django.utils.module_loading import import_string
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.mp import MPServer

from carnet.cli import lifeline, opening
from carnet.fhir.errors import Refused, Unavailable
from carnet.jobs import worker
from carnet.record import cell, keeper
from carnet.web.setup import link, wizard

ADDRESS = "127.0.0.1"
WARM = ("carnet.config.urls.urlpatterns", "carnet.actions.offers.warm")  # loaded once it answers, not before
THREADS = 8  # more than processors: those that wait for one commit share it
Ready = Callable[[str], None]


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, default=8421, help="le port (0 : un port libre)")
    parser.add_argument("--workers", type=int, default=1, help=argparse.SUPPRESS)  # for measures only


def run(args: argparse.Namespace) -> int:
    """Serve until interrupted."""
    home = settings.HOME
    if cell.is_created(home):
        secret = opening.secret(home)
        if secret is not None:
            cell.unlock(home, secret=secret)
    if args.workers > 1 and connection.vendor == "sqlite":
        raise Refused("La base intégrée est servie par un seul processus. Retirez --workers.")
    return serve(home, args.port, lambda url: announce(url, as_json=args.json), workers=args.workers)


def announce(url: str, *, as_json: bool) -> None:
    """Say where the server is, once it answers."""
    if as_json:
        print(json.dumps({"url": url}), flush=True)
    else:
        print(f"Carnet : {url}   (Ctrl C pour arrêter)", flush=True)


def serve(home: Path, port: int, ready: Ready, *, workers: int = 1) -> int:
    """Serve the cell at `home` on loopback until a signal; `ready(url)` is called once it answers. While there
    is no owner, the url is the one-time link."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    port = port or _free_port()
    _check_free(port)
    with cell.serve_lock(home):
        connections.close_all()
        _divide(workers)
        server = _InThisProcess(
            "carnet",
            address=ADDRESS,
            port=port,
            interface=Interfaces.WSGI,
            blocking_threads=THREADS,
            log_level=LogLevels.error,  # it would tell on the line of the url that threads outnumber the processors
        )
        server.serve(target_loader=lambda *_: _application(port, ready))
    return 0


class _InThisProcess(MPServer):
    """granian, without its process that only starts another: who watches here is cli/lifeline.py, before Django is
    loaded, where granian's would hold all of it a second time (30 MB)."""

    def _serve(self, spawn_target: Any, target_loader: Any) -> None:
        self._init_shared_socket()  # type: ignore[no-untyped-call]
        self._start_ipc()  # type: ignore[no-untyped-call]
        self._spawn_worker(0, spawn_target, target_loader).inner.run()


def _divide(workers: int) -> None:
    """Into so many processes; the system shares the requests of the port between them."""
    for _ in range(workers - 1):
        if not os.fork():
            lifeline.die_with_parent()
            break


def _application(port: int, ready: Ready) -> Any:
    """The application, the queue's thread, and the word that it answers."""
    application = import_string(settings.WSGI_APPLICATION)
    keeper.start()
    threading.Thread(target=worker.run, name="queue", daemon=True).start()
    url = f"http://{ADDRESS}:{port}/"
    if wizard.is_needed(settings.HOME):
        url = url.rstrip("/") + link.path()
    threading.Thread(target=_tell, args=(port, url, ready), daemon=True).start()
    return application


def _tell(port: int, url: str, ready: Ready) -> None:
    for _ in range(3_000):  # a minute at least: a slow computer that has just been switched on
        if _answers(port):
            ready(url)
            return _warm()
        time.sleep(0.02)
    print("Carnet ne répond pas sur son port.", file=sys.stderr)
    os._exit(1)


def _answers(port: int) -> bool:
    try:
        socket.create_connection((ADDRESS, port), timeout=1).close()
    except OSError:
        return False
    return True


def _warm() -> None:
    """Load the screens and what reading a note needs (a second of work), and keep it out of the collector's rounds:
    neither the first page of the day nor the first offer waits for it."""
    _screens, warm = map(import_string, WARM)
    warm()
    gc.collect()
    gc.freeze()


def _check_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, port))
        except OSError as error:
            raise Unavailable(
                "Le port {port} est déjà pris par un autre programme. Choisissez-en un autre : --port 0",
                port=port,
            ) from error


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((ADDRESS, 0))
        return int(probe.getsockname()[1])
