"""The full text is put together a little with each commit: no note waits for a thousand pages of it."""

from __future__ import annotations

import random
import statistics
from datetime import datetime

import pytest

from carnet.record import bulk, check, commit, gate
from carnet.record.work import Stored
from carnet.store.search import fulltext_merge
from tests.cast import ALICE, EMILE
from tests.record.test_gate import new, weight

pytestmark = pytest.mark.usefixtures("open_cell")
PARTS = "SELECT COUNT(DISTINCT id >> 37) FROM store_text_data WHERE id >= 1 << 37"


def asked(question: str) -> int:
    """On the connection that writes."""
    with commit.without_row(), commit.connection.cursor() as cursor:
        cursor.execute(question)
        return int(cursor.fetchone()[0])


def pages_in_log() -> int:
    """How many pages were committed since this was asked before."""
    with commit.connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(NOOP)")
        _, pages, _ = cursor.fetchone()
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return int(pages)


def note(patient: Stored, chance: random.Random) -> dict[str, object]:
    """A page of words that no other note has."""
    words = " ".join(f"{chance.getrandbits(60):x}" for _ in range(600))
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"text": words},
        "subject": {"reference": patient.reference},
    }


def test_all_that_one_action_writes_is_one_list_of_words(at: datetime) -> None:
    emile = new(EMILE, at)
    before = asked(PARTS)
    with gate.write(by=ALICE, at=at, action="test.create") as work:
        for _ in range(12):
            work.create(weight(emile))
    assert asked(PARTS) == before + 1


def test_no_commit_does_much_more_than_the_others(at: datetime) -> None:
    emile, chance, cost = new(EMILE, at), random.Random(5), list[int]()
    pages_in_log()
    for _ in range(150):
        last = new(note(emile, chance), at)
        cost.append(pages_in_log())
    assert max(cost) < statistics.median(cost) + 2 * fulltext_merge.PAGES
    assert asked(PARTS) < 12
    word = last.resource()["code"]["text"].split()[300]
    found = gate.across(by=ALICE, type="Observation", params=[("_content", word)])
    assert [one.id for one in found] == [last.id]
    assert check.check().ok


def test_a_large_filling_is_put_together_at_its_end(at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fulltext_merge, "PAGES", 0)
    monkeypatch.setattr(commit.fulltext_merge, "step", lambda: None)
    emile, chance = new(EMILE, at), random.Random(6)
    for _ in range(30):
        new(note(emile, chance), at)
    before = asked(PARTS)
    monkeypatch.undo()
    bulk.settle()
    assert asked(PARTS) < min(before, 8)
