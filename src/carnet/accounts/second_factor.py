"""The stored second factors of a person: one TOTP secret and ten recovery codes, each code good for one use.
They lie in the encrypted cell, in allauth's table, so that passkeys can join them. Writes no audit."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

from carnet.accounts import totp
from carnet.accounts.models import Person

Method = Literal["totp", "recovery_code"]
_TOTP = Authenticator.Type.TOTP
_CODES = Authenticator.Type.RECOVERY_CODES


def give(person: Person, *, totp_secret: str, used_step: int | None = None) -> list[str]:
    """Stores the secret and makes recovery codes; returns the codes, to be shown once."""
    data = {"secret": totp_secret, "used_step": used_step}
    Authenticator.objects.create(user=person, type=_TOTP, data=data)
    codes: list[str] = RecoveryCodes.activate(person).generate_codes()
    return codes


def spend(person: Person, typed: str, *, at: datetime) -> Method | None:
    """Uses up a code of the telephone or a recovery code; None when it is neither, or spent. Call it inside a
    transaction: of two equal codes at once, one is refused."""
    if _spend_totp(person, typed, at=at):
        return "totp"
    if _spend_recovery_code(person, typed):
        return "recovery_code"
    return None


def codes_left(person: Person) -> int:
    held = Authenticator.objects.filter(user=person, type=_CODES).first()
    return len(RecoveryCodes(held).get_unused_codes()) if held else 0


def _spend_totp(person: Person, typed: str, *, at: datetime) -> bool:
    held = Authenticator.objects.select_for_update().filter(user=person, type=_TOTP).first()
    if held is None:
        return False
    step = totp.matching_step(held.data["secret"], typed, at=at, used=held.data["used_step"])
    if step is None:
        return False
    held.data["used_step"] = step
    held.last_used_at = at
    held.save(update_fields=["data", "last_used_at"])
    return True


def _spend_recovery_code(person: Person, typed: str) -> bool:
    held = Authenticator.objects.filter(user=person, type=_CODES).first()
    return held is not None and bool(RecoveryCodes(held).validate_code(totp.digits_of(typed)))
