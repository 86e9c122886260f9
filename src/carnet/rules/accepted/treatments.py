"""What an accepted medicine ends in the record: the treatment whose place it takes, the one that a « stop » names. Never
another substance, never another way of taking it, and only what the offer showed."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from carnet.fhir import codes, references
from carnet.fhir.folding import fold, words
from carnet.rules import courses
from carnet.rules.accepted import medicines
from carnet.rules.accepted.scene import Fact, Resource, Scene, place
from carnet.rules.passage import place_of
from carnet.rules.synthesis import begun, dosage, last_day

ENDED = "urn:carnet:ended"  # extension of a treatment: where in which note it was ended, and by what
_TREATMENTS = ("MedicationRequest", "MedicationStatement")
_LIVE = frozenset(("active", "on-hold", "intended", "draft"))
_COMBINED = re.compile(r"\s*[/+]\s*")
_STRENGTH = re.compile(r"\d\s?(?:mg|g|µg|mcg|ui|ml|%|unites?)\b", re.IGNORECASE)
_WHOLE_DOSE = frozenset(("mg", "g", "µg", "UI"))  # a dose so written needs no strength
_MASS = re.compile(r"(\d+(?:[.,]\d+)?) ?(mg|g)\b")
_MOMENTS = frozenset(("matin", "midi", "soir", "coucher"))
_SIDES = {"droit": "D", "droite": "D", "od": "D", "gauche": "G", "og": "G"}


@dataclass(slots=True)
class Ends:
    """`over`: treatments that end, as they stand; `changed`: those of them that said another dose; `left`: those with a
    substance of it that go on: a lasting one under a short course, a regular one beside what is taken when needed,
    another form, another strength, a combination."""

    over: list[Resource] = field(default_factory=list)
    changed: list[Resource] = field(default_factory=list)
    left: list[Resource] = field(default_factory=list)


def ends(fact: Fact, known: Iterable[Resource], day: date, note: str = "") -> Ends:
    """What accepting this medicine on that day does to the treatments of the record; `note` (`Composition/id`) is being
    corrected and ends nothing of its own."""
    if fact["kind"] != "medication":
        return Ends()
    taken = [one for one in known if is_taken(one, day) and not (note and _note_of(one) == note)]
    if fact["status"] == "stopped":
        return Ends(over=_named(fact, taken))
    alike = _rather([one for one in taken if _is_same(one, fact)], _is_of_brand, fact)
    found = [one for one in alike if _is_of_strength(one, fact)]
    if not found and (fact.get("strength") or fact.get("intake_unit") in _WHOLE_DOSE):
        found = alike
    elif not medicines.directions(fact):
        return Ends()
    over = [one for one in _rather(found, _is_of_moment, fact) if not _goes_on_beside(one, fact)]
    left = [one for one in taken if one not in over and _shares_substance(one, fact)]
    return Ends(over, [one for one in over if not _says_the_same(one, fact)], left)


def _shares_substance(resource: Resource, fact: Fact) -> bool:
    named = f" {_COMBINED.sub(' ', fold(text(resource)))} "
    return any(f" {part} " in named for part in _COMBINED.split(fold(str(fact["drug"]))))


def _goes_on_beside(resource: Resource, fact: Fact) -> bool:
    short = courses.is_course(fact.get("duration_days"))
    lasts = not courses.is_course(courses.days_of(resource))
    return (short and lasts) or _is_as_needed(resource) != bool(fact.get("as_needed"))


def is_one(resource: Resource) -> bool:
    """Whether this says that a medicine is, was or is no more taken."""
    return resource["resourceType"] in _TREATMENTS


def is_taken(resource: Resource, day: date) -> bool:
    """Whether this is a treatment that goes on that day."""
    if resource["resourceType"] not in _TREATMENTS or resource.get("status") not in _LIVE:
        return False
    last = last_day(resource)
    return last is None or last >= day


def is_known(fact: Fact, known: Iterable[Resource], day: date) -> bool:
    """Whether the record holds this treatment, in this strength."""
    return fact["status"] != "stopped" and any(
        is_taken(one, day)
        and _is_same(one, fact)
        and (not fact.get("strength") or _is_of_strength(one, fact))
        and (fact["status"] == "ongoing" or not _goes_on_beside(one, fact))
        for one in known
    )


def repeats(fact: Fact, known: Iterable[Resource], day: date) -> bool:
    """Whether « sous … » only says again a treatment that the record holds: nothing is to be written."""
    return fact["status"] == "ongoing" and any(
        is_taken(one, day)
        and _is_same(one, fact)
        and (not fact.get("strength") or _is_of_strength(one, fact))
        and (not medicines.directions(fact) or _says_the_same(one, fact))
        for one in known
    )


def told(resource: Resource, fact: Fact) -> str:
    """What ends, in the words that differ: `amlodipine 5 mg`, else how it was taken until now."""
    name = text(resource)
    if fact["status"] == "stopped" or fold(name) != fold(medicines.name(fact)):
        return name
    return dosage(resource) or name


def ended(resource: Resource, fact: Fact, scene: Scene) -> Resource:
    """The treatment as it is written back: over since this visit, with why, and where the note says so."""
    day, name = scene.day.isoformat(), medicines.name(fact)
    same = fact["status"] != "stopped" and _says_the_same(resource, fact) and _is_of_strength(resource, fact)
    verb = "Arrêté" if fact["status"] == "stopped" else f"{'Renouvelé' if same else 'Remplacé'} par : {name}"
    reason = {"text": f"{verb} ({scene.day:%d/%m/%Y})"}
    where = {"url": ENDED, "extension": [*place(fact, scene)[0]["extension"], *_was(resource, fact)]}
    made = {
        **resource,
        "extension": [*(one for one in resource.get("extension", []) if one.get("url") != ENDED), where],
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


def revived(
    resource: Resource, drugs: Iterable[str], stays: Iterable[Resource], note: str
) -> Resource | None:
    """A treatment that this note ended and, corrected, ends no more, as it was before: neither `drugs` that it still
    changes or stops, nor one that stays (its own, or of a later note) are of that substance. None when it stays so."""
    found = next((one for one in resource.get("extension", []) if one.get("url") == ENDED), None)
    if resource["resourceType"] not in _TREATMENTS or found is None:
        return None
    parts = {one["url"]: one for one in found["extension"]}
    by = str(parts["by"]["valueString"])
    if references.unversioned(parts["note"]["valueReference"]["reference"]) != note or by in drugs:
        return None
    # « stop AINS »: what came after it is of the substance, not of the class
    if any(
        _is_of(one, by) and (_note_of(one) == note or begun(one)[:10] > _end_of(resource)) for one in stays
    ):
        return None
    kept = [one for one in resource["extension"] if one is not found]
    made = {key: value for key, value in resource.items() if key not in ("extension", "statusReason")}
    made |= {"status": parts["was"]["valueCode"], **({"extension": kept} if kept else {})}
    return _unending(made, str(parts.get("until", {}).get("valueDateTime", "")))


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


def _named(fact: Fact, taken: list[Resource]) -> list[Resource]:
    """What « stop » names: a class, else a substance; of two brands, ways or strengths, the one that is said."""
    prefixes = _table()["classes"].get(str(fact["drug"]))
    if prefixes:
        return [one for one in taken if any(code.startswith(tuple(prefixes)) for code in _codes(one))]
    alike = [one for one in taken if _is_of(one, str(fact["drug"]))]
    if _way(_said(fact)):
        alike = _rather(alike, _is_same_way, fact)
    if fact.get("brand"):
        alike = _rather(_rather(alike, _is_of_code, fact), _is_of_brand, fact)
    alike = _rather(alike, _is_as_slow, fact) if _is_slow(_said(fact)) else alike
    return _rather(alike, _is_of_strength, fact) if fact.get("strength") else alike


def _rather(found: list[Resource], test: Callable[[Resource, Fact], bool], fact: Fact) -> list[Resource]:
    """Those that answer; all, where none does."""
    return [one for one in found if test(one, fact)] or found


def _is_of_code(resource: Resource, fact: Fact) -> bool:
    return str(fact.get("atc")) in _codes(resource)


def _is_of_brand(resource: Resource, fact: Fact) -> bool:
    named = {*words(str(fact.get("brand") or ""))}
    return bool(named) and named <= {*words(text(resource))}


def _is_of_moment(resource: Resource, fact: Fact) -> bool:
    """Taken at the moments that are said: of the evening's insulin and the morning's, the one that changes."""
    said = _MOMENTS & {*words(medicines.directions(fact))}
    return bool(said) and _MOMENTS & {*words(dosage(resource))} == said


def _is_same(resource: Resource, fact: Fact) -> bool:
    """The same substance for the same use (one ATC code), by the same way, as slow; by its name where there is no code.
    Aspirin for pain does not take the place of aspirin for the heart, nor morphine of now of the one that lasts."""
    held, ours = _codes(resource), str(fact.get("atc") or "")
    alike = ours in held if held and ours else _is_of(resource, str(fact["drug"]))
    slow = _is_as_slow(resource, fact) or _is_of_brand(resource, fact)
    return (
        alike and slow and _is_same_way(resource, fact) and _use(text(resource)) == _use(medicines.name(fact))
    )


def _use(name: str) -> bool:
    """Whether it is above the strength from which this substance is for something else."""
    limit = next((most for drug, most in _table()["uses"].items() if fold(drug) in fold(name)), None)
    said = _MASS.search(fold(name))
    if limit is None or said is None:
        return False
    return bool(Decimal(said[1].replace(",", ".")) * (1000 if said[2] == "g" else 1) > limit)


def _is_slow(said: str) -> bool:
    return not {*words(said)}.isdisjoint(("lp", "retard", "chrono", "prolongee"))


def _is_as_slow(resource: Resource, fact: Fact) -> bool:
    return _is_slow(text(resource)) == _is_slow(f"{medicines.name(fact)} {_said(fact)}")


def _is_as_needed(resource: Resource) -> bool:
    listed = resource.get("dosage") or resource.get("dosageInstruction") or []
    coded = any(one.get("asNeededBoolean") or "asNeededCodeableConcept" in one for one in listed)
    return coded or " si " in f" {fold(dosage(resource))} "


def _is_of(resource: Resource, drug: str) -> bool:
    """The substance alone: one that is part of a combination (« amlodipine + valsartan ») is another medicine."""
    named = _COMBINED.sub("/", fold(text(resource)))
    return f" {_COMBINED.sub('/', fold(drug))} " in f" {named} "


def _said(fact: Fact) -> str:
    return f"{fact.get('quote') or ''} {fact.get('intake_unit') or ''} {fact.get('brand') or ''}"


def _is_same_way(resource: Resource, fact: Fact) -> bool:
    """By the same way, and not in the other eye."""
    theirs, ours = f"{text(resource)} {dosage(resource)}", _said(fact)
    sides = [{_SIDES[word] for word in words(said) if word in _SIDES} for said in (theirs, ours)]
    return _way(theirs) == _way(ours) and (sides[0] == sides[1] or not all(sides))


def _way(said: str) -> str:
    found = {*words(said)}
    return next((way for way, named in _table()["routes"].items() if found & set(named)), "")


def _is_of_strength(resource: Resource, fact: Fact) -> bool:
    """The strength that is said; none where none was ever written."""
    if not fact.get("strength"):
        return not _STRENGTH.search(text(resource))
    return f" {fold(str(fact['strength']))} " in f" {fold(text(resource))} "


def _says_the_same(resource: Resource, fact: Fact) -> bool:
    return _is_of_strength(resource, fact) and _plain(dosage(resource)) == _plain(medicines.directions(fact))


def _plain(directions: str) -> str:
    return fold(directions).replace("1 fois par", "par").replace(" cp ", " comprime ")


def _codes(resource: Resource) -> set[str]:
    listed = resource.get("medicationCodeableConcept", {}).get("coding", [])
    return {str(one.get("code")) for one in listed if one.get("system") == codes.ATC}


def text(resource: Resource) -> str:
    """Its name as the record shows it."""
    return str(resource.get("medicationCodeableConcept", {}).get("text", ""))


def _note_of(resource: Resource) -> str:
    where = place_of(resource)
    return f"Composition/{where.note}" if where else ""


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((files("carnet.rules") / "tables/treatments.toml").read_text("utf-8"))
