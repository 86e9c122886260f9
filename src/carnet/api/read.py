"""Reads: stored bytes out, no parse unless something else than the whole is asked for."""

from __future__ import annotations

from carnet.api.exchange import Answer, Asked
from carnet.api.refusals import NotSupported

_NOT_YET = "Cette fonction n'existe pas encore ici."


def current(asked: Asked) -> Answer:
    """GET Type/id."""
    raise NotSupported(_NOT_YET)


def version(asked: Asked) -> Answer:
    """GET Type/id/_history/version."""
    raise NotSupported(_NOT_YET)
