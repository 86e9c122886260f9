"""Two requests of one browser at once: each keeps what the other wrote, the lock holds, what was ended stays ended."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext

from carnet.accounts import presence
from carnet.accounts.sessions import SessionStore


@pytest.fixture(autouse=True)
def _cell(any_cell: Path) -> None:
    """On each engine."""


def begun(**held: object) -> str:
    """A session that holds this; its key."""
    session = SessionStore()
    session.update(held)
    session.save()
    assert session.session_key
    return session.session_key


def opened(key: str) -> SessionStore:
    """As a request has it that has just begun."""
    session = SessionStore(key)
    assert not session.is_empty()
    session.get("")
    return session


def held(key: str) -> dict[str, object]:
    return dict(SessionStore(key).items())


def test_each_keeps_what_the_other_wrote() -> None:
    key = begun(one=1)
    first, second = opened(key), opened(key)
    first["two"] = 2
    second["three"] = 3
    first.save()
    second.save()
    assert held(key) == {"one": 1, "two": 2, "three": 3}
    second["four"] = 4
    second.save()
    assert held(key) == {"one": 1, "two": 2, "three": 3, "four": 4}, "and once more by the same request"


def test_what_was_taken_away_does_not_come_back() -> None:
    key = begun(undo={"id": "x"}, other=[1])
    late, undoes = opened(key), opened(key)
    assert undoes.pop("undo") == {"id": "x"}
    undoes.save()
    late["seen"] = True
    late.save()
    assert held(key) == {"other": [1], "seen": True}


def test_what_changed_inside_a_value_is_kept() -> None:
    key = begun(left={"lines": ["a", "b"]}, other={"lines": ["c"]})
    first, second = opened(key), opened(key)
    first["left"]["lines"].remove("a")
    second["other"]["lines"].append("d")
    for session in (second, first):
        session.modified = True
        session.save()
    assert held(key) == {"left": {"lines": ["b"]}, "other": {"lines": ["c", "d"]}}


@pytest.mark.parametrize("first", ["lock", "touch"])
def test_the_lock_holds_against_a_request_that_ends_late(at: datetime, first: str) -> None:
    new: dict[str, object] = {}
    presence.begin(new, at=at)
    key = begun(**new)
    locks, touches = opened(key), opened(key)
    presence.lock(locks)
    presence.touch(touches, at=at + timedelta(minutes=1))
    for session in (locks, touches) if first == "lock" else (touches, locks):
        session.save()
    assert presence.is_locked(opened(key))
    assert held(key)["presence.last"] == (at + timedelta(minutes=1)).timestamp()


def test_an_ended_session_is_not_brought_back() -> None:
    key = begun(person=1)
    late, unchanged, ends = opened(key), opened(key), opened(key)
    ends.flush()
    late["seen"] = True
    for session in (late, unchanged):
        with pytest.raises(UpdateError):
            session.save()
    assert not Session.objects.exists()


def test_a_new_key_takes_everything_along_and_ends_the_old_one() -> None:
    key = begun(person=1)
    session, late = opened(key), opened(key)
    session["locked"] = False
    session.cycle_key()
    session.save()
    assert held(session.session_key) == {"person": 1, "locked": False}
    late["seen"] = True
    with pytest.raises(UpdateError):
        late.save()


def test_one_statement_writes_and_none_where_nothing_changed() -> None:
    key = begun(person=1)
    with CaptureQueriesContext(connection) as asked:
        session = opened(key)
        session["person"] = 2
        session.save()
    assert [query["sql"].split()[0] for query in asked] == ["SELECT", "UPDATE"]
    with CaptureQueriesContext(connection) as asked:
        session["person"] = 2
        session.save()
    assert [query["sql"].split()[0] for query in asked] == ["SELECT"]
