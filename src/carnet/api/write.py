"""Create, update and delete, by id and by criteria."""

from __future__ import annotations

from carnet.api.exchange import Answer, Asked
from carnet.api.refusals import NotSupported

_NOT_YET = "Cette fonction n'existe pas encore ici."


def create(asked: Asked) -> Answer:
    """POST Type."""
    raise NotSupported(_NOT_YET)


def update(asked: Asked) -> Answer:
    """PUT Type/id."""
    raise NotSupported(_NOT_YET)


def update_matching(asked: Asked) -> Answer:
    """PUT Type?…."""
    raise NotSupported(_NOT_YET)


def delete(asked: Asked) -> Answer:
    """DELETE Type/id."""
    raise NotSupported(_NOT_YET)


def delete_matching(asked: Asked) -> Answer:
    """DELETE Type?…."""
    raise NotSupported(_NOT_YET)


def patch(asked: Asked) -> Answer:
    """PATCH Type/id."""
    raise NotSupported(_NOT_YET)


def patch_matching(asked: Asked) -> Answer:
    """PATCH Type?…."""
    raise NotSupported(_NOT_YET)
