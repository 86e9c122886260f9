"""What the entries of a transaction call each other, and what they are called once written. Pure: a reference that is a
search is handed back to whoever can look it up."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from carnet.api.exchange import pairs
from carnet.api.steps import SENTENCE, Criteria, Json, Step
from carnet.fhir.errors import Invalid, Issue
from carnet.fhir.references import ONE

_PREFIXED = re.compile(rf"^(.*/)[A-Z][A-Za-z]+/{ONE}$")  # a fullUrl of a server: what stands before
_CONDITIONAL = re.compile(r"^([A-Z][A-Za-z]+)\?(.+)$")
# Elements of type url, uri or uuid by which one entry may name another (R4: those are replaced like references).
_LINKS = frozenset(
    {
        "reference",
        "url",
        "uri",
        "valueUrl",
        "valueUri",
        "valueUuid",
        "valueCanonical",
        "instantiatesUri",
        "sourceUri",
    }
)
_IN_NARRATIVE = re.compile(r'((?:href|src)=")([^"]+)(")')


class Links:
    """What the entries are called, and the `Type/id` under which each is written."""

    def __init__(self, written: Sequence[Step]) -> None:
        self._of = {step.full_url: f"{step.type}/{step.id}" for step in written if step.full_url and step.id}

    def follow(self, step: Step) -> list[Json]:
        """Let the step's resource name what is written, in place; returns the objects with a conditional reference.
        Raises Invalid for a `urn:uuid:` that no entry bears."""
        found = _PREFIXED.match(step.full_url)
        prefix, conditional = found[1] if found else "", []
        for node, name, value in _texts(step.resource):
            target = self._of.get(value) or (prefix and name == "reference" and self._of.get(prefix + value))
            if target:
                node[name] = target
            elif name == "div":
                node[name] = _IN_NARRATIVE.sub(self._replaced, value)
            elif name == "reference" and "?" in value and _CONDITIONAL.match(value):
                conditional.append(node)
            elif name == "reference" and value.startswith(("urn:uuid:", "urn:oid:")):
                raise Invalid(
                    SENTENCE, [Issue(place_of(step, node), "Aucune entrée de ce Bundle ne porte ce nom.")]
                )
        return conditional

    def _replaced(self, found: re.Match[str]) -> str:
        return found[1] + self._of.get(found[2], found[2]) + found[3]


def _texts(resource: Any) -> Iterator[tuple[Json, str, str]]:
    """Every text that may name another entry: its object, its name, itself. A Bundle inside has names of its own."""
    pending = [resource]
    while pending:
        node = pending.pop()
        if isinstance(node, list):
            pending += [part for part in node if isinstance(part, (dict, list))]
            continue
        if node.get("resourceType") == "Bundle":
            continue
        for name, value in node.items():
            if isinstance(value, (dict, list)):
                pending.append(value)
            elif isinstance(value, str) and (name in _LINKS or (name == "div" and "urn:" in value)):
                yield node, name, value


def conditional(reference: str) -> tuple[str, Criteria]:
    """(`Patient`, criteria) of `Patient?identifier=…`."""
    type_, _, query = reference.partition("?")
    return type_, pairs(query)


def place_of(step: Step, node: Json) -> str:
    """Where in the Bundle this reference stands."""
    return f"{step.where}.resource{_way(step.resource, node) or ''}.reference"


def _way(node: Any, wanted: Json) -> str | None:
    if node is wanted:
        return ""
    inside = (
        ((f".{name}", value) for name, value in node.items())
        if isinstance(node, dict)
        else ((f"[{n}]", value) for n, value in enumerate(node))
    )
    for step, value in inside:
        if isinstance(value, (dict, list)) and (rest := _way(value, wanted)) is not None:
            return step + rest
    return None
