"""`carnet reference build DIR`: the full table of specialities, from the official files as a practice downloads them."""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from django.conf import settings

from carnet.reference import build, specialities

_EVERY = 5.0  # seconds between two lines in a pipe
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def add(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="build")
    verb = verbs.add_parser("build", help="faire les tables à partir des fichiers officiels")
    verb.add_argument(
        "folder", metavar="DIR", type=Path, help="le dossier des fichiers CIS_… de la base publique"
    )
    verb.add_argument(
        "--edition",
        default="",
        help="la date d'édition des fichiers, sinon celle que disent leurs noms, ou celle du plus récent",
    )
    verb.add_argument(
        "--json", action="store_true", default=argparse.SUPPRESS, help="écrire pour une machine"
    )


def run(args: argparse.Namespace) -> int:
    """Write the table beside the practice; nothing changes when a file is missing, is another, or was cut."""
    path = settings.REFERENCE / "specialities.tsv"
    try:
        made = build.build(args.folder, _progress())
    finally:
        _erase_progress()
    edition = args.edition or _newest(args.folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    build.write(made, path, edition=edition, held=_held(path))
    if args.json:
        print(json.dumps({"specialities": len(made), "edition": edition, "file": str(path)}))
    else:
        print(f"{len(made)} spécialités, édition {edition}, dans {path}.")
    return 0


def _held(path: Path) -> int:
    """How many specialities the table in use has: that of this practice, else the one that comes with the program."""
    if not path.exists():
        return len(specialities.official())
    return sum(not line.startswith(b"#") for line in path.read_bytes().splitlines())


def _progress() -> Callable[[str], None]:
    """Says what is being done on the error output: on one line of a terminal, else a line now and then."""
    last = float("-inf")

    def said(words: str) -> None:
        nonlocal last
        now = time.monotonic()
        if sys.stderr.isatty():
            print(f"\r\x1b[K{words}…", end="", file=sys.stderr, flush=True)
        elif now - last >= _EVERY:
            last = now
            print(f"{words}…", file=sys.stderr, flush=True)

    return said


def _erase_progress() -> None:
    if sys.stderr.isatty():
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def _newest(folder: Path) -> str:
    """The day that the files' names say (`CIS_bdpm.2026-07-24.txt`), else the day they were written here."""
    files = [one for one in folder.iterdir() if one.name.startswith("CIS_")]
    named = [found[0] for one in files if (found := _DAY.search(one.name))]
    written = [date.fromtimestamp(one.stat().st_mtime).isoformat() for one in files]
    return max(named or written, default="")
