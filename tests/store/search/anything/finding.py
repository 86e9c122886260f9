"""The values of a published search parameter in a resource, by walking its expression: a small reading of FHIRPath that
knows nothing of the product's table."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from tests.store.search.anything.making import DEFINITIONS, Node

_STEP = re.compile(r"(\w+)(?:\(([^()]*(?:\(\))?[^()]*)\)|\[(\d)\])?")
_CAST = re.compile(r"\((.+) as (\w+)\)(.*)")
Sub = tuple[str, str]
# What a choice may hold that its expression names without a cast, and that a parameter of this kind can mean: a series
# of samples is no amount, words are no date.
_MEANT = {
    "date": {"date", "dateTime", "instant", "Period", "Timing"},
    "quantity": {"Quantity", "Age", "Duration", "Range", "Money"},
    "reference": {"Reference", "canonical", "uri", "url"},
}


@dataclass(frozen=True, slots=True)
class Published:
    """A search parameter as HL7 publishes it, for one type."""

    type: str
    code: str
    kind: str
    expressions: tuple[str, ...]
    targets: tuple[str, ...]
    parts: tuple[Sub, ...]


@cache
def parameters(type: str) -> dict[str, Published]:
    """Those of a type, and of every resource, that have an expression."""
    found = {}
    for one in _published():
        if not one.get("expression") or one["type"] == "special" or one["code"] in ("_id", "_lastUpdated"):
            continue
        for base in {type, "Resource"} & set(one["base"]):
            parts = [part.strip() for part in one["expression"].split("|")]
            mine = tuple(p for p in parts if re.match(rf"\(?{base}\b", p) or not re.match(r"\(?[A-Z]", p))
            found[one["code"]] = Published(
                type,
                one["code"],
                one["type"],
                mine,
                tuple(one.get("target", ())),
                tuple(
                    (c["definition"].rpartition("/")[2], c["expression"]) for c in one.get("component", ())
                ),
            )
    return found


@cache
def _published() -> list[dict[str, Any]]:
    listed = json.loads((DEFINITIONS / "search-parameters.json").read_text("utf-8"))["entry"]
    return [entry["resource"] for entry in listed]


@cache
def by_id(id: str) -> dict[str, Any]:
    return next(one for one in _published() if one["id"] == id)


def kind_of(value: Any) -> str:
    return "boolean" if isinstance(value, bool) else getattr(value, "kind", "string")


def values(parameter: Published, resource: Node) -> list[Any]:
    """What the parameter finds in the resource."""
    found = [one for written in parameter.expressions for one in evaluate(written, resource)]
    meant = _MEANT.get(parameter.kind)
    return [one for one in found if meant is None or kind_of(one) in meant]


def evaluate(written: str, node: Node) -> list[Any]:
    """One path of an expression, from a resource or from an element of it."""
    if " and " in written:  # R4 has one: Patient.deceased.exists() and Patient.deceased != false
        found = evaluate(written.partition(".exists()")[0], node)
        return [any(value is not False for value in found)]
    cast = _CAST.fullmatch(written)
    if cast:
        found = [value for value in evaluate(cast[1], node) if kind_of(value) == cast[2]]
        return _walk(found, cast[3].lstrip("."))
    head, _, tail = written.partition(".")
    if head == node.get("resourceType") or head == "Resource":
        return _walk([node], tail)
    return _walk([node], written)


def _walk(nodes: list[Any], path: str) -> list[Any]:
    for step in _STEP.finditer(path):
        name, argument, index = step.groups()
        if name == "as":
            nodes = [node for node in nodes if kind_of(node).lower() == argument.lower()]  # R4 has `DateTime`
        elif name == "where":
            nodes = [node for node in nodes if _holds(argument, node)]
        else:
            assert argument is None, path
            nodes = [item for node in nodes if isinstance(node, dict) for item in _under(node, name)]
        if index is not None:
            nodes = nodes[int(index) : int(index) + 1]
    return nodes


def _under(node: dict[str, Any], name: str) -> Iterator[Any]:
    name = getattr(node, "choices", {}).get(name, name)
    found = node.get(name)
    yield from found if isinstance(found, list) else [] if found is None else [found]


def _holds(condition: str, node: Node) -> bool:
    if condition.startswith("resolve() is "):
        return pointed_type(node) == condition.rpartition(" ")[2]
    key, _, wanted = condition.partition("=")
    return bool(node.get(key) == wanted.strip("'"))


def pointed_type(reference: Node) -> str:
    """The type of what a reference leads to, as far as it says."""
    found = re.fullmatch(
        r"(?:https?://.*/)?([A-Z]\w+)/[^/]+(?:/_history/[^/]+)?", reference.get("reference", "")
    )
    return found[1] if found else reference.get("type", "")
