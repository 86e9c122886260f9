"""The programs that may come in by the FHIR door: let in, shut out. A secret is shown once and kept as a hash only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from oauth2_provider.generators import generate_client_secret
from oauth2_provider.models import Application

from carnet.accounts.models import Access, Role, Token
from carnet.actions import token
from carnet.fhir.errors import Invalid, NotFound, NotSignedIn
from carnet.record import access, gate
from carnet.record.actor import Actor

LONGEST_NAME, LONGEST_DAYS = 120, 3660


@dataclass(frozen=True, slots=True)
class Issued:
    """An access just made. `secret` is shown now and never again: a bearer token, or the secret of the OAuth client
    whose id is `client`."""

    access: Access
    secret: str
    client: str | None = None


def issue(
    *,
    by: Actor,
    at: datetime,
    name: str,
    role: str = Role.OWNER,
    days: int | None = None,
    client: bool = False,
) -> Issued:
    """Let an application in, with a role, for so many days or until it is revoked. `client`: not by a token, but by a
    secret that OAuth 2 exchanges for short ones. Raises Refused, Invalid."""
    access.check_programs(by)
    if role not in Role.values:
        raise Invalid(_("Ce rôle n’existe pas."))
    return _issue(by, at, name, days, client=client, role=role)


def issue_own(*, by: Actor, at: datetime, name: str, days: int | None = None) -> Issued:
    """Give a script of one's own one's own rights. Raises Refused, Invalid."""
    access.check_practice(by)
    if by.kind != "person":
        raise Invalid(_("Seule une personne donne ses propres droits à un programme."))
    return _issue(by, at, name, days, person_id=by.id)


def _issue(
    by: Actor, at: datetime, name: str, days: int | None, *, client: bool = False, **whose: str
) -> Issued:
    name, expires = _name(name), _expiry(at, days)
    with gate.write(by=by, at=at, action="program.issue") as work:
        secret = generate_client_secret() if client else token.new()
        application = _client(name, secret) if client else None
        made = Access.objects.create(name=name, created=at, expires=expires, client=application, **whose)
        if application is None:
            Token.objects.create(digest=token.digest(secret), access=made, expires=expires)
        work.entities.append(f"access/{made.id}")
    return Issued(made, secret, application.client_id if application else None)


def _name(written: str) -> str:
    name = " ".join(written.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise Invalid(_("Donnez à cet accès un nom qui dise quel programme entre."))
    return name


def _expiry(at: datetime, days: int | None) -> datetime | None:
    if days is not None and not 1 <= days <= LONGEST_DAYS:
        raise Invalid(_("Un accès dure d’un jour à dix ans, ou jusqu’à ce qu’il soit révoqué."))
    return at + timedelta(days=days) if days is not None else None


def _client(name: str, secret: str) -> Application:
    return Application.objects.create(
        name=name,
        client_secret=secret,  # hashed by its field
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
    )


def revoke(*, by: Actor, at: datetime, id: str) -> Access:
    """Shut a program out at once; a second time is no harm. Raises NotFound, Refused."""
    with gate.write(by=by, at=at, action="program.revoke") as work:
        found = Access.objects.filter(pk=id).first()
        if found is None or (found.person_id != by.id and not _may_shut(by)):
            raise NotFound(_("Cet accès n’existe pas."))
        found.revoked = found.revoked or at
        found.save(update_fields=["revoked"])
        Token.objects.filter(access=found).delete()
        work.entities.append(f"access/{found.id}")
    token.forget()
    return found


def _may_shut(by: Actor) -> bool:
    access.check_programs(by)
    return True


def client_of(id: str, *, practice: str) -> tuple[Access, Actor] | None:
    """What the OAuth client of this id comes in with, and as whom; None when it is shut."""
    found = Access.objects.select_related("person").filter(client__client_id=id).first()
    actor = token.actor_for(found, practice=practice) if found else None
    return (found, actor) if found and actor else None


def exchange(*, by: Actor, at: datetime, access: Access, short: str, seconds: int) -> int:
    """Make `short` the bearer token of an OAuth client that has proved its secret, for so many seconds or until its
    access ends; returns how many. `by` is `client_of`'s. Raises NotSignedIn when the access ends now."""
    ends = min(at + timedelta(seconds=seconds), access.expires or datetime.max.replace(tzinfo=at.tzinfo))
    with gate.write(by=by, at=at, action="program.exchange") as work:
        if ends <= at or not Access.objects.filter(pk=access.id, revoked=None).exists():
            raise NotSignedIn(_("Cet accès est révoqué ou périmé."))
        Token.objects.filter(access=access, expires__lte=at).delete()
        Token.objects.create(digest=token.digest(short), access=access, expires=ends)
        work.entities.append(f"access/{access.id}")
    return int((ends - at).total_seconds())


def all_of(*, by: Actor) -> list[Access]:
    """Every access that was ever given, open ones first; to who may let no program in, their own only."""
    found = Access.objects.select_related("person", "client").order_by("-created")
    if not access.can_let_programs_in(by):
        found = found.filter(person_id=by.id)
    return sorted(found, key=lambda one: one.revoked is not None)
