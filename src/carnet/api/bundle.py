"""Batches and transactions."""

from __future__ import annotations

from carnet.api.exchange import Answer, Asked, Handler
from carnet.api.refusals import NotSupported

_NOT_YET = "Cette fonction n'existe pas encore ici."


def process(asked: Asked, dispatch: Handler) -> Answer:
    """POST of a batch or transaction at the base; `dispatch` answers one entry and never raises."""
    raise NotSupported(_NOT_YET)
