"""Schemas for OpenAPI: the first levels of a few resource types, made from the schemas that validate, and the plain
frames of all others. They describe; what validates is the record's own."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from carnet.fhir import json

Json = dict[str, Any]
DESCRIBED = ("Condition", "Encounter", "Observation", "Patient")
LEVELS = 2  # below the resource
# What a tool without FHIR has no use for.
_LEFT_OUT = frozenset(
    {
        "contained",
        "extension",
        "id",
        "implicitRules",
        "language",
        "meta",
        "modifierExtension",
        "resourceType",
        "text",
    }
)
_KEYWORDS = ("enum", "const", "pattern", "type", "minItems", "maxLength", "minimum", "maximum")
_SHORT = {"type": "string", "minLength": 1, "maxLength": 80, "pattern": "^[A-Za-z0-9][A-Za-z0-9 .-]*$"}


def ref(name: str) -> Json:
    """A reference to one of these schemas."""
    return {"$ref": f"#/components/schemas/{name}"}


@cache
def all() -> Json:
    """Every schema by its name."""
    return {**_FRAMES, **{type_: _described(type_) for type_ in DESCRIBED}}


def _described(type: str) -> Json:
    known = {**_definitions("datatypes"), **_definitions(type)}
    made = _bounded(known[type], known, LEVELS)
    made["properties"] = {"resourceType": {"const": type}, "id": {"type": "string"}, **made["properties"]}
    made["required"] = ["resourceType", *made.get("required", ())]
    return made


@cache
def _definitions(name: str) -> Json:
    found: Json = json.loads((files("carnet.fhir") / "schema" / f"{name}.json").read_bytes())
    return found


def _bounded(definition: Json, known: Json, levels: int) -> Json:
    """An object with its elements down to so many levels; those that must be there go one further."""
    required = [name for name in definition.get("required", ()) if name != "resourceType"]
    properties: Json = {}
    for name, schema in definition.get("properties", {}).items():
        if name.startswith("_") or name in _LEFT_OUT:
            continue
        found = _element(schema, known, max(levels, 1) if name in required else levels)
        if found is not None:
            properties[name] = found
    made: Json = {
        "type": "object",
        "properties": properties,
        "minProperties": 1,
        "additionalProperties": False,
    }
    return {**made, "required": required} if required else made


def _element(schema: Json, known: Json, levels: int) -> Json | None:
    """One element, None when it lies too deep."""
    if schema.get("type") == "array":
        inner = _element(schema["items"], known, levels)
        return None if inner is None else {"type": "array", "items": inner, "minItems": 1, "maxItems": 3}
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    if not name:
        return _plain(schema)
    if name.startswith("Reference"):
        return _reference(name.split(".")[1:])
    definition = known[name]
    if definition.get("type") != "object":
        return _plain(definition)
    return _bounded(definition, known, levels - 1) if levels > 0 else None


def _reference(targets: list[str]) -> Json:
    """A reference to one of these types, to any when there are none."""
    example = "Patient" if "Patient" in targets or not targets else targets[0]
    types = "|".join(targets) or "[A-Z][A-Za-z]+"
    written = {
        "type": "string",
        "pattern": f"^({types})/[A-Za-z0-9.-][A-Za-z0-9_.-]{{0,63}}$",
        "examples": [f"{example}/emile"],
    }
    properties = {"reference": written, "display": _SHORT}
    return {"type": "object", "properties": properties, "additionalProperties": False, "minProperties": 1}


def _plain(schema: Json) -> Json:
    """A value: any text is a short one here; a null that stands for a hidden value is left out."""
    kind = schema.get("type")
    if isinstance(kind, list):
        schema = {**schema, "type": next(name for name in kind if name != "null")}
    if "maxLength" in schema and "enum" not in schema:
        return _SHORT
    return {key: schema[key] for key in _KEYWORDS if key in schema}


_RESOURCE: Json = {
    "type": "object",
    "required": ["resourceType"],
    "properties": {"resourceType": {"type": "string"}, "id": {"type": "string"}, "meta": {"type": "object"}},
}
_FRAMES: Json = {
    "Resource": _RESOURCE,
    "Parameters": {
        "type": "object",
        "required": ["resourceType"],
        "properties": {
            "resourceType": {"const": "Parameters"},
            "parameter": {"type": "array", "items": {"type": "object"}},
        },
    },
    "Bundle": {
        "type": "object",
        "required": ["resourceType", "type"],
        "properties": {
            "resourceType": {"const": "Bundle"},
            "type": {"type": "string"},
            "total": {"type": "integer"},
            "entry": {"type": "array", "items": {"type": "object"}},
        },
    },
    "Request": {
        "type": "object",
        "required": ["resourceType", "type"],
        "properties": {
            "resourceType": {"const": "Bundle"},
            "type": {"enum": ["batch", "transaction"]},
            "entry": {
                "type": "array",
                "minItems": 1,
                "maxItems": 5,
                "items": {
                    "type": "object",
                    "required": ["request", "resource"],
                    "properties": {
                        "request": {
                            "type": "object",
                            "required": ["method", "url"],
                            "properties": {
                                "method": {"enum": ["POST"]},
                                "url": {"enum": ["Patient"]},
                            },
                            "additionalProperties": False,
                        },
                        "resource": {
                            "type": "object",
                            "required": ["resourceType"],
                            "properties": {
                                "resourceType": {"const": "Patient"},
                                "gender": {"enum": ["female", "male", "other", "unknown"]},
                            },
                        },
                    },
                    "additionalProperties": False,
                },
            },
        },
        "additionalProperties": False,
    },
    "Patch": {
        "type": "array",
        "items": {
            "type": "object",
            "required": ["op", "path"],
            "properties": {
                "op": {"enum": ["add", "remove", "replace", "move", "copy", "test"]},
                "path": {"type": "string", "examples": ["/gender"]},
                "from": {"type": "string"},
                "value": {},
            },
        },
    },
    "OperationOutcome": {
        "type": "object",
        "required": ["resourceType", "issue"],
        "properties": {
            "resourceType": {"const": "OperationOutcome"},
            "issue": {
                "type": "array",
                "minItems": 1,
                "items": {
                    "type": "object",
                    "required": ["severity", "code"],
                    "properties": {
                        "severity": {"enum": ["fatal", "error", "warning", "information"]},
                        "code": {"type": "string"},
                        "diagnostics": {"type": "string"},
                        "expression": {"type": "array", "items": {"type": "string"}},
                    },
                },
            },
        },
    },
}
