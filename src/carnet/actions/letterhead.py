"""Who signs the papers of the practice and where: its address and telephone, the qualification of each doctor.
Nothing is printed that nobody wrote here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from carnet.documents.paper.sheets import Prescriber
from carnet.fhir.errors import Invalid, Issue
from carnet.fhir.identifiers import RPPS_URL
from carnet.record import access, cell, gate
from carnet.record.actor import Actor

Resource = dict[str, Any]
PRACTICE = "practice"  # the id of the one Organization that is this practice
LONGEST = 120
_OURS = ("name", "address", "telecom")


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What the page *En-tête* shows and changes."""

    street: str = ""
    postal_code: str = ""
    city: str = ""
    phone: str = ""
    qualification: str = ""


def of(*, by: Actor) -> Letterhead:
    """As it stands; empty fields where nothing was written yet."""
    organization, practitioner = _organization(by), _practitioner(by)
    address = (organization.get("address") or [{}])[0]
    phones = [one["value"] for one in organization.get("telecom", []) if one.get("system") == "phone"]
    qualifications = [one["code"].get("text", "") for one in practitioner.get("qualification", [])]
    return Letterhead(
        street="\n".join(address.get("line", [])),
        postal_code=address.get("postalCode", ""),
        city=address.get("city", ""),
        phone=(phones or [""])[0],
        qualification=(qualifications or [""])[0],
    )


def address(*, by: Actor) -> str:
    """Where the practice is, in one line; empty until it was written."""
    written = (_organization(by).get("address") or [{}])[0]
    return ", ".join(filter(None, (*written.get("line", [])[:1], written.get("city", ""))))


def save(*, by: Actor, at: datetime, letterhead: Letterhead) -> None:
    """Keep it: the address for everybody, the qualification for who writes it. Raises Invalid, Refused."""
    check_write(by)
    kept = _checked(letterhead)
    with gate.write(by=by, at=at, action="practice.letterhead") as work:
        before = work.exists("Organization", PRACTICE)
        other = {
            key: value for key, value in (before.resource() if before else {}).items() if key not in _OURS
        }
        after = {"resourceType": "Organization", **other, **_written(kept)}
        if before:
            work.update(after, if_version=before.version)
        else:
            work.create(after, id=PRACTICE)
        doctor = work.exists(*by.practitioner.split("/", 1)) if by.practitioner else None
        if doctor:
            qualified = (
                {"qualification": [{"code": {"text": kept.qualification}}]} if kept.qualification else {}
            )
            said = {
                key: value for key, value in doctor.resource().items() if key != "qualification"
            } | qualified
            work.update(said, if_version=doctor.version)


def prescriber(*, by: Actor) -> Prescriber:
    """Who signs a paper of this actor's."""
    head, doctor = of(by=by), _practitioner(by)
    numbers = [one["value"] for one in doctor.get("identifier", []) if one.get("system") == RPPS_URL]
    town = f"{head.postal_code} {head.city}".strip()
    return Prescriber(
        name=by.name,
        qualification=head.qualification,
        rpps=(numbers or [""])[0],
        practice=cell.practice().name,
        address=tuple(filter(None, (*head.street.splitlines(), town))),
        phone=head.phone,
    )


def check_write(by: Actor) -> None:
    """Doctors of the practice write its letterhead."""
    access.check_doctor(by, _("Seul un médecin du cabinet change l’en-tête. Rien n’a été changé."))


def _checked(letterhead: Letterhead) -> Letterhead:
    fields = {name: getattr(letterhead, name) for name in Letterhead.__slots__}
    tidied = {
        name: "\n".join(" ".join(row.split()) for row in value.splitlines()).strip()
        for name, value in fields.items()
    }
    wrong = [
        Issue(name, _("Au plus %(count)s caractères.") % {"count": LONGEST})
        for name, value in tidied.items()
        if len(value) > LONGEST
    ]
    if wrong:
        raise Invalid(_("L’en-tête n’est pas enregistré."), wrong)
    return Letterhead(**tidied)


def _written(kept: Letterhead) -> Resource:
    address = {
        "line": kept.street.splitlines(),
        "postalCode": kept.postal_code,
        "city": kept.city,
    }
    said = {key: value for key, value in address.items() if value}
    return {
        "name": cell.practice().name,
        **({"address": [said]} if said else {}),
        **({"telecom": [{"system": "phone", "value": kept.phone}]} if kept.phone else {}),
    }


def _organization(by: Actor) -> Resource:
    found = gate.across(by=by, type="Organization", params=[("_id", PRACTICE)], limit=1)
    return found[0].resource() if found else {}


def _practitioner(by: Actor) -> Resource:
    if not by.practitioner:
        return {}
    found = gate.across(
        by=by, type="Practitioner", params=[("_id", by.practitioner.partition("/")[2])], limit=1
    )
    return found[0].resource() if found else {}
