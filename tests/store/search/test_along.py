"""Orders, pages, totals, inclusions, compartments and searches across types, beside a naive reading of the same."""

from __future__ import annotations

import json as plain
import os
from collections.abc import Iterable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from carnet.store.search.search import search
from tests.store.search.anything import finding, meaning
from tests.store.search.anything.asking import SAME, Asker
from tests.store.search.anything.finding import Published
from tests.store.search.anything.making import DEFINITIONS, WORDS, Node
from tests.store.search.test_anything import kept_world

WORLDS = int(os.environ.get("CARNET_TEST_QUESTIONS", "1500")) // 500
pytestmark = pytest.mark.skipif(not DEFINITIONS.is_dir(), reason="npm ci has not been run")


def key_of(parameter: Published, value: Any) -> list[Any]:
    """What a value is ordered by; nothing for one that says nothing."""
    if parameter.kind == "token":
        return [code for _, code, _ in meaning.tokens(value) if code is not None]
    if parameter.kind == "string":
        return [WORDS.get(text, text.lower()) for text in meaning.strings(value)]
    if parameter.kind == "date":
        return [meaning.span(value)[0]]
    if parameter.kind == "uri":
        return [str(value)]
    return [float(meaning.ends(value)[0])]


def ordered(resources: list[Node], sort: list[tuple[bool, Published]]) -> list[str]:
    """Their ids in order; what says nothing comes last, the latest kept before others."""
    listed = list(reversed(resources))
    for descending, parameter in reversed(sort):
        keys: dict[str, list[Any]] = {
            r["id"]: [k for v in finding.values(parameter, r) for k in key_of(parameter, v)]
            for r in resources
        }
        best = {id: (max if descending else min)(found) for id, found in keys.items() if found}
        some = [r for r in listed if r["id"] in best]
        some.sort(key=lambda r, best=best: best[r["id"]], reverse=descending)  # type: ignore[misc]  # equals stay
        listed = some + [r for r in listed if r["id"] not in best]
    return [r["id"] for r in listed]


def test_orders_pages_and_totals(any_cell: Path) -> None:
    for seed in range(100, 100 + WORLDS):
        random = Random(seed)
        made = kept_world(random)
        for type in sorted({r["resourceType"] for r in made}):
            mine = [r for r in made if r["resourceType"] == type]
            known = [p for p in finding.parameters(type).values() if p.kind not in ("composite", "reference")]
            sort = [
                (random.random() < 0.5, random.choice(known)) for _ in range(random.choice([0, 1, 1, 2, 3]))
            ]
            asked = [("_sort", ",".join(("-" if down else "") + p.code for down, p in sort))] if sort else []
            expected = ordered(mine, sort)
            page = search(type, [*asked, ("_count", "3"), ("_total", "accurate")])
            found, total = [row.id for row in page.rows], page.total
            while page.next:
                page = search(type, [*asked, ("_count", "3"), ("_page", page.next)])
                found += [row.id for row in page.rows]
            assert (found, total) == (expected, len(mine)), (seed, type, asked)


def forward(level: Iterable[Node], source: str, code: str, target: str) -> set[str]:
    return {
        there
        for r in level
        if source in ("*", r["resourceType"])
        for p in finding.parameters(r["resourceType"]).values()
        if p.kind == "reference" and code in ("*", p.code)
        for v in finding.values(p, r)
        if (there := meaning.leads_to(v)) and target in ("", there.partition("/")[0])
    }


def backward(level: Iterable[Node], made: list[Node], source: str, code: str, target: str) -> set[str]:
    named = {f"{r['resourceType']}/{r['id']}" for r in level}
    named = {name for name in named if target in ("", name.partition("/")[0])}
    named |= {SAME[name] for name in named if name in SAME}
    return {
        f"{source}/{r['id']}"
        for r in made
        if r["resourceType"] == source
        for p in finding.parameters(source).values()
        if p.kind == "reference" and code in ("*", p.code)
        for v in finding.values(p, r)
        if meaning.leads_to(v) in named
    }


def test_inclusions(any_cell: Path) -> None:
    some = 0
    for seed in range(200, 200 + WORLDS):
        random = Random(seed)
        made = kept_world(random)
        here = {f"{r['resourceType']}/{r['id']}": r for r in made}
        types = sorted({r["resourceType"] for r in made})
        for _ in range(40):
            type = random.choice(types)
            asked = [an_include(random, types) for _ in range(random.choice([1, 1, 2, 3]))]
            name, value, test = Asker(random, made).question(type, 0)
            matching = [r for r in made if r["resourceType"] == type and test(r)]
            expected = naive(matching, made, here, asked)
            params = [(name, value), *(written for written, *_ in asked), ("_count", "100")]
            found = search(type, params)
            assert sorted(row.id for row in found.rows) == sorted(r["id"] for r in matching)
            assert sorted(f"{r.type}/{r.id}" for r in found.included) == sorted(expected), (
                seed,
                type,
                params,
            )
            some += bool(expected)
    assert some > WORLDS * 2


def an_include(random: Random, types: list[str]) -> tuple[tuple[str, str], bool, bool, str, str, str]:
    """(as written, backwards, again, source, code, target)"""
    back, again, source = random.random() < 0.4, random.random() < 0.5, random.choice(types)
    listed = [p for p in finding.parameters(source).values() if p.kind == "reference"]
    code, target = "*", ""
    if listed and random.random() < 0.7:
        parameter = random.choice(listed)
        code, target = parameter.code, random.choice(["", *parameter.targets])
    elif not back and random.random() < 0.3:
        source = "*"
    written = "*" if source == "*" else ":".join(part for part in (source, code, target) if part)
    name = ("_revinclude" if back else "_include") + (":iterate" if again else "")
    return (name, written), back, again, source, code, target


def naive(matching: list[Node], made: list[Node], here: dict[str, Node], asked: list[Any]) -> set[str]:
    level, known = matching, {f"{r['resourceType']}/{r['id']}" for r in matching}
    mine = set(known)
    for depth in range(8):
        more: set[str] = set()
        for _, back, again, source, code, target in asked:
            if depth and not again:
                continue
            found = (
                backward(level, made, source, code, target) if back else forward(level, source, code, target)
            )
            more |= {name for name in found if name in here} - known
        known |= more
        level = [here[name] for name in more]
    return known - mine


def test_compartments_and_several_types(any_cell: Path) -> None:
    table = plain.loads((DEFINITIONS / "compartmentdefinition-patient.json").read_text("utf-8"))
    params = {one["code"]: one.get("param", []) for one in table["resource"]}
    for seed in range(300, 300 + WORLDS):
        made = kept_world(Random(seed))
        for patient in ("p1", "p6"):
            names = {f"Patient/{patient}", SAME.get(f"Patient/{patient}", f"Patient/{patient}")}

            def belongs(r: Node, names: set[str] = names) -> bool:
                known = finding.parameters(r["resourceType"])
                found = {
                    meaning.leads_to(v)
                    for code in params.get(r["resourceType"], ())
                    for v in finding.values(known[code], r)
                }
                return bool(found & names) or f"{r['resourceType']}/{r['id']}" in names

            within = [name.partition("/")[2] for name in names]
            expected = [f"{r['resourceType']}/{r['id']}" for r in made if belongs(r)]
            found = search("", [("_count", "500")], within=within)
            assert sorted(f"{row.type}/{row.id}" for row in found.rows) == sorted(expected)
            for type in {r["resourceType"] for r in made}:
                found = search(type, [("_count", "500")], within=within)
                assert sorted(f"{type}/{row.id}" for row in found.rows) == sorted(
                    name for name in expected if name.startswith(f"{type}/")
                )
        found = search("", [("_type", "Patient,Encounter"), ("_count", "500")])
        assert len(found.rows) == sum(r["resourceType"] in ("Patient", "Encounter") for r in made)
        assert len(search("", [("_count", "500")]).rows) == len(made)
