"""`carnet import`: files and folders in, one report line per document out. Exit status 3 when one was refused."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings

from carnet.actions import documents
from carnet.actions.documents import ImportReport
from carnet.cli import opening
from carnet.documents.recognise import PLAIN_LIMIT
from carnet.fhir.errors import NotFound
from carnet.record import cell, clock
from carnet.record.actor import Actor, operator

REFUSED = 3
_STATUS = {"imported": "importé", "unchanged": "inchangé", "refused": "refusé", "waiting": "à attribuer"}
_TOO_BIG = "Ce fichier dépasse {limit} Mo. Rien n'a été enregistré."


def add(parser: argparse.ArgumentParser) -> None:
    """The paths, and a record chosen by a person."""
    parser.add_argument("paths", nargs="+", metavar="CHEMIN", help="fichier ou dossier (lu en entier)")
    parser.add_argument("--patient", metavar="ID", help="ranger dans ce dossier (PDF et images, notamment)")


def run(args: argparse.Namespace) -> int:
    """Import everything that the paths name, in order."""
    files = list(_files(args.paths))
    opening.open_cell(settings.HOME)
    by, totals = operator(cell.practice().id), Counter[str]()
    for report in _reports(by, files, args.patient):
        _erase_progress()
        print(json.dumps(line(report), ensure_ascii=False) if args.json else words(report), flush=True)
        totals[report.status] += 1
    _erase_progress()
    if not args.json:
        print(_summary(totals))
    return REFUSED if totals["refused"] else 0


def _reports(by: Actor, files: list[str], patient: str | None) -> Iterator[ImportReport]:
    """The reports in the order of the files; files that wait for a patient are tried once more at the end, when the
    patient may have come with a later file (an export in one file per type)."""
    again: list[tuple[str, list[ImportReport]]] = []
    for number, path in enumerate(files, start=1):
        _progress(number, len(files), path)
        reports = _import(by, path, patient)
        if any(report.status == "waiting" for report in reports) and len(files) > 1:
            again.append((path, reports))
        else:
            yield from reports
    for number, (path, before) in enumerate(again, start=1):
        _progress(number, len(again), path)
        pairs = zip(before, _import(by, path, patient), strict=True)
        yield from (later if first.status == "waiting" else first for first, later in pairs)


def line(report: ImportReport) -> dict[str, Any]:
    """The report as machines read it."""
    return {
        "file": report.file,
        "format": report.format,
        "status": report.status,
        "patient": report.patient,
        "resources": report.resources,
        "statements": report.statements,
        "not_understood": report.not_understood,
        "reason": report.reason,
        "notes": report.notes,
        "document": report.document,
    }


def words(report: ImportReport) -> str:
    """The report as a person reads it: one line, and one per thing not understood."""
    patient = report.patient["outcome"] if report.patient else ""
    whose = {"existing": " · dossier connu", "created": " · dossier provisoire créé"}.get(patient, "")
    counted = " · ".join(f"{count} {type_}" for type_, count in report.resources.items())
    first = f"{_STATUS[report.status]:<11} {report.format:<12} {report.file}{whose}"
    lines = [first, *(f"    {text}" for text in (counted, report.reason) if text)]
    lines += [f"    non compris : {one['place']} ({one['reason']})" for one in report.not_understood]
    return "\n".join(lines)


def _files(paths: list[str]) -> Iterator[str]:
    """The files of the paths as the user wrote them; folders are read to the bottom, in order of name."""
    for path in paths:
        if not Path(path).exists():
            raise NotFound("Ce chemin n'existe pas : {path}", path=path)
        if Path(path).is_dir():
            yield from (str(found) for found in sorted(Path(path).rglob("*")) if found.is_file())
        else:
            yield path


def _import(by: Actor, path: str, patient: str | None) -> list[ImportReport]:
    try:
        if Path(path).stat().st_size > PLAIN_LIMIT:
            return [ImportReport(path, "unknown", "refused", reason=_TOO_BIG.format(limit=PLAIN_LIMIT >> 20))]
        content = Path(path).read_bytes()
    except OSError:
        return [ImportReport(path, "unknown", "refused", reason="Ce fichier est illisible (droits, disque).")]
    return documents.import_file(by=by, at=clock.now(), name=path, content=content, patient=patient)


def _summary(totals: Counter[str]) -> str:
    return ", ".join(f"{count} {_STATUS[status]}" for status, count in totals.items()) or "Aucun fichier."


def _progress(number: int, count: int, path: str) -> None:
    if sys.stderr.isatty() and count > 1:
        done = round(30 * number / count)
        name = Path(path).name[:40]
        print(
            f"\r\x1b[K[{'█' * done}{'·' * (30 - done)}] {number}/{count} {name}",
            end="",
            file=sys.stderr,
            flush=True,
        )


def _erase_progress() -> None:
    if sys.stderr.isatty():
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)
