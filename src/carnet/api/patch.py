"""Changes to a resource, told as JSON Patch (RFC 6902) or as a merge (RFC 7396). Pure: it changes a copy, and numbers
nobody touches stay as they were written."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from carnet.fhir import json
from carnet.fhir.errors import Invalid, Issue, Malformed, TooBig

Json = dict[str, Any]
OPERATION_LIMIT = 1000  # of one patch
COPIED_LIMIT = 100_000  # values that all copies of one patch may add: a copy of a copy doubles
_INDEX = re.compile(r"0|[1-9][0-9]{0,8}")
_NOT_APPLICABLE = "Ce changement ne s'applique pas à cette version. Rien n'a été enregistré."


class _Nowhere(Exception):
    """What is said of the place of an operation."""


def apply(resource: Json, patch: Any) -> Json:
    """The resource after the patch: a list is JSON Patch, an object is merged. Raises Malformed when it is no patch,
    Invalid naming the place when it does not apply, changes who the resource is, or when a test fails."""
    changed: Any = None
    if isinstance(patch, list):
        changed = _operated(resource, patch)
    elif isinstance(patch, dict):
        changed = _merged(resource, patch)
    else:
        raise Malformed("Un patch est une liste d'opérations (RFC 6902) ou un objet (RFC 7396).")
    json.check_depth(changed)
    kind = resource["resourceType"]
    for name in ("resourceType", "id"):
        if not isinstance(changed, dict) or changed.get(name) != resource.get(name):
            raise Invalid(
                _NOT_APPLICABLE, [Issue(f"{kind}.{name}", "Un patch ne change ni le type ni l'identité.")]
            )
    resource = changed
    return resource


def _merged(target: Any, patch: Any) -> Any:
    if not isinstance(patch, dict):
        return patch
    kept = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            kept.pop(name, None)
        else:
            kept[name] = _merged(kept.get(name), value)
    return kept


def _operated(resource: Json, operations: list[Any]) -> Any:
    if len(operations) > OPERATION_LIMIT:
        raise TooBig("Ce patch a trop d'opérations.")
    changed: Any = resource
    for number, operation in enumerate(operations, 1):
        op, steps, given = _read(number, operation)
        try:
            changed = _OPERATIONS[op](changed, steps, given)
        except _Nowhere as reason:
            place = resource["resourceType"] + _path(steps)
            raise Invalid(
                _NOT_APPLICABLE, [Issue(place, f"Opération {number} ({op}) : {reason}")]
            ) from reason
        if op == "copy":
            _weigh(changed)
    return changed


def _read(number: int, operation: Any) -> tuple[str, list[str], Any]:
    """Which operation, where, and with what: its value, or the steps of its `from`."""
    if not isinstance(operation, dict):
        raise _unreadable(number, "op")
    op, steps = operation.get("op"), _steps(operation.get("path"))
    if not isinstance(op, str) or op not in _OPERATIONS:
        raise _unreadable(number, "op")
    if steps is None:
        raise _unreadable(number, "path")
    if op in ("move", "copy"):
        source = _steps(operation.get("from"))
        if source is None:
            raise _unreadable(number, "from")
        return op, steps, source
    if op != "remove" and "value" not in operation:
        raise _unreadable(number, "value")
    return op, steps, operation.get("value")


def _unreadable(number: int, member: str) -> Malformed:
    return Malformed(
        "L'opération {number} de ce patch n'est pas lisible : {member} manque ou ne convient pas.",
        number=number,
        member=f"« {member} »",
    )


def _steps(pointer: Any) -> list[str] | None:
    """The steps of a JSON Pointer (RFC 6901); None when it is not one."""
    if not isinstance(pointer, str) or (pointer and not pointer.startswith("/")):
        return None
    if pointer.count("/") > json.DEPTH_LIMIT or re.search(r"~(?![01])", pointer):
        return None
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]


def _path(steps: list[str]) -> str:
    """Steps as FHIRPath: `.name[0].family`; what a field cannot be called does not come out."""
    shown = [
        f"[{s}]" if _INDEX.fullmatch(s) else f".{s}" if re.fullmatch(r"\w{1,64}", s) else "" for s in steps
    ]
    return "".join(shown)


# the operations: each gives the new whole, or raises _Nowhere


def _add(node: Any, steps: list[str], value: Any) -> Any:
    return _into(node, steps, lambda old: value, is_new=True)


def _replace(node: Any, steps: list[str], value: Any) -> Any:
    return _into(node, steps, lambda old: value)


def _remove(node: Any, steps: list[str], _: Any = None) -> Any:
    if not steps:
        raise _Nowhere("Une ressource entière ne s'enlève pas par un patch.")
    _at(node, steps)
    last = steps[-1]
    return _into(node, steps[:-1], lambda parent: _less(parent, last))


def _less(parent: Any, step: str) -> Any:
    if isinstance(parent, dict):
        return {name: value for name, value in parent.items() if name != step}
    return [*parent[: int(step)], *parent[int(step) + 1 :]]


def _move(node: Any, steps: list[str], source: list[str]) -> Any:
    value = _at(node, source)
    if steps == source:
        return node
    if steps[: len(source)] == source:
        raise _Nowhere("Un élément ne se déplace pas à l'intérieur de lui-même.")
    return _add(_remove(node, source), steps, value)


def _copy(node: Any, steps: list[str], source: list[str]) -> Any:
    return _add(node, steps, _at(node, source))


def _test(node: Any, steps: list[str], value: Any) -> Any:
    if not _equal(_at(node, steps), value):
        raise _Nowhere("La valeur attendue n'est pas celle qui s'y trouve.")
    return node


_OPERATIONS: dict[str, Callable[[Any, list[str], Any], Any]] = {
    "add": _add,
    "remove": _remove,
    "replace": _replace,
    "move": _move,
    "copy": _copy,
    "test": _test,
}


def _into(node: Any, steps: list[str], change: Callable[[Any], Any], *, is_new: bool = False) -> Any:
    """A copy in which the place at the end of the steps is changed; everything beside the way is shared, never
    written to. `is_new`: the last step may not exist yet, and in a list makes room for itself."""
    if not steps:
        return change(node)
    step, rest, here = steps[0], steps[1:], is_new and len(steps) == 1
    if isinstance(node, dict):
        old = node.get(step) if here else _child(node, step)
        return {**node, step: _into(old, rest, change, is_new=is_new)}
    if isinstance(node, list) and here:
        place = len(node) if step == "-" else _index(step, len(node) + 1)
        return [*node[:place], change(None), *node[place:]]
    old = _child(node, step)
    place = int(step)
    return [*node[:place], _into(old, rest, change, is_new=is_new), *node[place + 1 :]]


def _at(node: Any, steps: list[str]) -> Any:
    for step in steps:
        node = _child(node, step)
    return node


def _child(node: Any, step: str) -> Any:
    if isinstance(node, dict) and step in node:
        return node[step]
    if isinstance(node, list):
        return node[_index(step, len(node))]
    raise _Nowhere("Il n'y a rien à cet endroit.")


def _index(step: str, length: int) -> int:
    if not _INDEX.fullmatch(step) or int(step) >= length:
        raise _Nowhere("Cette liste n'a pas d'élément à cette place.")
    return int(step)


def _equal(one: Any, other: Any) -> bool:
    """Equal as JSON: 1.0 is 1, true is not 1, the order of members does not count."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_equal(value, other[name]) for name, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_equal, one, other))
    if _is_number(one) and _is_number(other):
        return bool(one == other)
    return type(one) is type(other) and bool(one == other)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)


def _weigh(value: Any) -> None:
    """Refuse what copies of copies have made too deep or too large, before they double it again."""
    level, depth, count = [value], 0, 0
    while level:
        depth, count = depth + 1, count + len(level)
        if depth > json.DEPTH_LIMIT or count > COPIED_LIMIT:
            raise TooBig("Ce patch recopie trop de contenu.")
        level = [child for node in level for child in _children(node)]


def _children(node: Any) -> list[Any]:
    if isinstance(node, dict):
        return list(node.values())
    return node if isinstance(node, list) else []
