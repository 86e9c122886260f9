"""Many first versions in one action: each is checked as `Work.create` does, all are written in a few statements. It
knows no rule of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from carnet.fhir import references
from carnet.fhir.errors import CarnetError, Conflict, Invalid, Issue
from carnet.record import access, clock
from carnet.record.validate import validate
from carnet.record.work import WITHOUT_PATIENT, Stored, Work, content_of, stamped, stored, subject_of
from carnet.store import bulk
from carnet.store import resource as rows

Resource = dict[str, Any]
Pair = tuple[str, str]
_AT_ONCE = 400  # pairs in one look-up
_ROUNDS = (False, False, False, True)  # about one about one about one; in the last, the record alone is asked


class _Made(NamedTuple):
    """A resource as it will be kept."""

    resource: Resource
    updated: int
    body: bytes

    @property
    def pair(self) -> Pair:
        return self.resource["resourceType"], self.resource["id"]


class Wrong(Exception):
    """One of them cannot be kept: which (from 0). The reason is its cause."""

    def __init__(self, place: int) -> None:
        super().__init__(place)
        self.place = place


class _Later(Exception):
    """Whose this is depends on another one of them, not looked at yet."""


def current(work: Work, pairs: Sequence[Pair]) -> dict[Pair, Stored]:
    """The current versions of these (type, id), deleted ones included, as far as they exist."""
    for type_ in {type_ for type_, _ in pairs}:
        access.check_read(work.by, type_)
    return _current(pairs)


def _current(pairs: Sequence[Pair]) -> dict[Pair, Stored]:
    parts = (pairs[start : start + _AT_ONCE] for start in range(0, len(pairs), _AT_ONCE))
    return {(row.type, row.id): stored(row) for part in parts for row in rows.by_references(part)}


def create(work: Work, resources: Sequence[Resource]) -> list[Stored]:
    """First versions of these resources, each under the new `id` it bears. They may refer to each other in any order.
    Raises Wrong."""
    if not resources:
        return []
    made = [_made(work, place, resource) for place, resource in enumerate(resources)]
    _check_free([one.pair for one in made])
    work.known |= {id for type_, id in (one.pair for one in made) if type_ == "Patient"}
    whose = _whose(made)
    for place, one in enumerate(made):
        _check_subject(work, place, one.resource["resourceType"], whose[one.pair])
    keys = bulk.keys(len(made))
    kept = [
        rows.Row(pk, *one.pair, 1, whose[one.pair], one.updated, False, one.body)
        for pk, one in zip(keys, made, strict=True)
    ]
    bulk.insert([(row, one.resource) for row, one in zip(kept, made, strict=True)])
    for row in kept:
        work.remember(row.type, row.id, 1, row.subject)
    return [stored(row) for row in kept]


def _made(work: Work, place: int, resource: Resource) -> _Made:
    try:
        access.check_write(work.by, resource["resourceType"])
        if not references.ID.fullmatch(resource["id"]):
            raise Invalid(
                "Cet identifiant ne convient pas.", [Issue(f"{resource['resourceType']}.id", "malformed id")]
            )
        updated = clock.version_time()
        made = stamped(resource, resource["id"], 1, updated)
        body = content_of(made)
        validate(made)
    except CarnetError as error:
        raise Wrong(place) from error
    return _Made(made, updated, body)


def _check_free(pairs: Sequence[Pair]) -> None:
    taken, seen = _current(pairs), set[Pair]()
    for place, pair in enumerate(pairs):
        if pair in taken or pair in seen:
            raise Wrong(place) from Conflict("Cet identifiant est déjà pris. Rien n'a été écrasé.")
        seen.add(pair)


def _check_subject(work: Work, place: int, type: str, subject: str | None) -> None:
    try:
        work.keep_subject(None, subject)
        if type not in WITHOUT_PATIENT:
            work.check_known(subject)
    except CarnetError as error:
        raise Wrong(place) from error


def _whose(made: Sequence[_Made]) -> dict[Pair, str | None]:
    """The patient of each, whatever the order in which they refer to each other."""
    whose: dict[Pair, str | None] = {}
    waiting = {one.pair: (place, one.resource) for place, one in enumerate(made)}
    for last in _ROUNDS:
        _settle(waiting, whose, last)
    return whose


def _settle(waiting: dict[Pair, tuple[int, Resource]], whose: dict[Pair, str | None], last: bool) -> None:
    def of(type: str, id: str) -> str | None:
        if (type, id) in waiting and not last:
            raise _Later
        return whose[type, id] if (type, id) in whose else subject_of(type, id)

    for pair, (place, resource) in list(waiting.items()):
        try:
            whose[pair] = access.subject(resource, of)
            del waiting[pair]
        except _Later:
            continue
        except CarnetError as error:
            raise Wrong(place) from error
