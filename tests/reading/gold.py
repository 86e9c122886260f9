"""The annotated notes and prescription lines of tests/spec/reading, and a plain count of what the reader finds in them.
It is stricter than the published scorer (no synonyms, no neighbouring values): a guard against regressions, not a claim."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from carnet.reading.facts import Context
from tests.reading.reading import packaged

FOLDER = Path(__file__).parents[1] / "spec" / "reading"
# What must be equal, besides kind and place, for a fact to be the annotated one.
EQUAL: dict[str, tuple[str, ...]] = {
    "vital": ("name", "value"),
    "lab": ("value",),
    "condition": ("status",),
    "medication": ("status", "times_per_day", "duration_days", "as_needed"),
    "allergy": ("status",),
    "follow_up": ("in_days",),
    "order": ("type",),
    "tobacco": ("status",),
    "alcohol": (),
    "immunization": ("status",),
}


@cache
def notes(half: str) -> list[dict[str, Any]]:
    return _lines("notes", half)


@cache
def prescriptions(half: str) -> list[dict[str, Any]]:
    return _lines("prescriptions", half)


def _lines(what: str, half: str) -> list[dict[str, Any]]:
    files = sorted(FOLDER.glob(f"{what}_{half}_*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]


@cache
def counted(half: str) -> tuple[Counter[str], Counter[str], Counter[str]]:
    """By kind: found and annotated, annotated and to be found, offered though nobody annotated anything there."""
    found, expected, false = Counter[str](), Counter[str](), Counter[str]()
    for note in notes(half):
        facts = read(note)
        for gold in note["facts"]:
            if not gold.get("optional"):
                expected[gold["kind"]] += 1
                found[gold["kind"]] += any(_same(gold, fact) for fact in facts)
        false.update(fact["kind"] for fact in facts if not any(_touch(gold, fact) for gold in note["facts"]))
    return found, expected, false


def read(note: dict[str, Any]) -> list[dict[str, Any]]:
    """What the reader tells of an annotated note, as `carnet read` prints it."""
    return [fact.as_json(note["text"]) for fact in packaged().read(note["text"], _context(note))]


def _context(note: dict[str, Any]) -> Context:
    known = note["context"]
    return Context(age=float(known["age"]), sex=known["sex"], date=known["date"])


def _same(gold: dict[str, Any], fact: dict[str, Any]) -> bool:
    if gold["kind"] != fact["kind"] or not _touch(gold, fact):
        return False
    return any(all(fact.get(key) == told.get(key) for key in EQUAL[gold["kind"]]) for told in _told(gold))


def _told(gold: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The annotation, and the other readings that its author accepts."""
    yield gold
    for status in gold.get("status_alt", []):
        yield gold | {"status": status}
    for other in gold.get("alt", []):
        yield gold | other


def _touch(gold: dict[str, Any], fact: dict[str, Any]) -> bool:
    return bool(gold["start"] < fact["end"] and fact["start"] < gold["end"])
