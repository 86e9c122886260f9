"""Who a bearer token stands for. Knows each token by its hash only, for a second at a time, so that one revoked by
another process is refused within that second; a token never reaches a log or the journal."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import NoReturn

from django.db import DatabaseError
from django.utils.translation import gettext as _

from carnet.accounts import throttle
from carnet.accounts.models import Access, Token
from carnet.actions import sign_in
from carnet.fhir.errors import NotSignedIn
from carnet.record import cell, gate
from carnet.record.actor import Actor, outsider

PREFIX = "carnet_"  # so that scanners for leaked secrets can tell what they have found
_KNOWN_FOR = 1.0  # seconds
_MOST = 1000


@dataclass(frozen=True, slots=True)
class _Known:
    digest: str
    actor: Actor
    access: str
    expires: datetime | None
    last_used: date | None
    until: float


_known: dict[str, _Known] = {}


def new() -> str:
    """A token of 256 random bits."""
    return PREFIX + secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """What is kept of it."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def forget() -> None:
    """Look every token up anew: one was revoked."""
    _known.clear()


def actor_of(token: str, *, at: datetime, address: str = "") -> Actor:
    """The actor. Raises NotSignedIn; TooManyTries to an address that keeps on guessing, from where a right token comes in
    all the same."""
    hashed, practice = digest(token), cell.practice_id()
    known = _known.get(hashed)
    if known is None or known.until < time.monotonic() or known.actor.practice != practice:
        known = _look_up(hashed, practice)
    if known is None or not hmac.compare_digest(known.digest, hashed) or _is_over(known.expires, at):
        _refuse(practice, at, address)
    if known.last_used != at.date():
        _note_use(known, at.date())
    return known.actor


def _is_over(expires: datetime | None, at: datetime) -> bool:
    return expires is not None and expires <= at


def _look_up(hashed: str, practice: str) -> _Known | None:
    _known.pop(hashed, None)
    found = Token.objects.select_related("access__person").filter(digest=hashed).first()
    actor = actor_for(found.access, practice=practice) if found else None
    if found is None or actor is None:
        return None
    if len(_known) >= _MOST:
        _known.clear()
    until = time.monotonic() + _KNOWN_FOR
    known = _Known(found.digest, actor, found.access.id, found.expires, found.access.last_used, until)
    _known[hashed] = known
    return known


def actor_for(access: Access, *, practice: str) -> Actor | None:
    """What comes in by this access: the person themself, or an application; None when it is shut."""
    if access.revoked is not None:
        return None
    if access.person is not None:
        return sign_in.actor_of(access.person, practice=practice) if access.person.is_active else None
    role = access.role
    return Actor(access.id, "app", role, practice, access.name)  # type: ignore[arg-type]  # roles only, by constraint


def _note_use(known: _Known, day: date) -> None:
    """Once a day for each; on a full disk a token still opens."""
    _known[known.digest] = replace(known, last_used=day)
    with suppress(DatabaseError):
        Access.objects.filter(pk=known.access).update(last_used=day)


def _refuse(practice: str, at: datetime, address: str) -> NoReturn:
    throttle.tokens.begin(address, at=at)
    gate.audit_event(by=outsider(practice), at=at, action="token.refused", outcome="refused")
    raise NotSignedIn(_("Ce jeton d’accès est inconnu, périmé ou révoqué."))
