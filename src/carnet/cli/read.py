"""`carnet read`: a text, or JSON lines of notes, in; one JSON line of facts per note out. Needs no cell."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from typing import Any

from carnet.fhir.errors import Invalid
from carnet.reading import prescriptions, reader
from carnet.reading.facts import Context
from carnet.reading.reader import Reader
from carnet.reference.names import shipped_names


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FICHIER", help="un texte, ou des lignes JSON ; - lit l'entrée")
    parser.add_argument("--rx", action="store_true", help="lire des lignes d'ordonnance")


def run(args: argparse.Namespace) -> int:
    """Read the notes one by one; the first that is not one stops, with its number."""
    content = _content(args.file)
    reading = reader.packaged(shipped_names())
    for note in _notes(content):
        answer = _prescription(reading, note) if args.rx else _facts(reading, note)
        print(json.dumps(answer, ensure_ascii=False))
    return 0


def _facts(reading: Reader, note: dict[str, Any]) -> dict[str, Any]:
    text = note["text"]
    found = reading.read(text, _context(note.get("context") or {}))
    return {"id": note.get("id"), "facts": [fact.as_json(text) for fact in found]}


def _prescription(reading: Reader, line: dict[str, Any]) -> dict[str, Any]:
    return {"id": line.get("id"), "pred": prescriptions.read(line["text"], reading)}


def _context(written: Any) -> Context:
    known = written if isinstance(written, dict) else {}
    age, sex, date = known.get("age"), known.get("sex"), known.get("date")
    return Context(
        age=float(age) if isinstance(age, int | float) else None,
        sex=sex if isinstance(sex, str) else None,
        date=date if isinstance(date, str) else None,
    )


def _content(name: str) -> str:
    try:
        if name == "-":
            return sys.stdin.buffer.read().decode("utf-8-sig")
        with open(name, encoding="utf-8-sig", newline="") as file:
            return file.read()
    except OSError as error:
        raise Invalid(f"Le fichier ne peut pas être lu : {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise Invalid("Ce fichier n’est pas du texte en UTF-8.") from error


def _notes(content: str) -> Iterator[dict[str, Any]]:
    """JSON lines when the first line is an object with a text; else the whole content is one note."""
    if not content.lstrip().startswith("{"):
        yield {"id": None, "text": content}
        return
    for number, line in enumerate(content.split("\n"), 1):
        if line.strip():
            yield _parsed(line, number)


def _parsed(line: str, number: int) -> dict[str, Any]:
    try:
        note = json.loads(line)
    except ValueError as error:
        raise Invalid(f"La ligne {number} n’est pas du JSON.") from error
    if not isinstance(note, dict) or not isinstance(note.get("text"), str):
        raise Invalid(f"La ligne {number} n’a pas de champ « text ».")
    return note
