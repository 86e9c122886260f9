"""What an accepted medicine ends in the record: the treatment whose place it takes, the one that a « stop » names. Never
another substance, never another way of taking it, and only what the offer showed."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from carnet.fhir import codes, references
from carnet.fhir.folding import fold, words
from carnet.rules.accepted import medicines
from carnet.rules.accepted.scene import Fact, Resource, Scene, place
from carnet.rules.passage import place_of
from carnet.rules.synthesis import dosage

ENDED = "urn:carnet:ended"  # extension of a treatment: where in which note it was ended, and by what
_TREATMENTS = ("MedicationRequest", "MedicationStatement")
_LIVE = frozenset(("active", "on-hold", "intended", "draft"))
_COMBINED = re.compile(r"\s*[/+]\s*")
_STRENGTH = re.compile(r"\d\s?(?:mg|g|µg|mcg|ui|ml|%|unites?)\b", re.IGNORECASE)
_WHOLE_DOSE = frozenset(("mg", "g", "µg", "UI"))  # a dose so written needs no strength
_DAYS = {"d": 1, "wk": 7, "mo": 30}


@dataclass(slots=True)
class Ends:
    """`over`: treatments that end, as they stand; `changed`: those of them that said another dose; `left`: lasting ones
    that a short course leaves."""

    over: list[Resource] = field(default_factory=list)
    changed: list[Resource] = field(default_factory=list)
    left: list[Resource] = field(default_factory=list)


def ends(fact: Fact, known: Iterable[Resource], note: str = "") -> Ends:
    """What accepting this medicine does to the treatments of the record; `note` (`Composition/id`) is being corrected
    and ends nothing of its own."""
    if fact["kind"] != "medication":
        return Ends()
    taken = [one for one in known if is_taken(one) and not (note and _note_of(one) == note)]
    if fact["status"] == "stopped":
        return Ends(over=_named(fact, taken))
    alike = [one for one in taken if _is_same(one, fact)]
    found = [one for one in alike if _is_of_strength(one, fact)]
    if not found and (fact.get("strength") or fact.get("intake_unit") in _WHOLE_DOSE):
        found = alike
    elif not medicines.directions(fact):
        return Ends()
    short = _is_course(fact.get("duration_days"))
    left = [one for one in found if short and not _is_course(_days_of(one))]
    over = [one for one in found if one not in left]
    return Ends(over, [one for one in over if not _says_the_same(one, fact)], left)


def is_taken(resource: Resource) -> bool:
    """Whether this is a treatment that goes on."""
    return resource["resourceType"] in _TREATMENTS and resource.get("status") in _LIVE


def is_known(fact: Fact, known: Iterable[Resource]) -> bool:
    """Whether the record holds this treatment, in this strength."""
    return fact["status"] != "stopped" and any(
        is_taken(one) and _is_same(one, fact) and (not fact.get("strength") or _is_of_strength(one, fact))
        for one in known
    )


def repeats(fact: Fact, known: Iterable[Resource]) -> bool:
    """Whether « sous … » only says again a treatment that the record holds: nothing is to be written."""
    return fact["status"] == "ongoing" and any(
        is_taken(one)
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
    changes or stops nor treatments of its own that stay are of that substance. None when it stays as it is."""
    found = next((one for one in resource.get("extension", []) if one.get("url") == ENDED), None)
    if resource["resourceType"] not in _TREATMENTS or found is None:
        return None
    parts = {one["url"]: one for one in found["extension"]}
    by = str(parts["by"]["valueString"])
    if references.unversioned(parts["note"]["valueReference"]["reference"]) != note:
        return None
    if by in drugs or any(_is_of(one, by) for one in stays):
        return None
    kept = [one for one in resource["extension"] if one is not found]
    made = {key: value for key, value in resource.items() if key not in ("extension", "statusReason")}
    made |= {"status": parts["was"]["valueCode"], **({"extension": kept} if kept else {})}
    return _unending(made)


def _unending(resource: Resource) -> Resource:
    made = dict(resource)
    if "effectivePeriod" in made:
        start = made.pop("effectivePeriod").get("start")
        return made | ({"effectiveDateTime": start} if start else {})
    supply = dict(made.pop("dispenseRequest", {}))
    span = {key: value for key, value in supply.pop("validityPeriod", {}).items() if key != "end"}
    supply |= {"validityPeriod": span} if span else {}
    return made | ({"dispenseRequest": supply} if supply else {})


def _was(resource: Resource, fact: Fact) -> list[Resource]:
    by = {"url": "by", "valueString": str(fact["drug"])}
    return [{"url": "was", "valueCode": resource["status"]}, by]


def _named(fact: Fact, taken: list[Resource]) -> list[Resource]:
    """What « stop » names: a class, else a substance; of two strengths or two brands, the one that is said."""
    prefixes = _table()["classes"].get(str(fact["drug"]))
    if prefixes:
        return [one for one in taken if any(code.startswith(tuple(prefixes)) for code in _codes(one))]
    alike = [one for one in taken if _is_of(one, str(fact["drug"])) and _is_same_way(one, fact)]
    coded = [one for one in alike if fact.get("brand") and str(fact.get("atc")) in _codes(one)]
    alike = coded or alike
    return [one for one in alike if fact.get("strength") and _is_of_strength(one, fact)] or alike


def _is_same(resource: Resource, fact: Fact) -> bool:
    """The same substance for the same use (one ATC code), by the same way; by its name where there is no code. Aspirin
    for pain does not take the place of aspirin for the heart."""
    held, ours = _codes(resource), str(fact.get("atc") or "")
    alike = ours in held if held and ours else _is_of(resource, str(fact["drug"]))
    return alike and _is_same_way(resource, fact)


def _is_of(resource: Resource, drug: str) -> bool:
    """The substance alone: one that is part of a combination (« amlodipine + valsartan ») is another medicine."""
    named = _COMBINED.sub("/", fold(text(resource)))
    return f" {_COMBINED.sub('/', fold(drug))} " in f" {named} "


def _is_same_way(resource: Resource, fact: Fact) -> bool:
    ours = f"{fact.get('quote') or ''} {fact.get('intake_unit') or ''} {fact.get('brand') or ''}"
    return fact["status"] == "stopped" or _way(f"{text(resource)} {dosage(resource)}") == _way(ours)


def _way(said: str) -> str:
    found = set(words(said))
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


def _is_course(days: Any) -> bool:
    return bool(days) and int(days) < int(_table()["course"]["days"])


def _days_of(resource: Resource) -> int:
    supply = resource.get("dispenseRequest", {}).get("expectedSupplyDuration", {})
    return int(float(supply.get("value") or 0) * _DAYS.get(str(supply.get("code")), 0))


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
