"""A transaction: what its steps write, in one action. It knows the order and the waiting; each write is `changes`'."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from carnet.api import changes, linking, protected
from carnet.api.changes import Change
from carnet.api.linking import Links
from carnet.api.steps import Json, Step, check_distinct, patch_in, placed, refusing
from carnet.fhir import json
from carnet.fhir.errors import CarnetError, Invalid, Issue, Malformed, NotFound, TooBig
from carnet.record import clock, many
from carnet.record.work import Work

LOOKUP_LIMIT = 1000  # conditions in one transaction: nobody else writes meanwhile
_WAVES = 4  # what waits for what waits for what waits for nothing
_LOOKUPS = "Cette transaction cherche trop de choses par leurs critères : {limit} au plus."
_NO_TARGET = "La référence conditionnelle ne mène à aucune ressource. Rien n'a été enregistré."


def write(work: Work, written: Sequence[Step]) -> dict[int, Change]:
    """Do all of it; what each entry came to, by its place. Raises whatever refuses one, naming that entry."""
    done: dict[int, Change] = {}
    if sum(step.criteria is not None for step in written) > LOOKUP_LIMIT:
        raise TooBig(_LOOKUPS, limit=LOOKUP_LIMIT)
    for step in written:
        with refusing(step):
            _identify(work, step, done)
    check_distinct(written)
    links, waiting = Links(written), dict[int, list[Json]]()
    for step in written:
        if step.method in ("POST", "PUT") and step.place not in done and (nodes := links.follow(step)):
            waiting[step.place] = nodes
    for step in written:
        if step.method == "DELETE" and step.place not in done:
            with refusing(step):
                done[step.place] = changes.delete(work, step.type, id=step.id, if_match=step.if_match)
    _resolve_and_save(work, [s for s in written if s.place not in done], waiting, done)
    return done


def _identify(work: Work, step: Step, done: dict[int, Change]) -> None:
    """Which resource the step writes; done at once when its condition says that nothing is to be written."""
    criteria, found = step.criteria, None
    if criteria is not None:
        found = changes.matching(work, step.type, criteria)
    if step.method == "POST":
        step.id = found.id if found else clock.new_id()
        if found:
            done[step.place] = changes.unchanged(work, found)
    elif criteria is None:
        step.id = step.path[1]
    elif found:
        step.id = found.id
        if step.method == "PUT":
            step.resource = {**step.resource, "id": _same(step.resource.get("id"), found.id)}
    elif step.method == "PUT":
        step.id = str(step.resource.get("id") or clock.new_id())
        step.resource = {**step.resource, "id": step.id}
    elif step.method == "DELETE":
        done[step.place] = Change(204, None)
    else:
        raise NotFound("Aucune ressource ne répond à ces critères. Rien n'a été enregistré.")


def _same(given: Any, found: str) -> str:
    if given not in (None, found):
        raise Malformed(
            "L'identifiant de la ressource n'est pas celui de son adresse. Rien n'a été enregistré."
        )
    return found


def _resolve_and_save(
    work: Work, steps: Sequence[Step], waiting: dict[int, list[Json]], done: dict[int, Change]
) -> None:
    """Save what waits for nothing; then what waited for it, as long as something moves."""
    if len({node["reference"] for nodes in waiting.values() for node in nodes}) > LOOKUP_LIMIT:
        raise TooBig(_LOOKUPS, limit=LOOKUP_LIMIT)
    for _ in range(_WAVES):
        known: dict[str, str | None] = {}
        ready = [step for step in steps if _is_ready(work, step, waiting.get(step.place, []), known)]
        _save(work, ready, done)
        steps = [step for step in steps if step.place not in done]
        if not steps:
            return
        if not ready:
            break
    _refuse_waiting(steps[0], waiting[steps[0].place])


def _is_ready(work: Work, step: Step, nodes: list[Json], known: dict[str, str | None]) -> bool:
    """Whether all its conditional references lead somewhere; they then do."""
    for node in [node for node in nodes if "?" in node["reference"]]:
        written = node["reference"]
        if written not in known:
            type_, criteria = linking.conditional(written)
            with refusing(step, linking.place_of(step, node)):
                found = changes.matching(work, type_, criteria)
            known[written] = found.reference if found else None
        node["reference"] = known[written] or written
    return not any("?" in node["reference"] for node in nodes)


def _refuse_waiting(step: Step, nodes: list[Json]) -> None:
    node = next(node for node in nodes if "?" in node["reference"])
    raise Invalid(_NO_TARGET, [Issue(linking.place_of(step, node), "")])


def _save(work: Work, steps: Sequence[Step], done: dict[int, Change]) -> None:
    """New ones together, in few statements; then what changes something."""
    put = [step for step in steps if step.method == "PUT"]
    there = many.current(work, [(step.type, step.id) for step in put])
    first: list[Step] = []
    then: list[Step] = []
    for step in steps:
        is_new = step.method == "POST" or (
            step.method == "PUT" and step.if_match is None and (step.type, step.id) not in there
        )
        (first if is_new else then).append(step)
    _create(work, first, done)
    for step in then:
        with refusing(step):
            done[step.place] = _change(work, step)


def _create(work: Work, steps: Sequence[Step], done: dict[int, Change]) -> None:
    resources = []
    for step in steps:
        with refusing(step):
            if step.method == "PUT":
                _same(step.resource.get("id", ""), step.id)
            protected.check_first(work, step.resource)
        resources.append({**step.resource, "id": step.id})
    try:
        kept = many.create(work, resources)
    except many.Wrong as wrong:
        cause = wrong.__cause__
        if not isinstance(cause, CarnetError):
            raise
        raise placed(cause, steps[wrong.place].where) from wrong
    for step, stored in zip(steps, kept, strict=True):
        protected.vouch(work, stored)
        done[step.place] = Change(201, stored)


def _change(work: Work, step: Step) -> Change:
    if step.method == "PATCH":
        return changes.patch(
            work, step.type, json.loads(patch_in(step)[1]), id=step.id, if_match=step.if_match
        )
    only_new = step.headers.get("if-none-match", "").strip() == "*"
    return changes.update(work, step.resource, id=step.id, if_match=step.if_match, only_new=only_new)
