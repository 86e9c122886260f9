"""Which papers a visit already has, by the requests that each says. Pure. A paper that says what is still asked is given
again as it was printed; one that says what is asked no more is out of date."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Protocol, TypeVar

Resource = dict[str, Any]
Says = frozenset[str]  # references of the requests on one paper


class Kept(Protocol):
    """A document of the record."""

    def resource(self) -> Resource:
        """Its content."""


One = TypeVar("One", bound=Kept)


def says(requests: Iterable[Resource]) -> Says:
    """What a paper of these requests says."""
    return Says(_reference(one) for one in requests)


def references(document: Resource) -> list[str]:
    """Those of the requests that a paper of the record says, in its order."""
    return [str(one.get("reference", "")) for one in document.get("context", {}).get("related", [])]


def of_visit(documents: Iterable[One], encounter: str) -> dict[Says, One]:
    """The papers of one visit that stand, by what they say; one that says no request is nobody's answer."""
    found = {Says(references(one.resource())): one for one in documents if _is_of(one.resource(), encounter)}
    return {said: one for said, one in found.items() if said}


def stale(held: Mapping[Says, One], wanted: Collection[Says], asked: Iterable[Resource]) -> list[One]:
    """Those that another one takes the place of, or of which nothing is asked any more."""
    standing = {_reference(one) for one in asked if one.get("status") in ("active", "draft")}
    return [
        one
        for said, one in held.items()
        if said not in wanted and (not said & standing or any(said & new for new in wanted))
    ]


def _is_of(document: Resource, encounter: str) -> bool:
    visits = [one.get("reference") for one in document.get("context", {}).get("encounter", [])]
    return document.get("status") == "current" and f"Encounter/{encounter}" in visits


def _reference(resource: Resource) -> str:
    return f"{resource['resourceType']}/{resource['id']}"
