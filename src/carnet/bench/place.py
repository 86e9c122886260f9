"""Where measurements run: a folder for each engine, gone afterwards unless it is to be kept, and processes in it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from carnet.bench.postgresql import Server, binaries

PASSPHRASE = "mesures et comparaisons"
Run = Callable[[str, list[str]], dict[str, Any]]


def engines() -> list[str]:
    """The engines that can be measured on this machine."""
    return ["sqlcipher", *(["postgresql"] if binaries() else [])]


@contextmanager
def opened(engine: str, kept: Path | None = None) -> Iterator[Run]:
    """A place of this engine: `run(name, arguments)` is one command `bench name` in a process of its own. The place
    is empty and gone afterwards, unless `kept` names the folder where it stays."""
    folder = kept or Path(tempfile.mkdtemp(prefix="carnet-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    data = folder / "postgresql" if kept else None
    server = Server.start(durable=True, data=data) if engine == "postgresql" else None
    environment = {**os.environ, "CARNET_HOME": str(folder / "cell"), "CARNET_PASSPHRASE": PASSPHRASE}
    environment.pop("CARNET_DATABASE_URL", None)
    try:
        if server:
            if not (folder / "cell").exists():
                server.sql("CREATE DATABASE bench ENCODING 'UTF8' TEMPLATE template0")
            environment["CARNET_DATABASE_URL"] = server.url("bench")
        yield partial(_run, environment)
    finally:
        if server:
            server.stop()
        if not kept:
            shutil.rmtree(folder, ignore_errors=True)


def measure(name: str, engine: str, arguments: list[str]) -> dict[str, Any]:
    """Run the measurement `name` in a process of its own, on an empty home; its figures."""
    with opened(engine) as run:
        return run(name, arguments)


def _run(environment: dict[str, str], name: str, arguments: list[str]) -> dict[str, Any]:
    command = [sys.executable, "-m", "carnet.cli.main", "bench", name, "--here", *arguments]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True)
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures
