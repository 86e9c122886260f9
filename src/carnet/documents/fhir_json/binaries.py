"""Takes the files that FHIR carries in base64 out of the resources, for the documents that show them."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from typing import Any

from carnet.documents.fhir_json.entries import Entry
from carnet.documents.fhir_json.names import Targets
from carnet.documents.reading import Part


def take_out(resources: list[dict[str, Any]], targets: Targets) -> tuple[list[Part], dict[int, str]]:
    """Make a Part of each inline file of a DocumentReference, and point the document to it. Returns the parts, and
    the Binary entries that became parts: `id(entry)` → the `Type/id` of the document that shows them."""
    parts: list[Part] = []
    moved: dict[int, str] = {}
    for resource, attachment in _attachments(resources):
        binary = _binary(attachment, targets)
        content = _content(attachment.get("data") or (binary.resource.get("data") if binary else None))
        if content is None:
            continue
        if binary:
            moved[id(binary)] = f"{resource['resourceType']}/{resource['id']}"
        parts.append(
            Part(f"part-{len(parts) + 1}", _media_type(attachment, binary), content, _title(attachment))
        )
        attachment.pop("data", None)
        attachment["url"] = f"Binary/{parts[-1].id}"
    return parts, moved


def _attachments(resources: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for resource in resources:
        contents = resource.get("content") if resource["resourceType"] == "DocumentReference" else None
        for content in contents if isinstance(contents, list) else []:
            attachment = content.get("attachment") if isinstance(content, dict) else None
            if isinstance(attachment, dict):
                yield resource, attachment


def _binary(attachment: dict[str, Any], targets: Targets) -> Entry | None:
    url = attachment.get("url")
    found = targets.find(url) if isinstance(url, str) else None
    return found if found is not None and found.type == "Binary" else None


def _content(data: Any) -> bytes | None:
    if not isinstance(data, str):
        return None
    try:
        return base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        return None


def _media_type(attachment: dict[str, Any], binary: Entry | None) -> str:
    said = attachment.get("contentType") or (binary.resource.get("contentType") if binary else None)
    return said if isinstance(said, str) else "application/octet-stream"


def _title(attachment: dict[str, Any]) -> str:
    title = attachment.get("title")
    return title if isinstance(title, str) else ""
