"""Searches give exactly what a naive reading of the same resources gives, on both engines."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from django.db import connection

from carnet.store.search.search import search
from tests.store.search import oracle
from tests.store.search.rows import keep

QUESTIONS = 400


@pytest.mark.parametrize("seed", [1, 2])
def test_random_questions_are_answered_as_a_naive_reader_would(any_cell: Path, seed: int) -> None:
    random = Random(seed)
    resources = oracle.world(random)
    for resource in resources:
        keep(resource)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO store_alias (old_id, new_id) VALUES (%s, %s)", ["p6", "p7"])
    found_some = 0
    for _ in range(QUESTIONS):
        type, ask = random.choice(
            [("Observation", oracle.observation_question), ("Patient", oracle.patient_question)]
        )
        asked = [ask(random, resources) for _ in range(random.choice([1, 1, 2, 3]))]
        expected = [
            r["id"] for r in resources if r["resourceType"] == type and all(test(r) for _, _, test in asked)
        ]
        params = [(name, value) for name, value, _ in asked]
        found = [row.id for row in search(type, [*params, ("_count", "500")]).rows]
        assert sorted(found) == sorted(expected), params
        found_some += bool(expected)
    assert found_some > QUESTIONS // 4


def test_pages_put_end_to_end_are_the_whole_answer_in_order(any_cell: Path) -> None:
    random = Random(3)
    resources = oracle.world(random)
    for resource in resources:
        keep(resource, updated=random.randrange(5))
    for sort in [
        "",
        "date",
        "-date",
        "-_lastUpdated,_id",
        "status,-value-quantity",
        "code",
        "-subject,date",
        "value-string",
    ]:
        params = [("_sort", sort)] if sort else []
        whole = [row.id for row in search("Observation", [*params, ("_count", "500")]).rows]
        assert len(whole) == 90
        paged, page = [], search("Observation", [*params, ("_count", "7")])
        paged += [row.id for row in page.rows]
        while page.next:
            page = search("Observation", [*params, ("_count", "7"), ("_page", page.next)])
            paged += [row.id for row in page.rows]
        assert paged == whole, sort
