"""`carnet bench reading`: the figures that the reader promises, in processor time so that a busy machine does not lie."""

from __future__ import annotations

import json

import pytest

from carnet.bench import reading
from carnet.cli.main import main


def test_a_note_of_a_hundred_words_is_read_in_time(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "reading", "--json", "--calls", "40"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["notes"] == 40
    assert figures["median_ms"] < 20
    assert "ms" in reading.table(figures)


def test_the_notes_that_are_measured_are_notes() -> None:
    assert all(len(note.split()) >= reading.WORDS for note in reading.notes())
