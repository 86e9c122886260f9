"""`carnet bench scale`: what each gesture costs in a small and in a large practice, one patient with a long record in
each. It only measures; who fills the practice is given to it."""

from __future__ import annotations

import gc
import os
import random
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.urls import reverse
from django.utils.module_loading import import_string

from carnet.actions import documents
from carnet.bench import page
from carnet.bench.timing import peak_memory_mb
from carnet.fhir import codes, dates
from carnet.record import cell, clock, gate
from carnet.record.actor import Actor, operator
from carnet.rules import note

Resource = dict[str, Any]

LONG = 2000  # resources of the one long record
TIMES: dict[str, str] = {
    "find": "chercher un patient, à chaque frappe",
    "find_typo": "de même, avec une faute de frappe",
    "record": "page d'un dossier ordinaire",
    "long_record": f"page d'un dossier de {LONG} ressources",
    "scroll": "suite de son histoire (180 événements)",
    "day": "page du jour",
    "text": "recherche dans les notes et documents",
    "read": "lire une ressource, journal compris",
    "note": "signer une note et dix faits",
    "import": "importer un document CDA",
}


@dataclass(frozen=True, slots=True)
class Filler:
    """Who fills the practice: `fill(by=, at=, patients=, resources=, first=)`, the id of a patient by its number, a
    CDA document about a patient by its number and a number of its own."""

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


def run(home: Path, filler: Filler, *, patients: int, resources: int, calls: int) -> dict[str, Any]:
    """Make a practice of that size at `home` and measure in it."""
    import_string(settings.WSGI_APPLICATION)  # the program as the server starts it
    cell.create(home, passphrase=None, practice="Mesures")
    by, load = operator(cell.practice_id()), os.getloadavg()[0]
    start, at = time.perf_counter(), clock.now()
    kept = filler.fill(by=by, at=at, patients=patients, resources=resources, first=0)
    seconds = time.perf_counter() - start
    kept += filler.fill(by=by, at=at, patients=1, resources=LONG, first=patients)
    practice = Practice(by, patients, page.sign_in(by), filler, random.Random(patients))
    connection.close()  # as after a start: nothing of the filling is left in memory
    gc.collect()
    return {
        "engine": "sqlcipher" if connection.vendor == "sqlite" else connection.vendor,
        "patients": patients,
        "resources": resources,
        "kept": kept,
        "fill_per_second": round(kept / seconds),
        "load_before": round(load, 1),
        "times": {name: _times(call, calls) for name, call in _gestures(practice).items()},
        "load_after": round(os.getloadavg()[0], 1),
        "memory_mb": round(peak_memory_mb()),
        "disk_mb": round(_disk(home) / 1e6, 1),
    }


def _times(call: Callable[[], Callable[[], object]], calls: int) -> dict[str, float]:
    """Milliseconds of the gesture alone: what it needs is made ready before. The first two calls warm it up."""
    wall, worked = [], []
    for _ in range(calls + 2):
        ready = call()
        start, before = time.perf_counter(), time.process_time()
        ready()
        worked.append((time.process_time() - before) * 1000)
        wall.append((time.perf_counter() - start) * 1000)
    wall, worked = wall[2:], worked[2:]
    ninety_five = statistics.quantiles(wall, n=20)[-1]
    return {
        "median": round(statistics.median(wall), 2),
        "p95": round(ninety_five, 2),
        "cpu": round(statistics.median(worked), 2),
    }


def _gestures(practice: Practice) -> dict[str, Callable[[], Callable[[], object]]]:
    """Each makes one gesture ready and returns it."""
    return {
        "find": lambda: _search(practice, _typed(practice)),
        "find_typo": lambda: _search(practice, _misspelt(practice)),
        "record": lambda: _page(practice, practice.someone()),
        "long_record": lambda: _page(practice, practice.long),
        "scroll": lambda: _scroll(practice),
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


def _search(practice: Practice, text: str) -> Callable[[], object]:
    return lambda: gate.find_patients(by=practice.by, text=text)


def _page(practice: Practice, patient: str) -> Callable[[], object]:
    return lambda: practice.browser.get(reverse("patient:record", args=[patient]))


def _scroll(practice: Practice) -> Callable[[], object]:
    path = reverse("patient:record", args=[practice.long])
    return lambda: practice.browser.post_part(path, {"count": "180"})


def _text(practice: Practice) -> Callable[[], object]:
    text = practice.chance.choice(
        ("genou", "cardio", "toux fièvre", "certificat", "vertiges", "lombalgie kiné")
    )
    return lambda: gate.find_text(by=practice.by, at=clock.now(), text=text)


def _read(practice: Practice, patient: str) -> Callable[[], object]:
    return lambda: gate.read(by=practice.by, at=clock.now(), type="Patient", id=patient)


def _note(practice: Practice, patient: str) -> Callable[[], object]:
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


def _import(practice: Practice) -> Callable[[], object]:
    number = practice.chance.randrange(practice.patients)
    content = practice.filler.letter(number, practice.chance.randrange(10**9))
    patient = practice.filler.patient_id(number)
    return lambda: documents.import_file(
        by=practice.by, at=clock.now(), name="lettre.xml", content=content, patient=patient
    )


def _disk(home: Path) -> int:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_database_size(current_database())")
            return int(cursor.fetchone()[0])
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return os.path.getsize(home / "carnet.db")


def growth(measured: Sequence[dict[str, Any]]) -> dict[str, dict[str, float]]:
    """For each engine and gesture: the median in the practice with most patients over that in the one with least."""
    found: dict[str, dict[str, float]] = {}
    for engine in dict.fromkeys(one["engine"] for one in measured):
        listed = sorted((one for one in measured if one["engine"] == engine), key=lambda one: one["patients"])
        first, last = listed[0]["times"], listed[-1]["times"]
        if len(listed) > 1:
            found[engine] = {name: round(last[name]["median"] / first[name]["median"], 2) for name in TIMES}
    return found


def table(measured: Sequence[dict[str, Any]]) -> str:
    """What was measured, as Markdown: medians and p95 in milliseconds, then what it weighs."""
    heads = [
        f"{one['engine']} {one['patients']:,} × {one['resources']}".replace(",", " ") for one in measured
    ]
    lines = ["| | " + " | ".join(heads) + " |", "|---|" + "---:|" * len(heads)]
    for name, words in TIMES.items():
        taken = [one["times"][name] for one in measured]
        lines.append(_row(f"{words}, ms (p95)", [f"{one['median']:.1f} ({one['p95']:.1f})" for one in taken]))
    for name, words in (
        ("fill_per_second", "remplissage, ressources par seconde"), ("kept", "ressources en tout"),
        ("memory_mb", "mémoire, Mo"), ("disk_mb", "disque, Mo"), ("load_after", "charge de la machine"),
    ):  # fmt: skip
        lines.append(_row(words, [f"{one[name]:,}".replace(",", " ") for one in measured]))
    return "\n".join(lines)


def _row(words: str, cells: Sequence[str]) -> str:
    return f"| {words} | {' | '.join(cells)} |"
