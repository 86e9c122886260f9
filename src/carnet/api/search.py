"""Searches: searchset Bundles, compartments, $everything and $lastn."""

from __future__ import annotations

from carnet.api.exchange import Answer, Asked
from carnet.api.refusals import NotSupported

_NOT_YET = "Cette fonction n'existe pas encore ici."


def by_type(asked: Asked) -> Answer:
    """GET Type?…, POST Type/_search."""
    raise NotSupported(_NOT_YET)


def across_types(asked: Asked) -> Answer:
    """GET ?_type=…, POST _search."""
    raise NotSupported(_NOT_YET)


def in_compartment(asked: Asked) -> Answer:
    """GET Patient/id/Type?…."""
    raise NotSupported(_NOT_YET)


def everything(asked: Asked) -> Answer:
    """GET Patient/id/$everything."""
    raise NotSupported(_NOT_YET)


def last(asked: Asked) -> Answer:
    """GET Observation/$lastn."""
    raise NotSupported(_NOT_YET)
