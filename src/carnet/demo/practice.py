"""The demonstration's cell: made once, with secrets drawn at random; they lie beside it in a file that only a
demonstration has. It never touches a real practice."""

from __future__ import annotations

import json
import os
import secrets
import shutil
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from carnet.accounts import totp
from carnet.actions import practice as actions
from carnet.actions import sign_in
from carnet.demo import stationery, telling
from carnet.demo.cda import rpps
from carnet.fhir.errors import Conflict, Damaged
from carnet.record import cell
from carnet.record.actor import operator

FILE = "demonstration.json"
NAME = "Cabinet médical des Ormes (démonstration)"
USER, GIVEN, FAMILY = "helene.vasseur", "Hélène", "Vasseur"
_CONSONANTS, _VOWELS = "bcdfgjklmnprstvz", "aeiou"


@dataclass(frozen=True, slots=True)
class Credentials:
    """How to enter the demonstration."""

    user: str
    password: str
    totp_secret: str
    passphrase: str


def prepare(home: Path, *, at: datetime, progress: telling.Progress) -> Credentials:
    """Open the demonstration at `home`, made now if it is not there. Raises Conflict when a real practice is."""
    held = _held(home)
    if held is None and cell.is_created(home):
        raise Conflict(
            "Ce dossier contient un cabinet qui n'est pas une démonstration : rien n'a été modifié."
            " Donnez un autre dossier avec --home."
        )
    if held is not None and held.pop("complete", False):
        known = Credentials(**held)
        cell.unlock(home, secret=known.passphrase)
        return known
    if held is not None:
        shutil.rmtree(home)  # a demonstration whose making was cut short
    return _made(home, at, progress)


def _made(home: Path, at: datetime, progress: telling.Progress) -> Credentials:
    known = Credentials(USER, _password(), totp.new_secret(), secrets.token_urlsafe(24))
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    _hold(home, known, complete=False)
    cell.create(home, passphrase=known.passphrase, practice=NAME)
    practice = cell.practice_id()
    owner = actions.create_owner(
        by=operator(practice),
        at=at,
        given=GIVEN,
        family=FAMILY,
        sign_in_name=known.user,
        password=known.password,
        totp_secret=known.totp_secret,
        rpps=rpps(1),
    )
    doctor = sign_in.actor_of(owner.person, practice=practice)
    stationery.write(by=doctor, at=at)
    telling.tell(by=doctor, now=at, progress=progress)
    _hold(home, known, complete=True)
    return known


def _password() -> str:
    """Four groups that can be read aloud; 64 bits and more are not needed where only this machine listens."""
    return "-".join("".join(_syllable() for _ in range(2)) for _ in range(4))


def _syllable() -> str:
    return secrets.choice(_CONSONANTS) + secrets.choice(_VOWELS)


def _held(home: Path) -> dict[str, Any] | None:
    try:
        held: dict[str, Any] = json.loads((home / FILE).read_text("utf-8"))
        return held
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise Damaged(
            "Le fichier de la démonstration est illisible. Effacez ce dossier et recommencez."
        ) from error


def _hold(home: Path, known: Credentials, *, complete: bool) -> None:
    path = home / f"{FILE}.new"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as held:
        json.dump({**asdict(known), "complete": complete}, held)
    path.replace(home / FILE)
