"""The keys of one cell: a random data key, wrapped by the practice passphrase and by the recovery key.
The data key lives in this process only; nothing here is ever written in the clear."""

from __future__ import annotations

import base64
import binascii
import json
import os
import secrets
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from argon2.exceptions import HashingError
from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from carnet.fhir.errors import Damaged, Invalid, NewerSchema, NotFound, Unavailable, WrongKey

FORMAT = 1
FILE = "keys.json"
MINIMUM_LENGTH = 12
# RFC 9106, second recommended option: 64 MiB, three passes, four lanes.
COST = {"time": 3, "memory": 65536, "lanes": 4}
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no I, L, O, U to misread


@dataclass(frozen=True, slots=True)
class Keyring:
    """The open cell: where it is, and the keys derived from its data key (32 bytes each)."""

    home: Path
    cell: str
    practice: str
    database: bytes
    blob_names: bytes
    blobs: bytes
    audit: bytes
    pages: bytes


_open: Keyring | None = None


def current() -> Keyring:
    """The open cell's keys. Raises Unavailable while the cell is closed."""
    if _open is None:
        raise Unavailable("Le cabinet est fermé. Ouvrez-le avec la phrase secrète du cabinet.")
    return _open


def use(keyring: Keyring | None) -> None:
    """Open this process's cell, or close it with None."""
    global _open
    _open = keyring


def is_open() -> bool:
    """Whether this process holds the keys of a cell."""
    return _open is not None


def new(
    home: Path, *, cell: str, practice: str, passphrase: str | None, recovery: str | None = None
) -> tuple[Keyring, dict[str, Any], str]:
    """New keys for a cell: the keyring, what `write` will keep of it, and the recovery key, shown once.

    `recovery`: a key of `new_recovery_key` that the person has already written down."""
    data, recovery = secrets.token_bytes(32), recovery or new_recovery_key()
    wraps = [_wrap(data, _recovery_text(recovery), "recovery", cell)]
    if passphrase is not None:
        wraps.append(_wrap(data, _passphrase_text(passphrase), "passphrase", cell))
    held = {"format": FORMAT, "cell": cell, "practice": practice, "wraps": wraps}
    return _derive(home, cell, practice, data), held, recovery


def unwrap(home: Path, secret: str) -> Keyring:
    """The keys of the cell at `home`, from its passphrase or its recovery key.

    Raises NotFound (no cell), Damaged (unreadable key file), NewerSchema, WrongKey."""
    held = load(home)
    return _derive(home, held["cell"], held["practice"], _data_key(held, secret))


def rewrap(home: Path, *, old: str, new: str) -> None:
    """Replace the passphrase. Backups made before still open with the one they were made under."""
    held = load(home)
    data = _data_key(held, old)
    kept = [wrap for wrap in held["wraps"] if wrap["by"] != "passphrase"]
    held["wraps"] = [*kept, _wrap(data, _passphrase_text(new), "passphrase", held["cell"])]
    write(home, held)


def load(home: Path) -> dict[str, Any]:
    """The key file as written: cell and practice ids, wraps. Raises NotFound, Damaged, NewerSchema."""
    try:
        held: dict[str, Any] = json.loads((home / FILE).read_bytes())
    except FileNotFoundError as error:
        raise NotFound("Il n'y a pas encore de cabinet ici.") from error
    except OSError as error:
        raise Unavailable(
            "Le fichier de clés du cabinet ne s'ouvre pas : vérifiez les droits du dossier."
        ) from error
    except ValueError as error:
        raise Damaged(_UNREADABLE) from error
    if not _is_whole(held):
        raise Damaged(_UNREADABLE)
    if held.get("format") != FORMAT:
        raise NewerSchema(
            "Ce cabinet a été écrit par une version plus récente de Carnet. "
            "Rien n'a été modifié. Mettez Carnet à jour, puis recommencez."
        )
    return held


def _is_whole(held: Any) -> bool:
    if not isinstance(held, dict) or not isinstance(held.get("wraps"), list):
        return False
    named = all(isinstance(held.get(name), str) for name in ("cell", "practice"))
    return named and all(isinstance(wrap, dict) for wrap in held["wraps"])


_UNREADABLE = (
    "Le fichier de clés du cabinet est illisible. Rien n'a été modifié. Restaurez-le depuis une sauvegarde."
)


def new_recovery_key() -> str:
    """Eight groups of five characters, 200 random bits."""
    text = "".join(secrets.choice(_ALPHABET) for _ in range(40))
    return "-".join(text[i : i + 5] for i in range(0, 40, 5))


def _recovery_text(secret: str) -> str:
    read = secret.upper().translate(str.maketrans("OIL", "011"))
    return "".join(c for c in read if c in _ALPHABET)


def _passphrase_text(passphrase: str) -> str:
    text = " ".join(unicodedata.normalize("NFKC", passphrase).split())
    if len(text) < MINIMUM_LENGTH:
        raise Invalid(
            "La phrase secrète du cabinet compte au moins {count} caractères.", count=MINIMUM_LENGTH
        )
    return text


def _stretch(secret: str, salt: bytes, cost: dict[str, int]) -> bytes:
    return hash_secret_raw(secret.encode(), salt, cost["time"], cost["memory"], cost["lanes"], 32, Type.ID)


def _wrap(data: bytes, secret: str, by: str, cell: str) -> dict[str, Any]:
    salt, nonce = os.urandom(16), os.urandom(12)
    sealed = AESGCM(_stretch(secret, salt, COST)).encrypt(nonce, data, f"{cell}/{by}".encode())
    return {"by": by, "cost": COST, "salt": _text(salt), "nonce": _text(nonce), "sealed": _text(sealed)}


def _data_key(held: dict[str, Any], secret: str) -> bytes:
    texts = {
        "passphrase": " ".join(unicodedata.normalize("NFKC", secret).split()),
        "recovery": _recovery_text(secret),
    }
    for wrap in held["wraps"]:
        data = _try_wrap(wrap, texts.get(wrap.get("by"), ""), held["cell"])
        if data is not None:
            return data
    raise WrongKey("Cette phrase secrète n'ouvre pas ce cabinet. Rien n'a été modifié.")


def _try_wrap(wrap: dict[str, Any], secret: str, cell: str) -> bytes | None:
    try:
        key = _stretch(secret, _bytes(wrap["salt"]), wrap["cost"])
        return AESGCM(key).decrypt(
            _bytes(wrap["nonce"]), _bytes(wrap["sealed"]), f"{cell}/{wrap['by']}".encode()
        )
    except InvalidTag:
        return None
    except (KeyError, TypeError, ValueError, OverflowError, HashingError) as error:
        raise Damaged(_UNREADABLE) from error


def _derive(home: Path, cell: str, practice: str, data: bytes) -> Keyring:
    def key(purpose: str) -> bytes:
        return HKDF(SHA256(), 32, cell.encode(), f"carnet/{purpose}".encode()).derive(data)

    purposes = ("database", "blob-names", "blobs", "audit", "pages")
    return Keyring(home, cell, practice, *map(key, purposes))


def write(home: Path, held: dict[str, Any]) -> None:
    """Put the key file in place (mode 600, synced, all or nothing)."""
    written = home / f".{FILE}.new"
    descriptor = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(json.dumps(held, indent=1).encode())
        file.flush()
        os.fsync(file.fileno())
    os.replace(written, home / FILE)
    sync_folder(home)


def sync_folder(folder: Path) -> None:
    """Make a rename or a new file in `folder` durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _bytes(value: str) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except binascii.Error as error:
        raise ValueError from error
