"""What is asked of the FHIR door and what it answers, as plain values. Knows no server, no framework, no record."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from carnet.api.refusals import Asks
from carnet.fhir import json
from carnet.record.actor import Actor

FHIR_JSON = "application/fhir+json; charset=utf-8"
NO_STORE = "no-store"
PARAMETER_LIMIT = 200
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


@dataclass(frozen=True, slots=True)
class Asked:
    """One request. `path`: the parts after the base, decoded; `query`: in order, decoded; `headers`: names in lower
    case; `base`: this door's address without a slash at its end, such as `http://127.0.0.1:8421/fhir`."""

    method: str
    path: tuple[str, ...]
    query: list[tuple[str, str]]
    headers: Mapping[str, str]
    body: bytes
    by: Actor
    at: datetime
    base: str

    def first(self, name: str) -> str | None:
        """The first value of a parameter of the query."""
        return next((value for key, value in self.query if key == name), None)

    def json(self) -> Any:
        """The body as strict JSON, fractions as Decimal. Raises Malformed."""
        return json.loads(self.body)

    def prefers(self, name: str) -> str | None:
        """A preference of the Prefer header: `return`, `handling`, `respond-async`."""
        for part in self.headers.get("prefer", "").replace(";", ",").split(","):
            key, _, value = part.strip().partition("=")
            if key.strip().lower() == name:
                return value.strip().strip('"')
        return None


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers (without Content-Length, which the door adds) and body."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def with_headers(self, headers: Mapping[str, str]) -> Answer:
        """The same with more headers."""
        return replace(self, headers={**self.headers, **headers})


Handler = Callable[[Asked], Answer]


def resource(status: int, body: dict[str, Any] | bytes) -> Answer:
    """A resource as FHIR JSON: bytes go out as they are."""
    content = body if isinstance(body, bytes) else json.dumps(body)
    return Answer(status, {"Content-Type": FHIR_JSON, "Cache-Control": NO_STORE}, content)


def ignore(asked: Asked, names: Sequence[str]) -> None:
    """Parameters that are not known here: an error, unless the client asked to pass over them. Raises Asks."""
    if asked.prefers("handling") != "lenient":
        raise Asks(
            "Le paramètre « {name} » n'est pas connu ici.", f"http.{names[0][:80]}", name=names[0][:80]
        )


def pairs(written: str) -> list[tuple[str, str]]:
    """Names and values of a query or of a form, in order. Raises Asks."""
    if _BROKEN_ESCAPE.search(written):
        raise Asks("Les paramètres de cette adresse sont illisibles.", "http.query")
    try:
        return parse_qsl(written, keep_blank_values=True, errors="strict", max_num_fields=PARAMETER_LIMIT)
    except ValueError as error:
        raise Asks(
            "Les paramètres de cette adresse sont illisibles ou trop nombreux.", "http.query"
        ) from error


@lru_cache(128)
def status_line(status: int) -> str:
    """`412 Precondition Failed`: of an answer, and of an entry of a Bundle."""
    return f"{status} {HTTPStatus(status).phrase}"
