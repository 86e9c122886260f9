"""From what a JSON schema finds wrong to places (`Patient.birthDate`) and French sentences. Values of the
resource never come out of here; names of fields do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jsonschema_rs

from carnet.fhir.errors import Issue

Json = dict[str, Any]

ISSUE_LIMIT = 50  # of one answer

SENTENCES = {
    "additionalProperties": "Cet élément n'existe pas dans FHIR R4.",
    "anyOf": "Il manque l'un de ces éléments : {names}.",
    "const": "Cette valeur n'est pas celle attendue.",
    "contains": "Aucun code de la liste imposée n'est présent.",
    "dependencies": "Ces éléments ne vont pas ensemble.",
    "enum": "Ce code n'est pas dans la liste imposée.",
    "calendar": "Cette date n'existe pas.",
    "xhtml": "Ce texte n'est pas du XHTML sûr.",
    "maxLength": "Ce texte est trop long.",
    "maximum": "Ce nombre est trop grand.",
    "minItems": "Une liste vide n'est pas permise.",
    "minProperties": "Un élément vide n'est pas permis.",
    "minimum": "Ce nombre est trop petit.",
    "not": "Ces éléments ne vont pas ensemble.",
    "pattern": "Cette valeur n'est pas écrite comme FHIR R4 le demande.",
    "period": "La fin précède le début.",
    "propertyNames": "Ces éléments ne vont pas ensemble.",
    "range": "La borne haute est sous la borne basse.",
    "required": "Cet élément est obligatoire.",
    "single": "Une seule forme de valeur est permise.",
    "type": "Cette valeur n'est pas du type attendu.",
    "whole": "Un nombre entier est attendu.",
}


def issues(errors: Iterator[jsonschema_rs.ValidationError], resource: Json, where: str) -> Iterator[Issue]:
    """One issue per place and reason, at most ISSUE_LIMIT."""
    seen: set[Issue] = set()
    for error in errors:
        for issue in _explain(error, resource, where):
            if issue not in seen and len(seen) < ISSUE_LIMIT:
                seen.add(issue)
                yield issue


def _explain(error: jsonschema_rs.ValidationError, resource: Json, where: str) -> Iterator[Issue]:
    kind: Any = error.kind
    place, name = _place(where, error.instance_path), kind.name
    if name == "additionalProperties":
        for unknown in kind.unexpected:
            yield Issue(f"{place}.{_printable(unknown)}", SENTENCES[name])
    elif name == "required":
        if f"_{kind.property}" not in _at(resource, error.instance_path):
            yield Issue(f"{place}.{kind.property}", SENTENCES[name])
    elif name == "anyOf":
        for branch in _meant(kind.context, error):
            yield from _explain(branch, resource, where)
        if not _meant(kind.context, error):
            yield Issue(place, _missing(kind))
    else:
        key = kind.format if name == "format" else name
        yield Issue(place, SENTENCES.get(key, "Cette valeur n'est pas permise ici."))


def _meant(branches: list[Any], error: jsonschema_rs.ValidationError) -> list[Any]:
    """What is wrong further inside, where one branch only excuses a null or an absence."""
    return [e for branch in branches for e in branch if len(e.instance_path) > len(error.instance_path)]


def _missing(kind: Any) -> str:
    absent = [e.kind.property for branch in kind.context for e in branch if e.kind.name == "required"]
    names = [name for name in absent if not name.startswith("_")]
    return SENTENCES["anyOf"].format(names=", ".join(names)) if names else SENTENCES["type"]


def _place(where: str, path: list[str | int]) -> str:
    return where + "".join(f"[{step}]" if isinstance(step, int) else f".{_printable(step)}" for step in path)


def _at(node: Any, path: list[str | int]) -> Any:
    for step in path:
        node = node[step]
    return node


def _printable(name: str) -> str:
    """A field name as somebody else wrote it: short, and on one line."""
    return "".join(c if c.isprintable() else "?" for c in name[:64])
