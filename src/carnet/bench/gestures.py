"""The gestures that `scale` measures: each is made ready apart, so that only what a person waits for is timed."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.urls import reverse

from carnet.actions import documents
from carnet.bench import page, reading
from carnet.fhir import codes, dates
from carnet.record import clock, gate
from carnet.record.actor import Actor
from carnet.rules import note

Resource = dict[str, Any]
Gesture = Callable[[], object]

LONG = 2000  # resources of the one long record
NAMES: dict[str, str] = {
    "find": "chercher un patient, à chaque frappe",
    "find_typo": "de même, avec une faute de frappe",
    "record": "page d'un dossier ordinaire",
    "long_record": f"page d'un dossier de {LONG} ressources",
    "scroll": "suite de son histoire (180 événements)",
    "consultation": "page d'une consultation, même dossier",
    "offers": "propositions d'une note de 100 mots, même dossier",
    "results": "ses résultats d'une analyse, par code et date",
    "day": "page du jour",
    "text": "recherche dans les notes et documents",
    "read": "lire une ressource, journal compris",
    "note": "signer une note et dix faits",
    "import": "importer un document CDA",
}


@dataclass(frozen=True, slots=True)
class Filler:
    """Who fills the practice: `complete(by=, at=, patients=, resources=)` those who are not there yet, `fill(…, first=)`
    others from a number on; the id of a patient by its number, a CDA document about a patient by its number and a
    number of its own."""

    complete: Callable[..., int]
    fill: Callable[..., int]
    patient_id: Callable[[int], str]
    letter: Callable[[int, int], bytes]


@dataclass(frozen=True, slots=True)
class Practice:
    """A filled practice to measure in: who acts, how many patients, the browser, the numbers of patients drawn."""

    by: Actor
    patients: int
    browser: page.Browser
    filler: Filler
    chance: random.Random

    def someone(self) -> str:
        """The id of an ordinary patient."""
        return self.filler.patient_id(self.chance.randrange(self.patients))

    @property
    def long(self) -> str:
        """The id of the patient with the long record."""
        return self.filler.patient_id(self.patients)


def gestures(practice: Practice) -> dict[str, Callable[[], Gesture]]:
    """Each makes one gesture ready and returns it."""
    return {
        "find": lambda: _search(practice, _typed(practice)),
        "find_typo": lambda: _search(practice, _misspelt(practice)),
        "record": lambda: _page(practice, practice.someone()),
        "long_record": lambda: _page(practice, practice.long),
        "scroll": lambda: _scroll(practice),
        "consultation": lambda: _writing(practice),
        "offers": lambda: _offers(practice),
        "results": lambda: _results(practice),
        "day": lambda: partial(practice.browser.get, reverse("day")),
        "text": lambda: _text(practice),
        "read": lambda: _read(practice, practice.someone()),
        "note": lambda: _note(practice, practice.someone()),
        "import": lambda: _import(practice),
    }


def _name(practice: Practice) -> str:
    patient = gate.patients_of(by=practice.by, ids=[practice.someone()])
    name = next(iter(patient.values())).resource()["name"][0]
    return f"{name['family']} {name['given'][0]}"


def _typed(practice: Practice) -> str:
    """The first letters of a name, two at least, as they are typed one after the other."""
    name = _name(practice)
    return name[: practice.chance.randint(2, min(len(name), 12))]


def _misspelt(practice: Practice) -> str:
    """A whole family name with two letters changed over, and the beginning of a first name."""
    family, _, given = _name(practice).rpartition(" ")
    place = practice.chance.randrange(max(len(family) - 2, 1))
    turned = family[:place] + family[place + 1 : place + 2] + family[place : place + 1] + family[place + 2 :]
    return f"{turned} {given[:2]}"


def _search(practice: Practice, text: str) -> Gesture:
    """One keystroke in the palette, page and session included."""
    return lambda: practice.browser.post_part(reverse("shell:palette"), {"text": text})


def _page(practice: Practice, patient: str) -> Gesture:
    return lambda: practice.browser.get(reverse("patient:record", args=[patient]))


def _scroll(practice: Practice) -> Gesture:
    path = reverse("patient:record", args=[practice.long])
    return lambda: practice.browser.post_part(path, {"count": "180"})


def _writing(practice: Practice) -> Gesture:
    """The page of a note, begun before."""
    path = practice.browser.post(reverse("consultation:open"), {"patient": practice.long})
    return lambda: practice.browser.get(path)


def _offers(practice: Practice) -> Gesture:
    """What the margin asks after a pause, of words that were not there before."""
    path = practice.browser.post(reverse("consultation:open"), {"patient": practice.long})
    draft = path.rpartition("/")[2]
    text = f"{practice.chance.choice(reading.notes())}Vu le n° {practice.chance.random()}."
    told = {"patient": practice.long, "text": text}
    return lambda: practice.browser.post_part(reverse("consultation:offers", args=[draft]), told)


def _results(practice: Practice) -> Gesture:
    asked = [
        ("patient", practice.long),
        ("code", f"{codes.LOINC}|4548-4"),
        ("_sort", "-date"),
        ("_count", "20"),
    ]
    return lambda: gate.across(by=practice.by, type="Observation", params=asked)


def _text(practice: Practice) -> Gesture:
    text = practice.chance.choice(
        ("genou", "cardio", "toux fièvre", "certificat", "vertiges", "lombalgie kiné")
    )
    return lambda: gate.find_text(by=practice.by, at=clock.now(), text=text)


def _read(practice: Practice, patient: str) -> Gesture:
    return lambda: gate.read(by=practice.by, at=clock.now(), type="Patient", id=patient)


def _note(practice: Practice, patient: str) -> Gesture:
    """One action as signing does it: visit, note, ten facts, the draft gone, their origin, the journal."""
    with gate.write(by=practice.by, at=clock.now(), action="bench.open") as work:
        draft = work.open_draft(patient, text=f"TA 14/8. {practice.chance.random()}")

    def sign() -> None:
        at = clock.now()
        with gate.write(by=practice.by, at=at, action="bench.sign", patient=patient) as work:
            visit = work.create(_visit(patient, at))
            signed = work.create(_composition(patient, visit.reference, draft.text, at))
            work.source(signed.reference, confirmed=True)
            for number in range(10):
                work.create(_fact(patient, number, at))
            work.drop_draft(draft.id)

    return sign


def _visit(patient: str, at: datetime) -> Resource:
    return {
        "resourceType": "Encounter",
        "status": "finished",
        "class": {"system": codes.ACT_CODE, "code": "AMB"},
        "subject": {"reference": f"Patient/{patient}"},
        "period": {"start": dates.instant(at)},
    }


def _composition(patient: str, visit: str, text: str, at: datetime) -> Resource:
    return {
        "resourceType": "Composition",
        "status": "final",
        "type": {"coding": [{"system": codes.LOINC, "code": "11488-4"}]},
        "subject": {"reference": f"Patient/{patient}"},
        "encounter": {"reference": visit},
        "author": [{"display": "Dr A. Mesure"}],
        "title": "Consultation",
        "date": dates.instant(at),
        "extension": note.extensions(text),
        "text": {"status": "generated", "div": note.narrative(text)},
    }


def _fact(patient: str, number: int, at: datetime) -> Resource:
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": codes.LOINC, "code": "29463-7"}], "text": "Poids"},
        "subject": {"reference": f"Patient/{patient}"},
        "effectiveDateTime": dates.instant(at),
        "valueQuantity": {"value": 60 + number, "unit": "kg", "system": codes.UCUM, "code": "kg"},
    }


def _import(practice: Practice) -> Gesture:
    number = practice.chance.randrange(practice.patients)
    content = practice.filler.letter(number, practice.chance.randrange(10**9))
    patient = practice.filler.patient_id(number)
    return lambda: documents.import_file(
        by=practice.by, at=clock.now(), name="lettre.xml", content=content, patient=patient
    )
