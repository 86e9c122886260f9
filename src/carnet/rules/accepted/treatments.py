"""What an accepted medicine ends in the record: the treatment whose place it takes, the one that a « stop » names. Never
another substance, never another way of taking it, and only what the offer showed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date

from carnet.fhir import codes, dates, references
from carnet.fhir.folding import fold
from carnet.rules import courses, tables
from carnet.rules.accepted import medicines, same_medicine
from carnet.rules.accepted.scene import Fact, Resource, Scene, place
from carnet.rules.passage import place_of
from carnet.rules.synthesis import begun, dosage, last_day

ENDED = "urn:carnet:ended"  # extension of a treatment: where in which note it was ended, and by what
TAKEN_BACK = "Retiré par la correction de la note"
_TREATMENTS = ("MedicationRequest", "MedicationStatement")
_LIVE = frozenset(("active", "on-hold", "intended", "draft"))
_WHOLE_DOSE = frozenset(("mg", "g", "µg", "UI"))  # a dose so written needs no strength


@dataclass(slots=True)
class Ends:
    """`over`: treatments that end, as they stand; `changed`: those of them that said another dose; `left`: those with a
    substance of it that go on: a lasting one under a short course, a regular one beside what is taken when needed,
    another form, another strength, a combination."""

    over: list[Resource] = field(default_factory=list)
    changed: list[Resource] = field(default_factory=list)
    left: list[Resource] = field(default_factory=list)


def ends(fact: Fact, known: Iterable[Resource], day: date, note: str = "") -> Ends:
    """What accepting this medicine on that day does to the treatments of the record; `note` (`Composition/id`), which is
    being corrected, ends nothing of its own, and its words are held against what stood before it."""
    if fact["kind"] != "medication":
        return Ends()
    taken = [one for one in standing(known, note) if is_taken(one, day)]
    if fact["status"] == "stopped":
        over = named(fact, taken)
        return Ends(over, left=[one for one in taken if one not in over and _shares_substance(one, fact)])
    alike = _rather(
        [one for one in taken if same_medicine.is_same(one, fact)], same_medicine.is_of_brand, fact
    )
    found = [one for one in alike if same_medicine.is_of_strength(one, fact)]
    if not found and (fact.get("strength") or fact.get("intake_unit") in _WHOLE_DOSE):
        found = alike
    elif not medicines.directions(fact):
        return Ends()
    over = [one for one in _rather(found, same_medicine.is_of_moment, fact) if not _goes_on_beside(one, fact)]
    left = [one for one in taken if one not in over and _shares_substance(one, fact)]
    return Ends(over, [one for one in over if not same_medicine.says_the_same(one, fact)], left)


def standing(known: Iterable[Resource], note: str) -> list[Resource]:
    """The record as it stood before this note (`Composition/id`): what it ended and no later note wrote of goes on."""
    listed = [*known]
    if not note:
        return listed
    others = [one for one in listed if is_one(one) and _note_of(one) != note]
    rest = (one for one in listed if not is_one(one) or _note_of(one) != note)
    return [revived(one, (), [other for other in others if other is not one], note) or one for one in rest]


def _shares_substance(resource: Resource, fact: Fact) -> bool:
    named = f" {same_medicine.COMBINED.sub(' ', fold(same_medicine.text(resource)))} "
    return any(f" {part} " in named for part in same_medicine.COMBINED.split(fold(str(fact["drug"]))))


def _goes_on_beside(resource: Resource, fact: Fact) -> bool:
    tapers = fact.get("tapers") and same_medicine.is_of_strength(resource, fact)
    short = courses.is_course(fact.get("duration_days")) and not tapers
    lasts = not courses.is_course(courses.days_of(resource))
    return (short and lasts) or same_medicine.is_as_needed(resource) != bool(fact.get("as_needed"))


def is_one(resource: Resource) -> bool:
    """Whether this says that a medicine is, was or is no more taken."""
    return resource["resourceType"] in _TREATMENTS


def is_taken(resource: Resource, day: date) -> bool:
    """Whether this is a treatment that goes on that day."""
    if not is_one(resource) or resource.get("status") not in _LIVE:
        return False
    last = last_day(resource)
    return last is None or last >= day


def is_known(fact: Fact, known: Iterable[Resource], day: date) -> bool:
    """Whether the record holds this treatment, in this strength. What is prescribed is prescribed anew: no renewal and
    no other dose is said already."""
    return fact["status"] == "ongoing" and bool(_held(fact, known, day))


def repeats(fact: Fact, known: Iterable[Resource], day: date) -> bool:
    """Whether « sous … » only says again a treatment that the record holds: nothing is to be written."""
    return fact["status"] == "ongoing" and any(
        not medicines.directions(fact) or same_medicine.says_the_same(one, fact)
        for one in _held(fact, known, day)
    )


def _held(fact: Fact, known: Iterable[Resource], day: date) -> list[Resource]:
    return [
        one
        for one in known
        if is_taken(one, day)
        and same_medicine.is_same(one, fact)
        and (not fact.get("strength") or same_medicine.is_of_strength(one, fact))
    ]


def told(resource: Resource, fact: Fact) -> str:
    """What ends, in the words that differ: `amlodipine 5 mg`, else how it was taken until now."""
    name = same_medicine.text(resource)
    if fact["status"] == "stopped" or fold(name) != fold(medicines.name(fact)):
        return name
    return dosage(resource) or name


def ended(resource: Resource, fact: Fact, scene: Scene) -> Resource:
    """The treatment as it is written back: over since this visit, with why, and where the note says so."""
    day, name = scene.day.isoformat(), medicines.name(fact)
    same = (
        fact["status"] != "stopped"
        and same_medicine.says_the_same(resource, fact)
        and same_medicine.is_of_strength(resource, fact)
    )
    verb = "Arrêté" if fact["status"] == "stopped" else f"{'Renouvelé' if same else 'Remplacé'} par : {name}"
    reason = {"text": f"{verb} ({scene.day:%d/%m/%Y})"}
    where = {"url": ENDED, "extension": [*place(fact, scene)[0]["extension"], *_was(resource, fact)]}
    made = {
        **resource,
        "extension": [
            *(one for one in resource.get("extension", []) if one.get("url") not in (ENDED, codes.BACK)),
            where,
        ],
        "status": "completed" if same else "stopped",
    }
    if resource["resourceType"] == "MedicationRequest":
        supply = resource.get("dispenseRequest", {})
        span = {**supply.get("validityPeriod", {}), "end": day}
        return made | {"statusReason": reason, "dispenseRequest": {**supply, "validityPeriod": span}}
    start = resource.get("effectivePeriod", {}).get("start") or resource.get("effectiveDateTime")
    made.pop("effectiveDateTime", None)
    return made | {
        "statusReason": [reason],
        "effectivePeriod": {**({"start": start} if start else {}), "end": day},
    }


def is_stop(fact: Fact) -> bool:
    """Whether it says that a treatment is over."""
    return bool(fact["kind"] == "medication" and fact["status"] == "stopped")


def is_taken_back(request: Resource) -> bool:
    """Whether the note that asked for it no longer does: corrected, or by a stop of its own."""
    reason = request.get("statusReason") or {}
    told = str(reason.get("text", "")) if isinstance(reason, dict) else ""
    return (
        request.get("status") in ("cancelled", "revoked")
        or told.startswith(TAKEN_BACK)
        or is_ended_by_its_note(request)
    )


def is_ended_by_its_note(resource: Resource) -> bool:
    """Whether the note that prescribed it ended it too."""
    note, _by = _ender(resource)
    return bool(note) and resource.get("status") not in _LIVE and note == _note_of(resource)


def is_ended_by(resource: Resource, stop: Fact, note: str) -> bool:
    """Whether this note (`Composition/id`) ended that treatment by this very stop."""
    if _ender(resource) != (note, str(stop["drug"])):
        return False
    return not stop.get("strength") or same_medicine.is_of_strength(resource, stop)


def _ender(resource: Resource) -> tuple[str, str]:
    """The note that ended it (`Composition/id`), and by which drug; empty where none did."""
    parts = _parts(resource)
    if not is_one(resource) or not parts:
        return "", ""
    note = references.unversioned(parts["note"]["valueReference"]["reference"])
    return note, str(parts["by"]["valueString"])


def _parts(resource: Resource) -> dict[str, Resource]:
    found = next((one for one in resource.get("extension", []) if one.get("url") == ENDED), None)
    return {one["url"]: one for one in found["extension"]} if found else {}


def revived(
    resource: Resource, facts: Iterable[Fact], stays: Iterable[Resource], note: str
) -> Resource | None:
    """A treatment that this note ended and, corrected, ends no more, as it was before: neither `facts` that still change
    or stop it, nor one that stays (its own, or of a later note) are of that substance. None when it stays so."""
    ender, by = _ender(resource)
    if not ender or ender != note:
        return None
    # « stop AINS »: what came after it is of the substance, not of the class
    if any(
        same_medicine.is_of(one, by) and (_note_of(one) == note or begun(one)[:10] > _end_of(resource))
        for one in stays
    ):
        return None
    parts, kept = _parts(resource), [one for one in resource["extension"] if one.get("url") != ENDED]
    made = {key: value for key, value in resource.items() if key not in ("extension", "statusReason")}
    made |= {"status": parts["was"]["valueCode"], **({"extension": kept} if kept else {})}
    back = _unending(made, str(parts.get("until", {}).get("valueDateTime", "")))
    day = dates.first_day(_end_of(resource)[:10]) if _end_of(resource) else date.min
    return None if any(one.get("drug") == by and ends(one, [back], day).over for one in facts) else back


def _period_of(resource: Resource) -> Resource:
    found: Resource = (
        resource.get("effectivePeriod") or resource.get("dispenseRequest", {}).get("validityPeriod") or {}
    )
    return found


def _end_of(resource: Resource) -> str:
    return str(_period_of(resource).get("end") or "")


def _unending(resource: Resource, until: str) -> Resource:
    """Without the end that a note gave it; `until` is the one it had before."""
    made, end = dict(resource), ({"end": until} if until else {})
    if "effectivePeriod" in made:
        start = made.pop("effectivePeriod").get("start")
        if until:
            return made | {"effectivePeriod": {**({"start": start} if start else {}), **end}}
        return made | ({"effectiveDateTime": start} if start else {})
    supply = dict(made.pop("dispenseRequest", {}))
    span = {key: value for key, value in supply.pop("validityPeriod", {}).items() if key != "end"} | end
    supply |= {"validityPeriod": span} if span else {}
    return made | ({"dispenseRequest": supply} if supply else {})


def _was(resource: Resource, fact: Fact) -> list[Resource]:
    by, until = {"url": "by", "valueString": str(fact["drug"])}, _end_of(resource)
    told = [{"url": "was", "valueCode": resource["status"]}, by]
    return [*told, {"url": "until", "valueDateTime": until}] if until else told


def named(fact: Fact, taken: list[Resource]) -> list[Resource]:
    """What « stop » names: a class, else a substance; of two brands, ways or strengths, the one that is said."""
    prefixes = tables.toml("treatments")["classes"].get(str(fact["drug"]))
    if prefixes:
        return [
            one for one in taken if any(code.startswith(tuple(prefixes)) for code in same_medicine.codes(one))
        ]
    alike = [one for one in taken if same_medicine.is_of(one, str(fact["drug"]))]
    if same_medicine.way(same_medicine.said(fact)):
        alike = _rather(alike, same_medicine.is_same_way, fact)
    if fact.get("brand"):
        alike = _rather(_rather(alike, same_medicine.is_of_code, fact), same_medicine.is_of_brand, fact)
    if same_medicine.is_slow(same_medicine.said(fact)):
        alike = _rather(alike, same_medicine.is_as_slow, fact)
    return _rather(alike, same_medicine.is_of_strength, fact) if fact.get("strength") else alike


def _rather(found: list[Resource], test: Callable[[Resource, Fact], bool], fact: Fact) -> list[Resource]:
    """Those that answer; all, where none does."""
    return [one for one in found if test(one, fact)] or found


def _note_of(resource: Resource) -> str:
    where = place_of(resource)
    return f"Composition/{where.note}" if where else ""
