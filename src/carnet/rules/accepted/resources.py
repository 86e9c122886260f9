"""The table from kind of fact to resource, and what a list of accepted facts does to a record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

from carnet.fhir import json, references
from carnet.rules import classification, synthesis
from carnet.rules.accepted import measures, medicines, problems, steps, treatments
from carnet.rules.accepted.scene import Fact, Resource, Scene
from carnet.rules.passage import place_of

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

_SAYS = ("medicationCodeableConcept", "component", "valueQuantity", "valueString", "valueCodeableConcept",
         "dosageInstruction", "dispenseRequest", "dosage", "vaccineCode", "lotNumber", "description", "restriction",
         "clinicalStatus", "verificationStatus", "relationship", "condition")  # fmt: skip
_DAY = len("2026-11-12")
WRONG = frozenset(("entered-in-error", "cancelled", "revoked"))


@dataclass(slots=True)
class Change:
    """What to write: new resources, and those of the record as they become (each with its id)."""

    created: list[Resource] = field(default_factory=list)
    updated: list[Resource] = field(default_factory=list)


def change(facts: Sequence[Fact], known: Iterable[Resource], scene: Scene) -> Change:
    """What these accepted facts do to the record that holds `known`: an episode told again is joined, a treatment that
    is stopped or changed is ended, anything else is new; what this note already made is not made twice."""
    before = [*known]
    held = {_reference(one): one for one in before}
    mine = _made_of(before, scene)
    made = Change()
    for fact in sorted(facts, key=treatments.is_stop):
        is_said = treatments.is_stop(fact) and _stops_what_it_made(fact, made, scene)
        new, changed = _told(fact, before, held, scene)
        for one in changed:
            held[_reference(one)] = one
            made.updated = [*(other for other in made.updated if other["id"] != one["id"]), one]
        if new is not None and not is_said and gist(new) not in mine:
            made.created.append(new)
    return made


def _stops_what_it_made(fact: Fact, made: Change, scene: Scene) -> bool:
    """« sous ibuprofène … stop ibuprofène » in one note: what it says to be taken until now ends with it."""
    ongoing = [one for one in made.created if one["resourceType"] == "MedicationStatement"]
    over = treatments.ends(fact, ongoing, scene.day).over
    made.created = [treatments.ended(one, fact, scene) if one in over else one for one in made.created]
    return bool(over)


def _told(
    fact: Fact, before: Sequence[Resource], held: dict[str, Resource], scene: Scene
) -> tuple[Resource | None, list[Resource]]:
    """What one fact makes, and what of the record it changes. Treatments end as they stood before this note: two doses
    that it says of one medicine do not end each other."""
    if is_told(fact, before, scene):
        return None, []
    if fact["kind"] == "condition":
        again = problems.same_episode(fact, held.values(), scene)
        return (None, [again]) if again else (problems.condition(fact, scene), [])
    over = treatments.ends(fact, before, scene.day, references.unversioned(scene.note)).over
    ended = [
        treatments.ended(held[_reference(one)], fact, _ending(held[_reference(one)], scene))
        for one in over
        if treatments.is_taken(held[_reference(one)], scene.day)
    ]
    if over and fact["status"] == "stopped":
        return None, ended
    new = KINDS[fact["kind"]](fact, scene)
    if new and new["resourceType"] == "MedicationRequest":
        prior = [one for one in ended if one["resourceType"] == "MedicationRequest"]
        new |= {"priorPrescription": {"reference": _reference(prior[0])}} if prior else {}
    return new, ended


def _ending(treatment: Resource, scene: Scene) -> Scene:
    """A correction ends what began after its visit on the day of its signature: nothing ends before it began."""
    is_later = synthesis.begun(treatment)[:_DAY] > scene.day.isoformat()
    return replace(scene, day=scene.at.date()) if is_later else scene


def is_told(fact: Fact, known: Iterable[Resource], scene: Scene) -> bool:
    """Whether writing it would only say again what the record says, and change nothing."""
    if fact["kind"] == "medication":
        return treatments.repeats(fact, known, scene.day)
    if fact["kind"] == "condition" and fact["status"] == "family":
        return problems.is_known_relative(fact, known, scene)
    return fact["kind"] == "allergy" and problems.is_known_allergy(fact, known)


def made_by(note: str, known: Iterable[Resource], text: str, day: date) -> Callable[[Fact], bool]:
    """Whether a fact is in the record since that note (`Composition/id`) was signed: its correction has nothing to say
    of it."""
    at = datetime(day.year, day.month, day.day, tzinfo=UTC)
    scene = Scene(patient="", encounter="", note=note, text=text, author={}, at=at, day=day)
    mine = _made_of(known, scene) if note else frozenset()

    def is_made(fact: Fact) -> bool:
        new = KINDS[fact["kind"]](fact, scene) if mine else None
        return new is not None and gist(new) in mine

    return is_made


def _made_of(known: Iterable[Resource], scene: Scene) -> frozenset[bytes]:
    """What this note made and nobody took back."""
    mine = (one for one in known if is_of_note(one, scene) and one.get("status") not in WRONG)
    return frozenset(gist(as_made(one, scene)) for one in mine)


def as_made(resource: Resource, scene: Scene) -> Resource:
    """« Sous ibuprofène … stop ibuprofène »: as it was before this same note ended it."""
    return treatments.revived(resource, (), (), references.unversioned(scene.note)) or resource


def is_of_note(resource: Resource, scene: Scene) -> bool:
    """Whether it was read in this note, whichever version."""
    where = place_of(resource)
    return where is not None and f"Composition/{where.note}" == references.unversioned(scene.note)


def _reference(resource: Resource) -> str:
    return f"{resource['resourceType']}/{resource['id']}"


def gist(resource: Resource) -> bytes:
    """What it says, whoever wrote it down when."""
    code = classification.without(resource.get("code") or {})
    day = str(resource.get("effectiveDateTime") or resource.get("occurrenceDateTime") or "")
    told = day if len(day) <= _DAY else ""  # a day that the note says; an instant is that of signing
    return json.dumps([resource["resourceType"], code, told, *(resource.get(name) for name in _SAYS)])


def is_known(fact: Fact, known: Iterable[Resource], day: date) -> bool:
    """Whether the record already says so on that day: the same illness in its episode, the same treatment in its
    strength, the same allergy."""
    if fact["kind"] == "condition":
        return problems.is_listed(fact, known, day)
    if fact["kind"] == "medication":
        return treatments.is_known(fact, known, day)
    return fact["kind"] == "allergy" and problems.is_known_allergy(fact, known)
