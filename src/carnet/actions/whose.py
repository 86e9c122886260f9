"""Whose document is it? Finds the patient of the practice that a document names, opens a provisional record, or
leaves the question to a person. Never merges two records."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

from carnet.documents.placing import Place, mapped
from carnet.documents.reading import SUBJECT, Read
from carnet.fhir import codes, references
from carnet.fhir.errors import Invalid, Refused
from carnet.record.validate import validate
from carnet.record.work import Stored, Work
from carnet.rules import identity
from carnet.rules.received import tagged

Outcome = Literal["existing", "created", "nobody", "unknown"]

UNNAMED = "Ce document ne dit pas de quel patient il parle : choisissez le dossier."
DOUBTFUL = (
    "Un patient du cabinet a le même numéro mais pas la même identité : vérifiez de qui il s'agit avant de ranger ce"
    " document. Rien n'a été rangé dans son dossier."
)
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


def _wrong_fields(patient: dict[str, Any]) -> set[str]:
    try:
        validate({**patient, "id": "patient"})
    except Invalid as error:
        return {
            issue.expression.removeprefix("Patient.").split(".")[0].split("[")[0] for issue in error.issues
        }
    return set()


def whose(work: Work, read: Read, chosen: str | None, *, sure: bool = False) -> Whose:
    """Decide, in the action's transaction. `chosen` is the record that a person chose; `sure`, having been shown who
    the document names."""
    if chosen is not None:
        return _chosen(work, read, chosen, sure)
    if read.patient is None:
        return Whose("unknown", reason=UNNAMED) if speaks_of_a_patient(read) else Whose("nobody")
    verdicts = _verdicts(work, read.patient)
    same = [id for id, verdict in verdicts.items() if verdict == "same"]
    if len(same) == 1 and "unsure" not in verdicts.values():
        return Whose("existing", same[0])
    if any(verdict != "other" for verdict in verdicts.values()):
        return Whose("unknown", reason=DOUBTFUL)
    return Whose("created") if identity.is_named(read.patient) else Whose("unknown", reason=UNNAMED)


def _verdicts(work: Work, patient: dict[str, Any]) -> dict[str, identity.Verdict]:
    """For each person of the practice who shares a number, the best of what their merged identities say."""
    found = _candidates(work, patient)
    merges = work.merges(*(one.id for one in found))
    verdicts: dict[str, identity.Verdict] = {}
    for one in found:
        id, verdict = merges.survivor(one.id), identity.compare(one.resource(), patient)
        verdicts[id] = min(verdict, verdicts.get(id, verdict), key=("same", "unsure", "other").index)
    return verdicts


def speaks_of_a_patient(read: Read) -> bool:
    """Whether the document is somebody's: all but resources that name no patient."""
    if read.format not in {"fhir", "fhir-ndjson"} or any(one.target == SUBJECT for one in read.statements):
        return True
    return any(
        node["reference"] == SUBJECT for resource in read.resources for node in references.walk(resource)
    )


def create(work: Work, read: Read) -> str:
    """Open a provisional record for the person the document names; the identity waits to be verified."""
    patient: dict[str, Any] = tagged(_alone(read.patient or {}), codes.PROVISIONAL)
    return work.create(patient).id


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


def _candidates(work: Work, patient: dict[str, Any]) -> list[Stored]:
    """The patients of the practice who share a number with this one, whatever its system."""
    values = {value for _, value in identity.pairs(patient)} | identity.ins(patient)
    found = {
        one.id: one
        for value in sorted(values)
        for one in work.find("Patient", [("identifier", _escaped(value))])
    }
    return list(found.values())


def _escaped(value: str) -> str:
    return "".join(f"\\{c}" if c in "\\$,|" else c for c in value)
