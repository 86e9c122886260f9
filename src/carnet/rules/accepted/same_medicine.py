"""Whether a treatment of the record and a medicine read in a note are the same one: substance, use, way, release, brand,
strength, moment. It ends nothing."""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import permutations

from carnet.fhir import codes as systems
from carnet.fhir.folding import fold, words
from carnet.rules import tables
from carnet.rules.accepted import medicines
from carnet.rules.accepted.scene import Fact, Resource
from carnet.rules.synthesis import dosage

COMBINED = re.compile(r"\s*[/+]\s*")
_SAID = 4  # substances of which every order is looked for
_STRENGTH = re.compile(r"\d\s?(?:mg|g|µg|mcg|ui|ml|%|unites?)\b", re.IGNORECASE)
_MASS = re.compile(r"(\d+(?:[.,]\d+)?) ?(mg|g)\b")
_MOMENTS = frozenset(("matin", "midi", "soir", "coucher"))
_CAPSULE = frozenset(("gel", "gels", "gelule", "gelules"))
_SIDES = {"droit": "D", "droite": "D", "od": "D", "gauche": "G", "og": "G"}


def is_of_code(resource: Resource, fact: Fact) -> bool:
    """Of that ATC code."""
    return str(fact.get("atc")) in codes(resource)


def is_of_brand(resource: Resource, fact: Fact) -> bool:
    """Its name holds the brand that is said."""
    named = {*words(str(fact.get("brand") or ""))}
    return bool(named) and named <= {*words(text(resource))}


def is_of_moment(resource: Resource, fact: Fact) -> bool:
    """Taken at the moments that are said: of the evening's insulin and the morning's, the one that changes."""
    said = _MOMENTS & {*words(medicines.directions(fact))}
    return bool(said) and _MOMENTS & {*words(dosage(resource))} == said


def is_same(resource: Resource, fact: Fact) -> bool:
    """The same substance for the same use (one ATC code), by the same way, as slow; by its name where there is no code.
    Aspirin for pain does not take the place of aspirin for the heart, nor morphine of now of the one that lasts."""
    held, ours = codes(resource), str(fact.get("atc") or "")
    alike = ours in held if held and ours else is_of(resource, str(fact["drug"]))
    slow = is_as_slow(resource, fact) or is_of_brand(resource, fact)
    return (
        alike and slow and is_same_way(resource, fact) and _use(text(resource)) == _use(medicines.name(fact))
    )


def _use(name: str) -> bool:
    """Whether it is above the strength from which this substance is for something else."""
    limit = next(
        (most for drug, most in tables.toml("treatments")["uses"].items() if fold(drug) in fold(name)), None
    )
    said = _MASS.search(fold(name))
    if limit is None or said is None:
        return False
    return bool(Decimal(said[1].replace(",", ".")) * (1000 if said[2] == "g" else 1) > limit)


def is_slow(said: str) -> bool:
    """Whether the words say a release that lasts."""
    return not {*words(said)}.isdisjoint(("lp", "retard", "chrono", "prolongee"))


def is_as_slow(resource: Resource, fact: Fact) -> bool:
    """Both of a release that lasts, or neither."""
    return is_slow(text(resource)) == is_slow(f"{medicines.name(fact)} {said(fact)}")


def is_as_needed(resource: Resource) -> bool:
    """Whether it is taken only when needed."""
    listed = resource.get("dosage") or resource.get("dosageInstruction") or []
    coded = any(one.get("asNeededBoolean") or "asNeededCodeableConcept" in one for one in listed)
    return coded or " si " in f" {fold(dosage(resource))} "


def is_of(resource: Resource, drug: str) -> bool:
    """The substance alone: one that is part of a combination (« amlodipine + valsartan ») is another medicine."""
    named = COMBINED.sub("/", fold(text(resource)))
    return any(f" {order} " in f" {named} " for order in _orders(fold(drug)))


def _orders(drug: str) -> list[str]:
    """A combination is the same in whatever order its substances are said."""
    parts = COMBINED.split(drug)
    return ["/".join(order) for order in permutations(parts)] if len(parts) <= _SAID else ["/".join(parts)]


def said(fact: Fact) -> str:
    """The words of the line that tell the way; « 1 gél » is a capsule, not a gel."""
    quote, unit = str(fact.get("quote") or ""), str(fact.get("intake_unit") or "")
    if fold(unit) in _CAPSULE:
        quote, unit = " ".join(word for word in words(quote) if word not in _CAPSULE), ""
    return f"{quote} {unit} {fact.get('brand') or ''}"


def is_same_way(resource: Resource, fact: Fact) -> bool:
    """By the same way, and not in the other eye. Where the note says none (« Ozempic 0,5 idem »), the brand in its
    strength says it."""
    theirs, ours = f"{text(resource)} {dosage(resource)}", said(fact)
    sides = [{_SIDES[word] for word in words(said) if word in _SIDES} for said in (theirs, ours)]
    unsaid = not way(ours) and bool(fact.get("strength"))
    named = unsaid and is_of_brand(resource, fact) and is_of_strength(resource, fact)
    return (named or way(theirs) == way(ours)) and (sides[0] == sides[1] or not all(sides))


def way(said: str) -> str:
    """By which way it is taken, as far as the words say; empty by mouth."""
    found = {*words(said)}
    return next((way for way, named in tables.toml("treatments")["routes"].items() if found & set(named)), "")


def is_of_strength(resource: Resource, fact: Fact) -> bool:
    """The strength that is said; none where none was ever written."""
    if not fact.get("strength"):
        return not _STRENGTH.search(text(resource))
    return f" {fold(str(fact['strength']))} " in f" {fold(text(resource))} "


def says_the_same(resource: Resource, fact: Fact) -> bool:
    """The same strength taken alike."""
    return is_of_strength(resource, fact) and _plain(dosage(resource)) == _plain(medicines.directions(fact))


def _plain(directions: str) -> str:
    return fold(directions).replace("1 fois par", "par").replace(" cp ", " comprime ")


def codes(resource: Resource) -> set[str]:
    """Its ATC codes."""
    listed = resource.get("medicationCodeableConcept", {}).get("coding", [])
    return {str(one.get("code")) for one in listed if one.get("system") == systems.ATC}


def text(resource: Resource) -> str:
    """Its name as the record shows it."""
    return str(resource.get("medicationCodeableConcept", {}).get("text", ""))
