"""The health of an open cell: database, documents, journal. Reads everything, changes nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db import DatabaseError, connection

from carnet.fhir.errors import CarnetError
from carnet.record import audit
from carnet.store import blob_rows, blobs

_BINARY = re.compile(rb'"Binary/([0-9a-f]{64})"')


@dataclass(frozen=True, slots=True)
class Report:
    """`findings` are what is wrong, `notes` what is worth knowing; ok means that nothing is wrong."""

    ok: bool
    findings: list[str]
    notes: list[str]


def check() -> Report:
    """Check the open cell whole."""
    findings = [
        *_guarded("Base", _database),
        *_guarded("Documents", _documents),
        *_guarded("Journal", audit.verify),
    ]
    return Report(not findings, findings, _notes())


def _guarded(name: str, part: Callable[[], Iterator[str]]) -> list[str]:
    try:
        return list(part())
    except (DatabaseError, CarnetError) as error:
        return [f"{name} : contrôle impossible, base illisible ({type(error).__name__})."]


def _database() -> Iterator[str]:
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA cipher_integrity_check")
        yield from (f"Base : {text}" for (text,) in cursor.fetchall())
        cursor.execute("PRAGMA integrity_check(20)")
        yield from (f"Base : {text}" for (text,) in cursor.fetchall() if text != "ok")
        cursor.execute("PRAGMA foreign_key_check")
        yield from (f"Base : lien rompu dans {row[0]}" for row in cursor.fetchall())


def _documents() -> Iterator[str]:
    known, present = blob_rows.all_sizes(), set(blobs.names())
    for name in sorted(known):
        if name not in present:
            yield f"Document {name[:12]} : le fichier manque."
        else:
            yield from _document(name, known[name])
    for name in sorted(_named() - set(known)):
        yield f"Document {name[:12]} : un dossier le nomme, mais il n'a pas été gardé."


def _document(name: str, size: int) -> Iterator[str]:
    try:
        if len(blobs.read(name)) != size:
            yield f"Document {name[:12]} : sa taille a changé."
    except CarnetError:
        yield f"Document {name[:12]} : le fichier a été modifié sur le disque."


def _named() -> set[str]:
    named: set[str] = set()
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM store_resource WHERE type IN ('DocumentReference', 'Media')")
        for (body,) in cursor.fetchall():
            named.update(found.decode() for found in _BINARY.findall(bytes(body)))
    return named


def _notes() -> list[str]:
    notes = ["Aucune sauvegarde n'existe encore : elles viendront dans une prochaine version."]
    if connection.vendor != "sqlite":
        notes.append("PostgreSQL : le chiffrement au repos est celui du disque de l'hôte.")
    return notes
