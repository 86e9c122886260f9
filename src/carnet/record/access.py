"""Who may see and do what: default deny. Whose record a resource belongs to is a table (access.toml)."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable
from importlib.resources import files
from typing import Any

from carnet.fhir import references
from carnet.fhir.errors import Invalid, Issue, NotFound, Refused
from carnet.record.actor import Actor
from carnet.store import keys

_TABLE = tomllib.loads((files("carnet.record") / "access.toml").read_text("utf-8"))
_PATH = {type_: path for path, types in _TABLE["subject"].items() for type_ in types}
_SHARED = frozenset(_TABLE["shared"]["types"])
_ROLES = _TABLE["role"]

Lookup = Callable[[str, str], str | None]


def check_practice(by: Actor) -> None:
    """This cell is this actor's. Everybody else is told that there is nothing here."""
    if by.practice != keys.current().practice:
        raise NotFound("Ce dossier n'existe pas dans ce cabinet.")


def check_read(by: Actor, type: str) -> None:
    """This actor may read resources of this type."""
    check_practice(by)
    if not _allowed(by.role, "read", type):
        raise Refused("Votre rôle ne permet pas de lire cette partie du dossier.")


def check_write(by: Actor, type: str) -> None:
    """This actor may write resources of this type."""
    check_practice(by)
    if not _allowed(by.role, "write", type):
        raise Refused("Votre rôle ne permet pas d'écrire dans cette partie du dossier.")


def is_doctor(by: Actor) -> bool:
    """Whether this actor signs for the practice."""
    return bool(_ROLES.get(by.role, {}).get("doctor", False))


def check_doctor(by: Actor, refusal: str) -> None:
    """This actor signs for the practice; everybody else of it is told `refusal`."""
    check_practice(by)
    if not is_doctor(by):
        raise Refused(refusal)


def check_audit(by: Actor) -> None:
    """This actor may read the journal of accesses."""
    check_practice(by)
    if not _ROLES.get(by.role, {}).get("audit", False):
        raise Refused("Votre rôle ne permet pas de lire le journal des accès.")


def check_merge(by: Actor) -> None:
    """This actor may say that two records are one person's, or that they are not."""
    check_practice(by)
    if not _ROLES.get(by.role, {}).get("merge", False):
        raise Refused("Seul un médecin du cabinet réunit ou sépare deux dossiers. Rien n'a été changé.")


def check_programs(by: Actor) -> None:
    """This actor may let programs in, and shut them out. A program may not."""
    if not can_let_programs_in(by):
        raise Refused("Seul un titulaire du cabinet ouvre ou ferme l'accès d'une application.")


def can_let_programs_in(by: Actor) -> bool:
    """Whether `check_programs` passes."""
    check_practice(by)
    return by.kind != "app" and bool(_ROLES.get(by.role, {}).get("programs", False))


def readable(by: Actor) -> Callable[[str], bool]:
    """Which types this actor may read, as a test on the type name."""
    check_practice(by)
    return lambda type: _allowed(by.role, "read", type)


def readable_types(by: Actor) -> tuple[str, ...] | None:
    """The same as a list, None for all."""
    check_practice(by)
    types = _ROLES.get(by.role, {}).get("read", ())
    return None if "*" in types else tuple(types)


def shared_types() -> frozenset[str]:
    """The types of which one resource may belong to several patients' records."""
    return _SHARED


def _allowed(role: str, verb: str, type: str) -> bool:
    types = _ROLES.get(role, {}).get(verb, ())
    return "*" in types or type in types


def subject(resource: dict[str, Any], lookup: Lookup) -> str | None:
    """The patient id whose record this resource belongs to, None for the practice's own.

    `lookup(type, id)` answers for resources that are about others (Provenance). Raises Invalid for a type
    without a rule and for a resource that names two patients."""
    type_ = resource["resourceType"]
    if type_ not in _PATH:
        raise Invalid("Type de ressource inconnu.", [Issue(type_, "no access rule")])
    if type_ == "Patient":
        return str(resource["id"])
    found = set(_patients(_at(resource, _PATH[type_]), lookup))
    if len(found) > 1 and type_ not in _SHARED:
        raise Invalid(
            "Cette donnée nomme deux patients : rien n'a été enregistré.",
            [Issue(f"{type_}.{_PATH[type_]}", "two subjects")],
        )
    return found.pop() if len(found) == 1 else None


def _at(resource: dict[str, Any], path: str) -> list[dict[str, Any]]:
    nodes: list[Any] = [resource] if path else []
    for name in path.split("."):
        nodes = [child for node in nodes if isinstance(node, dict) for child in _list(node.get(name))]
    return nodes


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _patients(nodes: Iterable[dict[str, Any]], lookup: Lookup) -> Iterable[str]:
    for node in nodes:
        pair = references.split(str(node.get("reference", ""))) if isinstance(node, dict) else None
        patient = None if pair is None else pair[1] if pair[0] == "Patient" else None
        if pair is not None and pair[0] not in ("Patient", "Practitioner", "Organization", "Group"):
            patient = lookup(*pair)
        if patient:
            yield patient
