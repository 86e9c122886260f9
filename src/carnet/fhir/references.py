"""References between resources: reading `Type/id`, walking a resource for them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

# R4's grammar of ids, and the underscore inside, which it leaves out and other servers write: what they kept comes in
# under its own names. First, an underscore belongs to the operations (`_history`, `_search`).
ONE = r"[A-Za-z0-9\-.][A-Za-z0-9_\-.]{0,63}"
LOCAL = re.compile(rf"^([A-Z][A-Za-z]+)/({ONE})(?:/_history/({ONE}))?$")
ID = re.compile(rf"^{ONE}$")


def split(reference: str) -> tuple[str, str] | None:
    """(`Type`, `id`) of a local reference; None for an absolute, contained or malformed one."""
    found = LOCAL.match(reference)
    return (found[1], found[2]) if found else None


def unversioned(reference: str) -> str:
    """`Type/id` of `Type/id/_history/3`; itself when it names no version."""
    return reference.partition("/_history/")[0]


def walk(node: Any) -> Iterator[dict[str, Any]]:
    """Every object of the resource that holds a literal `reference`, contained resources included."""
    pending = [node] if isinstance(node, (dict, list)) else []
    while pending:
        current = pending.pop()
        if isinstance(current, dict):
            if isinstance(current.get("reference"), str):
                yield current
            pending += [value for value in current.values() if isinstance(value, (dict, list))]
        else:
            pending += [value for value in current if isinstance(value, (dict, list))]
