"""`carnet reference build DIR`: the full table of specialities, from the official files as a practice downloads them."""

from __future__ import annotations

import argparse
import json
import re
from datetime import date
from pathlib import Path

from django.conf import settings

from carnet.reference import build

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
    """Write the table beside the practice; nothing changes when a file is missing or is another."""
    specialities = build.build(args.folder)
    edition = args.edition or _newest(args.folder)
    path = settings.REFERENCE / "specialities.tsv"
    path.parent.mkdir(parents=True, exist_ok=True)
    build.write(specialities, path, edition=edition)
    if args.json:
        print(json.dumps({"specialities": len(specialities), "edition": edition, "file": str(path)}))
    else:
        print(f"{len(specialities)} spécialités, édition {edition}, dans {path}.")
    return 0


def _newest(folder: Path) -> str:
    """The day that the files' names say (`CIS_bdpm.2026-07-24.txt`), else the day they were written here."""
    files = [one for one in folder.iterdir() if one.name.startswith("CIS_")]
    named = [found[0] for one in files if (found := _DAY.search(one.name))]
    written = [date.fromtimestamp(one.stat().st_mtime).isoformat() for one in files]
    return max(named or written, default="")
