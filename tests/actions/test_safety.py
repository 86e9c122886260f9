"""Looking after the cell."""

from __future__ import annotations

from datetime import datetime

import pytest

from carnet.actions import safety
from carnet.record import reserve
from carnet.record.actor import operator
from tests.cast import PRACTICE


@pytest.mark.usefixtures("open_cell")
def test_a_check_is_remembered_and_the_reserve_is_there_again(at: datetime) -> None:
    by = operator(PRACTICE)
    reserve.release()
    assert safety.last_check(by=by) is None
    assert safety.check_cell(by=by, at=at).ok
    assert safety.last_check(by=by) == safety.LastCheck(at, True)
    assert reserve.is_held()
