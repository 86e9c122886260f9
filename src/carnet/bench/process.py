"""A server in a process of its own, and what it costs: time to be ready, processor, memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers on `port`; it took `start_s` seconds to get there."""

    pid: int
    port: int
    start_s: float

    def cpu_s(self) -> float:
        """Seconds of processor that it and its children have used."""
        return sum(_cpu(pid) for pid in family(self.pid))

    def memory_mb(self) -> float:
        """What it and its children hold now, pages in common counted once."""
        return sum(_proportional(pid) for pid in family(self.pid)) / 1024


@contextmanager
def running(*arguments: str, environment: Mapping[str, str] | None = None) -> Iterator[Running]:
    """`python arguments`, which prints {"url"} as one line once it is ready; ended afterwards."""
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *arguments],
        stdout=subprocess.PIPE,
        env={**os.environ, **(environment or {})},
    )
    try:
        line = process.stdout.readline() if process.stdout else b""
        ready = time.perf_counter() - start
        yield Running(process.pid, urlsplit(json.loads(line)["url"]).port or 0, ready)
    finally:
        process.terminate()
        process.wait(timeout=60)


def family(pid: int) -> list[int]:
    """A process and all that came from it."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found += family(int(child))
    return found


def _cpu(pid: int) -> float:
    values = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(values[11]) + int(values[12])) / _TICKS


def _proportional(pid: int) -> int:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    return 0
