"""Logs name places and kinds of error, never what a record holds; and only loopback names are answered."""

from __future__ import annotations

import logging
import sys

from carnet.config import settings as written
from carnet.config.logs import Line


def test_a_logged_error_says_where_and_never_what() -> None:
    try:
        int("Durand")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, __file__, 1, "failed", None, sys.exc_info())
    text = Line("{levelname} {message}", style="{").format(record)
    assert "ValueError" in text
    assert "test_logs.py" in text
    assert "Durand" not in text


def test_every_handler_writes_such_lines() -> None:
    assert written.LOGGING["formatters"]["line"]["()"] == "carnet.config.logs.Line"  # type: ignore[index]
    assert {handler["formatter"] for handler in written.LOGGING["handlers"].values()} == {"line"}  # type: ignore[attr-defined]


def test_only_this_machine_s_own_names_are_answered() -> None:
    """A page elsewhere that points its own name at 127.0.0.1 gets nothing."""
    assert written.ALLOWED_HOSTS == ["127.0.0.1", "localhost", "[::1]"]
