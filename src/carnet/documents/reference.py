"""Writes the one DocumentReference of an imported document: type, date, author, title, identity, versions, and the
original byte for byte. Pure; the caller keeps the bytes."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from carnet.documents.placing import Place, mapped
from carnet.documents.reading import PART, Part, Read
from carnet.fhir import codes, dates

Resource = dict[str, Any]

CONTENT_KEY = (
    "urn:carnet:content"  # identifier system: SHA-256 of the plain bytes, and which patient of the file
)
SET_ID = "urn:carnet:set-id"  # identifier system: the document through all its versions
VERSION = "urn:carnet:document-version"  # extension: its number in the set
FORMAT = "urn:carnet:format"
URI = "urn:ietf:rfc:3986"
MEDIA_TYPES = {
    "cda": "application/xml",
    "fhir": "application/fhir+json",
    "fhir-ndjson": "application/fhir+ndjson",
    "pdf": "application/pdf",
    "jpeg": "image/jpeg",
    "png": "image/png",
}
_INSTANT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$")


@dataclass(frozen=True, slots=True)
class Original:
    """The bytes as they came, measured once however many patients they concern. `keys` names what each of them says
    for ever: the plain bytes, and the number of the patient in them."""

    content: bytes
    sha1: str
    keys: tuple[str, ...]


def original_of(content: bytes, plain: bytes, count: int) -> Original:
    """The Original of a file, `plain` when decompressed, that gave `count` readings."""
    name = hashlib.sha256(plain).hexdigest()
    return Original(content, _sha1(content), tuple(f"{name}-{number}" for number in range(count)))


def document_reference(
    read: Read,
    place: Place,
    names: Mapping[str, str],
    *,
    original: Original,
    blob: str,
    key: str,
    at: datetime,
) -> Resource:
    """The DocumentReference of this document in this place. `blob` names the original bytes, `key` the content,
    `names` the people of the document in the record."""
    resource: Resource = {
        "resourceType": "DocumentReference",
        "identifier": _identifiers(read, key),
        "status": "current",
        "type": _type(read),
        "date": _instant(read.created) or dates.instant(at),
        "content": [_original(read, original, blob), *_parts(read, place)],
    }
    if read.document_id:
        resource["masterIdentifier"] = {"system": URI, "value": uri(read.document_id)}
    if place.patient is not None:
        resource["subject"] = {"reference": f"Patient/{place.patient}"}
    if read.authors:
        resource["author"] = mapped(read.authors, names, place.blobs)
    if read.custodian:
        resource["custodian"] = mapped(read.custodian, names, place.blobs)
    if read.version is not None:
        resource["extension"] = [{"url": VERSION, "valueInteger": read.version}]
    if read.created and _is_date_time(read.created):
        resource["context"] = {"period": {"start": read.created}}
    return resource | _description(read)


def with_text(resource: Resource, blob: str) -> Resource:
    """The same, naming the text of its file, which is kept apart: it is searched and seldom read."""
    text = {"url": codes.TEXT, "valueUrl": f"Binary/{blob}"}
    return {**resource, "extension": [*resource.get("extension", ()), text]}


def of_nobody(resource: Resource) -> Resource:
    """The same, for a file that concerns no patient: a directory, an agenda. Its subject is the practice."""
    practice = {"resourceType": "Group", "id": "practice", "type": "practitioner", "actual": False}
    return {**resource, "subject": {"reference": "#practice"}, "contained": [practice]}


# What a person compares, and no more: the rest stays in the original.
_IDENTITY = ("extension", "identifier", "name", "gender", "birthDate", "telecom", "address")


def waiting_for(resource: Resource, patient: Resource | None) -> Resource:
    """The same, for a document that a person must give to somebody: its subject is the patient as the document names
    them, contained, in nobody's record."""
    known: Resource = patient or {}
    said: Resource = {key: known[key] for key in _IDENTITY if key in known}
    contained: Resource = {"resourceType": "Patient", "id": "patient", **said}
    return {**resource, "subject": {"reference": "#patient"}, "contained": [contained]}


def named(resource: Resource) -> Resource:
    """The patient whom a waiting document names, as it does; empty when it names nobody."""
    return next((one for one in resource.get("contained", []) if one.get("resourceType") == "Patient"), {})


def set_id(resource: Resource) -> str | None:
    """The set of versions this document belongs to."""
    return _identified(resource, SET_ID)


def content_key(resource: Resource) -> str | None:
    """Which bytes, and which patient in them."""
    return _identified(resource, CONTENT_KEY)


def rank(resource: Resource) -> tuple[int, str]:
    """Its place among the versions of its set: number, then date."""
    numbers = [e["valueInteger"] for e in resource.get("extension", []) if e.get("url") == VERSION]
    return (int(numbers[0]) if numbers else 0, str(resource.get("date", "")))


def master(resource: Resource) -> str | None:
    """The identity of this version."""
    value = resource.get("masterIdentifier", {}).get("value")
    return str(value) if value else None


def replaced(resource: Resource) -> set[str]:
    """The identities of the versions that this one says it replaces."""
    targets = [one["target"] for one in resource.get("relatesTo", []) if one.get("code") == "replaces"]
    return {str(one["identifier"]["value"]) for one in targets if "identifier" in one}


def with_replaced(resource: Resource, read: Read, older: list[Resource]) -> Resource:
    """The same, saying which versions it replaces: known ones by reference, others by identity."""
    known: dict[str | None, str] = {master(one): f"DocumentReference/{one['id']}" for one in older}
    named = [uri(id) for id in read.replaces]
    identities = list(dict.fromkeys([*named, *(id for id in known if id)]))
    links = [
        {"code": "replaces", "target": _target(identity, known.get(identity))} for identity in identities
    ]
    links += [
        {"code": "replaces", "target": {"reference": f"DocumentReference/{one['id']}"}}
        for one in older
        if not master(one)
    ]
    return {**resource, "relatesTo": links} if links else resource


def _target(identity: str, reference: str | None) -> Resource:
    target: Resource = {"type": "DocumentReference", "identifier": {"system": URI, "value": identity}}
    return {"reference": reference, **target} if reference else target


def _identified(resource: Resource, system: str) -> str | None:
    found = [one["value"] for one in resource.get("identifier", []) if one.get("system") == system]
    return str(found[0]) if found else None


def _identifiers(read: Read, key: str) -> list[Resource]:
    found = [{"system": CONTENT_KEY, "value": key}]
    return [*found, {"system": SET_ID, "value": read.set_id}] if read.set_id else found


def _type(read: Read) -> Resource:
    kind = read.kind
    coding = {"system": kind.system, "code": kind.code, "display": kind.title}
    coded = {name: value for name, value in coding.items() if value}
    concept: Resource = {"text": kind.label or kind.title or read.title}
    return {"coding": [coded], **concept} if kind.code and kind.system else concept


def _description(read: Read) -> Resource:
    found: Resource = {"description": read.title} if read.title.strip() else {}
    labels = [{"coding": [_confidentiality(code)]} for code in read.confidentiality]
    return {**found, "securityLabel": labels} if labels else found


def _confidentiality(code: str) -> Resource:
    return {"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": code}


def _original(read: Read, original: Original, blob: str) -> Resource:
    gzip = original.content[:2] == b"\x1f\x8b"
    media_type = "application/gzip" if gzip else MEDIA_TYPES[read.format]
    attachment = _attachment(media_type, len(original.content), original.sha1, blob, read.title)
    if read.language:
        attachment["language"] = read.language
    if read.created and _is_date_time(read.created):
        attachment["creation"] = read.created
    return {"attachment": attachment, "format": {"system": FORMAT, "code": read.format}}


def _parts(read: Read, place: Place) -> list[Resource]:
    """The document itself when it is a file in an envelope, the thumbnail, and files that nothing else names."""
    return [
        {
            "attachment": _attachment(
                part.media_type, len(part.content), _sha1(part.content), place.blobs[part.id], part.title
            ),
            "format": {"system": FORMAT, "code": "body" if part.body else "part"},
        }
        for part in read.parts
        if part.body or not _is_named(part, read)
    ]


def _is_named(part: Part, read: Read) -> bool:
    wanted = PART + part.id.removeprefix("part-")
    return any(_names(resource, wanted) for resource in read.resources)


def _names(node: Any, wanted: str) -> bool:
    if isinstance(node, dict):
        return (
            node.get("url") == wanted
            or node.get("reference") == wanted
            or any(_names(v, wanted) for v in node.values())
        )
    return isinstance(node, list) and any(_names(child, wanted) for child in node)


def _sha1(content: bytes) -> str:
    return base64.b64encode(
        hashlib.sha1(content, usedforsecurity=False).digest()
    ).decode()  # as FHIR and XDS ask


def _attachment(media_type: str, size: int, sha1: str, blob: str, title: str) -> Resource:
    found: Resource = {"contentType": media_type, "url": f"Binary/{blob}", "size": size, "hash": sha1}
    return {**found, "title": title} if title.strip() else found


def _instant(created: str | None) -> str | None:
    """The document's moment; a day alone stands at its first instant, its own words stay in `creation`."""
    if not created or not _is_date_time(created):
        return None
    return created if _INSTANT.match(created) else f"{dates.first_day(created).isoformat()}T00:00:00Z"


def _is_date_time(written: str) -> bool:
    if _INSTANT.match(written):
        return True
    return bool(re.match(r"^\d{4}(-\d\d(-\d\d)?)?$", written))


def uri(identity: str) -> str:
    """The identity of a document as a URI: FHIR asks for one."""
    if identity.startswith(("urn:", "http://", "https://")):
        return identity
    return (
        f"urn:oid:{identity}"
        if re.fullmatch(r"[0-2](\.\d+)+", identity)
        else f"urn:carnet:document:{identity}"
    )
