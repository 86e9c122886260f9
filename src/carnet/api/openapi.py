"""The door in OpenAPI's words, for tools that know no FHIR, told from the door's table. A few types are described with
their first levels of elements and their search parameters; the others by what all resources have: the whole of R4
would be megabytes, and is published by HL7."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import version

from django.utils.translation import get_language, gettext

from carnet.api import schemas
from carnet.api.capability import OF_EVERY_TYPE, OPERATIONS, Table, told
from carnet.api.exchange import Answer, Asked
from carnet.api.schemas import DESCRIBED, Json, ref
from carnet.fhir import json, search_parameters
from carnet.record.validate import types

OPEN = frozenset({"metadata", "openapi.json"})
FHIR, FORM = "application/fhir+json", "application/x-www-form-urlencoded"
PATCH, MERGE = "application/json-patch+json", "application/merge-patch+json"
_WORDS: dict[str, str | dict[str, str]] = {  # what each address is called, or each of its methods
    "": {"GET": "searchAll", "POST": "process"},
    "metadata": "capabilities",
    "openapi.json": "openapi",
    "_search": "searchAllByForm",
    "_history": "historyOfAll",
    "type": {
        "GET": "search",
        "POST": "create",
        "PUT": "updateMatching",
        "PATCH": "patchMatching",
        "DELETE": "deleteMatching",
    },
    "type/_search": "searchByForm",
    "type/_history": "historyOfType",
    "type/$validate": "validate",
    "type/id": {"GET": "read", "PUT": "update", "PATCH": "patch", "DELETE": "delete"},
    "type/id/_history": "history",
    "type/id/_history/version": "readVersion",
    "type/id/$validate": "validateStored",
    "Patient/id/type": "searchWithin",
    "Patient/id/*": "searchAllWithin",
    "Patient/id/type/_search": "searchWithinByForm",
    "Patient/id/type/$lastn": {"GET": "latestWithin", "POST": "latestWithinByForm"},
    "Patient/id/$everything": {"GET": "everything", "POST": "everythingByForm"},
    "Observation/$lastn": {"GET": "latest", "POST": "latestByForm"},
}
_ID = {"type": "string", "pattern": "^[A-Za-z0-9.-][A-Za-z0-9_.-]{0,63}$", "not": {"enum": [".", ".."]}}
_VALUES: dict[str, Json] = {
    "date": {
        "type": "string",
        "pattern": "^(eq|ne|gt|lt|ge|le|sa|eb|ap)?(19|20)[0-9]{2}(-(0[1-9]|1[0-2]))?$",
    },
    "number": {"type": "string", "pattern": "^(eq|ne|gt|lt|ge|le|sa|eb|ap)?[0-9]{1,9}$"},
    "quantity": {"type": "string", "pattern": "^(eq|ne|gt|lt|ge|le|sa|eb|ap)?[0-9]{1,9}$"},
    "reference": {"type": "string", "pattern": "^[A-Za-z0-9.-][A-Za-z0-9_.-]{0,63}$"},
    "token": {"type": "string", "pattern": "^[A-Za-z0-9.-]{1,64}$"},
    "uri": {"type": "string", "pattern": "^urn:[a-z0-9]{1,40}$"},
    "string": {"type": "string", "pattern": "^[A-Za-z]{1,40}$"},
}
_RESULTS: dict[str, Json] = {
    "_count": {"type": "integer", "minimum": 0, "maximum": 1000},
    "_elements": {"type": "string", "enum": ["id", "meta", "id,text"]},
    "_summary": {"type": "string", "enum": ["true", "text", "data", "count", "false"]},
    "_total": {"type": "string", "enum": ["none", "accurate", "estimate"]},
    "_sort": {"type": "string", "enum": ["_id", "-_id", "_lastUpdated", "-_lastUpdated"]},
}
_HISTORY: dict[str, Json] = {
    "_count": _RESULTS["_count"],
    "_since": {"type": "string", "format": "date-time"},
}
_HEADERS = {
    "If-Match": {"type": "string", "pattern": '^W/"[0-9]{1,9}"$'},
    "If-None-Match": {"type": "string", "pattern": '^W/"[0-9]{1,9}"$'},
    "If-None-Exist": {"type": "string", "pattern": "^identifier=[A-Za-z0-9]{1,20}$"},
    "Prefer": {
        "type": "string",
        "enum": ["return=representation", "return=OperationOutcome"],
    },
}
_kept: dict[tuple[str, str], bytes] = {}
_KEPT_LIMIT = 16


def document(asked: Asked, table: Table) -> Answer:
    """GET openapi.json, open to all."""
    which = asked.base, get_language() or "fr"
    if which not in _kept:
        if len(_kept) >= _KEPT_LIMIT:
            _kept.clear()
        _kept[which] = json.dumps(openapi(asked.base, table))
    return told(asked, _kept[which], "application/json")


def openapi(base: str, table: Table) -> Json:
    """The document of a door at this address."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": gettext("La porte FHIR de Carnet"),
            "version": version("carnet"),
            "description": gettext(
                "FHIR R4 (4.0.1). Ce que chaque type accepte est dit tout entier par /metadata et par HL7 ; ici, quelques"
                " types le sont par leurs premiers niveaux, les autres par ce que toute ressource a."
            ),
            "license": {"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
        },
        "servers": [{"url": base}],
        "security": [{"bearer": []}],
        "paths": dict(path for shape, methods in table.items() for path in _paths(shape, list(methods))),
        "components": {
            "schemas": schemas.all(),
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


def _paths(shape: str, methods: list[str]) -> Iterator[tuple[str, Json]]:
    """One path for each described type, and one for all others."""
    parts = shape.split("/")
    for type_ in [*DESCRIBED, ""] if parts[0] == "type" else [parts[0]]:
        address = "/" + "/".join(_segment(place, part, type_) for place, part in enumerate(parts) if part)
        yield (
            address,
            {
                "parameters": list(_in_path(parts, type_)),
                **{method.lower(): _operation(shape, method, type_) for method in methods},
            },
        )


def _segment(place: int, part: str, type: str) -> str:
    if part == "type":
        return (type or "{type}") if place == 0 else "{of}"
    return f"{{{part}}}" if part in ("id", "version") else part


def _in_path(parts: list[str], type: str) -> Iterator[Json]:
    within = ["Observation"] if parts[-1] == "$lastn" else ["Condition", "Encounter", "Observation"]
    schemas_of: dict[str, Json] = {
        "type": {"type": "string", "enum": sorted(types() - {*DESCRIBED})},
        "of": {"type": "string", "enum": within},
        "id": _ID,
        "version": {"type": "string", "pattern": "^[1-9][0-9]{0,8}$"},
    }
    for place, part in enumerate(parts):
        name = _segment(place, part, type)[1:-1]
        if part in ("type", "id", "version") and name in schemas_of:
            yield {"name": name, "in": "path", "required": True, "schema": schemas_of[name]}


def _operation(shape: str, method: str, type: str) -> Json:
    words = _WORDS[shape]
    word = words if isinstance(words, str) else words[method]
    made: Json = {
        "operationId": f"{word}{type if shape.startswith('type') else ''}",
        "parameters": list(_parameters(shape, method, type)),
        "responses": _responses(shape, method, type),
    }
    if shape in OPEN:
        made["security"] = []
    body = _body(shape, method, type)
    return {**made, "requestBody": body} if body else made


def _parameters(shape: str, method: str, type: str) -> Iterator[Json]:
    query: dict[str, Json] = {}
    last = shape.rpartition("/")[2]
    if last == "_history":
        query = _HISTORY
    elif shape == "type" and method == "GET":
        query = {**_searches(type), **_RESULTS}
    elif shape in ("Patient/id/type", "Patient/id/*", "type/id") and method == "GET":
        query = {"_summary": {"type": "string", "enum": ["true", "text", "data", "false"]}}
    elif shape == "":
        query = (
            {"_type": {"type": "string", "enum": list(DESCRIBED)}, "_count": _RESULTS["_count"]}
            if method == "GET"
            else {}
        )
    for name, schema in query.items():
        yield {"name": name, "in": "query", "required": name == "_type", "schema": schema}
    if shape == "type" and method in ("PUT", "PATCH", "DELETE"):
        yield {"name": "_id", "in": "query", "required": True, "schema": _ID}
    for name in _headers(shape, method):
        yield {"name": name, "in": "header", "required": False, "schema": _HEADERS[name]}


def _searches(type: str) -> dict[str, Json]:
    """The search parameters of a described type; for the others, those that all types have."""
    kinds = dict(OF_EVERY_TYPE)
    if type:
        known = search_parameters.of(type).items()
        kinds |= {code: p.kind for code, p in known if p.kind in _VALUES and "$" not in code}
    return {code: _VALUES[kind] for code, kind in sorted(kinds.items())}


def _headers(shape: str, method: str) -> tuple[str, ...]:
    if shape in ("type/id", "metadata", "openapi.json") and method == "GET":
        return ("If-None-Match",)
    if shape not in ("", "type", "type/id") or method in ("GET", "DELETE"):
        return ()
    return {"POST": ("Prefer", "If-None-Exist") if shape else ("Prefer",)}.get(method, ("Prefer", "If-Match"))


def _body(shape: str, method: str, type: str) -> Json | None:
    last = shape.rpartition("/")[2]
    if last == "_search":
        form = {"type": "object", "properties": {"_count": _RESULTS["_count"]}, "additionalProperties": False}
        return {"required": False, "content": {FORM: {"schema": form}}}
    if method == "PATCH":
        contents = {PATCH: {"schema": ref("Patch")}, MERGE: {"schema": {"type": "object"}}}
        return {"required": True, "content": contents}
    if method not in ("POST", "PUT"):
        return None
    kind = (
        "Request"
        if shape == ""
        else "Parameters"
        if last in OPERATIONS and last != "$validate"
        else type or "Resource"
    )
    required = last not in ("$everything", "$lastn") and shape != "type/id/$validate"
    return {"required": required, "content": {FHIR: {"schema": ref(kind)}}}


def _responses(shape: str, method: str, type: str) -> Json:
    """What comes back when it went well; whatever else is an OperationOutcome."""
    kind = _answers(shape, method, type)
    well: Json = {"description": gettext("Fait"), "content": {FHIR: {"schema": ref(kind)}}}
    if shape == "openapi.json":
        well["content"] = {"application/json": {"schema": {"type": "object"}}}
    made: Json = {"200": well}
    if (shape, method) in (("type", "POST"), ("type/id", "PUT"), ("type", "PUT")):
        made["201"] = (
            {**well, "links": _links(type)} if type and shape == "type" and method == "POST" else well
        )
    if method == "DELETE":  # 200 says that there was one
        told_so = {**well, "content": {FHIR: {"schema": ref("OperationOutcome")}}}
        made = {"204": {"description": gettext("Supprimé")}, **({"200": told_so} if shape == "type" else {})}
    made["304"] = {"description": gettext("Rien de nouveau")}
    refused = {"description": gettext("Refusé"), "content": {FHIR: {"schema": ref("OperationOutcome")}}}
    return {**made, "default": refused}


def _answers(shape: str, method: str, type: str) -> str:
    last = shape.rpartition("/")[2]
    if last == "$validate":
        return "OperationOutcome"
    if (shape, method) in (("type", "GET"), ("", "GET"), ("", "POST")) or last[:1] in ("$", "_", "*"):
        return "Bundle"
    if shape == "Patient/id/type":
        return "Bundle"
    return "Resource"


def _links(type: str) -> Json:
    """What can be done with what was just made."""
    id, number = "$response.body#/id", "$response.body#/meta/versionId"
    made: Json = {
        name: {"operationId": f"{name}{type}", "parameters": {"id": id}}
        for name in ("read", "update", "patch", "delete", "history", "validateStored")
    }
    made["readVersion"] = {"operationId": f"readVersion{type}", "parameters": {"id": id, "version": number}}
    if type == "Patient":
        made["everything"] = {"operationId": "everything", "parameters": {"id": id}}
    return made
