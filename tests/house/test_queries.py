"""The main screens ask the database a fixed number of questions, however much the record holds."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from carnet.record import gate
from tests.cast import ALICE, EMILE
from tests.house.test_urls import signed_in

# The most that each screen may ask; lower it when a screen gets better.
LIMITS = {"day": 15, "patient:record": 12, "patient:results": 10, "practice:home": 10, "shell:records": 5}


def filled_record(at: datetime, measures: int) -> str:
    """Émile with that many weights."""
    with gate.write(by=ALICE, at=at, action="test.fill") as work:
        emile = work.create(EMILE)
        for number in range(measures):
            work.create(
                {
                    "resourceType": "Observation",
                    "status": "final",
                    "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]},
                    "subject": {"reference": emile.reference},
                    "effectiveDateTime": f"2025-01-{number % 28 + 1:02}",
                    "valueQuantity": {"value": Decimal(f"{70 + number}.0"), "unit": "kg"},
                }
            )
    return emile.id


def questions(at: datetime, name: str, patient: str) -> int:
    """How many statements one visit of the screen costs, once everything is warm."""
    client = signed_in(at)
    path = reverse(name, kwargs={"id": patient} if name.startswith("patient:") else None)
    assert client.get(path).status_code == 200
    with CaptureQueriesContext(connection) as asked:
        client.get(path)
    return len(asked)


@pytest.mark.parametrize("name", LIMITS)
def test_few_questions(name: str, open_cell: Path, at: datetime) -> None:
    assert questions(at, name, filled_record(at, 3)) <= LIMITS[name]


def test_a_full_record_asks_no_more_than_a_small_one(open_cell: Path, at: datetime) -> None:
    small, full = filled_record(at, 2), filled_record(at, 60)
    client = signed_in(at)
    counts = []
    for patient in (small, full):
        path = reverse("patient:record", kwargs={"id": patient})
        client.get(path)
        with CaptureQueriesContext(connection) as asked:
            client.get(path)
        counts.append(len(asked))
    assert counts[0] == counts[1]
