"""While tables are filled the collector rests; afterwards it works as before, and what a server set apart stays apart."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from carnet.reading.tables import filling


@pytest.fixture(autouse=True)
def _collector() -> Iterator[None]:
    gc.unfreeze()  # what tests of the server may have set apart
    yield
    gc.enable()
    gc.unfreeze()


def test_the_collector_rests_while_tables_are_filled_and_works_again() -> None:
    with filling():
        assert not gc.isenabled()
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0


def test_it_works_again_when_a_table_cannot_be_filled() -> None:
    with pytest.raises(KeyError), filling():
        raise KeyError
    assert gc.isenabled()


def test_one_that_was_off_stays_off() -> None:
    gc.disable()
    with filling():
        pass
    assert not gc.isenabled()


def test_what_a_server_set_apart_stays_apart_with_the_tables() -> None:
    gc.freeze()
    apart = gc.get_freeze_count()
    with filling():
        kept = [[] for _ in range(1000)]
    assert gc.get_freeze_count() > apart + len(kept) / 2
