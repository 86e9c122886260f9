"""Whose document is it? Finds the patient of the practice that a document names, opens a provisional record, or
leaves the question to a person. Never merges two records."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

from carnet.actions import candidates
from carnet.actions.candidates import Candidate
from carnet.documents.placing import Place, mapped
from carnet.documents.reading import SUBJECT, Read
from carnet.fhir import codes, references
from carnet.fhir.errors import Invalid, Refused
from carnet.record.validate import validate
from carnet.record.work import Work
from carnet.rules import identity, linkage, reliability
from carnet.rules.received import tagged

Outcome = Literal["existing", "created", "nobody", "unknown"]

UNNAMED = "Ce document ne dit pas de quel patient il parle : choisissez le dossier."
DOUBTFUL = (
    "Un patient du cabinet a le même numéro mais pas la même identité : vérifiez de qui il s'agit avant de ranger ce"
    " document. Rien n'a été rangé dans son dossier."
)
ALIKE = (
    "Un patient du cabinet ressemble à celui de ce document, sans que ce soit certain : comparez les deux, puis"
    " choisissez. Rien n'a été rangé."
)
_SEVERAL = (
    "Plusieurs dossiers du cabinet peuvent être celui de ce patient : comparez-les, puis choisissez. Rien n'a été"
    " rangé."
)
WRONG_KEY = "Le matricule INS de ce document a une clé fausse : vérifiez-le avant de vous y fier."
_LOOK = "Rien n'a été rangé : vérifiez de qui il s'agit."
_LEFT_OUT = "Identité reprise sans ce qui n'est pas conforme à FHIR R4 : {fields}."
_NAMED_OTHERWISE = (
    "Ce document nomme quelqu'un d'autre que ce dossier (autre {traits}). Il n'y a pas été rangé : il attend, dans"
    " Cabinet, Import, que vous disiez à qui il est."
)
_OTHER = "Ce document porte un autre numéro INS que ce dossier. Rien n'a été enregistré."


@dataclass(frozen=True, slots=True)
class Whose:
    """`existing` or `created` with the patient's id; `nobody` for what concerns no patient (a directory, an agenda);
    `unknown` when a person must decide, with the reason."""

    outcome: Outcome
    patient: str | None = None
    reason: str | None = None


def legible(read: Read) -> Read:
    """The same, its patient without what FHIR R4 does not accept: said in the report, kept in the original."""
    if read.patient is None:
        return read
    wrong = sorted(_wrong_fields(read.patient))
    if not wrong:
        return read
    patient = {key: value for key, value in read.patient.items() if key not in wrong}
    reason = _LEFT_OUT.format(fields=", ".join(wrong))
    statements = [replace(one, reason=reason) if one.target == SUBJECT else one for one in read.statements]
    return replace(read, patient=None if _wrong_fields(patient) else patient, statements=statements)


def warning(read: Read) -> str | None:
    """What a person should know of the identity as the document writes it; nothing when all is well."""
    return WRONG_KEY if identity.wrong_keys(read.patient or {}) else None


def _wrong_fields(patient: dict[str, Any]) -> set[str]:
    try:
        validate({**patient, "id": "patient"})
    except Invalid as error:
        return {
            issue.expression.removeprefix("Patient.").split(".")[0].split("[")[0] for issue in error.issues
        }
    return set()


def whose(
    work: Work,
    read: Read,
    chosen: str | None,
    *,
    sure: bool = False,
    apart: frozenset[str] | set[str] = frozenset(),
) -> Whose:
    """Decide, in the action's transaction. `chosen` is the record that a person chose; `sure`, having been shown who
    the document names; `apart` the records of the other patients of the same file, whom its sender tells apart."""
    if chosen is not None:
        return _chosen(work, read, chosen, sure)
    if read.patient is None:
        return Whose("unknown", reason=UNNAMED) if speaks_of_a_patient(read) else Whose("nobody")
    near = candidates.found(by=work.by, patient=read.patient)
    if identity.is_address_only(read.patient):
        return Whose("existing", near[0].patient.id) if len(near) == 1 else Whose("unknown", reason=UNNAMED)
    near = [one for one in near if one.shares_number or one.patient.id not in apart]
    if not near:
        return Whose("created") if identity.is_named(read.patient) else Whose("unknown", reason=UNNAMED)
    only = _only_one(work, near)
    return Whose("existing", only.patient.id) if only else Whose("unknown", reason=_doubt(near))


def _only_one(work: Work, near: list[Candidate]) -> Candidate | None:
    """The one person it is for certain: no alarm, nobody else who may well be it or bears the same number. Somebody
    whom a person has told apart from that one is no longer in doubt."""
    certain = [one for one in near if one.verdict == "certain"]
    if len(certain) != 1 or any(one.match.alarm for one in near):
        return None
    others = [
        one for one in near if one is not certain[0] and (one.verdict == "probable" or one.shares_number)
    ]
    return certain[0] if all(_are_two(work, certain[0], one) for one in others) else None


def _are_two(work: Work, one: Candidate, other: Candidate) -> bool:
    known = work.exists("Linkage", linkage.pair_id(one.patient.id, other.patient.id))
    return known is not None and linkage.state(known.resource()) == linkage.TWO_PEOPLE


def _doubt(near: list[Candidate]) -> str:
    """Why a person must look: an alarm first."""
    if near[0].match.alarm:
        return f"{near[0].match.alarm} {_LOOK}"
    if any(one.verdict == "certain" for one in near):
        return _SEVERAL
    return DOUBTFUL if any(one.shares_number for one in near) else ALIKE


def speaks_of_a_patient(read: Read) -> bool:
    """Whether the document is somebody's: all but resources that name no patient."""
    if read.format not in {"fhir", "fhir-ndjson"} or any(one.target == SUBJECT for one in read.statements):
        return True
    return any(
        node["reference"] == SUBJECT for resource in read.resources for node in references.walk(resource)
    )


def create(work: Work, read: Read) -> str:
    """Open a provisional record for the person the document names; the identity waits to be verified, whatever its
    sender had checked."""
    patient = reliability.provisional(_alone(read.patient or {}))
    return work.create(tagged(patient, codes.PROVISIONAL)).id


def _alone(patient: dict[str, Any]) -> dict[str, Any]:
    """The patient without references to resources that are not in the record yet, and without the sender's version."""
    meta = {
        k: v for k, v in patient.get("meta", {}).items() if k not in {"versionId", "lastUpdated", "source"}
    }
    kept = {
        k: v
        for k, v in patient.items()
        if k not in {"generalPractitioner", "managingOrganization", "link", "id"}
    }
    return {**kept, "meta": meta}


def complete(work: Work, read: Read, place: Place, names: dict[str, str]) -> None:
    """Give a new provisional record the references of the document, now that what they name is kept."""
    held = {
        key: (read.patient or {})[key]
        for key in ("generalPractitioner", "managingOrganization")
        if key in (read.patient or {})
    }
    if not held or place.patient is None:
        return
    patient = work.get("Patient", place.patient)
    work.update({**patient.resource(), **mapped(held, names, place.blobs)}, if_version=patient.version)


def _chosen(work: Work, read: Read, chosen: str, sure: bool) -> Whose:
    known = work.get("Patient", chosen).resource()
    if read.patient is not None:
        ours, theirs = identity.ins(known), identity.ins(read.patient)
        if ours and theirs and not ours & theirs:
            raise Refused(_OTHER)
        traits = [] if sure else identity.contradictions(known, read.patient)
        if traits:
            return Whose("unknown", reason=_NAMED_OTHERWISE.format(traits=", ".join(traits)))
    return Whose("existing", chosen)
