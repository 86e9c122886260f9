"""Create, update, patch and delete, by id and by criteria: one action each, one row in the journal."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from carnet.api import changes, exchange, outcome, versions
from carnet.api.changes import Change
from carnet.api.exchange import Answer, Asked, pairs
from carnet.fhir.errors import Malformed
from carnet.record import gate
from carnet.record.work import Stored, Work


def create(asked: Asked) -> Answer:
    """POST Type. Criteria in the address mean what they mean in If-None-Exist: a client that writes them there does not
    want a second one."""
    sent, written = _sent(asked), asked.headers.get("if-none-exist")
    unless = asked.query or None if written is None else criteria(written, asked.path[0])
    with _work(asked, "create") as work:
        change = changes.create(work, sent, unless=unless)
    return told(asked, change)


def update(asked: Asked) -> Answer:
    """PUT Type/id."""
    sent = _sent(asked)
    only_new = asked.headers.get("if-none-match", "").strip() == "*"
    with _work(asked, "update") as work:
        change = changes.update(work, sent, id=asked.path[1], if_match=_if_match(asked), only_new=only_new)
    return told(asked, change)


def update_matching(asked: Asked) -> Answer:
    """PUT Type?…."""
    sent = _sent(asked)
    with _work(asked, "update") as work:
        change = changes.update_matching(work, sent, criteria=asked.query, if_match=_if_match(asked))
    return told(asked, change)


def patch(asked: Asked) -> Answer:
    """PATCH Type/id."""
    change, (type_, id) = asked.json(), asked.path
    with _work(asked, "patch") as work:
        done = changes.patch(work, type_, change, id=id, if_match=_if_match(asked))
    return told(asked, done)


def patch_matching(asked: Asked) -> Answer:
    """PATCH Type?…."""
    change, (type_,) = asked.json(), asked.path
    with _work(asked, "patch") as work:
        done = changes.patch_matching(work, type_, change, criteria=asked.query, if_match=_if_match(asked))
    return told(asked, done)


def delete(asked: Asked) -> Answer:
    """DELETE Type/id."""
    with _work(asked, "delete") as work:
        change = changes.delete(work, asked.path[0], id=asked.path[1], if_match=_if_match(asked))
    return told(asked, change)


def delete_matching(asked: Asked) -> Answer:
    """DELETE Type?…: 200 says that there was one, 204 that there was none."""
    with _work(asked, "delete") as work:
        change = changes.delete_matching(work, asked.path[0], criteria=asked.query, if_match=_if_match(asked))
    if change.stored is None:
        return told(asked, change)
    return exchange.resource(200, outcome.done()).with_headers(versions.headers(change.stored))


def criteria(written: str, type: str) -> changes.Criteria:
    """What If-None-Exist looks for; some clients write the address before it."""
    return pairs(written.removeprefix("?").removeprefix(f"{type}?"))


def told(asked: Asked, change: Change) -> Answer:
    """What was written, as `Prefer: return=` asks."""
    stored = change.stored
    if stored is None or stored.deleted:
        return Answer(
            204, {"Cache-Control": exchange.NO_STORE, **(versions.headers(stored) if stored else {})}
        )
    headers = {
        **versions.headers(stored),
        "Location": f"{asked.base}/{stored.reference}/_history/{stored.version}",
    }
    return _body(asked, change.status, stored).with_headers(headers)


def _body(asked: Asked, status: int, stored: Stored) -> Answer:
    wanted = asked.prefers("return")
    if wanted == "minimal":
        return Answer(status, {"Cache-Control": exchange.NO_STORE})
    if wanted == "OperationOutcome":
        return exchange.resource(status, outcome.done())
    return exchange.resource(status, stored.body)


def _work(asked: Asked, verb: str) -> AbstractContextManager[Work]:
    return gate.write(by=asked.by, at=asked.at, action=f"api.{verb}")


def _sent(asked: Asked) -> dict[str, Any]:
    """The resource of the body, of the type that the address says. Raises Malformed."""
    sent = asked.json()
    if changes.type_of(sent) != asked.path[0]:
        raise Malformed("La ressource envoyée n'est pas du type de cette adresse. Rien n'a été enregistré.")
    return sent  # type: ignore[no-any-return]


def _if_match(asked: Asked) -> str | None:
    return asked.headers.get("if-match")
