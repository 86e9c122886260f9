"""`carnet bench first`: what the first rooms of the house cost, beside two floors measured in the same run: one
read by key, and one committed insert, on the same encrypted file (or the same server)."""

from __future__ import annotations

import os
from pathlib import Path
from random import Random
from typing import Any

from django.db import connection, transaction

from carnet.bench import fill, page
from carnet.bench.timing import median_ms, of_runs, peak_memory_mb
from carnet.record import bulk, cell, clock, gate
from carnet.record.actor import Actor, operator
from carnet.record.work import Stored

# name: (label, unit, the figure that is its floor)
FIGURES = {
    "floor_read": ("plancher : une lecture par clé", "ms", None),
    "floor_insert": ("plancher : un ajout validé sur disque", "ms", None),
    "read": ("lire une ressource, journal compris", "ms", "floor_insert"),
    "write": ("écrire une mesure : contrôle, index, origine, journal", "ms", "floor_insert"),
    "search": ("chercher les mesures d'un patient par code et date", "ms", "floor_read"),
    "find": ("trouver un patient par trois lettres", "ms", "floor_read"),
    "page": ("ouvrir la page d'un dossier", "ms", "floor_insert"),
    "import": ("importer, en ressources par seconde", "/s", None),
    "memory": ("mémoire", "Mo", None),
    "disk": ("disque, en octets par 1 000 ressources", "o", None),
}


def run(home: Path, *, patients: int, resources: int, calls: int) -> dict[str, Any]:
    """Make a practice at `home` and measure in it; the figures by name, medians of five runs."""
    cell.create(home, passphrase=None, practice="Mesures")
    by, chance = operator(cell.practice_id()), Random(1)
    page.create_owner(by)
    signed_in = page.sign_in()
    people = [_fill(by, chance, resources) for _ in range(patients)]
    rate = _import_rate(by, chance)
    bulk.settle()
    _prepare_floor()
    figures = of_runs(lambda: _measure(by, people, chance, calls, signed_in))
    figures |= {"import": rate, "memory": peak_memory_mb(), "disk": _disk(home)}
    return {"engine": connection.vendor, "patients": patients, "resources": resources, **figures}


def _fill(by: Actor, chance: Random, resources: int) -> Stored:
    with gate.write(by=by, at=clock.now(), action="bench.fill") as work:
        patient = work.create(fill.patient(chance))
        for resource in fill.record(patient.reference, resources, chance):
            work.create(resource)
    return patient


def _import_rate(by: Actor, chance: Random) -> float:
    seconds = median_ms(lambda: _fill(by, chance, 250), calls=5) / 1000
    return round(251 / seconds, 1)


def _measure(
    by: Actor, people: list[Stored], chance: Random, calls: int, signed_in: page.Browser
) -> dict[str, float]:
    def someone() -> Stored:
        return chance.choice(people)

    return {
        "floor_read": median_ms(lambda: _floor_read(someone()), calls=calls),
        "floor_insert": median_ms(_floor_insert, calls=calls),
        "read": median_ms(
            lambda: gate.read(by=by, at=clock.now(), type="Patient", id=someone().id), calls=calls
        ),
        "write": median_ms(lambda: _write(by, someone(), chance), calls=calls),
        "search": median_ms(lambda: _search(by, someone()), calls=calls),
        "find": median_ms(
            lambda: gate.find_patients(by=by, text=chance.choice(("mar", "dub", "nad"))), calls=calls
        ),
        "page": median_ms(lambda: signed_in.open_record(someone().id), calls=max(10, calls // 10)),
    }


def _write(by: Actor, patient: Stored, chance: Random) -> None:
    with gate.write(by=by, at=clock.now(), action="bench.write") as work:
        work.create(next(fill.record(patient.reference, 1, chance)))


def _search(by: Actor, patient: Stored) -> None:
    params = [
        ("patient", patient.id),
        ("code", "http://loinc.org|4548-4"),
        ("_sort", "-date"),
        ("_count", "20"),
    ]
    gate.across(by=by, type="Observation", params=params)


def _floor_read(patient: Stored) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT body FROM store_resource WHERE type = 'Patient' AND fhir_id = %s", [patient.id]
        )
        cursor.fetchone()


def _prepare_floor() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_floor (id bigint PRIMARY KEY, body text)")


def _floor_insert() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO bench_floor SELECT COALESCE(MAX(id), 0) + 1, %s FROM bench_floor", ["x" * 300]
        )


def _disk(home: Path) -> float:
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM store_resource")
        count = int(cursor.fetchone()[0])
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_database_size(current_database())")
            size = int(cursor.fetchone()[0])
        else:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            size = os.path.getsize(home / "carnet.db")
    return round(size / count * 1000)
