"""How commands open the cell: CARNET_PASSPHRASE, a key file, a system credential, or a question."""

from __future__ import annotations

import getpass
import os
import stat
import sys
from pathlib import Path

from carnet.fhir.errors import Refused, Unavailable
from carnet.record import cell


def open_cell(home: Path) -> None:
    """Open the cell for this command; asks when a person is there to answer."""
    cell.unlock(home, secret=secret(home) or _ask())


def secret(home: Path) -> str | None:
    """What opens the cell without a question, if anything does."""
    if os.environ.get("CARNET_PASSPHRASE"):
        return os.environ["CARNET_PASSPHRASE"]
    if os.environ.get("CARNET_KEY_FILE"):
        return _from_file(Path(os.environ["CARNET_KEY_FILE"]), home)
    credential = Path(os.environ.get("CREDENTIALS_DIRECTORY", "/nonexistent")) / "carnet"
    return credential.read_text("utf-8").strip() if credential.is_file() else None


def _from_file(path: Path, home: Path) -> str:
    path = path.resolve()
    if path.is_relative_to(home.resolve()):
        raise Refused("Le fichier de clé est dans le dossier du cabinet : rangez-le ailleurs.")
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise Refused("Le fichier de clé est lisible par d'autres : chmod 600, puis recommencez.")
        return path.read_text("utf-8").strip()
    except OSError as error:
        raise Unavailable("Le fichier de clé (CARNET_KEY_FILE) est illisible.") from error


def _ask() -> str:
    if not sys.stdin.isatty():
        raise Unavailable("Le cabinet est fermé. Donnez CARNET_PASSPHRASE ou CARNET_KEY_FILE.")
    return getpass.getpass("Phrase secrète du cabinet : ")
