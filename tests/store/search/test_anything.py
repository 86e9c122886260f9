"""Any published parameter of any type, asked in any way, gives what a naive reader of the published expressions gives,
on both engines. CARNET_TEST_QUESTIONS asks more of them."""

from __future__ import annotations

import os
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.db import connection

from carnet.fhir import json
from carnet.store.search.search import search
from tests.store.search.anything.asking import Asker
from tests.store.search.anything.making import DEFINITIONS, Node, world
from tests.store.search.rows import keep

QUESTIONS = int(os.environ.get("CARNET_TEST_QUESTIONS", "1500"))
IN_ONE_WORLD = 250

needs_definitions = pytest.mark.skipif(not DEFINITIONS.is_dir(), reason="npm ci has not been run")


def kept_world(random: Random) -> list[Node]:
    """A new world in the store, in place of the one before; p6 was merged into p7."""
    with connection.cursor() as cursor:
        for table in (
            "resource",
            "token",
            "string",
            "date",
            "reference",
            "quantity",
            "number",
            "uri",
            "text",
            "alias",
            "finder",
        ):
            cursor.execute(f"DELETE FROM store_{table}")
        cursor.execute("INSERT INTO store_alias (old_id, new_id) VALUES (%s, %s)", ["p6", "p7"])
    made = world(random)
    for resource in made:
        keep(json.loads(json.dumps(resource)))
    return made


@needs_definitions
def test_random_questions_about_random_resources(any_cell: Path) -> None:
    found_some, wrong = 0, list[Any]()
    for seed in range(max(1, QUESTIONS // IN_ONE_WORLD)):
        random = Random(seed)
        made = kept_world(random)
        asker = Asker(random, made)
        types = sorted({resource["resourceType"] for resource in made})
        for _ in range(min(IN_ONE_WORLD, QUESTIONS)):
            type = random.choice([*types, "Observation", "Observation"])
            asked = [asker.question(type) for _ in range(random.choice([1, 1, 1, 2]))]
            expected = [
                r["id"] for r in made if r["resourceType"] == type and all(test(r) for *_, test in asked)
            ]
            params = [(name, value) for name, value, _ in asked]
            found = [row.id for row in search(type, [*params, ("_count", "500")]).rows]
            if sorted(found) != sorted(expected):
                wrong.append((seed, type, params, sorted({*found} ^ {*expected})))
            found_some += bool(expected)
    if wrong:
        pytest.fail("\n".join([f"{len(wrong)} wrong:", *map(repr, wrong[:30])]))
    assert found_some > QUESTIONS // 6
