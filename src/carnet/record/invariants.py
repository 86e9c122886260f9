"""What a resource must obey beyond its schema: R4 constraints that look at two places at once, and the rules of
this house. Each check yields issues; none ever quotes a value."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from carnet.fhir import references
from carnet.fhir.errors import Issue

Json = dict[str, Any]
TERMINOLOGY = "http://terminology.hl7.org/CodeSystem/"

# A record entry says whose it is; R4 leaves it optional for these.
OF_SOMEONE = frozenset({"Composition", "DiagnosticReport", "DocumentReference", "Encounter", "Observation"})


def check(resource: Json) -> Iterator[Issue]:
    """All that is wrong with a resource that its schema accepts."""
    kind = resource["resourceType"]
    yield from _contained(resource)
    if kind in OF_SOMEONE and "reference" not in resource.get("subject", {}):
        yield Issue(f"{kind}.subject", "Le dossier auquel cet élément appartient n'est pas indiqué.")
    for rule in RULES.get(kind, ()):
        yield from rule(resource)


def _contained(resource: Json) -> Iterator[Issue]:
    """dom-2 to dom-5, and every `#id` leads to a contained resource (ref-1)."""
    kind = resource["resourceType"]
    inside = resource.get("contained", [])
    for index, part in enumerate(inside):
        where = f"{kind}.contained[{index}]"
        if "contained" in part:
            yield Issue(f"{where}.contained", "Une ressource contenue n'en contient pas d'autre.")
        for name in {"versionId", "lastUpdated", "security"} & part.get("meta", {}).keys():
            yield Issue(f"{where}.meta.{name}", "Une ressource contenue n'a pas de version propre.")
    known = {f"#{part['id']}" for part in inside if "id" in part} | {"#"}
    if not any(node["reference"].startswith("#") for node in references.walk(resource)):
        return  # most resources: no need to know the places
    for where, target in _fragments(resource, kind):
        if target not in known:
            yield Issue(f"{where}.reference", "Cette référence interne ne mène à rien.")


def _fragments(node: Any, where: str) -> Iterator[tuple[str, str]]:
    """Place and target of each reference to a contained resource; entries of a bundle have their own scope."""
    if isinstance(node, dict):
        target = node.get("reference")
        if isinstance(target, str) and target.startswith("#"):
            yield where, target
        for name, value in node.items():
            if isinstance(value, (dict, list)) and name != "resource":
                yield from _fragments(value, f"{where}.{name}")
    else:
        for index, value in enumerate(node):
            if isinstance(value, (dict, list)):
                yield from _fragments(value, f"{where}[{index}]")


def _codes(concept: Json | None, system: str) -> set[str]:
    codings = (concept or {}).get("coding", [])
    return {c["code"] for c in codings if c.get("system") == TERMINOLOGY + system and "code" in c}


def _has(resource: Json, stem: str) -> bool:
    return any(name.startswith(stem) and name[len(stem) : len(stem) + 1].isupper() for name in resource)


def _observation(resource: Json) -> Iterator[Issue]:
    valued = _has(resource, "value")
    if valued and "dataAbsentReason" in resource:  # obs-6
        yield Issue("Observation.dataAbsentReason", "Une valeur présente n'a pas de raison d'absence.")
    own = {(c.get("system"), c.get("code")) for c in resource["code"].get("coding", [])}
    for index, part in enumerate(resource.get("component", []) if valued else []):  # obs-7
        if own & {(c.get("system"), c.get("code")) for c in part["code"].get("coding", [])}:
            yield Issue(
                f"Observation.component[{index}].code", "La valeur est donnée deux fois pour le même code."
            )


def _condition(resource: Json) -> Iterator[Issue]:
    status = _codes(resource.get("clinicalStatus"), "condition-clinical")
    if _has(resource, "abatement") and not status & {"inactive", "resolved", "remission"}:  # con-4
        yield Issue("Condition.clinicalStatus", "Un problème terminé ne peut pas être actif.")
    wrong = "entered-in-error" in _codes(resource.get("verificationStatus"), "condition-ver-status")
    if wrong and "clinicalStatus" in resource:  # con-5
        yield Issue("Condition.clinicalStatus", "Un problème saisi par erreur n'a pas d'état clinique.")
    problem = any(
        "problem-list-item" in _codes(c, "condition-category") for c in resource.get("category", [])
    )
    if problem and not wrong and not status:  # con-3, for what stands in the list of problems
        yield Issue("Condition.clinicalStatus", "Un problème de la liste est actif ou terminé : indiquez-le.")


def _allergy(resource: Json) -> Iterator[Issue]:
    wrong = "entered-in-error" in _codes(
        resource.get("verificationStatus"), "allergyintolerance-verification"
    )
    if wrong and "clinicalStatus" in resource:  # ait-2
        yield Issue(
            "AllergyIntolerance.clinicalStatus", "Une allergie saisie par erreur n'a pas d'état clinique."
        )
    if not wrong and "clinicalStatus" not in resource:  # ait-1
        yield Issue("AllergyIntolerance.clinicalStatus", "Une allergie est active ou non : indiquez-le.")


def _appointment(resource: Json) -> Iterator[Issue]:
    if "start" not in resource and resource["status"] not in ("proposed", "cancelled", "waitlist"):  # app-3
        yield Issue("Appointment.start", "Un rendez-vous pris a une heure.")


RULES: dict[str, tuple[Callable[[Json], Iterator[Issue]], ...]] = {
    "AllergyIntolerance": (_allergy,),
    "Appointment": (_appointment,),
    "Condition": (_condition,),
    "Observation": (_observation,),
}
