"""One patient on one line, in words: who, and what tells homonyms apart. It decides nothing and reads no record."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from carnet.record.work import Stored
from carnet.web.shell import wording

_ID = "any-patient"  # FHIR ids need no escape in an address


@dataclass(frozen=True, slots=True)
class PatientLine:
    """The address of the record, the name, what tells apart (short, then all of it), the date of birth."""

    href: str
    name: str
    who: str
    note: str
    born: str


def patient_lines(patients: Iterable[Stored], now: datetime) -> list[PatientLine]:
    """In their order. In Python and with one address for all, since writing them costs a keystroke as much as finding
    them does."""
    before, after = reverse("patient:record", args=[_ID]).split(_ID)
    return [_line(patient, f"{before}{patient.id}{after}", now) for patient in patients]


def _line(patient: Stored, href: str, now: datetime) -> PatientLine:
    person = patient.resource()
    names, addresses = person.get("name") or [{}], person.get("address") or [{}]
    birth_name = wording.birth_name(names)
    who = [wording.patient_age(person, now), wording.gender(person.get("gender"))]
    apart = [
        " ".join(names[0].get("given", [])[1:]),
        addresses[0].get("city", ""),
        _("nom de naissance") + " " + birth_name if birth_name else "",
    ]
    return PatientLine(
        href=href,
        name=wording.human_name(person.get("name")),
        who=" · ".join(filter(None, who)),
        note=" · ".join(filter(None, [*who, *apart])),
        born=wording.short_date(person.get("birthDate")),
    )
