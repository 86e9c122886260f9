"""Measures with `carnet bench first` and writes the table of figures into README.md, with what it was measured on.
Nothing in that table is written by hand."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "README.md"
BEGIN, END = "<!-- bench -->", "<!-- end of bench -->"
# name of the figure: (words, format, the figure that is its floor)
ROWS = {
    "floor_read": ("floor: one read by key", "{:.2f} ms", None),
    "floor_insert": ("floor: one committed insert", "{:.1f} ms", None),
    "read": ("read a resource, journal included", "{:.1f} ms", "floor_insert"),
    "write": (
        "write a measurement: validated, indexed, with provenance and journal",
        "{:.1f} ms",
        "floor_insert",
    ),
    "search": ("search one patient's measurements by code and date", "{:.1f} ms", "floor_read"),
    "find": ("find a patient by three letters", "{:.1f} ms", "floor_read"),
    "page": ("open the page of a record", "{:.0f} ms", "floor_insert"),
    "import": ("import, resources per second", "{:.0f}", None),
    "memory": ("memory of the process", "{:.0f} MB", None),
    "disk": ("disk per 1,000 resources, index included", "{:,.0f} bytes", None),
}
Figures = dict[str, dict[str, Any]]


def measured() -> Figures:
    command = [str(Path(sys.executable).with_name("carnet")), "bench", "first", "--json"]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    figures: Figures = json.loads(done.stdout)
    return figures


def table(figures: Figures) -> str:
    head = "| | " + " | ".join(f"{engine} | × floor" for engine in figures) + " |"
    rule = "|---|" + "---:|---:|" * len(figures)
    return "\n".join([head, rule, *(row(name, figures) for name in ROWS)])


def row(name: str, figures: Figures) -> str:
    words, form, floor = ROWS[name]
    cells = [
        f"{form.format(taken[name])} | {f'{taken[name] / taken[floor]:.1f}' if floor else ''}"
        for taken in figures.values()
    ]
    return f"| {words} | {' | '.join(cells)} |"


def setting(figures: Figures, load: float) -> str:
    """What it was measured on: size of the practice, machine, how busy it was, day."""
    size = next(iter(figures.values()))
    found = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text("utf-8"))
    machine = found.group(1) if found else "unknown processor"
    return (
        f"{size['patients']} patients with {size['resources']} resources each; medians of five runs; {machine}, "
        f"{os.cpu_count()} cores, load {load:.1f} before the run; {datetime.now(UTC):%d %B %Y}."
    )


def main() -> int:
    load = os.getloadavg()[0]
    figures = measured()
    start, rest = PAGE.read_text("utf-8").split(BEGIN)
    written = f"{BEGIN}\n{setting(figures, load)}\n\n{table(figures)}\n{END}"
    PAGE.write_text(start + written + rest.split(END)[1], "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
