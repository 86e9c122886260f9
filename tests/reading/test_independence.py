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


# Notes whose lines lean on each other: what stands between two rows of one list parts them. The list and the duration or
# the day that its heading or its last row says for all of it; drugs or requests one under another that share their status;
# « Bio : » and its values (u39: the heading alone is taken for a request).
LEANING = frozenset({
    "c008", "c048", "c089", "d-039", "e-019", "f-003", "g-028", "i-001", "i-014", "i-026", "i-032", "i-039", "n22",
    "o03", "o11", "o18", "q23", "q31", "q36", "r19", "s16", "s31", "s32", "s35", "s40",
    "u25", "u28", "u33", "u39",
})  # fmt: skip
# « aujourd'hui » between a heading of another day and its values ends what the heading says: no wrong day for the value.
BETWEEN = [sentence for sentence in NEUTRAL if "aujourd'hui" not in sentence]


def test_a_neutral_line_between_two_lines_changes_none_of_their_facts() -> None:
    turn = cycle(BETWEEN)
    notes = [note for note in gold.notes("built_on") if note["id"] not in LEANING]
    assert changed((note, text) for note in notes for text in parted(note["text"], turn)) == []


def parted(text: str, turn: Iterator[str]) -> Iterator[str]:
    lines = text.split("\n")
    for place in range(1, len(lines)):
        yield "\n".join([*lines[:place], next(turn), *lines[place:]])


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
