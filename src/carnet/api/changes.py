"""The writes of FHIR inside one action's transaction, for one request or for each entry of a transaction alike. Each
keeps the rules of R4 for ids, versions and criteria; the record's own rules are the record's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from carnet.api import patch as patching
from carnet.api import protected, versions
from carnet.api.refusals import Asks, ConditionFailed, ManyMatches
from carnet.fhir import references
from carnet.fhir.errors import Conflict, Malformed, NotFound
from carnet.record.work import Stored, Work

Resource = dict[str, Any]
Criteria = Sequence[tuple[str, str]]
# What shapes a list of results has no place in a condition.
_ABOUT_RESULTS = frozenset(
    {"_count", "_elements", "_include", "_page", "_revinclude", "_sort", "_summary", "_total"}
)
_NONE = "Aucune ressource ne répond à ces critères. Rien n'a été enregistré."
_MANY = "Plusieurs ressources répondent à ces critères. Rien n'a été enregistré."
_MOVED = (
    "Cette ressource n'est plus à la version indiquée. Rien n'a été écrasé : relisez-la, puis recommencez."
)


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
    if unless is not None:
        found = matching(work, type_of(resource), unless)
        if found is not None:
            return unchanged(work, found)
    return _first(work, resource, id)


def update(
    work: Work, resource: Resource, *, id: str, if_match: str | None = None, only_new: bool = False
) -> Change:
    """The next version, or the first under an id that the client chose. `if_match`: the ETag or version it was made
    from; `only_new` (If-None-Match: *): not over one that is there. Raises ConditionFailed."""
    type_ = type_of(resource)
    if resource.get("id") != id:
        raise Malformed(
            "L'identifiant de la ressource n'est pas celui de son adresse. Rien n'a été enregistré."
        )
    now = _current(work, type_, id)
    if now is None:
        if if_match is not None:
            raise ConditionFailed(_MOVED)
        return _first(work, resource, id)
    if only_new:
        raise ConditionFailed("Cette ressource existe déjà. Rien n'a été écrasé.")
    _check_version(now, if_match)
    return _next(work, now, resource)


def update_matching(
    work: Work, resource: Resource, *, criteria: Criteria, if_match: str | None = None
) -> Change:
    """The next version of the one that matches, or a new one. Raises ManyMatches, ConditionFailed."""
    found, id = matching(work, type_of(resource), criteria), resource.get("id")
    if found is None and if_match is not None:
        raise ConditionFailed(_MOVED)
    if found is None:
        if id is None:
            return _first(work, resource, None)
        if _current(work, type_of(resource), str(id)) is not None:
            raise Conflict("Cet identifiant est déjà celui d'une autre ressource. Rien n'a été écrasé.")
        return _first(work, resource, str(id))
    if id not in (None, found.id):
        raise Malformed("L'identifiant de la ressource n'est pas celui de celle qui répond à ces critères.")
    _check_version(found, if_match)
    return _next(work, found, {**resource, "id": found.id})


def patch(work: Work, type: str, change: Any, *, id: str, if_match: str | None = None) -> Change:
    """The next version, by a JSON Patch or merge. Raises NotFound, Gone, ConditionFailed."""
    now = work.get(type, id)
    _check_version(now, if_match)
    return _next(work, now, patching.apply(now.resource(), change))


def patch_matching(
    work: Work, type: str, change: Any, *, criteria: Criteria, if_match: str | None = None
) -> Change:
    """The same for the one that matches. Raises ManyMatches, NotFound, ConditionFailed."""
    found = matching(work, type, criteria)
    if found is None:
        raise NotFound(_NONE)
    _check_version(found, if_match)
    return _next(work, found, patching.apply(found.resource(), change))


def delete(work: Work, type: str, *, id: str, if_match: str | None = None) -> Change:
    """Deleted; one that is not there is no error (R4). Raises ConditionFailed, Refused."""
    now = _current(work, type, id)
    if now is None:
        if if_match is not None:
            raise ConditionFailed(_MOVED)
        return Change(204, None)
    _check_version(now, if_match)
    protected.check_delete(work, now)
    for one in protected.goes_with(work, now):
        work.delete(one.type, one.id, if_version=one.version)
    return Change(204, work.delete(type, id, if_version=now.version))


def delete_matching(work: Work, type: str, *, criteria: Criteria, if_match: str | None = None) -> Change:
    """The same for the one that matches; none is no error. Raises ManyMatches."""
    found = matching(work, type, criteria)
    return Change(204, None) if found is None else delete(work, type, id=found.id, if_match=if_match)


def type_of(resource: Resource) -> str:
    """The type that a resource says it is. Raises Malformed."""
    type_ = resource.get("resourceType") if isinstance(resource, dict) else None
    if not isinstance(type_, str):
        raise Malformed("Ceci n'est pas une ressource FHIR.")
    return type_


def _current(work: Work, type: str, id: str) -> Stored | None:
    return work.exists(type, id)


def _check_version(now: Stored, if_match: str | None) -> None:
    if if_match is None:
        return
    named = versions.named(if_match)
    if "*" not in named and str(now.version) not in named:
        raise ConditionFailed(_MOVED)


def _first(work: Work, resource: Resource, id: str | None) -> Change:
    if id is not None and not references.ID.fullmatch(id):
        raise Malformed("Cet identifiant ne convient pas. Rien n'a été enregistré.")
    protected.check_first(work, resource)
    stored = work.create(resource, id=id)
    protected.vouch(work, stored)
    return Change(201, stored)


def _next(work: Work, now: Stored, resource: Resource) -> Change:
    protected.check_next(work, now, resource)
    return Change(200, work.update(resource, if_version=now.version))


def unchanged(work: Work, found: Stored) -> Change:
    """What a condition found: nothing is written, the journal says that it was seen."""
    work.entities.append(f"{found.reference}/{found.version}")
    return Change(200, found)


def matching(work: Work, type: str, criteria: Criteria) -> Stored | None:
    """The one resource that matches. Raises ManyMatches; Asks when nothing limits the search."""
    limits = [(name, value) for name, value in criteria if value]
    if not limits or any(name in _ABOUT_RESULTS for name, _ in limits):
        raise Asks("Une condition nomme ce qu'elle cherche par des critères de recherche.", "http.query")
    found = work.find(type, [*limits, ("_count", "2")])
    if len(found) > 1:
        raise ManyMatches(_MANY)
    return found[0] if found else None
