"""`carnet read`: texts, or notes in JSON, in; one JSON line of facts per note out, in their order. Needs no cell."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator
from typing import Any

from carnet.cli.notes import Note, notes
from carnet.fhir.errors import CarnetError, Invalid
from carnet.reading import prescriptions, reader
from carnet.reading.reader import Reader
from carnet.reference.names import shipped_names

NOTHING_READ, SOME_REFUSED = 1, 3
CUT = 141  # whoever read the answers went away: `carnet read … | head -1`
# Characters: about ten seconds of reading, and far more than anybody writes of one patient in one go.
LONGEST, LONGEST_LINE = 1_000_000, 20_000
_TOO_LONG = "{where} dépasse {most} caractères : rien n’en a été lu. Faites-en plusieurs notes."
_NOT_JSON = "Ce fichier commence comme du JSON, mais n’en est pas : il est lu comme un texte."


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files",
        nargs="+",
        metavar="FICHIER",
        help="un texte, des lignes JSON, ou un tableau JSON de notes ; - lit l'entrée",
    )
    parser.add_argument("--rx", action="store_true", help="lire des lignes d'ordonnance")


def run(args: argparse.Namespace) -> int:
    """Read the notes one by one. One that cannot be read is said with its place, and the next is read."""
    reading = reader.packaged(shipped_names())
    try:
        return _answered(reading, args.files, rx=args.rx)
    except BrokenPipeError:
        os.dup2(
            os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno()
        )  # the last flush has nowhere to go either
        return CUT


def _answered(reading: Reader, files: list[str], *, rx: bool) -> int:
    read = refused = 0
    for name, found in _all(files):
        place = f"{name} : " if len(files) > 1 else ""
        note = _short_enough(found, rx=rx)
        if isinstance(note, CarnetError):
            refused += 1
            _say(f"{place}{note}")
            continue
        if note.id is None and note.text.lstrip().startswith(("{", "[{")):
            _say(f"{place}{_NOT_JSON}")
        print(_line(_prescription(reading, note) if rx else _facts(reading, note)), flush=True)
        read += 1
    return (SOME_REFUSED if read else NOTHING_READ) if refused else 0


def _say(words: str) -> None:
    print(f"carnet read : {words}", file=sys.stderr, flush=True)


def _all(files: list[str]) -> Iterator[tuple[str, Note | CarnetError]]:
    for name in files:
        try:
            content = _content(name)
        except CarnetError as error:
            yield name, error
        else:
            yield from ((name, note) for note in notes(content))


def _short_enough(note: Note | CarnetError, *, rx: bool) -> Note | CarnetError:
    most = LONGEST_LINE if rx else LONGEST
    if isinstance(note, CarnetError) or len(note.text) <= most:
        return note
    return Invalid(_TOO_LONG, where=note.where, most=f"{most:_}".replace("_", " "))


def _facts(reading: Reader, note: Note) -> dict[str, Any]:
    found = reading.read(note.text, note.context)
    return {"id": note.id, "facts": [fact.as_json(note.text) for fact in found]}


def _prescription(reading: Reader, note: Note) -> dict[str, Any]:
    return {"id": note.id, "pred": prescriptions.read(note.text, reading)}


def _line(answer: dict[str, Any]) -> str:
    """JSON as it reads best; escaped where the output, or UTF-8 itself, cannot hold a character."""
    line = json.dumps(answer, ensure_ascii=False)
    try:
        line.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        return json.dumps(answer)
    return line


def _content(name: str) -> str:
    try:
        if name == "-":
            return _standard_input()
        with open(name, encoding="utf-8-sig", newline="") as file:
            return file.read()
    except OSError as error:
        raise Invalid("Le fichier ne peut pas être lu : {why}.", why=error.strerror) from error
    except UnicodeDecodeError as error:
        raise Invalid("Ce fichier n’est pas du texte en UTF-8.") from error


def _standard_input() -> str:
    if sys.stdin is None:  # closed by who started the program
        raise Invalid("L’entrée est fermée : donnez un fichier.")
    return sys.stdin.buffer.read().decode("utf-8-sig")
