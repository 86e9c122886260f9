"""Says which patient each resource of a FHIR file is about, as the file writes it. Decides nothing about records."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from carnet.documents.fhir_json.entries import Entry
from carnet.documents.fhir_json.names import UUID, Targets
from carnet.documents.fhir_json.references import CONDITIONAL
from carnet.documents.fhir_json.types import NEED_PATIENT, PATIENT_ELEMENTS, SHARED_TYPES
from carnet.fhir.identifiers import SOURCE_ADDRESS

# A host that is no one's alone: a name without a dot, a number, a name for private networks, examples, test servers.
_SHARED_HOST = re.compile(
    r"https?://(?:[^/@]*@)?(?:[^./:]+|[0-9.]+|\[[^]]*\]"
    r"|[^/:]+\.(?:local|localhost|localdomain|lan|home|internal|intranet|private|corp|arpa|test|example|invalid)"
    r"|(?:[^/:]+\.)?example\.(?:com|net|org)|hapi\.fhir\.org)\.?(?::[0-9]*)?(?:/.*)?",
    re.IGNORECASE,
)
UNNAMED = "?"  # the patient of a clinical resource that does not say whose it is
Whose = Entry | str | None  # a Patient of the file, a patient only referred to, or nobody


def whose(entry: Entry, targets: Targets) -> Whose:
    """The patient this resource is about."""
    if entry.type == "Patient":
        return entry
    if entry.type in SHARED_TYPES:
        return None
    return _named(entry, targets) or _through_others(entry, targets) or _unnamed(entry)


def said(key: Whose) -> dict[str, Any] | None:
    """What is known of a patient who is only referred to: the sender's address or identifier, nothing else."""
    if not isinstance(key, str) or key == UNNAMED:
        return None
    conditional = CONDITIONAL.match(key)
    if conditional:
        identifier = {"system": conditional[2], "value": conditional[3]}
        return {"resourceType": "Patient", "identifier": [{k: v for k, v in identifier.items() if v}]}
    address = patient_address(key)
    return {"resourceType": "Patient", "identifier": [address]} if address else None


def patient_address(written: str | None) -> dict[str, str] | None:
    """An identifier out of a name that no other sender can give: a UUID or a URL, never `Patient/12`, nor
    `http://localhost/Patient/12`."""
    bare = (written or "").removeprefix("Patient/")
    value = f"urn:uuid:{bare}" if UUID.match(bare) else bare
    if not value.startswith(("urn:uuid:", "http://", "https://")) or _SHARED_HOST.fullmatch(value):
        return None
    value = value.lower() if value.startswith("urn:uuid:") else value
    return {"use": "secondary", "system": SOURCE_ADDRESS, "value": value}


def _named(entry: Entry, targets: Targets) -> Whose:
    for written in _written(entry.resource):
        found = targets.find(written)
        if found is not None and found.type == "Patient":
            return found
        if found is None and written.startswith(("Patient/", "Patient?")):
            return written
        if found is None and ("/Patient/" in written or written.startswith("urn:uuid:")):
            return written
    return None


def _through_others(entry: Entry, targets: Targets) -> Whose:
    """A Provenance, a MessageHeader, a Binary: about whoever the resources it names are about."""
    for written in _written(entry.resource):
        found = targets.find(written)
        if found is not None and found.type not in SHARED_TYPES and found is not entry:
            patient = _named(found, targets)
            if patient is not None:
                return patient
    return None


def _unnamed(entry: Entry) -> str | None:
    """Clinical content that names nobody is somebody's all the same: a person will say whose."""
    element = NEED_PATIENT.get(entry.type)
    said = entry.resource.get(element) if element else None
    return UNNAMED if element and not (isinstance(said, dict) and "reference" in said) else None


def _written(resource: dict[str, Any]) -> Iterator[str]:
    for path in PATIENT_ELEMENTS:
        nodes: list[Any] = [resource]
        for step in path:
            nodes = [child for node in nodes if isinstance(node, dict) for child in _many(node.get(step))]
        for node in nodes:
            if isinstance(node, dict) and isinstance(node.get("reference"), str):
                yield node["reference"]


def _many(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
