"""Says whether a document's patient is a patient of the practice. Automatic only when it cannot be wrong; anything
else is for a person to decide. Never merges, never looks anything up."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Any, Literal

from carnet.fhir import identifiers

Patient = dict[str, Any]
Verdict = Literal["same", "other", "unsure"]


@dataclass(frozen=True, slots=True)
class Traits:
    """The strict traits of an identity (référentiel national d'identitovigilance), folded: birth name, first
    given name, birth date, sex."""

    family: str
    given: str
    born: str
    sex: str


def fold(text: str) -> str:
    """Without accents, case, hyphens and apostrophes: `Jean-Éric` is `JEAN ERIC`."""
    plain = text.replace("œ", "oe").replace("Œ", "OE").replace("æ", "ae").replace("Æ", "AE")
    letters = (c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() else " " for c in letters).upper().split())


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


def compare(known: Patient, arriving: Patient) -> Verdict:
    """`same` needs a common number (INS, else a sender's identifier) and the same traits. A common number with
    other or missing traits is `unsure`: nothing may be filed until a person has looked."""
    ins_known, ins_arriving = ins(known), ins(arriving)
    if ins_known and ins_arriving and not ins_known & ins_arriving:
        return "other"
    if not ins_known & ins_arriving and not sources(known) & sources(arriving):
        return "other"
    if is_address_only(arriving):
        return "same"
    ours, theirs = traits(known), traits(arriving)
    return "same" if ours and ours == theirs else "unsure"


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
