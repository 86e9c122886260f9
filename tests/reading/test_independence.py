"""What is not about the patient changes nothing: a neutral sentence before a note, behind it or between two of its lines
leaves every fact as it was; the order in which Python holds its sets, too."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from itertools import cycle
from pathlib import Path
from typing import Any

from tests.reading import gold

Note = dict[str, Any]
NEUTRAL = (
    "Le chat va bien.",
    "Il fait beau aujourd'hui.",
    "Elle habite à Lyon.",
    "Il pleut beaucoup.",
    "Nous parlons de ses petits-enfants.",
)
_ENDS = (".", "!", "?", ";")


def facts(note: Note, text: str) -> list[dict[str, Any]]:
    """What is read, without its place."""
    return [fact | {"start": 0, "end": 0} for fact in gold.read(note | {"text": text})]


@cache
def as_written() -> dict[str, list[dict[str, Any]]]:
    return {note["id"]: facts(note, note["text"]) for note in gold.notes("built_on")}


def changed(texts: Iterator[tuple[Note, str]]) -> list[tuple[str, str]]:
    """The notes of which a text gives other facts, and that text."""
    told = as_written()
    return [(note["id"], text) for note, text in texts if facts(note, text) != told[note["id"]]]


def test_a_neutral_sentence_before_a_note_changes_none_of_its_facts() -> None:
    """On its line, on a line of its own; every note, the sentences in turn."""
    turn = cycle(NEUTRAL)
    told = ((note, f"{next(turn)}{sign}{note['text']}") for note in gold.notes("built_on") for sign in " \n")
    assert changed(told) == []


def test_a_neutral_sentence_behind_a_note_changes_none_of_its_facts() -> None:
    turn = cycle(NEUTRAL)
    told = (
        (note, f"{ended(note['text'], sign)}{sign}{next(turn)}")
        for note in gold.notes("built_on")
        for sign in " \n"
    )
    assert changed(told) == []


def ended(text: str, sign: str) -> str:
    """A sentence on the same line comes behind a full stop."""
    return text if sign == "\n" or text.rstrip().endswith(_ENDS) else f"{text}."


# Every seventh note and what is read in it: enough for each kind of fact to come many times.
PROGRAM = """
import json
from tests.reading import gold
print(json.dumps([gold.read(note) for note in gold.notes("built_on")[::7]], sort_keys=True))
"""


def test_the_same_notes_give_the_same_facts_whatever_the_order_of_sets() -> None:
    told = {read_with_seed(seed) for seed in ("0", "1", "4242")}
    assert len(told) == 1
    kinds = {fact["kind"] for facts in json.loads(told.pop()) for fact in facts}
    assert kinds == set(gold.EQUAL)


def read_with_seed(seed: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=Path(__file__).parents[2], env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout
