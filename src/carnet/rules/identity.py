"""What a FHIR Patient says of who it is: birth name, strict traits, INS and other numbers, and what of it contradicts
another. How likely two are one person is weighed by rules.matching. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from carnet.fhir import folding, identifiers

Patient = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Traits:
    """The strict traits of an identity (référentiel national d'identitovigilance), folded: birth name, first
    given name, birth date, sex."""

    family: str
    given: str
    born: str
    sex: str


def fold(text: str) -> str:
    """Without accents, case, hyphens and apostrophes, in capitals: `Jean-Éric` is `JEAN ERIC`."""
    return " ".join(folding.words(text)).upper()


def traits(patient: Patient) -> Traits | None:
    """The traits, None when one of them is missing: an identity cannot be proven with less."""
    name = birth_name(patient)
    given = name.get("given") or [""]
    found = (
        str(name.get("family", "")),
        str(given[0]),
        str(patient.get("birthDate", "")),
        str(patient.get("gender", "")),
    )
    complete = all(found) and len(found[2]) == 10 and found[3] in {"male", "female"}
    return Traits(fold(found[0]), fold(found[1]), found[2], found[3]) if complete else None


def birth_name(patient: Patient) -> dict[str, Any]:
    """The official name (birth name in France), else the maiden name, else the first one."""
    names = [name for name in patient.get("name", []) if isinstance(name, dict)]
    ranked = sorted(
        names, key=lambda name: _USES.index(name["use"]) if name.get("use") in _USES else len(_USES)
    )
    return ranked[0] if ranked else {}


_USES = ("official", "maiden")


def ins(patient: Patient) -> frozenset[str]:
    """The INS numbers, whatever their OID: one number under several OIDs is one person."""
    return frozenset(value.replace(" ", "").upper() for system, value in pairs(patient) if _is_ins(system))


def wrong_keys(patient: Patient) -> frozenset[str]:
    """The INS numbers that cannot be: another shape, or a key that is not theirs."""
    return frozenset(number for number in ins(patient) if not identifiers.is_ins(number))


def sources(patient: Patient) -> frozenset[tuple[str, str]]:
    """The identifiers that are not an INS: what other programs call this patient."""
    return frozenset(pair for pair in pairs(patient) if not _is_ins(pair[0]))


def pairs(patient: Patient) -> list[tuple[str, str]]:
    """(system, value) of every identifier that has both."""
    listed = patient.get("identifier", [])
    found = [(one.get("system"), one.get("value")) for one in listed if isinstance(one, dict)]
    return [(system, value) for system, value in found if system and value]


def _is_ins(system: str) -> bool:
    return system in identifiers.INS_SYSTEMS


def share_number(known: Patient, arriving: Patient) -> bool:
    """Whether they have an INS in common, or a number of one sender; not when their INS tell them apart: two senders
    may both number their patients from 1."""
    ours, theirs = ins(known), ins(arriving)
    if ours and theirs:
        return bool(ours & theirs)
    return bool(sources(known) & sources(arriving))


def contradictions(known: Patient, arriving: Patient) -> list[str]:
    """The traits that cannot be one person's, in words: said by both and different. What one of them does not say
    contradicts nothing; a married name, a second first name, a year alone neither."""
    sexes = {str(one.get("gender")) for one in (known, arriving)}
    born = [str(one.get("birthDate", "")) for one in (known, arriving)]
    least = min(map(len, born))
    found = {
        "nom": _apart(_families(known), _families(arriving)),
        "prénom": _no_given_in_common(known, arriving),
        "date de naissance": born[0][:least] != born[1][:least],
        "sexe": sexes == {"male", "female"},
    }
    return [trait for trait, differs in found.items() if differs]


def _families(patient: Patient) -> list[str]:
    return [fold(str(name.get("family") or "")) for name in patient.get("name", []) if name.get("family")]


def _givens(patient: Patient) -> tuple[list[str], list[str]]:
    """(the first given name of each name, all of them)."""
    listed = [[fold(str(one)) for one in name.get("given", [])] for name in patient.get("name", [])]
    return [one[0] for one in listed if one], [given for one in listed for given in one]


def _no_given_in_common(known: Patient, arriving: Patient) -> bool:
    (first, every), (their_first, their_every) = _givens(known), _givens(arriving)
    return _apart(first, their_every) and _apart(their_first, every)


def _apart(ours: list[str], theirs: list[str]) -> bool:
    """Both are said, and no one of ours holds or is held by one of theirs, word by word."""
    pairs = [(set(one.split()), set(other.split())) for one in ours for other in theirs]
    return bool(pairs) and not any(one <= other or other <= one for one, other in pairs)


def is_address_only(patient: Patient) -> bool:
    """Whether this says nothing of a person but the address (UUID, URL) that the sender gave them: no other person
    can have it, and nothing contradicts it."""
    systems = {system for system, _ in pairs(patient)}
    return systems == {identifiers.SOURCE_ADDRESS} and not {"name", "birthDate", "gender"} & patient.keys()


def is_named(patient: Patient) -> bool:
    """Whether the document says enough of the person to open a provisional record: a birth name and one more."""
    name = birth_name(patient)
    return bool(name.get("family") or name.get("text")) and bool(
        name.get("given") or patient.get("birthDate")
    )
