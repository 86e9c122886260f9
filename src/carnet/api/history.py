"""Histories of one resource, of a type, of the practice."""

from __future__ import annotations

from carnet.api.exchange import Answer, Asked
from carnet.api.refusals import NotSupported

_NOT_YET = "Cette fonction n'existe pas encore ici."


def of_one(asked: Asked) -> Answer:
    """GET Type/id/_history."""
    raise NotSupported(_NOT_YET)


def of_type(asked: Asked) -> Answer:
    """GET Type/_history."""
    raise NotSupported(_NOT_YET)


def of_all(asked: Asked) -> Answer:
    """GET _history."""
    raise NotSupported(_NOT_YET)
