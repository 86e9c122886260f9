"""`carnet demo`: create (once) and serve a fictional practice, and say how to enter it."""

from __future__ import annotations

import argparse
import json
import sys

from django.conf import settings

from carnet.accounts import totp
from carnet.cli.serve import serve
from carnet.demo import bulk, practice
from carnet.demo.practice import Credentials
from carnet.jobs import insi
from carnet.record import cell, clock
from carnet.record.actor import operator

BAR = 30


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, default=8421, help="le port (0 : un port libre)")
    words = "ajouter N patients de R ressources chacun, sans histoire (1000x100)"
    parser.add_argument("--bulk", type=_counted, metavar="NxR", help=words)


def _counted(written: str) -> tuple[int, int]:
    try:
        return bulk.counted(written)
    except ValueError:
        raise argparse.ArgumentTypeError(f"« {written} » : écrivez par exemple 1000x100") from None


def run(args: argparse.Namespace) -> int:
    """Serve the demonstration until interrupted; make it first where there is none."""
    known = practice.prepare(settings.HOME, at=clock.now(), progress=_progress)
    if args.bulk:
        patients, resources = args.bulk
        by = operator(cell.practice_id())
        bulk.complete(by=by, at=clock.now(), patients=patients, resources=resources, progress=_progress)
    settings.INS = settings.INS or insi.FAKE
    return serve(settings.HOME, args.port, lambda url: announce(url, known, as_json=args.json))


def announce(url: str, known: Credentials, *, as_json: bool) -> None:
    """How to enter, once the server answers."""
    if as_json:
        entry = {"url": url, "user": known.user, "password": known.password, "totp_secret": known.totp_secret}
        print(json.dumps(entry), flush=True)
        return
    lines = [
        f"Adresse       {url}",
        f"Identifiant   {known.user}",
        f"Mot de passe  {known.password}",
        f"Code          {totp.code_at(known.totp_secret, clock.now())}  (change toutes les 30 secondes)",
        f"Clé du code   {totp.in_groups(known.totp_secret)}",
    ]
    width = max(map(len, lines))
    print("\n  Cabinet de démonstration : aucune de ces personnes n'existe.\n")
    print(
        f"  ┌{'─' * (width + 2)}┐",
        *(f"  │ {line:<{width}} │" for line in lines),
        f"  └{'─' * (width + 2)}┘",
        sep="\n",
    )
    print("\n  Ctrl C pour arrêter.", flush=True)


def _progress(done: int, total: int) -> None:
    if not sys.stderr.isatty():
        return
    full = BAR * done // total
    end = "\n" if done == total else ""
    print(
        f"\r  Écriture du cabinet  {'█' * full}{'░' * (BAR - full)}  {done}/{total}",
        end=end,
        file=sys.stderr,
        flush=True,
    )
