"""Provisional: indexes nothing."""

from typing import Any


def index(cursor: Any, pk: int, type: str, resource: dict[str, Any]) -> None:
    pass


def unindex(cursor: Any, pk: int) -> None:
    pass
