"""Places what was read into one record: lasting ids that no other record shares, real references, tags that say
where each fact comes from. Pure; knows nothing of what the record already holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from carnet.documents.fhir_json.names import identifier_pairs, lasting_id
from carnet.documents.fhir_json.types import SHARED_TYPES
from carnet.documents.reading import PART, SUBJECT, Read
from carnet.fhir import codes
from carnet.fhir.folding import fold

Resource = dict[str, Any]

SOURCE_UPDATED = (
    "urn:carnet:source-updated"  # when the sender last changed it; Carnet's own time replaces it in meta
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a document goes: the patient's id (None for what concerns no patient), the DocumentReference it becomes,
    the tags of its facts, and the blobs of its parts by part id."""

    patient: str | None
    document: str
    tags: tuple[str, ...]
    blobs: Mapping[str, str]


def new_names(read: Read, place: Place) -> dict[str, str]:
    """`Type/id` in the document → `Type/id` in the record, SUBJECT included. Facts of a patient are named after the
    patient too: two records never meet in one resource, even when senders repeat their ids."""
    names = {} if place.patient is None else {SUBJECT: f"Patient/{place.patient}"}
    for resource in read.resources:
        type_, id = resource["resourceType"], resource["id"]
        if is_shared(type_):
            id = _shared_id(resource) if read.format == "cda" else id
        elif place.patient is not None:
            id = lasting_id(place.patient, type_, id)
        names[f"{type_}/{resource['id']}"] = f"{type_}/{id}"
    return names


def _shared_id(resource: Resource) -> str:
    """One Practitioner for all the letters of one RPPS and one name: documents exist that give the number of one
    doctor to another. Who has no number is another one in each document."""
    found = identifier_pairs(resource)
    if not found:
        return str(resource["id"])
    return lasting_id(resource["resourceType"], *found[0], *_family(resource))


def _family(resource: Resource) -> list[str]:
    """The family name of a person; an organisation is its number."""
    if resource["resourceType"] != "Practitioner":
        return []
    named = [str(one.get("family") or one.get("text") or "") for one in resource.get("name", [])]
    return [fold(named[0])] if named and named[0] else []


def is_shared(type: str) -> bool:
    """Whether resources of this type belong to the world around patients."""
    return type in SHARED_TYPES


def placed(resource: Resource, names: Mapping[str, str], place: Place) -> Resource:
    """The resource as the record will hold it."""
    new: Resource = mapped(resource, names, place.blobs)
    new["id"] = names[f"{resource['resourceType']}/{resource['id']}"].partition("/")[2]
    meta = {
        key: value
        for key, value in (new.get("meta") or {}).items()
        if key not in {"versionId", "source", "tag"}
    }
    tags = _foreign(new)
    updated = meta.pop("lastUpdated", None)
    if updated:
        meta["extension"] = [*meta.get("extension", []), {"url": SOURCE_UPDATED, "valueInstant": updated}]
    if not is_shared(resource["resourceType"]) and place.patient is not None:
        meta["source"] = f"DocumentReference/{place.document}"
        tags += [{"system": codes.TAG, "code": tag} for tag in place.tags]
    if tags:
        meta["tag"] = tags
    return {**new, "meta": meta} if meta else {key: value for key, value in new.items() if key != "meta"}


def _foreign(resource: Resource) -> list[Resource]:
    """The sender's tags, without those by which Carnet remembers what was decided here: another practice's Carnet, or
    anybody, may have written them."""
    return [tag for tag in (resource.get("meta") or {}).get("tag", []) if tag.get("system") != codes.TAG]


def mapped(node: Any, names: Mapping[str, str], blobs: Mapping[str, str]) -> Any:
    """A copy with every reference and every url of a part replaced; nothing else changes."""
    if isinstance(node, list):
        return [mapped(child, names, blobs) for child in node]
    if not isinstance(node, dict):
        return node
    copy = {key: mapped(value, names, blobs) for key, value in node.items()}
    reference, url = copy.get("reference"), copy.get("url")
    if isinstance(reference, str):
        copy["reference"] = names.get(reference, _blob(reference, blobs))
    if isinstance(url, str):
        copy["url"] = _blob(url, blobs)
    return copy


def _blob(written: str, blobs: Mapping[str, str]) -> str:
    if not written.startswith(PART):
        return written
    part = written.removeprefix("Binary/")
    return f"Binary/{blobs.get(part, part)}"


def without_missing(resource: Resource, missing: set[str]) -> Resource:
    """A copy whose references to resources that could not be kept become words."""
    if not missing:
        return resource
    copy: Resource = _forgotten(resource, missing)
    return copy


def _forgotten(node: Any, missing: set[str]) -> Any:
    if isinstance(node, list):
        return [_forgotten(child, missing) for child in node]
    if not isinstance(node, dict):
        return node
    copy = {key: _forgotten(value, missing) for key, value in node.items()}
    if copy.get("reference") in missing:
        copy.setdefault("display", "Non repris du document")
        del copy["reference"]
    return copy


def source_updated(resource: Resource) -> str | None:
    """When the sender last changed it, if the sender said so."""
    extensions = (resource.get("meta") or {}).get("extension", [])
    return next((one.get("valueInstant") for one in extensions if one.get("url") == SOURCE_UPDATED), None)


def content(resource: Resource) -> Resource:
    """What the resource says, without what the record says about it."""
    return {key: value for key, value in resource.items() if key not in {"id", "meta"}}
