"""Lists the resources of a FHIR file with their place in it. Never decides whose they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from carnet.documents.fhir_json.types import NOT_KEPT, R4_TYPES
from carnet.fhir import json
from carnet.fhir.errors import CarnetError, Malformed

BOM = b"\xef\xbb\xbf"


@dataclass(slots=True)
class Entry:
    """One resource of the file: where it stands, the URL it goes by (None when the file gives none)."""

    place: str
    full_url: str | None
    resource: dict[str, Any]

    @property
    def type(self) -> str:
        """The resource type, known to R4."""
        return str(self.resource["resourceType"])

    @property
    def id(self) -> str | None:
        """The id in the file's own world."""
        value = self.resource.get("id")
        return value if isinstance(value, str) and value else None


@dataclass(frozen=True, slots=True)
class Unread:
    """Something of the file that is no resource of a record: where, and why."""

    place: str
    type: str
    reason: str


def parsed(content: bytes) -> dict[str, Any]:
    """One JSON document. Raises Malformed when it is not FHIR at all."""
    value = json.loads(content.removeprefix(BOM))
    if not isinstance(value, dict) or not isinstance(value.get("resourceType"), str):
        raise Malformed("Ce fichier JSON n'est pas une ressource FHIR. Rien n'a été enregistré.")
    return value


def of_document(document: dict[str, Any]) -> list[Entry | Unread]:
    """The resources of one JSON document: itself, or those of the Bundle it is."""
    return list(_entries(document, str(document["resourceType"]), None))


def of_lines(content: bytes) -> list[Entry | Unread]:
    """The resources of NDJSON, one per line; a line that cannot be read does not stop the others."""
    found: list[Entry | Unread] = []
    for number, line in enumerate(content.removeprefix(BOM).split(b"\n"), start=1):
        if line.strip():
            found.extend(_line(line, f"ligne {number}"))
    return found


def _line(line: bytes, place: str) -> Iterator[Entry | Unread]:
    try:
        value = json.loads(line.strip())
    except CarnetError:
        yield Unread(place, "", "Cette ligne n'est pas du JSON lisible.")
        return
    yield from _entries(value, place, None)


def _entries(value: Any, place: str, full_url: str | None) -> Iterator[Entry | Unread]:
    """The entry itself, or those of the Bundle it is, however deep Bundles stand in Bundles."""
    type_ = value.get("resourceType") if isinstance(value, dict) else None
    if type_ == "Bundle":
        yield from _of_bundle(value, place)
    elif not isinstance(type_, str) or type_ not in R4_TYPES:
        yield Unread(place, "", "Ce n'est pas une ressource FHIR R4 connue.")
    elif type_ in NOT_KEPT:
        yield Unread(place, type_, NOT_KEPT[type_])
    else:
        yield Entry(place, full_url, value)


def _of_bundle(bundle: dict[str, Any], place: str) -> Iterator[Entry | Unread]:
    entries = bundle.get("entry", [])
    if not isinstance(entries, list):
        yield Unread(f"{place}.entry", "", "Le contenu de ce Bundle n'est pas une liste.")
        return
    gone: set[str] = set()
    for number, entry in enumerate(entries):
        where = f"{place}.entry[{number}]"
        if not isinstance(entry, dict):
            yield Unread(where, "", "Cette entrée n'est pas lisible.")
        elif "resource" in entry and gone.isdisjoint(_names(entry)):
            full_url = entry.get("fullUrl")
            yield from _entries(entry["resource"], where, full_url if isinstance(full_url, str) else None)
        elif "resource" in entry:
            yield Unread(
                where, "", "Cette ressource a ensuite été effacée chez l'émetteur : elle n'est pas reprise."
            )
        elif _method(entry) == "DELETE" and bundle.get("type") == "history":
            gone |= _names(entry)  # a history lists the newest first
        elif _method(entry) == "DELETE":
            yield Unread(where, "", "Une demande d'effacement n'est pas exécutée.")
        elif not _is_empty_by_right(entry):
            yield Unread(where, "", "Cette entrée ne contient aucune ressource.")


def _names(entry: dict[str, Any]) -> set[str]:
    """The names by which a deletion and the versions before it know the same resource."""
    resource, request = entry.get("resource"), entry.get("request")
    said = [entry.get("fullUrl"), request.get("url") if isinstance(request, dict) else None]
    if isinstance(resource, dict):
        said.append(f"{resource.get('resourceType')}/{resource.get('id')}")
    return {name for name in said if isinstance(name, str) and ("/" in name or name.startswith("urn:"))}


def _method(entry: dict[str, Any]) -> object:
    request = entry.get("request")
    return request.get("method") if isinstance(request, dict) else None


def _is_empty_by_right(entry: dict[str, Any]) -> bool:
    """Entries that carry no resource by the standard: answers, readings."""
    return "response" in entry or _method(entry) in {"GET", "HEAD"}
