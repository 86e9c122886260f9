"""A text longer than a note is read whole, in blocks: nothing is left out, each fact stands at its place."""

from __future__ import annotations

import pytest

from carnet.reading.blocks import LONGEST, blocks
from tests.reading.reading import packaged

NEUTRAL = "Rien de neuf à signaler ce mois.\n"


@pytest.mark.parametrize("text", ["", "a", "a\n" * 20, "un mot. " * 9, "mot " * 20, "x" * 50, "\n" * 40])
def test_blocks_are_the_text(text: str) -> None:
    cut = list(blocks(text, longest=16))
    assert "".join(block for _, block in cut) == text
    assert all(text.startswith(block, start) and len(block) <= 16 for start, block in cut)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("TA 14/8. Pds 81\nFC 72 ce jour", "TA 14/8. Pds 81\n"),
        ("TA 14/8. Pds 81 FC 72 ce jour", "TA 14/8. "),
        ("TA 14/8 Pds 81 FC 72 ce jour", "TA 14/8 Pds 81 "),
    ],
)
def test_a_block_ends_with_a_line_else_a_sentence_else_a_word(text: str, first: str) -> None:
    assert next(blocks(text, longest=17)) == (0, first)


def test_what_stands_far_in_a_long_text_is_read_at_its_place() -> None:
    text = NEUTRAL * (LONGEST * 5 // len(NEUTRAL)) + "TA 14/8\nPas de fie\u0300vre"
    pressure, fever = packaged().read(text)
    assert (text[pressure.start : pressure.end], pressure.values["value"]["systolic"]) == ("TA 14/8", 140)
    assert text[fever.start : fever.end] == "fie\u0300vre"


def test_a_note_is_one_block() -> None:
    note = "TA 14/8. Pds 81.\n" * (LONGEST // 17)
    assert list(blocks(note)) == [(0, note)]
