"""`carnet init`: an empty cell, before anybody works in it."""

from __future__ import annotations

import argparse
import getpass
import json
import sys

from django.conf import settings

from carnet.cli import opening
from carnet.fhir.errors import Invalid
from carnet.record import cell


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--practice", default="Cabinet", metavar="NOM", help="le nom du cabinet")


def run(args: argparse.Namespace) -> int:
    """Create the cell. Without a passphrase given or asked for, only the recovery key opens it."""
    passphrase = opening.secret(settings.HOME)
    if passphrase is None and not args.json and sys.stdin.isatty():
        passphrase = _ask_twice()
    recovery = cell.create(settings.HOME, passphrase=passphrase, practice=args.practice)
    if args.json:
        print(json.dumps({"home": str(settings.HOME), "recovery_key": recovery}))
    else:
        print(f"Cabinet créé dans {settings.HOME}")
        print(
            f"Clé de secours, à noter et à garder hors du cabinet (montrée une seule fois) :\n\n  {recovery}\n"
        )
    return 0


def _ask_twice() -> str:
    first = getpass.getpass("Phrase secrète du cabinet (12 caractères au moins) : ")
    if first != getpass.getpass("La même, une seconde fois : "):
        raise Invalid("Les deux phrases diffèrent. Rien n'a été créé.")
    return first
