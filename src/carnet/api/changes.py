"""The writes of FHIR inside one action's transaction, for one request or for each entry of a transaction alike. Each
keeps the rules of R4 for ids, versions and criteria; the record's own rules are the record's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from carnet.api.refusals import NotSupported
from carnet.record.work import Stored, Work

Resource = dict[str, Any]
Criteria = Sequence[tuple[str, str]]
_NOT_YET = "Cette fonction n'existe pas encore ici."


@dataclass(frozen=True, slots=True)
class Change:
    """What a write came to: its HTTP status (200, 201, 204), and the version there is now; None when there is none."""

    status: int
    stored: Stored | None


def create(
    work: Work, resource: Resource, *, unless: Criteria | None = None, id: str | None = None
) -> Change:
    """A new resource under a new id; 200 with the one that matches `unless` (If-None-Exist) when there is one. `id`: one
    given out before, by a transaction that resolves its references. Raises ManyMatches."""
    raise NotSupported(_NOT_YET)


def update(work: Work, resource: Resource, *, id: str, if_match: str | None = None) -> Change:
    """The next version, or the first under an id that the client chose. `if_match`: the ETag or version it was made
    from. Raises ConditionFailed."""
    raise NotSupported(_NOT_YET)


def update_matching(
    work: Work, resource: Resource, *, criteria: Criteria, if_match: str | None = None
) -> Change:
    """The next version of the one that matches, or a new one. Raises ManyMatches, ConditionFailed."""
    raise NotSupported(_NOT_YET)


def patch(work: Work, type: str, change: Any, *, id: str, if_match: str | None = None) -> Change:
    """The next version, by a JSON Patch or merge. Raises NotFound, Gone, ConditionFailed."""
    raise NotSupported(_NOT_YET)


def patch_matching(
    work: Work, type: str, change: Any, *, criteria: Criteria, if_match: str | None = None
) -> Change:
    """The same for the one that matches. Raises ManyMatches, ConditionFailed (none)."""
    raise NotSupported(_NOT_YET)


def delete(work: Work, type: str, *, id: str, if_match: str | None = None) -> Change:
    """Deleted, or was already. Raises NotFound, ConditionFailed."""
    raise NotSupported(_NOT_YET)


def delete_matching(work: Work, type: str, *, criteria: Criteria, if_match: str | None = None) -> Change:
    """The same for the one that matches; none is no error. Raises ManyMatches."""
    raise NotSupported(_NOT_YET)
