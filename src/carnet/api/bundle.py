"""Batches and transactions. In a batch each entry is a request of its own; a transaction is one action: all of what it
writes becomes one commit with one row in the journal, or nothing."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from typing import Any

from carnet.api import changes, exchange, outcome, protected, transaction, versions
from carnet.api.changes import Change
from carnet.api.exchange import Answer, Asked, Handler
from carnet.api.refusals import UnknownFormat
from carnet.api.transaction import Links, Step
from carnet.fhir import dates, json
from carnet.fhir.errors import CarnetError, Invalid, Issue, Malformed, NotFound, TooBig
from carnet.record import clock, gate, many
from carnet.record.validate import validate
from carnet.record.work import Stored, Work

Json = dict[str, Any]
ENTRY_LIMIT = {"transaction": 5000, "batch": 500}  # each entry of a batch has its own commit
LOOKUP_LIMIT = 1000  # conditions in one transaction: nobody else writes meanwhile
_WAVES = 4  # what waits for what waits for what waits for nothing
_NESTED = "Un Bundle n'en contient pas d'autre à traiter."
_LOOKUPS = "Cette transaction cherche trop de choses par leurs critères : {limit} au plus."
_NO_TARGET = "La référence conditionnelle ne mène à aucune ressource. Rien n'a été enregistré."
_READS = ("GET", "HEAD")


def process(asked: Asked, dispatch: Handler) -> Answer:
    """POST of a batch or transaction at the base; `dispatch` answers one entry and never raises."""
    bundle = asked.json()
    kind = _checked(bundle)
    steps = transaction.steps(bundle, asked.base)
    if kind == "batch":
        entries = [_answered(asked, step, dispatch) for step in steps]
    else:
        entries = _transaction(asked, steps, dispatch)
    answer: Json = {"resourceType": "Bundle", "id": clock.new_id(), "type": f"{kind}-response"}
    return exchange.resource(200, {**answer, "entry": entries} if entries else answer)


def _checked(bundle: Any) -> str:
    """Batch or transaction. Raises Malformed, TooBig, Invalid: a Bundle around anything, valid or not."""
    if not isinstance(bundle, dict) or bundle.get("resourceType") != "Bundle":
        raise Malformed("Un Bundle est attendu à cette adresse.")
    kind, entries = bundle.get("type"), bundle.get("entry", [])
    if not isinstance(kind, str) or kind not in ENTRY_LIMIT:
        raise Invalid(
            transaction.SENTENCE, [Issue("Bundle.type", "Seuls batch et transaction sont traités ici.")]
        )
    if isinstance(entries, list):
        if len(entries) > ENTRY_LIMIT[kind]:
            raise TooBig(
                "Ce Bundle a plus d'entrées que Carnet n'en traite à la fois : {limit}.",
                limit=ENTRY_LIMIT[kind],
            )
        _check_requests(entries)
        entries = [_shell(entry) for entry in entries]
    validate({**bundle, **({"entry": entries} if "entry" in bundle else {})})
    return kind


def _check_requests(entries: list[Any]) -> None:
    places = [n for n, entry in enumerate(entries) if isinstance(entry, dict) and "request" not in entry]
    if places:
        issues = [Issue(f"Bundle.entry[{n}].request", "Cet élément est obligatoire.") for n in places[:50]]
        raise Invalid(transaction.SENTENCE, issues)


def _shell(entry: Any) -> Any:
    return (
        {name: value for name, value in entry.items() if name != "resource"}
        if isinstance(entry, dict)
        else entry
    )


# a transaction


def _transaction(asked: Asked, steps: Sequence[Step | Issue], dispatch: Handler) -> list[Json]:
    ordered = transaction.in_order(steps)
    written = [step for step in ordered if step.method not in _READS]
    done: dict[int, Change] = {}
    if written:
        with gate.write(by=asked.by, at=asked.at, action="api.transaction", several=True) as work:
            _write(work, written, done)
    answers = {step.place: _changed(asked, step, done[step.place]) for step in written}
    for step in ordered:
        if (
            step.method in _READS
        ):  # after the writes, and seeing them; what they find is in the journal by itself
            answers[step.place] = _answered(asked, step, dispatch)
    return [answers[place] for place in sorted(answers)]


def _write(work: Work, written: Sequence[Step], done: dict[int, Change]) -> None:
    if sum(step.criteria is not None for step in written) > LOOKUP_LIMIT:
        raise TooBig(_LOOKUPS, limit=LOOKUP_LIMIT)
    for step in written:
        with _placed(step):
            _identify(work, step, done)
    transaction.check_distinct(written)
    links, waiting = Links(written), dict[int, list[Json]]()
    for step in written:
        if step.method in ("POST", "PUT") and step.place not in done and (nodes := links.follow(step)):
            waiting[step.place] = nodes
    for step in written:
        if step.method == "DELETE" and step.place not in done:
            with _placed(step):
                done[step.place] = changes.delete(work, step.type, id=step.id, if_match=step.if_match)
    _resolve_and_save(work, [s for s in written if s.place not in done], waiting, done)


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
            type_, criteria = transaction.conditional(written)
            with _placed(step, transaction.place_of(step, node)):
                found = changes.matching(work, type_, criteria)
            known[written] = found.reference if found else None
        node["reference"] = known[written] or written
    return not any("?" in node["reference"] for node in nodes)


def _refuse_waiting(step: Step, nodes: list[Json]) -> None:
    node = next(node for node in nodes if "?" in node["reference"])
    raise Invalid(_NO_TARGET, [Issue(transaction.place_of(step, node), "")])


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
        with _placed(step):
            done[step.place] = _change(work, step)


def _create(work: Work, steps: Sequence[Step], done: dict[int, Change]) -> None:
    resources = []
    for step in steps:
        with _placed(step):
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
        raise transaction.placed(cause, steps[wrong.place].where) from wrong
    for step, stored in zip(steps, kept, strict=True):
        protected.vouch(work, stored)
        done[step.place] = Change(201, stored)


def _change(work: Work, step: Step) -> Change:
    if step.method == "PATCH":
        return changes.patch(work, step.type, _patch_in(step), id=step.id, if_match=step.if_match)
    only_new = step.headers.get("if-none-match", "").strip() == "*"
    return changes.update(work, step.resource, id=step.id, if_match=step.if_match, only_new=only_new)


def _patch_in(step: Step) -> Any:
    """A patch travels as a Binary. Raises UnknownFormat, Malformed."""
    return json.loads(_binary(step)[1])


def _binary(step: Step) -> tuple[str, bytes]:
    binary = step.resource
    kind = str(binary.get("contentType", "")).partition(";")[0] if binary["resourceType"] == "Binary" else ""
    if kind not in ("application/json-patch+json", "application/merge-patch+json"):
        raise UnknownFormat("Un patch voyage en Binary : application/json-patch+json.")
    try:
        return kind, base64.b64decode(binary.get("data", ""), validate=True)
    except (binascii.Error, ValueError, TypeError) as error:
        raise Malformed("Le contenu de ce Binary est illisible.") from error


@contextmanager
def _placed(step: Step, place: str | None = None) -> Iterator[None]:
    """A refusal says which entry it is about."""
    try:
        yield
    except CarnetError as error:
        raise transaction.placed(error, place or step.where) from error


def _changed(asked: Asked, step: Step, change: Change) -> Json:
    """What one write came to, as `Prefer: return=` asks."""
    response: Json = {"status": _status(change.status)}
    entry: Json = {"response": response}
    if change.stored is None:
        return entry
    stored = change.stored
    response["location"] = f"{asked.base}/{stored.reference}/_history/{stored.version}"
    response["etag"] = versions.etag(stored)
    response["lastModified"] = dates.instant(stored.updated)
    return _with_resource(asked, entry, stored)


def _with_resource(asked: Asked, entry: Json, stored: Stored) -> Json:
    wanted = asked.prefers("return")
    if wanted == "OperationOutcome":
        entry["response"]["outcome"] = outcome.done()
    if wanted == "representation" and not stored.deleted:
        return {
            "fullUrl": f"{asked.base}/{stored.reference}",
            "resource": json.as_it_is(stored.body),
            **entry,
        }
    return entry


# a batch, and the reads of a transaction


def _answered(asked: Asked, step: Step | Issue, dispatch: Handler) -> Json:
    """One entry as the door answers it."""
    if isinstance(step, Issue):
        return _told(outcome.of(Invalid(transaction.SENTENCE, [step])))
    try:
        one = _request(asked, step)
    except CarnetError as error:
        return _told(outcome.of(transaction.placed(error, step.where)))
    return _told(dispatch(one))


def _request(asked: Asked, step: Step) -> Asked:
    if step.method == "POST" and not step.path:
        raise Invalid(_NESTED, [Issue(f"{step.where}.request.url", "")])
    headers = {
        name: asked.headers[name] for name in ("accept", "prefer") if name in asked.headers
    } | step.headers
    if "if-modified-since" in headers:
        headers["if-modified-since"] = _http_date(headers["if-modified-since"])
    body = b""
    if step.method in ("POST", "PUT") and step.resource is not None:
        body, headers["content-type"] = json.dumps(step.resource), exchange.FHIR_JSON
    elif step.method == "PATCH":
        if not isinstance(step.resource, dict):
            raise Invalid(
                transaction.SENTENCE, [Issue(f"{step.where}.resource", "Cet élément est obligatoire.")]
            )
        headers["content-type"], body = _binary(step)
    return replace(asked, method=step.method, path=step.path, query=step.query, headers=headers, body=body)


def _told(answer: Answer) -> Json:
    """An answer of the door as an entry."""
    headers = answer.headers
    response: Json = {"status": _status(answer.status)}
    for name, header in (("location", "Location"), ("etag", "ETag")):
        if header in headers:
            response[name] = headers[header]
    if "Last-Modified" in headers:
        response["lastModified"] = dates.instant(parsedate_to_datetime(headers["Last-Modified"]))
    if not answer.body:
        return {"response": response}
    if headers.get("Content-Type") != exchange.FHIR_JSON:
        return {"response": {"status": _status(406), "outcome": _no_resource()}}
    body = json.as_it_is(answer.body)
    if answer.status >= 400 or answer.body.startswith(b'{"resourceType":"OperationOutcome"'):
        return {"response": {**response, "outcome": body}}
    return {"resource": body, "response": response}


def _no_resource() -> Json:
    return outcome.resource("not-supported", "Cette adresse ne répond pas par une ressource.")


def _http_date(instant: str) -> str:
    try:
        return format_datetime(datetime.fromisoformat(instant).astimezone(UTC), usegmt=True)
    except ValueError:
        return instant


def _status(status: int) -> str:
    return f"{status} {HTTPStatus(status).phrase}"
