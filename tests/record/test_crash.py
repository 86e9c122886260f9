"""Killed in the middle of concurrent writes, the record has every acknowledged one and is sound. `make soak`
does the same three hundred times."""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import PASSPHRASE
from tests.record import writers

KILLS = int(os.environ.get("CARNET_TEST_KILLS", "40"))


@pytest.mark.slow
@pytest.mark.usefixtures("open_cell")
def test_no_acknowledged_write_is_lost_to_a_kill() -> None:
    chance, acknowledged = random.Random(20260303), 0
    for _ in range(KILLS):
        said = writers.kill_during_writes(chance)
        acknowledged += len(said)
        assert writers.lost(said) == []
        assert writers.findings() == []
    assert acknowledged > KILLS


TRACED = """
import os, sys
from pathlib import Path
import django
django.setup()
from carnet.record import cell
from tests.record.writers import write_once
cell.unlock(Path(sys.argv[1]), secret=sys.argv[2])
for _ in range(25):
    acknowledged = write_once()
    os.write(1, f"ACK {acknowledged}\\n".encode())
"""


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed: apt install strace")
def test_every_acknowledged_write_was_synced_first(cell_home: Path, tmp_path: Path) -> None:
    """The system's own account: between two acknowledgements the log of the database was written, then synced,
    and the document's file was synced before the log that names it."""
    trace = tmp_path / "trace"
    calls = "trace=write,pwrite64,writev,fsync,fdatasync,rename"
    command = ["strace", "-f", "-y", "-s", "8", "-e", calls, "-o", str(trace), sys.executable, "-c", TRACED]
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "carnet.config.settings",
        "CARNET_HOME": str(cell_home),
    }
    done = subprocess.run(
        [*command, str(cell_home), PASSPHRASE],
        env=environment,
        capture_output=True,
        cwd=Path(__file__).parents[2],
    )
    if done.returncode and "ptrace" in done.stderr.decode():
        pytest.skip("this machine does not let tests trace a process")
    assert done.returncode == 0, done.stderr.decode()
    actions = _actions(trace.read_text(errors="replace"))
    assert len(actions) == 25
    for action in actions:
        assert _in_order(action, "write wal", "sync wal"), action
        # the file's content, its name, the folder that holds its name, and only then the row
        assert _in_order(action, "sync blob", "rename blob", "sync blob", "write wal"), action


def _actions(trace: str) -> list[list[str]]:
    """What happened before each acknowledgement: `write wal`, `sync wal`, `sync blob`, `rename blob`."""
    actions: list[list[str]] = [[]]
    for line in trace.splitlines():
        if re.search(r'write\(1<.*"ACK ', line):
            actions.append([])
        elif found := _event(line):
            actions[-1].append(found)
    return actions[:-1]


def _event(line: str) -> str | None:
    if "carnet.db-wal" in line and re.search(r"(pwrite64|write)\(", line):
        return "write wal"
    if "carnet.db-wal" in line and "sync(" in line:
        return "sync wal"
    if "/blobs/" in line and "sync(" in line:
        return "sync blob"
    return "rename blob" if "/blobs/" in line and "rename(" in line else None


def _in_order(action: list[str], *expected: str) -> bool:
    """Each is followed by the next, and the last comes after every earlier `write wal`."""
    position = -1
    for name in expected:
        try:
            position = action.index(name, position + 1)
        except ValueError:
            return False
    return expected[-1] != "sync wal" or max(
        (i for i, name in enumerate(action) if name == "write wal"), default=-1
    ) < max(i for i, name in enumerate(action) if name == "sync wal")
