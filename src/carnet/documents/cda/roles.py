"""The role of a clinical statement: what it is, by templateIds, then by code, then by its class. Table only."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from carnet.documents.cda.elements import Element, attribute, child, name, templates
from carnet.documents.cda.tables import table


@dataclass(frozen=True, slots=True)
class _Role:
    name: str
    on: frozenset[str]
    templates: frozenset[str]
    entry: frozenset[str]
    codes: frozenset[str]
    always: bool


@cache
def _roles() -> tuple[_Role, ...]:
    return tuple(
        _Role(
            row["name"],
            frozenset(row["on"]),
            frozenset(row["templates"]),
            frozenset(row.get("entry", ())),
            frozenset(row.get("code", ())),
            row.get("always", False),
        )
        for row in table("roles")["role"]
    )


def role_of(element: Element) -> str | None:
    """The name of the role, None when the table knows nothing of the kind. The first template that matches in
    table order wins over any code; a code only speaks for statements without a known template."""
    kind, own = name(element), templates(element)
    parent = element.getparent()
    around = templates(parent) if parent is not None else set()
    mine = [role for role in _roles() if kind in role.on]
    for role in mine:
        if role.templates & own or role.entry & around:
            return role.name
    code = attribute(child(element, "code"), "code")
    return next((role.name for role in mine if code in role.codes or role.always), None)
