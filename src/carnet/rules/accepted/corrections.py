"""What a corrected note takes back of what it made. Only words that changed do: what a better reader would read today in
words that nobody touched takes nothing back. A warning or a diagnosis stays until a person takes it away."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from carnet.fhir import codes, references
from carnet.rules.accepted import same_medicine, steps, treatments
from carnet.rules.accepted.resources import KINDS, WRONG, as_made, gist, is_of_note
from carnet.rules.accepted.scene import Fact, Resource, Scene
from carnet.rules.passage import passage, place_of

# Each status that can be taken back, and what it becomes. A prescription that was printed is stopped: the paper is out,
# and no later one may say it again.
_UNSAID = {
    "Observation": {"final": "entered-in-error"},
    "MedicationRequest": {"draft": "cancelled", "active": "stopped", "stopped": "stopped"},
    "MedicationStatement": {"active": "entered-in-error", "stopped": "entered-in-error"},
    "Immunization": {"completed": "entered-in-error"},
    "ServiceRequest": {"active": "revoked"},
    "Task": {"requested": "cancelled"},
}
TYPES = tuple(_UNSAID)


@dataclass(frozen=True, slots=True)
class Before:
    """The words that are corrected, and what is read in them by whatever reads the new ones; `versions`: those of the
    note by their number, for a fact names the one that it was read in."""

    text: str
    facts: Sequence[Fact]
    versions: Mapping[int, str]


def unsaid(
    facts: Iterable[Fact],
    known: Iterable[Resource],
    scene: Scene,
    accepted: Iterable[Fact] = (),
    before: Before | None = None,
) -> list[Resource]:
    """What the note made and its corrected words no longer say: measures, vaccines and what is taken in error,
    prescriptions cancelled or, once printed, stopped, requests revoked, next steps cancelled; treatments that it ended
    as they were before, marked where it says another dose that nobody accepted. Without `before`, every word counts as
    changed."""
    listed, held, accepted = [*facts], [*known], [*accepted]
    said = _gists(listed, scene)
    gone = [
        one
        for one in held
        if _may_be_unsaid(one, scene)
        and _is_gone(as_made(one, scene), said, scene, before)
        and not (one["resourceType"] == "ServiceRequest" and steps.still_asks(one, listed, accepted))
    ]
    rest = [one for one in held if one not in gone]
    stays = [one for one in rest if _still_says(one, scene)]
    drugs = [fact for fact in [*accepted, *filter(treatments.is_stop, listed)] if "drug" in fact]
    waits = [fact for fact in listed if fact["kind"] == "medication" and fact not in accepted]
    now = [treatments.revived(one, drugs, stays, references.unversioned(scene.note)) or one for one in rest]
    kept = [_in_doubt(one, was, waits, scene) for one, was in zip(now, rest, strict=True)]
    changed = [one for one, was in zip(kept, rest, strict=True) if one != was]
    taken_back = (_taken_back(one, scene) for one in gone)
    return [*(one for one, was in zip(taken_back, gone, strict=True) if one != was), *changed]


def _in_doubt(resource: Resource, was: Resource, waits: Iterable[Fact], scene: Scene) -> Resource:
    """A treatment that this note gives back, now or by an earlier correction, says so as long as its words tell another
    dose that nobody accepted."""
    note = references.unversioned(scene.note)
    marks = [one for one in resource.get("extension", []) if one["url"] == codes.BACK]
    mine = any(
        part.get("valueReference", {}).get("reference") == note for one in marks for part in one["extension"]
    )
    if not treatments.is_one(resource) or (resource is was and not mine):
        return resource
    told = [
        one
        for one in waits
        if one["status"] != "stopped"
        and (same_medicine.is_same(resource, one) or treatments.ends(one, [resource], scene.day).over)
        and not same_medicine.says_the_same(resource, one)
    ]
    rest = [one for one in resource.get("extension", []) if one["url"] != codes.BACK]
    rest += [_mark(told[0], note, scene)] if told else []
    bare = {key: value for key, value in resource.items() if key != "extension"}
    return {**bare, **({"extension": rest} if rest else {})}


def _mark(fact: Fact, note: str, scene: Scene) -> Resource:
    parts = [
        {"url": "note", "valueReference": {"reference": note}},
        {"url": "day", "valueDate": scene.at.date().isoformat()},
        {"url": "says", "valueString": str(fact["quote"])},
    ]
    return {"url": codes.BACK, "extension": parts}


def _taken_back(resource: Resource, scene: Scene) -> Resource:
    status = _UNSAID[resource["resourceType"]][resource["status"]]
    if status == resource["status"]:
        return resource
    changed: Resource = {"lastModified": scene.when} if "lastModified" in resource else {}
    if resource["resourceType"] == "MedicationRequest":
        changed["statusReason"] = {"text": f"{treatments.TAKEN_BACK} ({scene.at:%d/%m/%Y})"}
    return {**resource, "status": status, **changed}


def _is_gone(resource: Resource, said: set[bytes], scene: Scene, before: Before | None) -> bool:
    """Whether its words are gone, or say something else than they did, for one and the same reader."""
    mine = gist(resource)
    if mine in said or before is None:
        return mine not in said
    then = replace(scene, text=before.text)
    if mine in _gists(before.facts, then):
        return True
    start, end = _where(resource, before)
    if start == end:
        return False  # its words went unseen in an earlier correction: something else said it there
    here = [one for one in before.facts if one["start"] < end and start < one["end"]]
    alike = _gists(here, then, resource["resourceType"])
    return said.isdisjoint(alike) if alike else before.text[start:end] not in scene.text


def _where(resource: Resource, before: Before) -> tuple[int, int]:
    """Where the words that it was read in stand in those that are corrected; nowhere is (0, 0)."""
    place = place_of(resource)
    found = place and passage(before.versions.get(place.version, ""), before.text, place.start, place.end)
    return (len(found.before), len(found.before + found.words)) if found else (0, 0)


def _gists(facts: Iterable[Fact], scene: Scene, type_: str = "") -> set[bytes]:
    made = (KINDS[fact["kind"]](fact, scene) for fact in facts)
    return {gist(one) for one in made if one is not None and type_ in ("", one["resourceType"])}


def _still_says(resource: Resource, scene: Scene) -> bool:
    """A treatment of this note that goes on, or one of another note, whatever became of it since."""
    if is_of_note(resource, scene):
        return treatments.is_taken(resource, scene.day)
    return treatments.is_one(resource) and resource.get("status") not in WRONG


def _may_be_unsaid(resource: Resource, scene: Scene) -> bool:
    """A treatment that another note ended stays as that note left it."""
    may = _UNSAID.get(resource["resourceType"], {})
    if resource.get("status") not in may or not is_of_note(resource, scene):
        return False
    is_ended = any(one.get("url") == treatments.ENDED for one in resource["extension"])
    return not is_ended or as_made(resource, scene) is not resource
