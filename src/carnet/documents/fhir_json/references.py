"""Rewrites the references of a resource to the ids of the record. A reference that the file cannot honour becomes
a logical one (identifier and words), never a local one that pretends to exist."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from carnet.documents.fhir_json.entries import Entry
from carnet.documents.fhir_json.names import Targets
from carnet.documents.reading import SUBJECT
from carnet.fhir import references

Name = Callable[[Entry], str | None]
SOURCE = "urn:carnet:source-reference"  # system of an identifier that only repeats what a sender wrote
_URI = "urn:ietf:rfc:3986"
CONDITIONAL = re.compile(r"^([A-Z][A-Za-z]+)\?(?:.*&)?identifier=([^|&]*)\|([^&]+)")
_TYPED = re.compile(r"^([A-Z][A-Za-z]+)[/?]")


def rewrite(resource: dict[str, Any], targets: Targets, name: Name, subject: str | None) -> list[str]:
    """Change every reference of the resource in place. `name` gives the new `Type/id` of a resource of the file
    (None when it is in another record); `subject` is how the file writes the patient when it does not hold them.
    Returns one note per reference that could not be honoured."""
    contained = _contained_ids(resource)
    notes: list[str] = []
    for node in references.walk(resource):
        written = node["reference"]
        if written == "#" or (written.startswith("#") and written[1:] in contained):
            continue
        if written == subject:
            node["reference"] = SUBJECT
            continue
        found = targets.find_bare(written[1:]) if written.startswith("#") else targets.find(written)
        new = name(found) if found else None
        if new:
            node["reference"] = new
        elif not written.startswith(("http://", "https://")):
            _make_logical(node, written)
            notes.append(written)
    return notes


def _contained_ids(resource: dict[str, Any]) -> set[str]:
    contained = resource.get("contained")
    listed = contained if isinstance(contained, list) else []
    return {one["id"] for one in listed if isinstance(one, dict) and isinstance(one.get("id"), str)}


def _make_logical(node: dict[str, Any], written: str) -> None:
    """Keep what the sender wrote as an identifier, unless the reference already carries one."""
    del node["reference"]
    typed = _TYPED.match(written)
    if typed and "type" not in node:
        node["type"] = typed[1]
    if "identifier" not in node:
        node["identifier"] = _identifier(written)


def _identifier(written: str) -> dict[str, str]:
    conditional = CONDITIONAL.match(written)
    if conditional:
        system = {"system": conditional[2]} if conditional[2] else {}
        return {**system, "value": conditional[3]}
    return {"system": _URI if written.startswith("urn:") else SOURCE, "value": written}
