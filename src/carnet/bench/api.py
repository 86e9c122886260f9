"""`carnet bench api`: the FHIR door as a practice runs it (tokens and journal on, full sync, every write checked), client
and server on the same cores, beside three floors in the same run. It only measures; who fills is given to it."""

from __future__ import annotations

import os
import random
import shutil
import statistics
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.db import connection, connections

from carnet.actions import program
from carnet.bench import driver, fill, floors
from carnet.bench.place import PASSPHRASE
from carnet.bench.process import Running, running
from carnet.fhir import json
from carnet.record import cell, clock
from carnet.record.actor import operator

Fill = Callable[..., int]
LONG = 249  # resources of the one long record: with its patient, 250
FLOORS = ("constant", "view", "store")
CHECKED = "schéma R4 du type, puis les invariants, pour chaque ressource écrite"


@dataclass(frozen=True, slots=True)
class Question:
    """One kind of request: how many in a run, from how many clients at once, how many resources in each."""

    words: str
    count: int
    clients: int
    times: int = 1


# name: a method of Practice (what follows `_` only tells two measurements of it apart)
QUESTIONS = {
    "read": Question("lire une ressource, 8 clients", 3000, 8),
    "read_1": Question("lire une ressource, 1 client", 600, 1),
    "name": Question("chercher un nom, 8 clients", 1200, 8),
    "results": Question("mesures d'un patient par code, les dernières d'abord, 8 clients", 1500, 8),
    "everything": Question("$everything de 250 ressources, 1 client", 60, 1),
    "create": Question("créer une mesure, 8 clients", 600, 8),
    "create_1": Question("créer une mesure, 1 client", 300, 1),
    "transaction": Question("transaction de 100 ressources, 1 client (ressources par seconde)", 12, 1, 100),
}
FLOOR_WORDS = {
    "floor_constant": "plancher : 2 Ko constants, 8 clients",
    "floor_view": "plancher : 2 Ko d'une vue Django nue, 8 clients",
    "floor_store": "plancher : une lecture par clé et une ligne de journal validée, 8 clients",
    "floor_store_1": "plancher : de même, 1 client",
}


class Practice:
    """What is asked for: drawn from a filled practice, the same in each measurement."""

    def __init__(self, token: str, long: str) -> None:
        self._token, self._long, self._chance = token, long, random.Random(7)
        self._references = _rows("SELECT type, fhir_id FROM store_resource WHERE type <> 'Provenance'")
        self._people = _rows("SELECT fhir_id, body FROM store_resource WHERE type = 'Patient'")
        self._names = sorted({json.glance(bytes(body))["name"][0]["family"] for _, body in self._people})

    def _get(self, path: str) -> bytes:
        return driver.request("GET", f"/fhir/{path}", self._token)

    def _post(self, path: str, resource: dict[str, Any]) -> bytes:
        return driver.request("POST", f"/fhir{path}", self._token, json.dumps(resource))

    def _someone(self) -> str:
        return str(self._chance.choice(self._people)[0])

    def read(self) -> bytes:
        """Any resource by its id."""
        return self._get("/".join(self._chance.choice(self._references)))

    def name(self) -> bytes:
        """The beginning of a family name."""
        return self._get(f"Patient?name={quote(self._chance.choice(self._names)[:5])}&_count=20")

    def results(self) -> bytes:
        """Observations of a patient by code, the newest first."""
        code = self._chance.choice(("4548-4", "14682-9", "2823-3", "718-7", "85354-9"))
        asked = f"patient={self._someone()}&code=http://loinc.org|{code}&_sort=-date&_count=20"
        return self._get(f"Observation?{asked}")

    def everything(self) -> bytes:
        """The one record of 250 resources, whole."""
        return self._get(f"Patient/{self._long}/$everything?_count=1000")

    def create(self) -> bytes:
        """One observation."""
        return self._post("/Observation", self._observation())

    def transaction(self) -> bytes:
        """A hundred observations of one patient, all or none."""
        patient = f"Patient/{self._someone()}"
        made = fill.record(patient, 100, self._chance)
        entries = [
            {"resource": one, "request": {"method": "POST", "url": one["resourceType"]}} for one in made
        ]
        return self._post("", {"resourceType": "Bundle", "type": "transaction", "entry": entries})

    def _observation(self) -> dict[str, Any]:
        return next(fill.record(f"Patient/{self._someone()}", 1, self._chance))

    def requests(self, name: str) -> list[bytes]:
        """Those of one run of this question."""
        make = getattr(self, name.partition("_")[0])
        return [make() for _ in range(QUESTIONS[name].count)]


def run(home: Path, fill_practice: Fill, patient_id: Callable[[int], str], **size: int) -> dict[str, Any]:
    """Make a practice of that many `patients` with so many `resources` each, serve it with `workers` processes, ask;
    medians of `runs` runs."""
    token = _filled(home, fill_practice, size["patients"], size["resources"])
    practice = Practice(token, patient_id(size["patients"]))
    disk = _disk(home)
    connections.close_all()
    with _floors(home, size["workers"]) as below, _served(size["workers"]) as server:
        memory = [server.memory_mb()]
        taken = [_one_run(server, below, practice, memory) for _ in range(size["runs"])]
    figures = {name: _median([one[name] for one in taken]) for name in taken[0]}
    return {
        "engine": connection.vendor,
        **size,
        "checked": CHECKED,
        "start_s": round(server.start_s, 2),
        "memory_mb": {"at_rest": round(memory[0], 1), "most": round(max(memory), 1)},
        "disk_mb": disk,
        "figures": figures,
    }


def _filled(home: Path, fill_practice: Fill, patients: int, resources: int) -> str:
    cell.create(home, passphrase=PASSPHRASE, practice="Mesures")
    by, at = operator(cell.practice_id()), datetime(2026, 7, 1, 8, tzinfo=UTC)
    fill_practice(by=by, at=at, patients=patients, resources=resources)
    fill_practice(by=by, at=at, patients=1, resources=LONG, first=patients)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    return program.issue(by=by, at=clock.now(), name="mesures").secret


@contextmanager
def _served(workers: int) -> Iterator[Running]:
    more = ["--workers", str(workers)] if workers > 1 else []
    with running("-m", "carnet.cli.main", "serve", "--port", "0", "--json", *more) as server:
        yield server


@contextmanager
def _floors(home: Path, workers: int) -> Iterator[dict[str, Running]]:
    """The floors, each in a process of its own; the one that reads and remembers has a copy of the practice."""
    copy = home.with_name("floor")
    shutil.copytree(home, copy, ignore=shutil.ignore_patterns("lock"))
    there = {"CARNET_HOME": str(copy)}
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(
                running("-c", floors.LAUNCH, name, str(copy), str(workers), environment=there)
            )
            for name in FLOORS
        }
    shutil.rmtree(copy)


def _one_run(
    server: Running, below: dict[str, Running], practice: Practice, memory: list[float]
) -> dict[str, dict[str, float]]:
    requests = practice.requests("read")
    taken = {f"floor_{name}": _taken(floor, requests, 8, 1) for name, floor in below.items()}
    taken["floor_store_1"] = _taken(below["store"], requests[: QUESTIONS["read_1"].count], 1, 1)
    for name, question in QUESTIONS.items():
        taken[name] = _taken(server, practice.requests(name), question.clients, question.times)
        memory.append(server.memory_mb())
    for name, floor in (("read", "floor_store"), ("read_1", "floor_store_1")):
        taken[name]["of_floor"] = taken[name]["per_s"] / taken[floor]["per_s"]
    return taken


def _taken(server: Running, requests: Sequence[bytes], clients: int, times: int) -> dict[str, float]:
    before = server.cpu_s()
    found = driver.drive(server.port, requests, connections=clients)
    return {
        "per_s": found.rate * times,
        "median_ms": found.median_ms,
        "p99_ms": found.p99_ms,
        "cpu_ms": (server.cpu_s() - before) * 1000 / len(requests),
    }


def _median(taken: list[dict[str, float]]) -> dict[str, float]:
    return {name: round(statistics.median(one[name] for one in taken), 3) for name in taken[0]}


def _rows(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def _disk(home: Path) -> float:
    if connection.vendor == "postgresql":
        [(size,)] = _rows("SELECT pg_database_size(current_database())")
    else:
        _rows("PRAGMA wal_checkpoint(TRUNCATE)")
        size = os.path.getsize(home / "carnet.db")
    return round(int(size) / 1e6, 1)


def table(measured: Sequence[dict[str, Any]]) -> str:
    """The figures of each engine and number of workers, side by side."""
    names = [f"{one['engine']}, {one['workers']} proc." for one in measured]
    lines = ["| | " + " | ".join(names) + " |", "|---|" + "---:|" * len(names)]
    words = {**FLOOR_WORDS, **{name: question.words for name, question in QUESTIONS.items()}}
    for name, label in words.items():
        lines.append(f"| {label} | " + " | ".join(_cell(one["figures"][name]) for one in measured) + " |")
    lines += [
        f"| prêt, en secondes | {' | '.join(str(one['start_s']) for one in measured)} |",
        f"| mémoire, en Mo | {' | '.join(str(one['memory_mb']['most']) for one in measured)} |",
        f"| disque, en Mo | {' | '.join(str(one['disk_mb']) for one in measured)} |",
    ]
    return "\n".join([*lines, "", f"Contrôle : {CHECKED}. Jetons et journal en service ; médianes."])


def _cell(taken: dict[str, float]) -> str:
    ratio = f" · {taken['of_floor']:.0%} du plancher" if "of_floor" in taken else ""
    times = f"{taken['median_ms']:.2f} ms · p99 {taken['p99_ms']:.1f} · {taken['cpu_ms']:.2f} ms CPU"
    return f"{taken['per_s']:,.0f}/s · {times}{ratio}".replace(",", "\u202f")
