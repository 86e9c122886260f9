"""What is done to the practice itself: its owner is made, it is opened after a restart. Never touches a patient."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from carnet.accounts import second_factor
from carnet.accounts.models import Person, Practice, Role
from carnet.fhir.errors import Conflict, Invalid
from carnet.fhir.identifiers import RPPS_URL
from carnet.record import gate
from carnet.record.actor import Actor


@dataclass(frozen=True, slots=True)
class NewOwner:
    """`recovery_codes` replace the telephone once each; they are shown now and never again."""

    person: Person
    recovery_codes: list[str]


def has_owner() -> bool:
    return Person.objects.filter(role=Role.OWNER, is_active=True).exists()


def create_owner(
    *,
    by: Actor,
    at: datetime,
    given: str,
    family: str,
    sign_in_name: str,
    password: str,
    totp_secret: str,
    rpps: str | None = None,
    practice_name: str | None = None,
    used_step: int | None = None,
) -> NewOwner:
    """The first person of a practice, with a Practitioner in the record and both factors set.

    `used_step`: the time step of the code that proved the telephone, spent from now on. Raises Conflict when there
    is an owner already, Invalid (French sentences) when a fact is not right."""
    with gate.write(by=by, at=at, action="practice.create_owner") as work:
        if has_owner():
            raise Conflict(_("Ce cabinet a déjà un titulaire. Rien n’a été modifié."))
        if practice_name:
            Practice.objects.update(name=practice_name)
        kept = work.create(_practitioner(given, family, rpps))
        person = _account(
            sign_in_name=sign_in_name,
            display_name=f"Dr {given} {family}",
            password=password,
            created=at,
            rpps=rpps,
            practitioner=kept.reference,
        )
        work.entities.append(f"account/{person.id}")
        codes = second_factor.give(person, totp_secret=totp_secret, used_step=used_step)
    return NewOwner(person, codes)


def opened(*, by: Actor, at: datetime) -> None:
    """The cell was opened with its passphrase or recovery key from the page *Ouvrir le cabinet*."""
    gate.audit_event(by=by, at=at, action="practice.opened")


def _account(**facts: Any) -> Person:
    try:
        return Person.objects.create_person(role=Role.OWNER, **facts)
    except ValidationError as error:
        raise Invalid("{sentences}", sentences=" ".join(error.messages)) from error


def _practitioner(given: str, family: str, rpps: str | None) -> dict[str, Any]:
    name = {"family": family, "given": [given], "prefix": ["Dr"], "text": f"Dr {given} {family}"}
    resource: dict[str, Any] = {"resourceType": "Practitioner", "active": True, "name": [name]}
    if rpps:
        resource["identifier"] = [{"system": RPPS_URL, "value": rpps}]
    return resource
