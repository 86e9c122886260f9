"""Batches and transactions. In a batch each entry is a request of its own; a transaction is one action: all of what it
writes becomes one commit with one row in the journal, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

from carnet.api import exchange, outcome, transaction, versions
from carnet.api.changes import Change
from carnet.api.exchange import Answer, Asked, Handler
from carnet.api.steps import SENTENCE, Step, in_order, patch_in, placed, steps_of
from carnet.fhir import dates, json
from carnet.fhir.errors import CarnetError, Invalid, Issue, Malformed, TooBig
from carnet.record import clock, gate
from carnet.record.validate import validate
from carnet.record.work import Stored

Json = dict[str, Any]
ENTRY_LIMIT = {"transaction": 5000, "batch": 500}  # each entry of a batch has its own commit
READ_LIMIT = (
    64 << 20
)  # bytes that the entries of one Bundle may read together: few words can ask for all of a practice
_NESTED = "Un Bundle n'en contient pas d'autre à traiter."
_READS = ("GET", "HEAD")

# The number that a sender gives to a Bundle: it names what is sent, and nothing of it is kept or done.
_NOT_LOOKED_AT = ("identifier",)


def process(asked: Asked, dispatch: Handler) -> Answer:
    """POST of a batch or transaction at the base; `dispatch` answers one entry and never raises."""
    bundle = asked.json()
    kind = _checked(bundle)
    steps = steps_of(bundle, asked.base)
    dispatch = _bounded(dispatch)
    if kind == "batch":
        entries = [_answered(asked, step, dispatch) for step in steps]
    else:
        entries = _transaction(asked, steps, dispatch)
    answer: Json = {"resourceType": "Bundle", "id": clock.new_id(), "type": f"{kind}-response"}
    return exchange.resource(200, {**answer, "entry": entries} if entries else answer)


def _bounded(dispatch: Handler) -> Handler:
    """The same, until the reads of this Bundle have come to READ_LIMIT; those that follow are refused."""
    read = 0

    def bounded(asked: Asked) -> Answer:
        nonlocal read
        if asked.method not in _READS:
            return dispatch(asked)
        if read > READ_LIMIT:
            return outcome.of(TooBig("Ce Bundle lit trop de données à la fois : demandez le reste à part."))
        answer = dispatch(asked)
        read += len(answer.body)
        return answer

    return bounded


def _checked(bundle: Any) -> str:
    """Batch or transaction. Raises Malformed, TooBig, Invalid: a Bundle around anything, valid or not."""
    if not isinstance(bundle, dict) or bundle.get("resourceType") != "Bundle":
        raise Malformed("Un Bundle est attendu à cette adresse.")
    kind, entries = bundle.get("type"), bundle.get("entry", [])
    if not isinstance(kind, str) or kind not in ENTRY_LIMIT:
        raise Invalid(SENTENCE, [Issue("Bundle.type", "Seuls batch et transaction sont traités ici.")])
    if isinstance(entries, list):
        if len(entries) > ENTRY_LIMIT[kind]:
            raise TooBig(
                "Ce Bundle a plus d'entrées que Carnet n'en traite à la fois : {limit}.",
                limit=ENTRY_LIMIT[kind],
            )
        _check_requests(entries)
        entries = [_shell(entry) for entry in entries]
    kept = {name: value for name, value in bundle.items() if name not in _NOT_LOOKED_AT}
    validate({**kept, **({"entry": entries} if "entry" in bundle else {})})
    return kind


def _check_requests(entries: list[Any]) -> None:
    places = [n for n, entry in enumerate(entries) if isinstance(entry, dict) and "request" not in entry]
    if places:
        issues = [Issue(f"Bundle.entry[{n}].request", "Cet élément est obligatoire.") for n in places[:50]]
        raise Invalid(SENTENCE, issues)


def _shell(entry: Any) -> Any:
    return (
        {name: value for name, value in entry.items() if name != "resource"}
        if isinstance(entry, dict)
        else entry
    )


# a transaction


def _transaction(asked: Asked, steps: Sequence[Step | Issue], dispatch: Handler) -> list[Json]:
    ordered = in_order(steps)
    written = [step for step in ordered if step.method not in _READS]
    done: dict[int, Change] = {}
    if written:
        with gate.write(by=asked.by, at=asked.at, action="api.transaction", several=True) as work:
            done = transaction.write(work, written)
    answers = {step.place: _changed(asked, step, done[step.place]) for step in written}
    for step in ordered:
        # Reads come after the commit and see it; what they find leaves rows of its own.
        if step.method in _READS:
            answers[step.place] = _answered(asked, step, dispatch)
    return [answers[place] for place in sorted(answers)]


def _changed(asked: Asked, step: Step, change: Change) -> Json:
    """What one write came to, as `Prefer: return=` asks."""
    response: Json = {"status": exchange.status_line(change.status)}
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
        return _told(outcome.of(Invalid(SENTENCE, [step])))
    try:
        one = _request(asked, step)
    except CarnetError as error:
        return _told(outcome.of(placed(error, step.where)))
    return _told(dispatch(one))


def _request(asked: Asked, step: Step) -> Asked:
    if step.method == "POST" and not step.path:
        raise Invalid(_NESTED, [Issue(f"{step.where}.request.url", "")])
    headers = {name: asked.headers[name] for name in ("prefer",) if name in asked.headers} | step.headers
    headers["accept"] = exchange.FHIR_JSON  # a document too must fit into a Bundle
    if "if-modified-since" in headers:
        headers["if-modified-since"] = _http_date(headers["if-modified-since"])
    body = b""
    if step.method in ("POST", "PUT") and step.resource is not None:
        body, headers["content-type"] = json.dumps(step.resource), exchange.FHIR_JSON
    elif step.method == "PATCH":
        if not isinstance(step.resource, dict):
            raise Invalid(SENTENCE, [Issue(f"{step.where}.resource", "Cet élément est obligatoire.")])
        headers["content-type"], body = patch_in(step)
    return replace(asked, method=step.method, path=step.path, query=step.query, headers=headers, body=body)


def _told(answer: Answer) -> Json:
    """An answer of the door as an entry."""
    headers = answer.headers
    response: Json = {"status": exchange.status_line(answer.status)}
    for name, header in (("location", "Location"), ("etag", "ETag")):
        if header in headers:
            response[name] = headers[header]
    if "Last-Modified" in headers:
        response["lastModified"] = dates.instant(parsedate_to_datetime(headers["Last-Modified"]))
    if not answer.body:
        return {"response": response}
    if headers.get("Content-Type") != exchange.FHIR_JSON:
        return {"response": {"status": exchange.status_line(406), "outcome": _no_resource()}}
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
