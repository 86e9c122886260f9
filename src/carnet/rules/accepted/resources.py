"""The table from kind of fact to resource, and what a list of accepted facts does to a record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from carnet.fhir import codes, json, references
from carnet.rules.accepted import measures, medicines, problems, steps
from carnet.rules.accepted.scene import Fact, Resource, Scene

KINDS: dict[str, Callable[[Fact, Scene], Resource | None]] = {
    "vital": measures.vital,
    "lab": measures.lab,
    "condition": problems.condition,
    "medication": medicines.medicine,
    "allergy": problems.allergy,
    "follow_up": steps.follow_up,
    "order": steps.order,
    "tobacco": measures.tobacco,
    "alcohol": measures.alcohol,
    "immunization": steps.immunization,
}


# What a corrected note takes back: the status that can be, and what it becomes.
_UNSAID = {"Observation": ("final", "entered-in-error"), "MedicationRequest": ("draft", "cancelled")}
_SAYS = ("code", "medicationCodeableConcept", "component", "valueQuantity", "valueString", "valueCodeableConcept",
         "dosageInstruction", "dispenseRequest")  # fmt: skip


@dataclass(slots=True)
class Change:
    """What to write: new resources, and those of the record as they become (each with its id)."""

    created: list[Resource] = field(default_factory=list)
    updated: list[Resource] = field(default_factory=list)


def change(facts: Sequence[Fact], known: Iterable[Resource], scene: Scene) -> Change:
    """What these accepted facts do to the record that holds `known`: an episode told again is joined, a treatment
    stopped is ended, anything else is new."""
    held = {f"{one['resourceType']}/{one['id']}": one for one in known}
    made = Change()
    for fact in facts:
        if fact["kind"] == "allergy" and problems.is_known_allergy(fact, held.values()):
            continue
        ended = medicines.stopped(fact, held.values(), scene) if fact["kind"] == "medication" else []
        again = problems.same_episode(fact, held.values(), scene) if fact["kind"] == "condition" else None
        for one in [*ended, *([again] if again else [])]:
            reference = f"{one['resourceType']}/{one['id']}"
            held[reference] = one
            made.updated = [*(other for other in made.updated if other["id"] != one["id"]), one]
        if again is None and not ended and (new := KINDS[fact["kind"]](fact, scene)) is not None:
            made.created.append(new)
    return made


def unsaid(facts: Iterable[Fact], known: Iterable[Resource], scene: Scene) -> list[Resource]:
    """What an earlier version of this note made and its corrected words no longer say: measures in error, prescriptions
    that nobody has printed yet cancelled. A warning or a diagnosis stays until a person takes it away."""
    said = {_gist(new) for fact in facts if (new := KINDS[fact["kind"]](fact, scene)) is not None}
    return [
        {**one, "status": _UNSAID[one["resourceType"]][1]}
        for one in known
        if one["resourceType"] in _UNSAID
        and one.get("status") == _UNSAID[one["resourceType"]][0]
        and _note_of(one) == references.unversioned(scene.note)
        and _gist(one) not in said
    ]


def _gist(resource: Resource) -> bytes:
    """What it says, whoever wrote it down when."""
    return json.dumps([resource["resourceType"], *(resource.get(name) for name in _SAYS)])


def _note_of(resource: Resource) -> str:
    spans = [one for one in resource.get("extension", []) if one.get("url") == codes.SPAN]
    parts = [part for span in spans for part in span["extension"] if part["url"] == "note"]
    return references.unversioned(parts[0]["valueReference"]["reference"]) if parts else ""


def is_known(fact: Fact, known: Iterable[Resource]) -> bool:
    """Whether the record already says so: the same active problem, a treatment of the same substance, the same
    allergy."""
    if fact["kind"] == "condition":
        return problems.episode(fact, known) is not None
    if fact["kind"] == "medication":
        return fact["status"] != "stopped" and any(medicines.is_taken_of(one, fact["drug"]) for one in known)
    return fact["kind"] == "allergy" and problems.is_known_allergy(fact, known)
