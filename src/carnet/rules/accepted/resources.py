"""The table from kind of fact to resource, and what a list of accepted facts does to a record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

from carnet.fhir import json, references
from carnet.rules import classification, synthesis
from carnet.rules.accepted import measures, medicines, problems, steps, treatments, within
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


def change(
    facts: Sequence[Fact], known: Iterable[Resource], scene: Scene, made: Sequence[Fact] = ()
) -> Change:
    """What these accepted facts do to the record that holds `known`: an episode told again is joined, a treatment that
    is stopped or changed is ended, by another line of the note too, anything else is new. What this note already made
    (`made`: those of its facts) is not made twice."""
    before = [*known]
    held = {_reference(one): one for one in before}
    is_made = _is_made(before, scene)
    done = Change()
    for fact in sorted(facts, key=treatments.is_stop):
        if is_made(fact):
            continue
        own = _of_this_note(fact, [*facts, *made], held.values(), scene)
        new, changed = _told(fact, before, held, scene)
        for one in (*own, *changed):
            held[_reference(one)] = one
            done.updated = [*(other for other in done.updated if other["id"] != one["id"]), one]
        if new is not None and not (
            treatments.is_stop(fact) and (own or _is_told_beside(fact, facts, scene))
        ):
            done.created.append(_as_it_ends(new, fact, [*facts, *made], scene))
    return done


def _of_this_note(fact: Fact, said: Sequence[Fact], held: Iterable[Resource], scene: Scene) -> list[Resource]:
    """What this note made before, and this line of it ends."""
    over = within.ends(fact, said, scene.day)
    gists = {gist(medicines.medicine(one, scene)) for one in over}
    mine = (
        [one for one in held if is_of_note(one, scene) and treatments.is_taken(one, scene.day)]
        if over
        else []
    )
    return [treatments.ended(one, fact, scene) for one in mine if gist(one) in gists]


def _is_told_beside(stop: Fact, facts: Sequence[Fact], scene: Scene) -> bool:
    """« sous ibuprofène … stop ibuprofène »: what is made of the drug says that it is over."""
    return bool(within.ends(stop, facts, scene.day))


def _as_it_ends(new: Resource, fact: Fact, said: Sequence[Fact], scene: Scene) -> Resource:
    """A medicine that another line of its note stops or changes is over from the first: on no paper, in no list."""
    by = within.ender(fact, said, scene.day) if treatments.is_one(new) else None
    return treatments.ended(new, by, scene) if by else new


def _told(
    fact: Fact, before: Sequence[Resource], held: dict[str, Resource], scene: Scene
) -> tuple[Resource | None, list[Resource]]:
    """What one fact makes, and what of the record it changes. Treatments end as they stood before this note: two doses
    that it prescribes of one medicine do not end each other."""
    if is_told(fact, before, scene):
        return None, []
    if fact["kind"] == "condition":
        again = problems.same_episode(fact, held.values(), scene)
        return (None, [again]) if again else (problems.condition(fact, scene), [])
    over = treatments.ends(fact, before, scene.day, references.unversioned(scene.note)).over
    # What another line of this correction has just ended stays as that line says; what this note ended before may change.
    stored = {_reference(one): one for one in before}
    ended = [
        treatments.ended(one, fact, _ending(one, scene))
        for one in over
        if treatments.is_taken(held[_reference(one)], scene.day)
        or held[_reference(one)] is stored[_reference(one)]
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
    return _is_made([*known] if note else [], scene)


def _is_made(known: Sequence[Resource], scene: Scene) -> Callable[[Fact], bool]:
    """Whether this note made it and nobody took it back; a stop is made where it ended something."""
    mine = (one for one in known if is_of_note(one, scene) and one.get("status") not in WRONG)
    gists, note = frozenset(gist(as_made(one, scene)) for one in mine), references.unversioned(scene.note)

    def is_made(fact: Fact) -> bool:
        if treatments.is_stop(fact) and any(treatments.is_ended_by(one, fact, note) for one in known):
            return True
        new = KINDS[fact["kind"]](fact, scene) if gists else None
        return new is not None and gist(new) in gists

    return is_made


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
