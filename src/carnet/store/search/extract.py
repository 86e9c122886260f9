"""From a resource to its index rows, by the table of search parameters. Pure: no database, no clock.

The paths of a type are laid out once as a tree, so that a resource is walked once and only where it has keys."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any

from carnet.fhir import search_parameters
from carnet.fhir.search_parameters import Step
from carnet.store.search import values
from carnet.store.search.values import Add, Rows


@dataclass(slots=True)
class Branch:
    """What to do with the values under one key: index them, and go on below them."""

    step: Step
    adders: list[tuple[Add, int]] = field(default_factory=list)
    below: dict[str, list[Branch]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tree:
    """All paths of one resource type; `happened` are (param, key) that are true when the key says so."""

    root: dict[str, list[Branch]]
    happened: list[tuple[int, str]]


def rows(resource: dict[str, Any]) -> Rows:
    """The index rows of a resource, each once."""
    tree, found = _tree(str(resource.get("resourceType", ""))), Rows()
    for key, value in resource.items():
        for branch in tree.root.get(key, ()):
            _enter(branch, value, found)
    for param, key in tree.happened:
        happened = resource.get(f"{key}Boolean") is True or bool(resource.get(f"{key}DateTime"))
        values.boolean(found, param, 0, happened)
    for name in Rows.__slots__:
        listed = getattr(found, name)
        if len(listed) > 1:
            setattr(found, name, list(dict.fromkeys(listed)))
    return found


def _enter(branch: Branch, value: Any, found: Rows) -> None:
    """At the top of the resource, where a list gives its items the ordinals 1, 2, …"""
    if isinstance(value, list):
        for ordinal, item in enumerate(value[:1] if branch.step.first else value, 1):
            _visit(branch, item, ordinal, found)
    else:
        _visit(branch, value, 0, found)


def _visit(branch: Branch, item: Any, ordinal: int, found: Rows) -> None:
    if item is None:
        return
    step = branch.step
    if step.where and not (isinstance(item, dict) and item.get(step.where) == step.equals):
        return
    for add, param in branch.adders:
        add(found, param, ordinal, item)
    if branch.below and isinstance(item, dict):
        _descend(branch, item, ordinal, found)


def _descend(branch: Branch, item: dict[str, Any], ordinal: int, found: Rows) -> None:
    for key, onward in branch.below.items():
        value = item.get(key)
        if value is None:
            continue
        for next_branch in onward:
            for part in value if isinstance(value, list) else (value,):
                _visit(next_branch, part, ordinal, found)


@cache
def _tree(type: str) -> Tree:
    tree = Tree({}, [])
    for parameter in search_parameters.of(type).values():
        for path in parameter.paths if parameter.keeps_rows and parameter.kind != "special" else ():
            if path.type == "happened":
                tree.happened.append((parameter.id, path.steps[0].key))
            else:
                _grow(tree.root, path.steps).adders.append(
                    (values.adder(parameter.kind, path.type, path.targets), parameter.id)
                )
    return tree


def _grow(level: dict[str, list[Branch]], steps: tuple[Step, ...]) -> Branch:
    branches = level.setdefault(steps[0].key, [])
    branch = next((b for b in branches if b.step == steps[0]), None)
    if branch is None:
        branch = Branch(steps[0])
        branches.append(branch)
    return _grow(branch.below, steps[1:]) if steps[1:] else branch
