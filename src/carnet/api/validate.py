"""The $validate operation: what would be refused, and nothing written."""

from __future__ import annotations

from carnet.api.exchange import Answer, Asked
from carnet.api.refusals import NotSupported

_NOT_YET = "Cette fonction n'existe pas encore ici."


def validate(asked: Asked) -> Answer:
    """POST Type/$validate, POST Type/id/$validate."""
    raise NotSupported(_NOT_YET)
