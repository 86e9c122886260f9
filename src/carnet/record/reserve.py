"""A few megabytes set aside in the cell, given back when the disk is full, so that records can still be
opened (opening one writes a row in the journal)."""

from __future__ import annotations

import os

from carnet.store import keys

FILE = "reserve"
SIZE = 8 << 20


def hold() -> None:
    """Set the reserve aside again, if there is room for it."""
    path = keys.current().home / FILE
    if path.exists() and path.stat().st_size == SIZE:
        return
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.posix_fallocate(descriptor, 0, SIZE)
        finally:
            os.close(descriptor)
    except OSError:
        path.unlink(missing_ok=True)


def release() -> bool:
    """Give the reserve back to the disk; False when it was already given."""
    path = keys.current().home / FILE
    if not path.exists():
        return False
    path.unlink(missing_ok=True)
    return True


def is_held() -> bool:
    """Whether the reserve is there."""
    return (keys.current().home / FILE).exists()
