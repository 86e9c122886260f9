"""One patient on one line, in words: who, and what tells homonyms apart. It decides nothing and reads no record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from carnet.record.work import Stored
from carnet.web.shell import wording
from carnet.web.shell.folding import words_of

_ID = "any-patient"  # FHIR ids need no escape in an address


@dataclass(frozen=True, slots=True)
class PatientLine:
    """The address of the record, the name, what tells apart (short, then all of it), the date of birth; all that names
    the patient, as written."""

    href: str
    name: str
    who: str
    note: str
    born: str
    called: str

    def bears(self, text: str) -> bool:
        """Whether every word typed begins a word of this patient's names or city, so that it is no likeness; a word
        with figures is one of theirs whenever they were found by it."""
        own = words_of(self.called)
        return all(any(word.startswith(typed) for word in own) for typed in words_of(text) if typed.isalpha())


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
        called=" ".join(_strings([*names, *addresses])),
    )


def _strings(parts: list[dict[str, Any]]) -> Iterator[str]:
    """What these say, in strings and in lists of strings."""
    for part in parts:
        for said in part.values():
            yield from (one for one in ([said] if isinstance(said, str) else said) if isinstance(one, str))
