"""The status of an identity inside a Patient (FR Core extension): read, raised by a paper, lowered by a change of a
strict trait. Pure."""

from __future__ import annotations

from typing import Any

from carnet.fhir import codes
from carnet.rules import identity, identity_status, person, received
from carnet.rules.person import RELIABILITY, Identity, reliability

Resource = dict[str, Any]
# FR Core 2.2: fr-core-cs-v2-0445
STATUS_SYSTEM = "https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0445"
PROOF_SYSTEM = "urn:carnet:proof"
_PROVEN = frozenset({"VALI", "QUAL"})  # reached by a paper only


def settled(after: Resource, before: Resource | None, *, proof: str, today: str) -> Resource:
    """The Patient `after` a person saved its identity: its status follows from what changed and from the paper that
    was seen (a name of identity_status.PROOFS, or empty). Raises KeyError for an unknown paper."""
    was = reliability(before) if before else ""
    status = was or identity_status.PROVISIONAL
    if before is not None and strict_traits(before) != strict_traits(after):
        status = identity_status.after(status, "trait-changed")
    if before is not None and identity.ins(before) != identity.ins(after):
        status = identity_status.after(status, "number-changed")
    reached = identity_status.after_proof(status, proof) if proof else status
    if reached == was or (not was and not proof):
        return after
    raised = bool(proof) and reached != identity_status.PROVISIONAL
    kept = _with_status(after, reached, proof if raised else "", today)
    return received.untagged(kept, codes.PROVISIONAL) if raised else kept


def answered(patient: Resource, found: Identity | None) -> Resource:
    """The Patient once the teleservice gave an identity back: `found`, if its traits agree, gives its number; None, if
    they do not, and a number that was relied on no longer is."""
    was = reliability(patient) or identity_status.PROVISIONAL
    reached = identity_status.after(was, "teleservice-found" if found else "teleservice-differs")
    numbered = person.with_ins(patient, found.ins, found.ins_system) if found else patient
    return numbered if reached == reliability(patient) else _with_status(numbered, reached)


def provisional(patient: Resource) -> Resource:
    """The same as this practice first knows it, whatever its sender had checked."""
    return _with_status(patient, identity_status.PROVISIONAL) if reliability(patient) else patient


def may_send_ins(patient: Resource) -> bool:
    """Whether the INS of this Patient may be written in what leaves the practice."""
    return identity_status.may_send_ins(reliability(patient)) and not codes.has_tag(
        patient, codes.PROVISIONAL
    )


def strict_traits(patient: Resource) -> tuple[object, ...]:
    """What makes a person one person: birth name, birth first names, birth date, sex, birthplace."""
    official: Resource = next((name for name in patient.get("name", []) if name.get("use") == "official"), {})
    place = [one for one in patient.get("extension", []) if one.get("url", "").endswith("patient-birthPlace")]
    return (
        official.get("family"),
        tuple(official.get("given", [])),
        patient.get("birthDate"),
        patient.get("gender"),
        str(place),
    )


def _with_status(patient: Resource, status: str, proof: str = "", today: str = "") -> Resource:
    """In this status; the paper that was seen stays said as long as it counts."""
    inside: list[Resource] = [
        {"url": "identityStatus", "valueCoding": {"system": STATUS_SYSTEM, "code": status}}
    ]
    if proof:
        inside.append({"url": "validationDate", "valueDate": today})
        inside.append({"url": "validationMode", "valueCoding": {"system": PROOF_SYSTEM, "code": proof}})
    elif status in _PROVEN:
        inside += [one for one in _said(patient) if one.get("url") in ("validationDate", "validationMode")]
    others = [one for one in patient.get("extension", []) if one.get("url") != RELIABILITY]
    return {**patient, "extension": [*others, {"url": RELIABILITY, "extension": inside}]}


def _said(patient: Resource) -> list[Resource]:
    return [
        part
        for one in patient.get("extension", [])
        if one.get("url") == RELIABILITY
        for part in one.get("extension", [])
    ]
