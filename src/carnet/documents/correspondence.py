"""A table of correspondences between CISP-2 and CIM-10, as a practice brings it: delimited text with a heading. Bytes in,
pairs of codes out; it knows no patient and decides between no codes."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from carnet.fhir.errors import Malformed
from carnet.fhir.folding import fold

LARGEST = 2 << 20  # bytes; the whole classification takes a tenth of it
_NAMES = {
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
    """What a file says; `unread` counts the lines of which a code was not read, its titles included."""

    pairs: tuple[Pair, ...]
    unread: int


def read(content: bytes) -> Table:
    """The pairs of a file (UTF-8 or Windows-1252; tab, semicolon or comma). Raises Malformed."""
    if len(content) > LARGEST:
        raise Malformed("Ce fichier dépasse 2 Mo : ce n'est pas une table de correspondances.")
    heading, *rows = _rows(_decoded(content)) or [[]]
    columns = _columns(heading, rows)
    found: dict[tuple[str, str], Pair] = {}
    unread = 0
    for row in rows:
        pairs, is_whole = _pairs(row, columns)
        unread += not is_whole
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


def _rows(text: str) -> list[list[str]]:
    """The cells of each line that holds something. A quote left open costs its own line, never the next: no cell goes
    on over a line."""
    lines = [line for line in re.split(r"[\r\n]+", text) if line.strip("\t;, ")]
    delimiter = max("\t;,", key=lines[0].count) if lines else ","
    return [_cells(line, delimiter) for line in lines]


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter, strict=True), [])
    except csv.Error:
        return []


def _columns(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> Mapping[str, int]:
    """Where each thing stands. Of two columns whose names say CISP-2 (« Libellé CISP-2 », « Code CISP-2 »), the one that
    holds codes."""
    named = {
        column: [at for at, name in enumerate(map(fold, heading)) if any(word in name for word in words)]
        for column, words in _NAMES.items()
    }
    if not named["cisp"] or not named["cim10"]:
        raise Malformed("La première ligne doit nommer une colonne CISP-2 et une colonne CIM-10.")
    cisp = max(named["cisp"], key=lambda at: sum(map(bool, _column(rows, at, _CISP))))
    cim10 = max(named["cim10"], key=lambda at: sum(map(bool, _column(rows, at, _CIM10))))
    label = next((at for at in named["label"] if at not in (cisp, cim10)), -1)
    return {"cisp": cisp, "cim10": cim10, "label": label}


def _column(rows: Sequence[Sequence[str]], at: int, code: re.Pattern[str]) -> Iterator[object]:
    return (code.match(row[at].strip().upper()) for row in rows if at < len(row))


def _pairs(row: Sequence[str], columns: Mapping[str, int]) -> tuple[list[Pair], bool]:
    """The pairs of one line, and whether all of it was read."""
    if len(row) <= max(columns["cisp"], columns["cim10"]):
        return [], False
    cisp, at = row[columns["cisp"]].strip().upper(), columns["label"]
    if not _CISP.fullmatch(cisp):
        return [], False
    label = " ".join(row[at].split())[:200] if 0 <= at < len(row) else ""
    written = [part for part in _BETWEEN.split(row[columns["cim10"]].upper()) if part]
    codes = [list(_codes(part)) for part in written]
    return [Pair(code, cisp, label) for found in codes for code in found], bool(codes) and all(codes)


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
