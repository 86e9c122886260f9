"""Puts resources straight into the store, without the record above it."""

from __future__ import annotations

from typing import Any

from carnet.fhir import json
from carnet.store import resource as rows
from carnet.store.search import write


def keep(resource: dict[str, Any], *, subject: str | None = None, updated: int = 0) -> int:
    """A first version with its index rows; returns its key."""
    pk = rows.insert(resource["resourceType"], resource["id"], subject, updated, json.dumps(resource))
    write.index(pk, resource)
    return pk
