"""Where measurements run: a process and a temporary folder for each engine, gone afterwards."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from carnet.bench.postgresql import Server, binaries

PASSPHRASE = "mesures et comparaisons"


def engines() -> list[str]:
    """The engines that can be measured on this machine."""
    return ["sqlcipher", *(["postgresql"] if binaries() else [])]


def measure(name: str, engine: str, arguments: list[str]) -> dict[str, Any]:
    """Run the measurement `name` in a process of its own, on an empty home; its figures."""
    folder = Path(tempfile.mkdtemp(prefix="carnet-bench-"))
    server = Server.start(durable=True) if engine == "postgresql" else None
    environment = {**os.environ, "CARNET_HOME": str(folder / "cell"), "CARNET_PASSPHRASE": PASSPHRASE}
    environment.pop("CARNET_DATABASE_URL", None)
    try:
        if server:
            server.sql("CREATE DATABASE bench ENCODING 'UTF8' TEMPLATE template0")
            environment["CARNET_DATABASE_URL"] = server.url("bench")
        return _run(
            [sys.executable, "-m", "carnet.cli.main", "bench", name, "--here", *arguments], environment
        )
    finally:
        if server:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _run(command: list[str], environment: dict[str, str]) -> dict[str, Any]:
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True)
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures
