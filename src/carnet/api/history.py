"""Histories of one resource, of a type, of the practice."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from carnet.api import exchange, versions
from carnet.api.exchange import Answer, Asked
from carnet.fhir import dates, json
from carnet.record import gate
from carnet.record.versions import Asked as Page
from carnet.record.versions import Versions
from carnet.record.work import Stored

_KNOWN = ("_since", "_at", "_count", "_page")


def of_one(asked: Asked) -> Answer:
    """GET Type/id/_history."""
    type_, id, _ = asked.path
    return _told(asked, gate.history_page(by=asked.by, at=asked.at, asked=_page(asked), type=type_, id=id))


def of_type(asked: Asked) -> Answer:
    """GET Type/_history."""
    return _told(asked, gate.history_page(by=asked.by, at=asked.at, asked=_page(asked), type=asked.path[0]))


def of_all(asked: Asked) -> Answer:
    """GET _history."""
    return _told(asked, gate.history_page(by=asked.by, at=asked.at, asked=_page(asked)))


def _page(asked: Asked) -> Page:
    unknown = [name for name, _ in asked.query if name not in _KNOWN]
    if unknown:
        exchange.ignore(asked, unknown)
    return Page(*(asked.first(name) for name in _KNOWN))


def _told(asked: Asked, page: Versions) -> Answer:
    bundle: dict[str, Any] = {
        "resourceType": "Bundle",
        "type": "history",
        "timestamp": dates.instant(asked.at),
        "link": _links(asked, page),
        "entry": [_entry(asked, one) for one in page.entries],
    }
    if page.total is not None:
        bundle["total"] = page.total
    if not page.entries:
        del bundle["entry"]
    return exchange.resource(200, bundle)


def _links(asked: Asked, page: Versions) -> list[dict[str, str]]:
    address = "/".join((asked.base, *asked.path))
    known = [(name, value) for name, value in asked.query if name in _KNOWN]
    links = [{"relation": "self", "url": _address(address, known)}]
    if page.next is not None:
        first = [pair for pair in known if pair[0] != "_page"]
        links.append({"relation": "next", "url": _address(address, [*first, ("_page", page.next)])})
    return links


def _address(address: str, query: list[tuple[str, str]]) -> str:
    return f"{address}?{urlencode(query)}" if query else address


def _entry(asked: Asked, one: Stored) -> dict[str, Any]:
    """One version and how it came about."""
    method = "DELETE" if one.deleted else "POST" if one.version == 1 else "PUT"
    status = {"DELETE": "204", "POST": "201", "PUT": "200"}[method]
    entry: dict[str, Any] = {
        "fullUrl": f"{asked.base}/{one.reference}",
        "request": {"method": method, "url": one.type if method == "POST" else one.reference},
        "response": {
            "status": status,
            "etag": versions.etag(one),
            "lastModified": dates.instant(one.updated),
        },
    }
    return entry if one.deleted else {**entry, "resource": json.as_it_is(one.body)}
