"""A throw-away PostgreSQL server for the tests: a temporary folder, a Unix socket, no durability needed."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import pytest


def binaries() -> Path | None:
    """The folder of the newest PostgreSQL installed, or None."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=lambda p: int(p.parts[-3]))
    return folders[-1].parent if folders else None


@dataclass
class Server:
    """One server; each test gets a database copied from a template."""

    folder: Path
    user: str
    made: int = 0
    template: bool = field(default=False)

    @classmethod
    def start(cls) -> Server:
        found = binaries()
        if found is None:
            pytest.skip("PostgreSQL is not installed: apt install postgresql")
        folder = Path(tempfile.mkdtemp(prefix="carnet-pg-"))
        server = cls(folder, "postgres" if os.geteuid() == 0 else os.environ.get("USER", "postgres"))
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        server.run(
            str(found / "initdb"), "-D", f"{folder}/data", "-U", server.user, "-A", "trust", "-E", "UTF8"
        )
        options = f"-c listen_addresses='' -k {folder} -c fsync=off -c max_connections=50"
        server.run(
            str(found / "pg_ctl"), "-D", f"{folder}/data", "-w", "-o", options, "-l", f"{folder}/log", "start"
        )
        return server

    def run(self, *command: str) -> None:
        as_user = (
            ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
        )
        subprocess.run([*as_user, *command], check=True, capture_output=True, cwd=self.folder)

    def url(self, name: str) -> str:
        return f"postgresql://{self.user}@{quote(str(self.folder), safe='')}/{name}"

    def sql(self, text: str) -> None:
        self.run("psql", "-h", str(self.folder), "-U", self.user, "-d", "postgres", "-q", "-c", text)

    def fresh(self, fill: Callable[[str], None]) -> str:
        if not self.template:
            self.sql("CREATE DATABASE template_cell ENCODING 'UTF8' TEMPLATE template0")
            fill(self.url("template_cell"))
            self.template = True
        self.made += 1
        self.sql(f"CREATE DATABASE cell_{self.made} TEMPLATE template_cell")
        return f"cell_{self.made}"

    def drop(self, name: str) -> None:
        self.sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def stop(self) -> None:
        found = binaries()
        assert found is not None
        self.run(str(found / "pg_ctl"), "-D", f"{self.folder}/data", "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)
