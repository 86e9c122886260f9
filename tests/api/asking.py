"""Asks the FHIR door as a server would call it, with tokens that stand for the cast: `Bearer alice` is Dr Alice."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

from carnet.api import door
from carnet.fhir import json
from carnet.fhir.errors import NotSignedIn
from carnet.record.actor import Actor
from tests.cast import ALICE, BRUNO, CHLOE, DALIA, PRACTICE

ROBOT = Actor("robot", "app", "owner", PRACTICE, "Laboratoire")
_CAST = {actor.id: actor for actor in (ALICE, BRUNO, CHLOE, DALIA, ROBOT)}
FHIR_JSON = "application/fhir+json"


def actor_of(authorization: str, at: datetime, address: str) -> Actor:
    """The actor that a test's token names."""
    found = _CAST.get(authorization.removeprefix("Bearer "))
    if found is None:
        raise NotSignedIn("Cette porte demande un jeton d'accès valide.")
    return found


@dataclass(frozen=True)
class Said:
    """What the door answered."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def places(self) -> list[str]:
        """The places an OperationOutcome names."""
        return [place for issue in self.json["issue"] for place in issue["expression"]]


def ask(method: str, address: str, body: Any = None, *, by: str = "alice", **headers: str) -> Said:
    """One request; `address` such as `Patient/1?x=y`. Header names are written with `_`. `by=""`: no token."""
    parts = urlsplit(address)
    content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "PATH_INFO": f"/fhir/{parts.path}" if parts.path else "/fhir",
        "QUERY_STRING": quote(parts.query, safe="=&%+:,|$"),
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8421",
        "HTTP_HOST": "127.0.0.1:8421",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(content),
        **({"CONTENT_LENGTH": str(len(content)), "CONTENT_TYPE": FHIR_JSON} if content else {}),
        **({"HTTP_AUTHORIZATION": f"Bearer {by}"} if by else {}),
    }
    for name, value in headers.items():
        key = name.upper()
        environ[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"] = value
    return called(environ)


def called(environ: dict[str, Any]) -> Said:
    """The door called with exactly this environment."""
    said: list[Any] = []
    body = b"".join(door.answering(actor_of)(environ, lambda *answer: said.extend(answer)))
    status, headers = said
    names = [name.lower() for name, _ in headers]
    assert len(names) == len(set(names)), names
    return Said(int(status.split()[0]), dict(headers), body)
