"""Reads: stored bytes out, no parse unless something else than the whole is asked for."""

from __future__ import annotations

from carnet.api import binary, exchange, subset, versions
from carnet.api.exchange import Answer, Asked
from carnet.fhir.errors import NotFound
from carnet.record import gate
from carnet.record.work import Stored

# Kept by the client only, and asked about each time: a token may have been revoked meanwhile.
_ASK_AGAIN = "private, no-cache"


def current(asked: Asked) -> Answer:
    """GET Type/id."""
    type_, id = asked.path
    if type_ == "Binary" and binary.is_name(id):
        found = binary.document(asked, id)
        if found is not None:
            return found
    return _told(asked, gate.read(by=asked.by, at=asked.at, type=type_, id=id))


def version(asked: Asked) -> Answer:
    """GET Type/id/_history/version."""
    type_, id, _, number = asked.path
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise NotFound("Cette version n'existe pas.")
    found = gate.read_version(by=asked.by, at=asked.at, type=type_, id=id, version=int(number))
    return _told(asked, found)


def _told(asked: Asked, found: Stored) -> Answer:
    headers = {**versions.headers(found), "Cache-Control": _ASK_AGAIN}
    given = asked.headers
    if versions.is_known(found, given.get("if-none-match"), given.get("if-modified-since")):
        return Answer(304, headers)
    body = subset.of_query(found, asked.query) if asked.query else found.body
    return Answer(200, {"Content-Type": exchange.FHIR_JSON, **headers}, body)
