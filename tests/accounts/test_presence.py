"""A quarter of an hour without a gesture locks; two hours sign out; a mark from nowhere is nobody."""

from datetime import UTC, datetime, timedelta

import pytest

from carnet.accounts import presence

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def session() -> dict:
    begun: dict = {}
    presence.begin(begun, at=NOW)
    return begun


@pytest.mark.parametrize(
    ("idle", "state"),
    [
        (timedelta(minutes=14, seconds=59), "awake"),
        (timedelta(minutes=15), "locked"),
        (timedelta(hours=1, minutes=59, seconds=59), "locked"),
        (timedelta(hours=2), "gone"),
        (timedelta(hours=-1), "gone"),
    ],
)
def test_the_clock_decides(idle, state):
    assert presence.state(session(), at=NOW + idle) == state


def test_a_gesture_keeps_awake():
    mine = session()
    presence.touch(mine, at=NOW + timedelta(minutes=10))
    assert presence.state(mine, at=NOW + timedelta(minutes=20)) == "awake"


def test_gestures_close_together_write_once():
    mine = session()
    presence.touch(mine, at=NOW + timedelta(seconds=5))
    assert mine == session()


def test_the_button_locks_at_once_and_unlocking_begins_anew():
    mine = session()
    presence.lock(mine)
    assert presence.state(mine, at=NOW) == "locked"
    presence.begin(mine, at=NOW)
    assert presence.state(mine, at=NOW) == "awake"


def test_a_session_without_a_mark_is_nobody():
    assert presence.state({}, at=NOW) == "gone"
    assert presence.is_locked({})
