"""The only maker of version times and ids. Doors call `now()` and pass it on as `at`."""

from __future__ import annotations

import os
import threading
import time
from datetime import UTC, datetime

_last = 0
_lock = threading.Lock()


def now() -> datetime:
    """The present moment, timezone-aware."""
    return datetime.now(UTC)


def version_time() -> int:
    """Microseconds since 1970, never the same twice in this process."""
    global _last
    with _lock:
        _last = max(_last + 1, time.time_ns() // 1000)
        return _last


def new_id() -> str:
    """A new resource id: 12 hex digits of milliseconds, then 80 random bits; sorts by time of creation."""
    return f"{time.time_ns() // 1_000_000:012x}{os.urandom(10).hex()}"
