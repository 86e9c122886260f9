"""Proving who one is, and leaving: sign-in, lock, unlock, sign-out. Each leaves one row in the journal; a wrong name or
secret is never written anywhere."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from django.utils.translation import gettext as _

from carnet.accounts import passwords, second_factor, throttle
from carnet.accounts.models import Person, folded
from carnet.fhir.errors import Refused
from carnet.record import gate
from carnet.record.actor import Actor

Why = Literal["person", "idle"]


def actor_of(person: Person, *, practice: str) -> Actor:
    """What a signed-in person is to the record."""
    return Actor(
        id=person.id,
        kind="person",
        role=person.role,  # type: ignore[arg-type]  # the column holds roles only, by constraint
        practice=practice,
        name=person.display_name,
        practitioner=person.practitioner,
    )


def prove_password(*, by: Actor, at: datetime, sign_in_name: str, password: str, address: str) -> Person:
    """The first half of signing in: `by` is an outsider. Raises Refused (audited), TooManyTries."""
    throttle.passwords.begin(folded(sign_in_name), address, at=at)
    person = passwords.person_with(sign_in_name=sign_in_name)
    if not passwords.opens(person, password) or person is None:
        _refused(by, at, "sign_in.refused", person)
        # The same for a wrong name, a wrong password and a closed account: names must not be guessable.
        raise Refused(_("Identifiant ou mot de passe inexact. Vérifiez les deux, puis recommencez."))
    throttle.passwords.succeed(folded(sign_in_name), address)
    return person


def signed_in(*, by: Actor, at: datetime, code: str, address: str) -> second_factor.Method:
    """The second half: the code of the telephone, or a recovery code, used up in the same transaction."""
    throttle.codes.begin(by.id, address, at=at)
    person = Person.objects.filter(pk=by.id, is_active=True).first()
    try:
        method = _spend(by, at, person, code)
    except Refused:
        _refused(by, at, "sign_in.refused", person)
        raise
    throttle.codes.succeed(by.id, address)
    return method


def locked(*, by: Actor, at: datetime, why: Why) -> None:
    """By the person, or after 15 minutes without a gesture."""
    gate.audit_event(by=by, at=at, action="sign_in.locked", entities=[f"why/{why}"])


def unlocked(*, by: Actor, at: datetime, password: str, address: str) -> None:
    """Back with the password alone. Raises Refused (audited), TooManyTries."""
    throttle.passwords.begin("unlock", by.id, address, at=at)
    person = Person.objects.filter(pk=by.id, is_active=True).first()
    if not passwords.opens(person, password):
        _refused(by, at, "sign_in.unlock_refused", person)
        raise Refused(_("Mot de passe inexact. Ce que vous aviez écrit est gardé : recommencez."))
    gate.audit_event(by=by, at=at, action="sign_in.unlocked")
    throttle.passwords.succeed("unlock", by.id, address)


def signed_out(*, by: Actor, at: datetime, why: Why) -> None:
    """By the person, or after two hours without a gesture."""
    gate.audit_event(by=by, at=at, action="sign_in.signed_out", entities=[f"why/{why}"])


def _spend(by: Actor, at: datetime, person: Person | None, code: str) -> second_factor.Method:
    with gate.write(by=by, at=at, action="sign_in.signed_in") as work:
        method = second_factor.spend(person, code, at=at) if person else None
        if method is None:
            raise Refused(
                _(
                    "Ce code n’est pas valable. Attendez que le téléphone en montre un autre, puis recommencez."
                )
            )
        work.entities.append(f"second_factor/{method}")
    return method


def _refused(by: Actor, at: datetime, action: str, person: Person | None) -> None:
    known = [f"account/{person.id}"] if person else []
    gate.audit_event(by=by, at=at, action=action, outcome="refused", entities=known)
