"""Who asks: the Authorization header becomes an Actor, or nobody comes in. There is no default token."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from carnet.actions import token as tokens
from carnet.fhir.errors import NotSignedIn
from carnet.record.actor import Actor

ActorOf = Callable[[str, datetime, str], Actor]
_NEEDED = "Cette porte demande un jeton d'accès valide."


def actor_of(authorization: str, at: datetime, address: str) -> Actor:
    """The actor that a bearer token stands for; `address`: where the request comes from. Raises NotSignedIn."""
    scheme, _, token = authorization.strip().partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise NotSignedIn(_NEEDED)
    return tokens.actor_of(token.strip(), at=at, address=address)
