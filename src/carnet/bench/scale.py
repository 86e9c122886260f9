"""`carnet bench scale`: what each gesture costs in a small and in a large practice, one patient with a long record in
each. One process fills, another measures; who fills is given to it."""

from __future__ import annotations

import gc
import json
import os
import random
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string

from carnet.bench import page
from carnet.bench.gestures import LONG, NAMES, Filler, Gesture, Practice, gestures
from carnet.bench.place import PASSPHRASE
from carnet.bench.timing import peak_memory_mb
from carnet.record import bulk, cell, clock, gate, keeper
from carnet.record.actor import operator

FILLED = "filled.json"  # beside the practice: that it is whole, what it holds, how often it was measured
# What docs/scale.md promises on SQLCipher: p95 in milliseconds, and how much a gesture may grow once above 5 ms.
MOST = {"find": 20, "find_typo": 20, "long_record": 60, "offers": 150, "day": 60, "note": 30}
GROWTH, COUNTS_FROM = 1.5, 5.0


def fill(home: Path, filler: Filler, *, patients: int, resources: int) -> dict[str, Any]:
    """Make a practice of that size at `home`; go on with one whose filling was cut short; leave a whole one alone."""
    if (home.parent / FILLED).exists():
        return _known(home)
    if cell.is_created(home):
        cell.unlock(home, secret=PASSPHRASE)
    else:
        cell.create(home, passphrase=PASSPHRASE, practice="Mesures")
    by, start, at = operator(cell.practice_id()), time.perf_counter(), clock.now()
    now = filler.complete(by=by, at=at, patients=patients, resources=resources)
    rate, load = round(now / (time.perf_counter() - start)), os.getloadavg()[0]
    if not gate.patients_of(by=by, ids=[filler.patient_id(patients)]):
        filler.fill(by=by, at=at, patients=1, resources=LONG, first=patients)
    page.create_owner(by)
    bulk.settle()
    kept = patients * (resources + 2) + LONG + 2  # with each patient, and one Provenance for each record
    made = {"kept": kept, "fill_per_second": rate, "fill_load": round(load, 1), "measured": 0}
    (home.parent / FILLED).write_text(json.dumps(made), "utf-8")
    return made


def _known(home: Path) -> dict[str, Any]:
    made: dict[str, Any] = json.loads((home.parent / FILLED).read_text("utf-8"))
    return made


def measure(home: Path, filler: Filler, *, patients: int, resources: int, calls: int) -> dict[str, Any]:
    """Measure in the practice at `home`, opened as after a start."""
    import_string(settings.WSGI_APPLICATION)  # the program as the server starts it
    keeper.start()
    made = _known(home)
    (home.parent / FILLED).write_text(json.dumps({**made, "measured": made["measured"] + 1}), "utf-8")
    cell.unlock(home, secret=PASSPHRASE)
    by, load = operator(cell.practice_id()), os.getloadavg()[0]
    # Each time other people are drawn, so that a letter imported once is not imported again.
    chance = random.Random(f"{patients} {made['measured']}")
    practice = Practice(by, patients, page.sign_in(), filler, chance)
    gc.collect()
    return {
        "engine": "sqlcipher" if connection.vendor == "sqlite" else connection.vendor,
        "patients": patients,
        "resources": resources,
        "day": f"{clock.now():%d/%m/%Y}",
        "cores": os.cpu_count(),
        **{name: made[name] for name in ("kept", "fill_per_second", "fill_load")},
        "load_before": round(load, 1),
        "times": {name: _times(call, calls) for name, call in gestures(practice).items()},
        "load_after": round(os.getloadavg()[0], 1),
        "memory_mb": round(peak_memory_mb()),
        "disk_mb": round(_disk(home) / 1e6, 1),
    }


def _times(ready: Any, calls: int) -> dict[str, float]:
    """Milliseconds of the gesture alone: what it needs is made ready before. The first two calls warm it up."""
    taken = [_timed(ready()) for _ in range(calls + 2)][2:]
    wall, worked = ([one[part] for one in taken] for part in (0, 1))
    return {
        "median": round(statistics.median(wall), 2),
        "p95": round(statistics.quantiles(wall, n=20)[-1], 2),
        "cpu": round(statistics.median(worked), 2),
        "cpu_p95": round(statistics.quantiles(worked, n=20)[-1], 2),
    }


def _timed(gesture: Gesture) -> tuple[float, float]:
    start, before = time.perf_counter(), time.process_time()
    gesture()
    return (time.perf_counter() - start) * 1000, (time.process_time() - before) * 1000


def _disk(home: Path) -> int:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_database_size(current_database())")
            return int(cursor.fetchone()[0])
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return os.path.getsize(home / "carnet.db")


def growth(measured: Sequence[dict[str, Any]]) -> dict[str, dict[str, float]]:
    """For each engine and gesture: the median in the practice with most patients over that in the one with least.
    The ordinary record is compared only between practices whose records are as long."""
    found: dict[str, dict[str, float]] = {}
    for engine in dict.fromkeys(one["engine"] for one in measured):
        listed = sorted((one for one in measured if one["engine"] == engine), key=lambda one: one["patients"])
        alike = [one for one in listed if one["resources"] == listed[0]["resources"]]
        ratios = {name: _ratio(alike if name == "record" else listed, name) for name in NAMES}
        found[engine] = {name: ratio for name, ratio in ratios.items() if ratio}
    return {engine: ratios for engine, ratios in found.items() if ratios}


def _ratio(listed: Sequence[dict[str, Any]], name: str) -> float | None:
    first, last = listed[0]["times"][name]["median"], listed[-1]["times"][name]["median"]
    return round(last / first, 2) if len(listed) > 1 else None


def missed(measured: Sequence[dict[str, Any]]) -> list[str]:
    """What was promised on SQLCipher and not held, in words; empty when all is held."""
    own = [one for one in measured if one["engine"] == "sqlcipher"]
    slow = [
        f"{NAMES[name]}, {one['patients']} × {one['resources']} : p95 {one['times'][name]['p95']} ms, promis {most}"
        for one in own
        for name, most in MOST.items()
        if one["times"][name]["p95"] > most
    ]
    ratios, largest = growth(own).get("sqlcipher", {}), max(own, key=lambda one: one["patients"], default={})
    grown = [
        f"{NAMES[name]} : × {ratio} du plus petit au plus grand cabinet, promis × {GROWTH}"
        for name, ratio in ratios.items()
        if ratio > GROWTH and largest["times"][name]["median"] > COUNTS_FROM
    ]
    return [*slow, *grown]
