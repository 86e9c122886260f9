"""A table of correspondences between CISP-2 and CIM-10, as a practice brings it: delimited text with a heading. Bytes in,
pairs of codes out; it knows no patient and decides between no codes."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from carnet.fhir.errors import Malformed
from carnet.fhir.folding import fold

LARGEST = 2 << 20  # bytes; the whole classification takes a tenth of it
_COLUMNS = {
    "cisp": ("cisp", "icpc"),
    "cim10": ("cim", "icd"),
    "label": ("libelle", "titre", "intitule", "label", "title"),
}
_CISP = re.compile(r"[A-Z]\d{2}")
_CIM10 = re.compile(r"([A-Z])(\d{2})(?:\.(\d{1,3}))?")
_BETWEEN = re.compile(r"[\s,;|/]+")


@dataclass(frozen=True, slots=True)
class Pair:
    """One CIM-10 code and the CISP-2 rubric that the file gives it."""

    cim10: str
    cisp: str
    label: str


@dataclass(frozen=True, slots=True)
class Table:
    """What a file says; `unread` counts the lines that hold no pair of codes, its titles included."""

    pairs: tuple[Pair, ...]
    unread: int


def read(content: bytes) -> Table:
    """The pairs of a file (UTF-8 or Windows-1252; tab, semicolon or comma). Raises Malformed."""
    if len(content) > LARGEST:
        raise Malformed("Ce fichier dépasse 2 Mo : ce n'est pas une table de correspondances.")
    text = _decoded(content)
    rows = _rows(text)
    columns = _columns(next(rows, []))
    found: dict[tuple[str, str], Pair] = {}
    unread = 0
    for row in rows:
        pairs = list(_pairs(row, columns))
        unread += not pairs and any(map(str.strip, row))
        found |= {(one.cim10, one.cisp): one for one in pairs}
    if not found:
        raise Malformed(
            "Ce fichier ne contient aucune correspondance entre un code CISP-2 et un code CIM-10."
        )
    return Table(tuple(found.values()), unread)


def _decoded(content: bytes) -> str:
    if b"\0" in content:
        raise Malformed("Ce fichier n'est pas un texte : enregistrez le tableau au format CSV.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _rows(text: str) -> Iterator[Sequence[str]]:
    heading = text.partition("\n")[0]
    delimiter = max("\t;,", key=heading.count)
    try:
        yield from csv.reader(io.StringIO(text), delimiter=delimiter)
    except csv.Error as error:
        raise Malformed("Ce fichier n'est pas un tableau lisible : enregistrez-le au format CSV.") from error


def _columns(heading: Sequence[str]) -> Mapping[str, int]:
    names = [fold(name) for name in heading]
    found = {
        column: next((at for at, name in enumerate(names) if any(word in name for word in words)), -1)
        for column, words in _COLUMNS.items()
    }
    if -1 in (found["cisp"], found["cim10"]):
        raise Malformed("La première ligne doit nommer une colonne CISP-2 et une colonne CIM-10.")
    return found


def _pairs(row: Sequence[str], columns: Mapping[str, int]) -> Iterator[Pair]:
    if len(row) <= max(columns["cisp"], columns["cim10"]):
        return
    cisp = row[columns["cisp"]].strip().upper()
    if not _CISP.fullmatch(cisp):
        return
    at = columns["label"]
    label = " ".join(row[at].split())[:200] if 0 <= at < len(row) else ""
    for written in _BETWEEN.split(row[columns["cim10"]].upper()):
        for code in _codes(written):
            yield Pair(code, cisp, label)


def _codes(written: str) -> Iterator[str]:
    """`I10`, `E119`, `E11.9`, and the three-character codes of `I20-I25`."""
    low, dash, high = written.partition("-")
    first, last = _CIM10.fullmatch(_dotted(low)), _CIM10.fullmatch(high)
    if not first or (dash and high and not last):
        return
    if last and first[1] == last[1] and not first[3] and not last[3]:
        yield from (f"{first[1]}{number:02}" for number in range(int(first[2]), int(last[2]) + 1))
    elif not last:
        yield first[0]


def _dotted(code: str) -> str:
    return f"{code[:3]}.{code[3:]}" if len(code) > 3 and code[3:].isdigit() else code
