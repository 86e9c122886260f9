"""Provisional: scans the patients."""

from typing import Any

from carnet.store.resource import Row
from carnet.store.search.search import search


def find(cursor: Any, text: str, limit: int = 20) -> list[Row]:
    words = text.lower().split()
    return [
        r for r in search(cursor, "Patient", []).rows if all(w in r.body.decode().lower() for w in words)
    ][:limit]
