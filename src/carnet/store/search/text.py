"""The words of a resource for full text: cut and folded here, once, for both engines. Pure."""

from __future__ import annotations

import html
import re
from typing import Any

from carnet.fhir import folding

WORD_COUNT = 20_000  # different words; PostgreSQL holds at most a megabyte of them in one row
SILENT = frozenset({"AuditEvent", "Binary", "Provenance"})  # types that say nothing in words
_SKIPPED = {
    "id", "reference", "url", "system", "data", "hash", "div", "fullUrl", "profile", "contentType", "versionId",
    "lastUpdated", "resourceType", "meta",
}  # fmt: skip
_TAG = re.compile(r"<[^>]*>")


def texts(resource: dict[str, Any]) -> tuple[list[str], list[str]]:
    """(words of the narrative, other words), each once, sorted; both empty when there is nothing to find."""
    if resource.get("resourceType") in SILENT:
        return [], []
    pieces: list[str] = []
    divs: list[str] = []
    _collect(resource, pieces, divs)
    narrative = set(folding.words(" ".join(html.unescape(_TAG.sub(" ", div)) for div in divs)))
    content = set(folding.words(" ".join(pieces))) - narrative
    return sorted(narrative)[:WORD_COUNT], sorted(content)[:WORD_COUNT]


def _collect(node: Any, pieces: list[str], divs: list[str]) -> None:
    pending = [node]
    while pending:
        current = pending.pop()
        if isinstance(current, list):
            pending.extend(current)
        elif isinstance(current, str):
            pieces.append(current)
        elif isinstance(current, dict):
            for key, value in current.items():
                if key == "div" and isinstance(value, str):
                    divs.append(value)
                elif key not in _SKIPPED:
                    pending.append(value)


def query(typed: str) -> list[str]:
    """The words that must all be found; the last letters of each may be missing."""
    return list(dict.fromkeys(folding.words(typed)))
