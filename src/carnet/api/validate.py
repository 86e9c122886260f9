"""The $validate operation: what would be refused, found by the very code that would refuse it. Nothing is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from carnet.api import changes, exchange, outcome
from carnet.api.exchange import Answer, Asked
from carnet.api.refusals import Asks
from carnet.fhir.errors import CarnetError, Conflict, Invalid, Issue, Malformed
from carnet.record import gate
from carnet.record.validate import validate as check

Json = dict[str, Any]
MODES = ("create", "update", "delete")
BASE_PROFILE = "http://hl7.org/fhir/StructureDefinition/"
_VALID = "Rien ne s'oppose à cette ressource."
_UNCHECKED = "Carnet ne vérifie pas ce profil : seule la définition de FHIR R4 l'a été."


class _Undone(Exception):
    """What was tried is undone."""


class UnknownProfile(Asks):
    """R4: a profile that is named and cannot be checked is an error."""

    issue_code, http_status = "not-supported", 422


@dataclass(frozen=True, slots=True)
class _Question:
    """What is to be validated, and for which purpose."""

    type: str
    id: str | None
    resource: Json | None
    mode: str | None


def validate(asked: Asked) -> Answer:
    """POST Type/$validate, POST Type/id/$validate: 200 with all that is wrong, as an OperationOutcome."""
    question, profiles = _read(asked)
    for profile in profiles:
        if profile.partition("|")[0] != BASE_PROFILE + question.type:
            raise UnknownProfile(
                "Carnet ne connaît pas ce profil : il ne peut pas dire s'il est respecté.", "http.profile"
            )
    try:
        _try(asked, question)
    except (Invalid, Malformed, Conflict) as error:
        return exchange.resource(200, _found(error, question))
    return exchange.resource(200, _nothing(question))


def _read(asked: Asked) -> tuple[_Question, list[str]]:
    """The question, from the query, or from a body that is the resource or Parameters around it."""
    sent: Any = asked.json() if asked.body else None
    modes = [value for name, value in asked.query if name == "mode"]
    profiles = [value for name, value in asked.query if name == "profile"]
    if _is_parameters(sent, asked.path[0]):
        parts = [part for part in _listed(sent.get("parameter")) if isinstance(part, dict)]
        modes += [str(part.get("valueCode", "")) for part in parts if part.get("name") == "mode"]
        profiles += [_uri(part) for part in parts if part.get("name") == "profile"]
        sent = next((part.get("resource") for part in parts if part.get("name") == "resource"), None)
    if any(mode not in MODES for mode in modes) or len(set(modes)) > 1:
        raise Asks("Le mode d'une validation est create, update ou delete.", "http.mode")
    id = asked.path[1] if len(asked.path) == 3 else None
    mode = modes[0] if modes else None
    if sent is None and id is None:
        raise Malformed("Il n'y a rien à valider ici.")
    return _Question(asked.path[0], id, sent, mode), profiles


def _is_parameters(sent: Any, type: str) -> bool:
    if not isinstance(sent, dict) or sent.get("resourceType") != "Parameters":
        return False
    named = [part.get("name") for part in _listed(sent.get("parameter")) if isinstance(part, dict)]
    return type != "Parameters" or "resource" in named


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _uri(part: Json) -> str:
    return str(part.get("valueUri") or part.get("valueCanonical") or "")


def _try(asked: Asked, question: _Question) -> None:
    """Raise what the write would raise. Without a mode, only the content is looked at."""
    resource = question.resource
    if question.mode == "delete":
        return _dry_run(asked, question)
    if resource is None:
        stored = gate.read(by=asked.by, at=asked.at, type=question.type, id=str(question.id))
        return check(stored.resource())
    if changes.type_of(resource) != question.type:
        raise Invalid(
            "La ressource envoyée n'est pas du type de cette adresse.",
            [Issue(f"{question.type}.resourceType", "")],
        )
    check(resource)
    return _dry_run(asked, question) if question.mode else None


def _dry_run(asked: Asked, question: _Question) -> None:
    """The write itself, undone."""
    try:
        with gate.write(by=asked.by, at=asked.at, action="api.validate") as work:
            id, resource = question.id, question.resource or {}
            if question.mode == "delete":
                changes.delete(work, question.type, id=str(id or resource.get("id", "")))
            elif question.mode == "create":
                changes.create(work, resource)
            else:
                changes.update(work, resource, id=str(id or resource.get("id", "")))
            raise _Undone
    except _Undone:
        pass


def _found(error: CarnetError, question: _Question) -> Json:
    issues = getattr(error, "issues", None) or [Issue(question.type, "")]
    return outcome.resource(error.issue_code, outcome.words(error), issues)


def _nothing(question: _Question) -> Json:
    said = outcome.resource("informational", gettext(_VALID), severity="information")
    meta = (question.resource or {}).get("meta", {})
    for n, profile in enumerate(meta.get("profile", ())):
        if str(profile).partition("|")[0] != BASE_PROFILE + question.type:
            where = [Issue(f"{question.type}.meta.profile[{n}]", "")]
            said["issue"] += outcome.resource(
                "not-supported", gettext(_UNCHECKED), where, severity="information"
            )["issue"]
    return said
