"""Gives each resource of a file its lasting id, and finds which resource a reference means. Pure and repeatable:
the same file gives the same ids."""

from __future__ import annotations

import hashlib
import re
import uuid
from typing import Any

from carnet.documents.fhir_json.entries import Entry
from carnet.documents.fhir_json.types import IDENTIFIED_TYPES, SHARED_TYPES
from carnet.fhir import identifiers, json

NAMESPACE = uuid.UUID("6f0d5a52-6d0b-5c3f-9a49-6a2f3a1f7c10")
UUID = re.compile(r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$", re.IGNORECASE)
_HISTORY = re.compile(r"/_history/[^/]*$")


def lasting_id(*parts: str) -> str:
    """An id that depends on its parts alone."""
    return str(uuid.uuid5(NAMESPACE, "|".join(parts)))


def digest(content: bytes) -> str:
    """A name for bytes that say no name of their own."""
    return hashlib.sha256(content).hexdigest()[:32]


def identifier_pairs(resource: dict[str, Any]) -> list[tuple[str, str]]:
    """(system, value) of every complete identifier, in the order written."""
    listed = resource.get("identifier", [])
    listed = listed if isinstance(listed, list) else [listed]
    pairs = [(one.get("system"), one.get("value")) for one in listed if isinstance(one, dict)]
    return [(s, v) for s, v in pairs if isinstance(s, str) and isinstance(v, str) and s and v]


def patient_key(patient: Entry) -> str:
    """What the sender knows this patient by: the INS, an identifier, or the address of the resource."""
    pairs = identifier_pairs(patient.resource)
    ins = [value for system, value in pairs if system in identifiers.INS_SYSTEMS]
    if ins:
        return f"ins|{ins[0]}"
    return "|".join(pairs[0]) if pairs else address(patient) or digest(json.dumps(patient.resource))


def address(entry: Entry) -> str | None:
    """The world-wide name of a resource, when the file gives one; a versioned URL without its version."""
    url = _HISTORY.sub("", entry.full_url or "")
    if url.startswith(("urn:", "http://", "https://")):
        return url.lower() if url.startswith("urn:uuid:") else url
    if entry.id and UUID.match(entry.id):
        return f"urn:uuid:{entry.id.lower()}"
    return None


def source_id(entry: Entry, scope: str) -> str:
    """The lasting id of a resource. `scope` sets apart senders who both have an `Observation/1`."""
    pairs = identifier_pairs(entry.resource) if entry.type in IDENTIFIED_TYPES else []
    if pairs and not address(entry):
        return lasting_id(entry.type, *pairs[0])
    name = address(entry) or (f"{scope}|{entry.id}" if entry.id and entry.type not in SHARED_TYPES else None)
    return lasting_id(entry.type, name or digest(json.dumps(_without_meta(entry.resource))))


def _without_meta(resource: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in resource.items() if key != "meta"}


def known_as(entry: Entry) -> set[str]:
    """Every way another resource of the file may write a reference to this one."""
    names = {f"{entry.type}/{entry.id}"} if entry.id else set()
    if entry.full_url:
        names |= {entry.full_url, _HISTORY.sub("", entry.full_url)}
    if entry.id and UUID.match(entry.id):
        names.add(f"urn:uuid:{entry.id}")
    names |= {f"{entry.type}?identifier={s}|{v}" for s, v in identifier_pairs(entry.resource)}
    return names


class Targets:
    """The resources that references of one file may mean, by every name they go by."""

    def __init__(self, entries: list[Entry]) -> None:
        self._by_name: dict[str, Entry | None] = {}
        self._by_bare_id: dict[str, Entry | None] = {}
        for entry in entries:
            for name in known_as(entry):
                self._add(self._by_name, name, entry)
            if entry.id:
                self._add(self._by_bare_id, entry.id, entry)

    @staticmethod
    def _add(table: dict[str, Entry | None], name: str, entry: Entry) -> None:
        same = table.get(name, entry)
        table[name] = entry if same is entry else None  # a name that two resources share means neither

    def find(self, reference: str) -> Entry | None:
        """The resource meant by a literal reference; None when the file does not hold it or it is ambiguous."""
        plain = _HISTORY.sub("", reference)
        return self._by_name.get(plain) or self._by_name.get(plain.lower())

    def find_bare(self, id: str) -> Entry | None:
        """The resource with this id whatever its type: what some senders mean by `#id` without containing it."""
        return self._by_bare_id.get(id)
