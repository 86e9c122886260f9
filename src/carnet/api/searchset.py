"""The Bundle that answers a search, joined from resources as they are kept. It parses none of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Protocol
from urllib.parse import urlencode

from carnet.api import exchange, outcome
from carnet.api.exchange import Answer
from carnet.api.subset import Subset
from carnet.fhir import json
from carnet.fhir.errors import Issue

_SAFE = ",:|$/*"
_PLAIN = re.compile(r"(?:[A-Za-z0-9_.~,:|$/*-]+=[A-Za-z0-9_.~,:|$/*-]*(?:&|\Z))*")  # nothing in it to escape
Query = Sequence[tuple[str, str]]


class One(Protocol):
    """A resource as it is kept."""

    @property
    def type(self) -> str: ...
    @property
    def id(self) -> str: ...
    @property
    def body(self) -> bytes: ...


def address(path: str, query: Query) -> str:
    """An address with its query, commas and bars left readable."""
    if not query:
        return path
    written = "&".join([f"{name}={value}" for name, value in query])
    return f"{path}?{written if _PLAIN.fullmatch(written) else urlencode(query, safe=_SAFE)}"


def entries(base: str, rows: Sequence[One], subset: Subset, mode: str) -> list[bytes]:
    """The entries of some resources, which `match` or are an `include`."""
    start, middle = f'{{"fullUrl":"{base}/', '","resource":'
    end = b',"search":{"mode":"%s"}}' % mode.encode()
    if subset.whole:
        return [f"{start}{one.type}/{one.id}{middle}".encode() + one.body + end for one in rows]
    main = mode == "match"
    return [
        f"{start}{one.type}/{one.id}{middle}".encode() + subset.of(one.type, one.body, main=main) + end
        for one in rows
    ]


def ignored(names: Sequence[str]) -> bytes:
    """The entry that says what was passed over."""
    sentence = "Ces paramètres ne sont pas connus ici : ils n'ont pas été pris en compte."
    issues = [Issue(f"http.{name[:80]}", "") for name in names]
    said = outcome.resource("not-supported", sentence, issues, severity="warning")
    return json.dumps({"resource": said, "search": {"mode": "outcome"}})


def bundle(links: dict[str, str], listed: Sequence[bytes], total: int | None) -> Answer:
    """The whole answer. An empty list is left out, as FHIR wants it."""
    head: dict[str, Any] = {"resourceType": "Bundle", "type": "searchset"}
    if total is not None:
        head["total"] = total
    head["link"] = [{"relation": relation, "url": url} for relation, url in links.items()]
    body = json.dumps(head)
    if listed:
        body = body[:-1] + b',"entry":[' + b",".join(listed) + b"]}"
    return exchange.resource(200, body)
