"""Looking after the cell."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.contrib.sessions.models import Session

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


@pytest.mark.usefixtures("open_cell")
def test_sessions_that_are_over_are_forgotten(at: datetime) -> None:
    for key, left in (("over", -1), ("alive", 1)):
        Session.objects.create(session_key=key, session_data="", expire_date=at + timedelta(hours=left))
    safety.check_cell(by=operator(PRACTICE), at=at)
    assert [session.session_key for session in Session.objects.all()] == ["alive"]
