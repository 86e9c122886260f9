"""Documents kept whole: files named by an HMAC of their content, encrypted in chunks with AES-256-GCM and
synced before any row names them. No readable byte ever reaches the disk."""

from __future__ import annotations

import hmac
import os
import re
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from carnet.fhir.errors import Damaged, NotFound
from carnet.store import keys

MAGIC = b"CARNET1\n"
CHUNK = 1 << 20
SEALED = CHUNK + 16
FOLDER = "blobs"
_NAME = re.compile("[0-9a-f]{64}")


def name_of(content: bytes) -> str:
    """64 hex characters: the same content has the same name in this cell, another one in any other."""
    return hmac.new(keys.current().blob_names, content, sha256).hexdigest()


def keep(content: bytes) -> str:
    """Write the document once, durably, and return its name."""
    name = name_of(content)
    path = _path(name)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not _is_whole(name):
        _write(path, _sealed(name, content))
    # Also for one that was there: another thread may have put it in place a moment ago.
    keys.sync_folder(path.parent)
    keys.sync_folder(path.parent.parent)
    return name


def _is_whole(name: str) -> bool:
    try:
        read(name)
    except (NotFound, Damaged):
        return False
    return True


def read(name: str) -> bytes:
    """The document, byte for byte. Raises NotFound or Damaged (a chunk changed, moved or cut)."""
    try:
        sealed = _path(name).read_bytes()
    except FileNotFoundError as error:
        raise NotFound("Ce document n'est plus dans le cabinet.") from error
    content = _opened(name, sealed)
    if name_of(content) != name:
        raise Damaged(_CHANGED)
    return content


def names() -> list[str]:
    """Every document on the disk."""
    folder = keys.current().home / FOLDER
    return sorted(path.name for path in folder.glob("??/*") if not path.name.startswith("."))


_CHANGED = "Un document du cabinet a été modifié sur le disque. Restaurez-le depuis une sauvegarde."


def _path(name: str) -> Path:
    if not _NAME.fullmatch(name):
        raise NotFound("Ce document n'est plus dans le cabinet.")
    return keys.current().home / FOLDER / name[:2] / name


def _sealed(name: str, content: bytes) -> bytes:
    seal, prefix = AESGCM(keys.current().blobs), os.urandom(8)
    count = max(1, -(-len(content) // CHUNK))
    chunks = (
        seal.encrypt(
            prefix + index.to_bytes(4),
            content[index * CHUNK : (index + 1) * CHUNK],
            _place(name, index, count),
        )
        for index in range(count)
    )
    return MAGIC + prefix + b"".join(chunks)


def _opened(name: str, sealed: bytes) -> bytes:
    head = len(MAGIC) + 8
    if not sealed.startswith(MAGIC) or len(sealed) < head + 16:
        raise Damaged(_CHANGED)
    prefix, seal = sealed[len(MAGIC) : head], AESGCM(keys.current().blobs)
    chunks = [sealed[start : start + SEALED] for start in range(head, len(sealed), SEALED)]
    try:
        return b"".join(
            seal.decrypt(prefix + index.to_bytes(4), chunk, _place(name, index, len(chunks)))
            for index, chunk in enumerate(chunks)
        )
    except InvalidTag as error:
        raise Damaged(_CHANGED) from error


def _place(name: str, index: int, count: int) -> bytes:
    return f"{name}/{index}/{count}".encode()


def _write(path: Path, sealed: bytes) -> None:
    written = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    descriptor = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(sealed)
            file.flush()
            os.fsync(file.fileno())
        os.replace(written, path)
    except BaseException:
        written.unlink(missing_ok=True)
        raise
