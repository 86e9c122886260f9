"""From a fact back to its words in the note; words corrected since are not shown as if they were still there."""

from __future__ import annotations

import pytest

from carnet.rules.accepted.scene import place
from carnet.rules.passage import Passage, Place, passage, place_of
from tests.rules.test_accepted import HTA, SCENE

NOTE = "TA 14/8. HTA. TA 15/9"


def test_a_fact_read_in_a_note_says_where() -> None:
    version = int(SCENE.note.rpartition("/")[2])
    found = place_of({"extension": place(HTA, SCENE)})
    assert found == Place(SCENE.note.split("/")[1], version, HTA["start"], HTA["end"])


@pytest.mark.parametrize(
    "extension",
    [
        [],
        [{"url": "urn:carnet:span"}],
        [{"url": "urn:carnet:span", "extension": [{"url": "start", "valueUnsignedInt": "x"}]}],
    ],
)
def test_a_fact_from_elsewhere_has_no_place(extension: list[dict[str, object]]) -> None:
    assert place_of({"extension": extension}) is None


def test_the_words_stand_between_what_is_around_them() -> None:
    assert passage(NOTE, NOTE, 9, 12) == Passage("TA 14/8. ", "HTA", ". TA 15/9")


def test_words_that_moved_are_found_nearest_to_their_place() -> None:
    moved = passage(NOTE, f"Motif : suivi. {NOTE}", 0, 2)
    assert moved
    assert moved.before == "Motif : suivi. "
    assert passage("a HTA", "HTA a HTA", 2, 5) == Passage("", "HTA", " a HTA")


@pytest.mark.parametrize(("start", "end"), [(0, 0), (5, 2), (0, 999), (90, 95)])
def test_a_place_that_is_none_shows_nothing(start: int, end: int) -> None:
    assert passage(NOTE, NOTE, start, end) is None


def test_words_that_were_corrected_are_not_shown() -> None:
    assert passage(NOTE, "TA 14/8", 9, 12) is None
