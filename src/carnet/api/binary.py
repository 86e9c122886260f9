"""Documents kept whole beside the database, under `Binary/name`: given to who may read the DocumentReference that names
them. What a Binary resource holds itself is read like any other."""

from __future__ import annotations

import base64
import re

from carnet.api import exchange
from carnet.api.exchange import Answer, Asked
from carnet.record import gate
from carnet.record.gate import Document

_IN_JSON = ("application/fhir+json", "application/json")
# A document may be a page with a script: it is a file to keep, not a page to show.
_AS_A_FILE = {
    "Content-Disposition": "attachment",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": exchange.NO_STORE,
}
_NAME = re.compile("[0-9a-f]{64}")
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9.+-]+/[A-Za-z0-9.+-]+(; ?charset=[A-Za-z0-9-]+)?")


def is_name(id: str) -> bool:
    """Whether this may be the name of a document kept whole."""
    return _NAME.fullmatch(id) is not None


def document(asked: Asked, name: str) -> Answer | None:
    """The document of this name, as a Binary when JSON is asked for, else as it is; None when there is none."""
    found = gate.read_document(by=asked.by, at=asked.at, name=name)
    if found is None:
        return None
    if any(kind in asked.headers.get("accept", "") for kind in _IN_JSON):
        return exchange.resource(200, _resource(found, name))
    kind = found.content_type if _MEDIA_TYPE.fullmatch(found.content_type) else "application/octet-stream"
    return Answer(200, {"Content-Type": kind, **_AS_A_FILE}, found.content)


def _resource(found: Document, name: str) -> dict[str, object]:
    return {
        "resourceType": "Binary",
        "id": name,
        "contentType": found.content_type,
        "securityContext": {"reference": found.reference},
        "data": base64.b64encode(found.content).decode(),
    }
