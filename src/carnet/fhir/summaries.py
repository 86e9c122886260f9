"""Which elements of a resource belong to its summary and which it must have, read from their table. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class Elements:
    """Of one type: the elements of its `summary`, each with those of its own that belong to it (none: taken whole),
    and the names of those it `must` have."""

    summary: Mapping[str, Mapping[str, object]]
    must: frozenset[str]


@cache
def of(type: str) -> Elements:
    """The elements of a resource type; none for a name that is no type."""
    _, summary, must = _lines().get(type, ["", "", ""])
    tree: dict[str, dict[str, object]] = {}
    for path in summary.split():
        level = tree
        for name in path.split("."):
            level = level.setdefault(name, {})  # type: ignore[assignment]
    return Elements(tree, frozenset(must.split()))


@cache
def _lines() -> Mapping[str, list[str]]:
    text = resources.files("carnet.fhir").joinpath("summary_elements.tsv").read_text(encoding="utf-8")
    rows = (row.split("\t") for row in text.splitlines() if not row.startswith("#"))
    return {row[0]: row for row in rows}
