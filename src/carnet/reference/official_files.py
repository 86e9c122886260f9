"""The official files of medicines as a practice downloads them: read, or refused when one is missing, is another one, or
was cut short on its way. Makes nothing of them."""

from __future__ import annotations

import csv
import gzip
import zlib
from collections.abc import Iterator, Set
from pathlib import Path
from typing import NamedTuple

from carnet.fhir.errors import Malformed

Rows = Iterator[list[str]]


class Official(NamedTuple):
    """A file by its official name, the fewest columns that a row may have, and the fewest rows: half of what the editions
    of 2026 hold."""

    name: str
    width: int
    fewest: int


SPECIALITIES = Official("CIS_bdpm", 12, 7_900)
COMPOSITION = Official("CIS_COMPO_bdpm", 8, 16_000)
CONDITIONS = Official("CIS_CPD_bdpm", 2, 14_000)
GENERICS = Official("CIS_GENER_bdpm", 5, 5_300)
ATC = Official("CIS_MITM", 3, 3_800)
_MET = 0.6  # of the specialities of one file stand in the other; the groups of generics keep some that are no longer sold
_AGAIN = " Rien n'a été changé. Téléchargez-le de nouveau, en entier, puis recommencez."
_NO_FOLDER = (
    "Il n'y a pas de dossier {name}. Rien n'a été changé. Donnez le dossier des fichiers CIS_… téléchargés."
)
_ABSENT = (
    "Il manque le fichier {name} dans ce dossier. Rien n'a été changé. Téléchargez-le, puis recommencez."
)
_UNREADABLE = "Le fichier {name} n'est pas celui de la base publique des médicaments. Rien n'a été changé."
_SHORT = "Le fichier {name} semble coupé : il a {rows} lignes, on en attend au moins {fewest}." + _AGAIN
_BROKEN = "Le fichier {name} semble coupé : il s'arrête au milieu d'une ligne." + _AGAIN
_APART = (
    "Les fichiers {name} et CIS_bdpm ne vont pas ensemble : {share} % des spécialités de l'un sont dans l'autre. L'un des "
    "deux semble coupé, ou d'une autre époque. Rien n'a été changé. Téléchargez-les le même jour, puis recommencez."
)


def rows(folder: Path, file: Official) -> Rows:
    """The rows of a file (plain or gzip, any suffix after the official name), spaces around cells left out. Raises
    Malformed naming the file that is missing, is another, or was cut."""
    found = list(
        csv.reader(_text(_content(folder, file)).splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    )
    if not found or any(len(row) < file.width or not row[0].strip().isdigit() for row in found[:100]):
        raise Malformed(_UNREADABLE, name=file.name)
    if len(found[-1]) < file.width:
        raise Malformed(_BROKEN, name=file.name)
    if len(found) < file.fewest:
        raise Malformed(_SHORT, name=file.name, rows=len(found), fewest=file.fewest)
    return ([cell.strip() for cell in row] for row in found if len(row) >= file.width)


def check_met(file: Official, some: Set[str], others: Set[str]) -> None:
    """Raises Malformed unless most of `some`, specialities of one file, are among those of the other: files of one day speak
    of the same."""
    share = len(some & others) / max(1, len(some))
    if share < _MET:
        raise Malformed(_APART, name=file.name, share=int(100 * share))


def _content(folder: Path, file: Official) -> bytes:
    if not folder.is_dir():
        raise Malformed(_NO_FOLDER, name=folder)
    path = next((one for one in sorted(folder.iterdir()) if one.name.split(".")[0] == file.name), None)
    if path is None:
        raise Malformed(_ABSENT, name=file.name)
    try:
        return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise Malformed(_BROKEN, name=file.name) from None
    except OSError:
        raise Malformed(_UNREADABLE, name=file.name) from None


def _text(raw: bytes) -> str:
    """The files are in the Windows alphabet; some editions are in UTF-8."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")
