"""What is asked of the FHIR door and what it answers, as plain values. Knows no server, no framework, no record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from http import HTTPStatus
from typing import Any

from carnet.fhir import json
from carnet.record.actor import Actor

FHIR_JSON = "application/fhir+json; charset=utf-8"
NO_STORE = "no-store"


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

    def with_headers(self, **headers: str) -> Answer:
        """The same with more headers; `_` in a name stands for `-`."""
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        return replace(self, headers={**self.headers, **more})


Handler = Callable[[Asked], Answer]


def resource(status: int | HTTPStatus, body: dict[str, Any] | bytes, **headers: str) -> Answer:
    """A resource as FHIR JSON: bytes go out as they are."""
    content = body if isinstance(body, bytes) else json.dumps(body)
    answer = Answer(int(status), {"Content-Type": FHIR_JSON, "Cache-Control": NO_STORE}, content)
    return answer.with_headers(**headers)
