"""A PostgreSQL server of our own, reached by a Unix socket; for measurements and tests. It is thrown away with its
data unless a folder is given to keep them in."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

TEMPLATE = "template_cell"


def binaries() -> Path | None:
    """The folder of the newest PostgreSQL that is installed, or None."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


@dataclass
class Server:
    """One server; databases are copies of a template that the first caller fills."""

    folder: Path
    data: Path
    binaries: Path
    user: str
    made: int = 0

    @classmethod
    def start(cls, *, durable: bool, data: Path | None = None) -> Server:
        """Start one. `durable` keeps fsync on, as a practice would; `data` is where its databases are, or will be
        kept. Raises FileNotFoundError when not installed."""
        found = binaries()
        if found is None:
            raise FileNotFoundError("PostgreSQL is not installed: apt install postgresql")
        folder = Path(tempfile.mkdtemp(prefix="carnet-pg-"))
        user = "postgres" if os.geteuid() == 0 else os.environ.get("USER", "postgres")
        server = cls(folder, data or folder / "data", found, user)
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        server._make()
        options = (
            f"-c listen_addresses='' -k {folder} -c max_connections=50 -c fsync={'on' if durable else 'off'}"
        )
        server._run("pg_ctl", "-D", str(server.data), "-w", "-o", options, "-l", f"{folder}/log", "start")
        return server

    def _make(self) -> None:
        if (self.data / "PG_VERSION").exists():
            return
        self.data.mkdir(mode=0o700)
        if os.geteuid() == 0:
            shutil.chown(self.data, "postgres")
        self._run(
            "initdb", "-D", str(self.data), "-U", self.user, "-A", "trust", "-E", "UTF8", "--no-locale", "-N"
        )

    def _run(self, program: str, *args: str) -> None:
        as_user = (
            ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
        )
        command = [*as_user, str(self.binaries / program), *args]
        subprocess.run(command, check=True, capture_output=True, cwd=self.folder)

    def url(self, name: str) -> str:
        """What CARNET_DATABASE_URL would say for this database."""
        return f"postgresql://{self.user}@{quote(str(self.folder), safe='')}/{name}"

    def sql(self, text: str) -> None:
        """Run a statement as the server's owner."""
        self._run("psql", "-h", str(self.folder), "-U", self.user, "-d", "postgres", "-q", "-c", text)

    def fresh(self, fill: Callable[[str], None]) -> str:
        """A new database, copied from the template; `fill(url)` makes the template the first time."""
        if not self.made:
            self.sql(f"CREATE DATABASE {TEMPLATE} ENCODING 'UTF8' TEMPLATE template0")
            fill(self.url(TEMPLATE))
        self.made += 1
        self.sql(f"CREATE DATABASE cell_{self.made} TEMPLATE {TEMPLATE}")
        return f"cell_{self.made}"

    def drop(self, name: str) -> None:
        """Forget a database."""
        self.sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def stop(self) -> None:
        """Stop the server and remove its folder; data kept elsewhere stay, whole."""
        kept = self.folder not in self.data.parents
        self._run("pg_ctl", "-D", str(self.data), "-w", "-m", "fast" if kept else "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)
