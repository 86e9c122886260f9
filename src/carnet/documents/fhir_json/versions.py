"""Keeps one version of each resource that a FHIR file holds several times (history, repeated entries)."""

from __future__ import annotations

from collections.abc import Callable

from carnet.documents.fhir_json.entries import Entry


def newest(
    entries: list[Entry], name: Callable[[Entry], str]
) -> tuple[list[Entry], list[tuple[Entry, Entry]]]:
    """The newest of each name in the order of the file, and the others, each with the one that stands for it."""
    kept: dict[str, Entry] = {}
    for entry in entries:
        current = kept.get(name(entry))
        if current is None or _age(entry) > _age(current):
            kept[name(entry)] = entry
    chosen = set(map(id, kept.values()))
    older = [(entry, kept[name(entry)]) for entry in entries if id(entry) not in chosen]
    return [entry for entry in entries if id(entry) in chosen], older


def _age(entry: Entry) -> tuple[str, int]:
    """When the sender last changed it; a history lists the newest first, so a tie keeps the first."""
    meta = entry.resource.get("meta")
    if not isinstance(meta, dict):
        return "", 0
    version = str(meta.get("versionId", ""))
    return str(meta.get("lastUpdated", "")), int(version) if version.isascii() and version.isdigit() else 0
