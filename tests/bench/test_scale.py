"""The measurement of a small and a large practice: every gesture works, like is compared with like, a promise that was
not held is said."""

from __future__ import annotations

import random
from datetime import datetime
from pathlib import Path
from typing import Any

from carnet.bench import page, scale, scale_picture, scale_table
from carnet.bench.gestures import NAMES, Filler, Practice, gestures
from carnet.demo import bulk
from tests.cast import ALICE


def measured(patients: int, resources: int, ms: float, **other: float) -> dict[str, Any]:
    """What one practice gave: each gesture in that many milliseconds, but those named."""
    times = {name: other.get(name, ms) for name in NAMES}
    return {
        "engine": "sqlcipher", "patients": patients, "resources": resources, "kept": 1, "fill_per_second": 1000,
        "day": "21/11/2026", "cores": 2,
        "load_before": 0.1, "load_after": 0.2, "memory_mb": 200, "disk_mb": 12.5,
        "times": {name: {"median": t, "p95": t + 1, "cpu": t, "cpu_p95": t} for name, t in times.items()},
    }  # fmt: skip


def test_every_gesture_can_be_made_in_a_filled_practice(open_cell: Path, at: datetime) -> None:
    bulk.fill(by=ALICE, at=at, patients=2, resources=30)
    page.create_owner(ALICE)
    filler = Filler(bulk.complete, bulk.fill, bulk.patient_id, bulk.letter)
    practice = Practice(ALICE, 1, page.sign_in(), filler, random.Random(1))
    made = gestures(practice)
    assert set(made) == set(NAMES)
    for ready in made.values():
        ready()()


def test_a_record_is_compared_only_with_one_as_long() -> None:
    found = [measured(1000, 100, 10.0), measured(10000, 100, 12.0), measured(100000, 10, 15.0, record=2.0)]
    growth = scale.growth(found)["sqlcipher"]
    assert growth["day"] == 1.5
    assert growth["record"] == 1.2
    assert "record" not in scale.growth([measured(1000, 100, 10.0), measured(100000, 10, 15.0)])["sqlcipher"]


def test_says_which_promise_was_not_held() -> None:
    small = measured(1000, 100, 4.0)
    assert scale.missed([small, measured(100000, 10, 4.9)]) == []
    assert scale.missed([small, measured(100000, 10, 4.9, read=4.99)]) == []
    [slow] = scale.missed([small, measured(100000, 10, 4.9, find=19.5)])[:1]
    assert "à chaque frappe, 100000 × 10 : p95 20.5 ms, promis 20" in slow
    [grown] = scale.missed([small, measured(100000, 10, 4.0, text=6.1)])
    assert "× 1.52" in grown


def test_is_written_as_tables_and_as_a_picture() -> None:
    found = [measured(1000, 100, 4.0), measured(100000, 10, 6.5)]
    written = scale_table.table(found)
    assert "| page du jour (promis 60) | 4.0 (5.0) | 6.5 (7.5) |" in written
    assert "Promesses non tenues" in written
    page = f"# Titre\n\n{scale_table.put('ancien', '')}"
    assert scale_table.put(written, page) == f"{written}\n"
    kept = scale_table.put(
        "a",
        "Avant\n<!-- written by `carnet bench scale --table` -->\n\nx\n\n<!-- end of what is generated -->\nAprès",
    )
    assert kept.partition("\n")[0] == "Avant"
    assert kept.rpartition("\n")[2] == "Après"
    assert "\n\na\n\n" in kept
    assert "x" not in kept
    assert scale_picture.svg(found, NAMES).count("<rect") == 2 + 2 * len(NAMES)
