"""Brings documents in: recognises, reads, finds whose they are, files them, and reports what became of every
statement. One document, one transaction; what is refused leaves nothing behind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import PurePath
from typing import Any, Literal

from carnet.actions import candidates
from carnet.actions import whose as patients
from carnet.actions.candidates import Candidate
from carnet.actions.filing import Filed, Filing, document_id, why_invalid
from carnet.documents import open as readers
from carnet.documents import reference
from carnet.documents.placing import Place
from carnet.documents.reading import SUBJECT, Read, Statement
from carnet.documents.recognise import Unsupported, recognise
from carnet.documents.reference import Original
from carnet.fhir import codes
from carnet.fhir.errors import CarnetError, NotFound, Refused, Unavailable
from carnet.record import gate
from carnet.record.actor import Actor
from carnet.record.work import Stored, Work
from carnet.rules.received import WAITING, tagged

Status = Literal["imported", "unchanged", "refused", "waiting"]
FATES = ("created", "part_of", "unchanged", "not_understood")
_SEVERAL = (
    "Ce fichier concerne plusieurs patients : importez-le sans choisir de dossier. Rien n'a été enregistré."
)
_NOTHING = "Ce fichier ne contient rien qui puisse entrer dans un dossier. Rien n'a été enregistré."


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of one document. `patient` is its id and `existing` or `created`; `statements` counts clinical
    statements by fate (with `waiting` while nobody has said whose they are): their sum is what the document says.
    `reason` says why it was refused or waits, or warns of its identity; `notes` are remarks on statements that were kept; `document` the DocumentReference."""

    file: str
    format: str
    status: Status
    patient: dict[str, str] | None = None
    resources: dict[str, int] = field(default_factory=dict)
    statements: dict[str, int] = field(default_factory=lambda: dict.fromkeys(FATES, 0))
    not_understood: list[dict[str, str]] = field(default_factory=list)
    reason: str | None = None
    notes: list[dict[str, str]] = field(default_factory=list)
    document: str | None = None


def import_file(
    *, by: Actor, at: datetime, name: str, content: bytes, patient: str | None = None
) -> list[ImportReport]:
    """Import one file, into the record `patient` when a person chose one. One report per patient in it; a refusal is
    a report too. Raises only Unavailable (closed cell, full disk)."""
    format = "unknown"
    try:
        recognised = recognise(content)
        format = recognised.format
        reads = [patients.legible(read) for read in readers.read(recognised, PurePath(name).stem)]
        if patient is not None and len(reads) > 1:
            raise Refused(_SEVERAL)
    except Unavailable:
        raise
    except CarnetError as error:
        return [_refused(name, error.format if isinstance(error, Unsupported) else format, error)]
    file = _File(name, at, reference.original_of(content, recognised.content, len(reads)))
    return [
        _import_one(by, file, read, key, patient) for read, key in zip(reads, file.original.keys, strict=True)
    ]


def assign(*, by: Actor, at: datetime, document: str, patient: str | None = None) -> ImportReport:
    """File a waiting document in the record that a person chose having seen who it names, or, without one, in a new
    provisional record. Another INS is refused all the same."""
    with gate.write(by=by, at=at, action="document.assign", patient=patient) as work:
        resource = work.get("DocumentReference", document).resource()
        content = work.blob(resource["content"][0]["attachment"]["url"].removeprefix("Binary/"))
        title, recognised = str(resource.get("description", "")), recognise(content)
        reads = [patients.legible(read) for read in readers.read(recognised, title)]
        original = reference.original_of(content, recognised.content, len(reads))
        key = str(reference.content_key(resource))
        read = reads[original.keys.index(key)]
        whose = patients.whose(work, read, patient, sure=True) if patient else _somebody_new(read)
        return _file(work, _File(title, at, original), read, key, whose)[0]


def waiting_documents(*, by: Actor, limit: int = 50) -> list[Stored]:
    """The documents that nobody has given to a patient yet, newest first."""
    found = gate.across(
        by=by, type="DocumentReference", params=[("_tag", f"{codes.TAG}|{WAITING}")], limit=limit
    )
    return [one for one in found if _waits(one)]


def likely(*, by: Actor, document: str) -> tuple[dict[str, Any], list[Candidate]]:
    """Who a waiting document names (a Patient), and the patients of the practice who may be that person, the likeliest
    first. No row: nothing is opened. Raises NotFound when it no longer waits."""
    asked = [("_id", document), ("_tag", f"{codes.TAG}|{WAITING}")]
    found = gate.across(by=by, type="DocumentReference", params=asked, limit=1)
    if not found:
        raise NotFound("Ce document n'attend plus de patient.")
    named = reference.named(found[0].resource())
    return named, candidates.found(by=by, patient=named)


@dataclass(slots=True)
class _File:
    """The file being imported; `blob` once a committed document has named its bytes; `patients` the records that it
    went into so far."""

    name: str
    at: datetime
    original: Original
    blob: str | None = None
    patients: set[str] = field(default_factory=set)

    def keep(self, work: Work) -> str:
        """Keep the bytes, once for all the patients of the file."""
        return self.blob or work.keep_blob(self.original.content)


def _somebody_new(read: Read) -> patients.Whose:
    if read.patient is None:
        raise Refused("Ce document ne nomme personne : créez d'abord le dossier, puis rangez-y le document.")
    return patients.Whose("created")


def _refused(name: str, format: str, error: CarnetError) -> ImportReport:
    unread = [{"place": i.expression, "reason": i.diagnostics} for i in getattr(error, "issues", [])]
    return ImportReport(name, format, "refused", not_understood=unread, reason=str(error))


def _import_one(by: Actor, file: _File, read: Read, key: str, chosen: str | None) -> ImportReport:
    try:
        with gate.write(by=by, at=file.at, action="document.import", patient=chosen) as work:
            already = _already(work, key, chosen)
            if already is not None:
                file.patients |= {already.subject} if already.subject else set()
                return _unchanged(file.name, read, already)
            whose = patients.whose(work, read, chosen, apart=file.patients)
            report, blob = _file(work, file, read, key, whose)
    except Unavailable:
        raise
    except NothingKept as error:
        return error.report
    except CarnetError as error:
        return _refused(file.name, read.format, error)
    file.blob = blob  # only now is it sure that a row names it
    file.patients |= {report.patient["id"]} if report.patient else set()
    return report


class NothingKept(Exception):
    """Undoes an import of which nothing could be kept; carries its report out of the transaction."""

    def __init__(self, report: ImportReport) -> None:
        super().__init__()
        self.report = report


def _already(work: Work, key: str, chosen: str | None) -> Stored | None:
    """The same bytes, already filed (in the chosen record, when one was chosen)."""
    found = [one for one in _with_key(work, key) if not _waits(one)]
    return next((one for one in found if chosen is None or work.is_same(one.subject, chosen)), None)


def _with_key(work: Work, key: str) -> list[Stored]:
    found = work.find("DocumentReference", [("identifier", f"{reference.CONTENT_KEY}|{key}")])
    return [one for one in found if reference.content_key(one.resource()) == key]


def _waits(document: Stored) -> bool:
    return codes.has_tag(document.resource(), WAITING)


def _file(work: Work, file: _File, read: Read, key: str, whose: patients.Whose) -> tuple[ImportReport, str]:
    """The report, and the blob that holds the original."""
    blob = file.keep(work)
    if whose.outcome == "unknown":
        return _wait(work, file, blob, read, key, str(whose.reason)), blob
    patient = patients.create(work, read) if whose.outcome == "created" else whose.patient
    for document in _with_key(work, key):
        if _waits(document):
            work.delete("DocumentReference", document.id)
    filing = Filing(work, read, file.original, blob, key, file.at, patient, whose.outcome == "created")
    filed = filing.file()
    report = _reported(file.name, read, filed, patient, whose.outcome)
    if patient is None and read.statements and not filed.created and not filed.unchanged:
        raise NothingKept(_nothing(report))
    return report, blob


def _wait(work: Work, file: _File, blob: str, read: Read, key: str, reason: str) -> ImportReport:
    """Keep the original, file nothing: a person will say whose it is."""
    document = document_id(None, key)
    if work.exists("DocumentReference", document) is None:
        bare = replace(read, resources=[], parts=[], authors=[], custodian=None, replaces=[])
        resource = reference.document_reference(
            bare, Place(None, document, (), {}), {}, original=file.original, blob=blob, key=key, at=file.at
        )
        work.create(tagged(reference.waiting_for(resource, read.patient), WAITING), id=document)
    unread = _not_understood(read.statements)
    statements = dict.fromkeys(FATES, 0) | {"not_understood": len(unread)}
    statements["waiting"] = len(read.statements) - len(unread)
    return ImportReport(
        file.name,
        read.format,
        "waiting",
        statements=statements,
        not_understood=unread,
        reason=" ".join(filter(None, (reason, patients.warning(read)))),
        document=document,
    )


def _unchanged(name: str, read: Read, document: Stored) -> ImportReport:
    """The second time: nothing is written, every statement is as it was."""
    statements = dict.fromkeys(FATES, 0) | {"unchanged": len(read.statements)}
    patient = {"id": document.subject, "outcome": "existing"} if document.subject else None
    counted = _count(read, {_name(one) for one in read.resources if why_invalid(one) is None})
    return ImportReport(name, read.format, "unchanged", patient, counted, statements, document=document.id)


def _reported(
    name: str, read: Read, filed: Filed, patient: str | None, outcome: patients.Outcome
) -> ImportReport:
    settled = [_settled(one, filed, outcome) for one in read.statements]
    fates = Counter(fate for fate, _ in settled)
    unread = [
        {"place": one.place, "reason": reason}
        for one, (fate, reason) in zip(read.statements, settled, strict=True)
        if fate == "not_understood"
    ]
    notes = [
        {"place": one.place, "reason": reason}
        for one, (fate, reason) in zip(read.statements, settled, strict=True)
        if reason and fate != "not_understood"
    ]
    said = {"id": patient, "outcome": str(outcome)} if patient else None
    counted = _count(read, filed.created | filed.unchanged)
    statements = {fate: fates.get(fate, 0) for fate in FATES}
    return ImportReport(
        name, read.format, "imported", said, counted, statements, unread, patients.warning(read),
        notes=notes, document=filed.document,
    )  # fmt: skip


def _settled(one: Statement, filed: Filed, outcome: patients.Outcome) -> tuple[str, str]:
    """The fate of a statement in this record: what was read, as the record took it."""
    if one.fate == "not_understood":
        return "not_understood", one.reason
    if one.target in filed.refused:
        return "not_understood", filed.refused[one.target]
    if one.target == SUBJECT:
        return ("created" if outcome == "created" and one.fate == "created" else _kept(one)), one.reason
    if one.fate == "created" and one.target in filed.unchanged:
        return "unchanged", one.reason
    return one.fate, one.reason


def _kept(one: Statement) -> str:
    return "unchanged" if one.fate == "created" else one.fate


def _nothing(report: ImportReport) -> ImportReport:
    first = report.not_understood[0]["reason"] if report.not_understood else ""
    return ImportReport(
        report.file, report.format, "refused", statements=report.statements, not_understood=report.not_understood,
        reason=f"{_NOTHING} {first}".strip(),
    )  # fmt: skip


def _not_understood(statements: Sequence[Statement]) -> list[dict[str, str]]:
    return [{"place": one.place, "reason": one.reason} for one in statements if one.fate == "not_understood"]


def _count(read: Read, kept: set[str]) -> dict[str, int]:
    """Resources by type: those of the document, its patient, and the document itself when it is one to look at."""
    counted = Counter(name.partition("/")[0] for name in kept)
    is_fhir = read.format in {"fhir", "fhir-ndjson"}
    if any(one.target == SUBJECT for one in read.statements) if is_fhir else read.patient is not None:
        counted["Patient"] += 1
    if not is_fhir:
        counted["DocumentReference"] += 1
    return dict(sorted(counted.items()))


def _name(resource: dict[str, Any]) -> str:
    return f"{resource['resourceType']}/{resource['id']}"
