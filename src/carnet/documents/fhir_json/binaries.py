"""Takes the files that FHIR carries as Binary resources out of a file, for those documents that show them."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from typing import Any

from carnet.documents.reading import PART, Part


def parts_of(resources: list[dict[str, Any]]) -> list[Part]:
    """Make a Part of each inline file of a DocumentReference, and point to it: `data` leaves the resource, the url
    of a Binary of the same file becomes that of the Part. The Binary itself stays as it came."""
    binaries = {f"Binary/{one['id']}": one for one in resources if one["resourceType"] == "Binary"}
    parts: list[Part] = []
    for attachment in _attachments(resources):
        content = _content(attachment, binaries)
        if content is None:
            continue
        part = Part(
            f"part-{len(parts) + 1}", _media_type(attachment), content, str(attachment.get("title", ""))
        )
        parts.append(part)
        attachment.pop("data", None)
        attachment["url"] = f"{PART.removesuffix('part-')}{part.id}"
    return parts


def _attachments(resources: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for resource in resources:
        contents = resource.get("content") if resource["resourceType"] == "DocumentReference" else None
        for content in contents if isinstance(contents, list) else []:
            attachment = content.get("attachment") if isinstance(content, dict) else None
            if isinstance(attachment, dict):
                yield attachment


def _content(attachment: dict[str, Any], binaries: dict[str, dict[str, Any]]) -> bytes | None:
    data = attachment.get("data") or binaries.get(str(attachment.get("url")), {}).get("data")
    if not isinstance(data, str):
        return None
    try:
        return base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        return None


def _media_type(attachment: dict[str, Any]) -> str:
    return str(attachment.get("contentType") or "application/octet-stream")
