"""How the time of reading grows with the text: eight times the text costs about eight times as much, never sixty-four."""

from __future__ import annotations

from time import process_time

import pytest

from carnet.reading import status
from carnet.reading.facts import Context
from tests.reading.reading import packaged

SHORT, LONG = 5_000, 40_000  # characters
MOST = 14  # times as long for eight times the text: linear is 8, quadratic 64


def seconds(text: str) -> float:
    """Processor time; the less of two readings, as other work disturbs."""
    times = []
    for _ in range(2):
        begun = process_time()
        packaged().read(text, Context(60, "F", "2026-11-22"))
        times.append(process_time() - begun)
    return min(times)


@pytest.mark.parametrize(
    "repeated",
    ["DTP, ", "TA 14/8 ", "poids 12 kg ", "HTA, ", "K 4,1\n", "NFS, rx genou, ", "bio dans {} mois, "],
)
def test_a_line_that_repeats_itself_is_read_in_proportion_to_its_length(repeated: str) -> None:
    seconds(repeated)  # the tables are read once
    short, long = (seconds(_repeated(repeated, length)) for length in (SHORT, LONG))
    assert long / short < MOST


def _repeated(line: str, length: int) -> str:
    """The line again and again; « {} » is another digit each time."""
    return "".join(line.format(place % 9 + 1) for place in range(length // len(line)))


def test_a_list_of_articles_after_vaccin_is_refused_at_once() -> None:
    begun = process_time()
    assert status._IN_TESTS.search("vaccin " + "de la, " * 200 + "!") is None
    assert process_time() - begun < 1
    assert status._IN_TESTS.search("vaccin contre la rougeole, les oreillons et la ")
    assert status._IN_TESTS.search("serologies hepatite b, ")
