"""What this door can do, told from its tables: CapabilityStatement and OpenAPI."""

from __future__ import annotations

from carnet.api.exchange import Answer, Asked
from carnet.api.refusals import NotSupported

_NOT_YET = "Cette fonction n'existe pas encore ici."


def statement(asked: Asked) -> Answer:
    """GET metadata, open to all: nothing of the practice is in it."""
    raise NotSupported(_NOT_YET)


def openapi(asked: Asked) -> Answer:
    """GET openapi.json, open to all."""
    raise NotSupported(_NOT_YET)
