"""What this door can do, told from the tables that do it: the CapabilityStatement. It knows nothing of the practice, so
it is open to all."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from django.utils.translation import get_language, gettext

from carnet.api import protected, subset, versions
from carnet.api.exchange import FHIR_JSON, Answer, Asked, Handler
from carnet.api.refusals import Asks
from carnet.fhir import json, search_parameters
from carnet.record.validate import types

Json = dict[str, Any]
Table = Mapping[str, Mapping[str, Handler]]
WRITTEN = "2026-11-21"  # when what is said here was last changed by hand
_SERVICE = "http://terminology.hl7.org/CodeSystem/restful-security-service"
_OPERATION = "http://hl7.org/fhir/OperationDefinition/"
# What an address and a method are in FHIR's words, for a resource type and for the whole practice. Searches within a
# compartment are told by `compartment`, and conditions by elements of their own.
INTERACTIONS = {
    ("type/id", "GET"): "read",
    ("type/id/_history/version", "GET"): "vread",
    ("type/id", "PUT"): "update",
    ("type/id", "PATCH"): "patch",
    ("type/id", "DELETE"): "delete",
    ("type/id/_history", "GET"): "history-instance",
    ("type/_history", "GET"): "history-type",
    ("type", "POST"): "create",
    ("type", "GET"): "search-type",
}
SYSTEM = {
    ("", "POST"): ("transaction", "batch"),
    ("", "GET"): ("search-system",),
    ("_history", "GET"): ("history-system",),
}
CONDITIONS: dict[tuple[str, str], Json] = {
    ("type", "POST"): {"conditionalCreate": True},
    ("type", "PUT"): {"conditionalUpdate": True},
    ("type", "DELETE"): {"conditionalDelete": "single"},
    ("type/id", "GET"): {"conditionalRead": "full-support"},
    ("type/id", "PUT"): {"updateCreate": True},
    ("type/id/_history/version", "GET"): {"readHistory": True},
}
OPERATIONS = {
    "$validate": ("validate", "Resource-validate"),
    "$everything": ("everything", "Patient-everything"),
    "$lastn": ("lastn", "Observation-lastn"),
}
# Parameters of every type that need no path: the store looks at the row, or at the full text.
OF_EVERY_TYPE = {"_content": "string", "_id": "token", "_lastUpdated": "date", "_text": "string"}
_kept: dict[tuple[str, str], bytes] = {}
_KEPT_LIMIT = 16
_NEVER = ("patch", "delete")  # of what says who did what (see protected)


def statement(asked: Asked, table: Table) -> Answer:
    """GET metadata, open to all: nothing of the practice is in it."""
    unknown = [
        name for name, value in asked.query if name not in subset.NAMES and (name, value) != ("mode", "full")
    ]
    if unknown:
        raise Asks("« {name} » n'est pas connu ici.", f"http.{unknown[0][:80]}", name=unknown[0][:80])
    body = _whole(asked, table)
    part = subset.read(asked.query)
    return told(asked, body if part.whole else part.of("CapabilityStatement", body), FHIR_JSON)


def told(asked: Asked, body: bytes, kind: str) -> Answer:
    """A document about the program, which the client may keep and ask about by its ETag."""
    tag = hashlib.blake2b(body, digest_size=8).hexdigest()
    headers = {"ETag": f'W/"{tag}"', "Cache-Control": "no-cache", "Content-Language": get_language() or "fr"}
    known = asked.headers.get("if-none-match")
    if known is not None and {"*", tag} & set(versions.named(known)):
        return Answer(304, headers)
    return Answer(200, {"Content-Type": kind, **headers}, body)


def _whole(asked: Asked, table: Table) -> bytes:
    """The statement in the language of the thread, for one of the few addresses that this door answers to."""
    which = asked.base, get_language() or "fr"
    if which not in _kept:
        if len(_kept) >= _KEPT_LIMIT:
            _kept.clear()
        _kept[which] = json.dumps(capability(asked.base, table))
    return _kept[which]


def capability(base: str, table: Table) -> Json:
    """The CapabilityStatement of a door at this address, in the language of the thread."""
    return {
        "resourceType": "CapabilityStatement",
        "version": version("carnet"),
        "name": "Carnet",
        "title": gettext("Ce que sait faire la porte FHIR de Carnet"),
        "status": "active",
        "date": WRITTEN,
        "kind": "instance",
        "software": {"name": "Carnet", "version": version("carnet")},
        "implementation": {
            "description": gettext("Le carnet d'un cabinet de médecine générale"),
            "url": base,
        },
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json", "json"],
        "patchFormat": ["application/json-patch+json", "application/merge-patch+json"],
        "rest": [_rest(table)],
    }


def _rest(table: Table) -> Json:
    return {
        "mode": "server",
        "documentation": gettext("Chaque accès est inscrit au journal du cabinet, au nom de qui le fait."),
        "security": {
            "cors": False,
            "service": [{"coding": [{"system": _SERVICE, "code": "OAuth"}]}],
            "description": gettext(
                "Un jeton (Bearer) donné par le cabinet, ou OAuth 2 (client credentials)."
            ),
        },
        "resource": [_resource(type_, table) for type_ in sorted(types())],
        "interaction": [{"code": code} for where in _in(SYSTEM, table) for code in SYSTEM[where]],
        "searchParam": [{"name": name, "type": kind} for name, kind in OF_EVERY_TYPE.items()],
        "compartment": ["http://hl7.org/fhir/CompartmentDefinition/patient"]
        if "Patient/id/type" in table
        else [],
    }


def _in(stated: Mapping[tuple[str, str], Any], table: Table) -> list[tuple[str, str]]:
    """Which of these the door's table really has."""
    return [(shape, method) for shape, method in stated if method in table.get(shape, ())]


def _resource(type: str, table: Table) -> Json:
    made: Json = {"type": type, "interaction": [], "versioning": "versioned"}
    witness = type in protected.WITNESSES
    for where in _in(INTERACTIONS, table):
        if not (witness and INTERACTIONS[where] in _NEVER):
            made["interaction"].append(_interaction(INTERACTIONS[where], witness))
    for where in _in(CONDITIONS, table):
        if not (witness and where == ("type", "DELETE")):
            made |= CONDITIONS[where]
    made["referencePolicy"] = ["literal", "logical"]
    return made | _searches(type) | _operations(type, table)


def _interaction(code: str, witness: bool) -> Json:
    if witness and code == "update":
        return {"code": code, "documentation": gettext("Sous un identifiant nouveau seulement.")}
    return {"code": code}


def _searches(type: str) -> Json:
    found = {
        code: p for code, p in search_parameters.of(type).items() if p.kind != "special" and "$" not in code
    }
    links = [code for code, parameter in found.items() if parameter.kind == "reference"]
    listed = [{"name": code, "type": parameter.kind} for code, parameter in sorted(found.items())]
    made: Json = {
        "searchInclude": ["*", f"{type}:*", *(f"{type}:{code}" for code in sorted(links))],
        "searchRevInclude": _pointing_at(type),
        "searchParam": listed,
    }
    return {name: value for name, value in made.items() if value}


def _pointing_at(type: str) -> list[str]:
    return [
        f"{source}:{code}"
        for source in sorted(search_parameters.types())
        for code, parameter in sorted(search_parameters.of(source).items())
        if parameter.kind == "reference" and parameter.may_target(type)
    ]


def _operations(type: str, table: Table) -> Json:
    places = {f"{first}{middle}/" for first in ("type", type) for middle in ("", "/id")}
    listed = [said for name, said in OPERATIONS.items() if any(place + name in table for place in places)]
    return {"operation": [{"name": name, "definition": _OPERATION + where} for name, where in listed]}
