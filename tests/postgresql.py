"""The tests' PostgreSQL server; skips what needs it when it is not installed."""

from __future__ import annotations

import pytest

from carnet.bench.postgresql import Server


def start() -> Server:
    try:
        return Server.start(durable=False)
    except FileNotFoundError as error:
        pytest.skip(str(error))
