"""One action being written: validate, version, index, and gather what its one provenance and its one row in
the journal will say. Only `gate.write` makes one; the transaction is its caller's."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django_tasks.base import Task

from carnet.fhir import dates, json, references
from carnet.fhir.errors import Conflict, Gone, Invalid, Issue, Malformed, NotFound, Refused
from carnet.record import access, clock
from carnet.record.actor import Actor
from carnet.record.validate import SENTENCE, validate
from carnet.store import alias, blob_rows, blobs, history, offers
from carnet.store import drafts as draft_rows
from carnet.store import resource as rows
from carnet.store.search import search as index
from carnet.store.search import write as index_rows

NO_DRAFT = "Ce brouillon n'existe plus : il a été signé ou abandonné. Ce qui a été signé est dans le dossier du patient."
_ABSENT = "Cette donnée n'existe pas dans ce cabinet."
_MOVED = (
    "Quelqu'un a enregistré une autre version entre-temps. Rien n'a été écrasé : comparez les deux textes."
)
_MERGED = "Ce dossier a été réuni à un autre : rouvrez-le, puis recommencez. Rien n'a été enregistré."
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
# Written even when there is no such patient (any more): the one that makes it, the one that says how it went.
WITHOUT_PATIENT = ("Patient", "Provenance")
# What needs no Provenance of its own: it says who and when by itself, or it is one.
WITHOUT_PROVENANCE = ("AuditEvent", "Provenance")


@dataclass(frozen=True, slots=True)
class Stored:
    """One version of a resource as it lies in the record: `body` is what a read returns, byte for byte."""

    type: str
    id: str
    version: int
    updated: datetime
    subject: str | None
    deleted: bool
    body: bytes

    @property
    def reference(self) -> str:
        """`Type/id`."""
        return f"{self.type}/{self.id}"

    def resource(self) -> dict[str, Any]:
        """The resource as a fresh dict; fractions are Decimal, as written."""
        parsed: dict[str, Any] = json.kept(self.body)
        return parsed

    def glance(self) -> dict[str, Any]:
        """The same, quicker, fractions inexact: to tell what it is, never to show or change it."""
        parsed: dict[str, Any] = json.glance(self.body)
        return parsed


@dataclass(frozen=True, slots=True)
class Draft:
    """A note being written; `revision` counts its saves."""

    id: str
    patient: str
    composition: str | None
    revision: int
    text: str
    opened: datetime
    updated: datetime
    actor: str


def stored(row: rows.Row) -> Stored:
    """A row of the store as the rest of the program sees it."""
    return Stored(
        row.type, row.id, row.version, dates.from_micros(row.updated), row.subject, row.deleted, row.body
    )


def draft_of(row: draft_rows.Row) -> Draft:
    """A draft row as the rest of the program sees it."""
    opened, updated = dates.from_micros(row.opened), dates.from_micros(row.updated)
    return Draft(row.id, row.patient, row.composition, row.revision, row.text, opened, updated, row.actor)


class Work:
    """The verbs an action may use inside its transaction."""

    def __init__(
        self, *, by: Actor, at: datetime, action: str, patient: str | None, several: bool = False
    ) -> None:
        self.by, self.at, self.action, self.patient = by, at, action, patient
        self.entities: list[str] = []
        self.known: set[str] = set()  # patients that were looked up, or are about to be written
        self._several = several
        self._whose: dict[str, None] = {}
        self._written: dict[tuple[str, str], str | None] = {}
        self._targets: list[tuple[str, str | None]] = []
        self._sources: list[tuple[str, bool]] = []

    # reading

    def get(self, type: str, id: str) -> Stored:
        """The current version, held until the commit. Raises NotFound, Gone."""
        access.check_read(self.by, type)
        return stored(self._row(type, id))

    def version(self, type: str, id: str, number: int) -> Stored | None:
        """One version, current or not; None when there is none."""
        access.check_read(self.by, type)
        current = rows.get(type, id)
        found = history.version(current, number) if current else None
        return stored(found) if found else None

    def find(self, type: str, params: Sequence[tuple[str, str]]) -> list[Stored]:
        """A search inside the transaction."""
        access.check_read(self.by, type)
        return [stored(row) for row in index.search(type, params, may_read=access.readable(self.by)).rows]

    def exists(self, type: str, id: str) -> Stored | None:
        """The current version if there is one that is not deleted."""
        access.check_read(self.by, type)
        found = rows.get(type, id, lock=True)
        return stored(found) if found and not found.deleted else None

    def record(self, patient: str, *types: str) -> list[Stored]:
        """What this patient's record holds of these types, newest first."""
        return [one for one in self.whole_record(patient, *types) if access.readable(self.by)(one.type)]

    def whole_record(self, patient: str, *types: str) -> list[Stored]:
        """The same, with what the actor may not read: to decide about the record, never to show it."""
        found = rows.of_subject(sorted(self.merges(patient).same(patient)), types)
        return [stored(row) for row in found]

    def merges(self, *patients: str) -> alias.Trees:
        """Which records were merged with those of these patients."""
        access.check_read(self.by, "Patient")
        return alias.around(patients)

    def is_same(self, one: str | None, other: str) -> bool:
        """Whether the two ids are one person's."""
        return one == other or (one is not None and one in self.merges(other).same(other))

    def written_since(self, moments: Mapping[str, int]) -> list[tuple[Stored, bool]]:
        """What was written in each patient's record after its moment, deletions included, oldest first; True when it
        did not exist before."""
        access.check_merge(self.by)
        return [(stored(row), is_new) for row, is_new in rows.written_since(moments)]

    # writing

    def create(self, resource: dict[str, Any], *, id: str | None = None) -> Stored:
        """A first version (or the next one of a deleted resource). Raises Invalid, Conflict, Refused."""
        type_ = _type_of(resource)
        access.check_write(self.by, type_)
        if id is None:
            return self._save({**resource, "id": clock.new_id()}, None)
        if not references.ID.match(id):
            raise Invalid("Cet identifiant ne convient pas.", [Issue(f"{type_}.id", "malformed id")])
        old = rows.get(type_, id, lock=True)
        if old is not None and not old.deleted:
            raise Conflict("Cet identifiant est déjà pris. Rien n'a été écrasé.", stored(old))
        return self._save({**resource, "id": id}, old)

    def update(self, resource: dict[str, Any], *, if_version: int) -> Stored:
        """The next version, if the current one is still `if_version`. Raises Conflict with the current one."""
        type_, id = _type_of(resource), str(resource.get("id", ""))
        access.check_write(self.by, type_)
        old = self._row(type_, id, if_version)
        if type_ == "Patient" and self.merges(id).survivor(id) != id:
            raise Refused(_MERGED)
        return self._save(resource, old)

    def move(self, resource: dict[str, Any], *, if_version: int) -> Stored:
        """The next version, in the record of another patient: only for what was written while the two were one."""
        access.check_merge(self.by)
        old = self._row(_type_of(resource), str(resource.get("id", "")), if_version)
        return self._save(resource, old, moving=True)

    def merge(self, old: str, new: str) -> None:
        """From now on the patient `old` is `new`: queries read both, references stay. Both must be survivors."""
        access.check_merge(self.by)
        self.patient = self.patient or new
        self.entities += [f"Patient/{id}/{self._row('Patient', id).version}" for id in (old, new)]
        alias.add(old, new)

    def unmerge(self, old: str) -> None:
        """The patient `old` is a person of its own again."""
        access.check_merge(self.by)
        self.patient = self.patient or self.merges(old).survivor(old)
        self.entities.append(f"Patient/{old}/{self._row('Patient', old).version}")
        alias.remove(old)

    def delete(self, type: str, id: str, *, if_version: int | None = None) -> Stored:
        """Mark as deleted; every version stays in the history."""
        access.check_write(self.by, type)
        old = self._row(type, id, if_version)
        self._keep_patient(old.subject)
        if type == "Patient" and self.merges(id).rows:
            raise Refused(_MERGED)
        updated = clock.version_time()
        rows.replace(old, subject=old.subject, updated=updated, deleted=True, body=b"")
        index_rows.unindex(old.pk)
        self.remember(type, id, old.version + 1, old.subject)
        return stored(old._replace(version=old.version + 1, updated=updated, deleted=True, body=b""))

    def _row(self, type: str, id: str, if_version: int | None = None) -> rows.Row:
        found = rows.get(type, id, lock=True)
        if found is None:
            raise NotFound(_ABSENT)
        if if_version is not None and found.version != if_version:
            raise Conflict(_MOVED, stored(found))
        if found.deleted:
            raise Gone("Cette donnée a été supprimée.")
        return found

    def _save(self, resource: dict[str, Any], old: rows.Row | None, *, moving: bool = False) -> Stored:
        type_, id, updated = resource["resourceType"], resource["id"], clock.version_time()
        version = old.version + 1 if old else 1
        resource = stamped(resource, id, version, updated)
        body = content_of(resource)
        validate(resource)
        subject = access.subject(resource, self._subject_of)
        self.keep_subject(None if moving else old, subject)
        if type_ not in WITHOUT_PATIENT:
            self.check_known(subject)
        pk = _keep(old, type_, id, subject, updated, body)
        _index(pk, resource, fresh=old is None)
        self.remember(type_, id, version, subject)
        return stored(rows.Row(pk, type_, id, version, subject, updated, False, body))

    def keep_subject(self, old: rows.Row | None, subject: str | None) -> None:
        """What is written is of the patient it was of, and of this action's patient."""
        if old is not None and old.subject not in (None, subject):
            raise Invalid("Une donnée ne change pas de patient. Rien n'a été enregistré.", [])
        self._keep_patient(subject)

    def _keep_patient(self, subject: str | None) -> None:
        if self._several or not self.patient or not subject:
            return
        if not self.is_same(subject, self.patient):
            raise Invalid("Cette donnée est celle d'un autre patient. Rien n'a été enregistré.", [])

    def check_known(self, patient: str | None) -> None:
        """Nothing is filed in a record that does not exist: nobody would ever see it."""
        if patient is None or patient in self.known:
            return
        found = rows.get("Patient", patient)
        if found is None or found.deleted:
            raise Invalid(
                "Le patient de cette donnée n'est pas dans ce cabinet. Rien n'a été enregistré.", []
            )
        self.known.add(patient)

    def remember(self, type: str, id: str, version: int, subject: str | None) -> None:
        """A version was written: it will stand in the journal, and in the provenance."""
        if subject and self._several:
            self._whose[subject] = None
        else:
            self.patient = self.patient or subject
        self._written[type, id] = subject
        self.entities.append(f"{type}/{id}/{version}")
        if type not in WITHOUT_PROVENANCE:
            self._targets.append((f"{type}/{id}/_history/{version}", subject))

    def _subject_of(self, type: str, id: str) -> str | None:
        return self._written[type, id] if (type, id) in self._written else subject_of(type, id)

    def journal(self) -> tuple[str | None, list[str]]:
        """Whose record this action touched and what in it; of several, each patient is one of the entities."""
        if len(self._whose) < 2:
            return self.patient or next(iter(self._whose), None), self.entities
        named = {entity.rpartition("/")[0] for entity in self.entities}
        others = [f"Patient/{id}" for id in self._whose if f"Patient/{id}" not in named]
        return self.patient, [*self.entities, *others]

    # documents, drafts, queue

    def keep_blob(self, content: bytes) -> str:
        """Keep a document whole (synced now; named by a row in this transaction); returns its name."""
        name = blobs.keep(content)
        blob_rows.remember(name, len(content), clock.version_time())
        return name

    def blob(self, name: str) -> bytes:
        """The bytes of a document that this action has already been allowed to name."""
        return blobs.read(name)

    def open_draft(self, patient: str, *, composition: str | None = None, text: str = "") -> Draft:
        """This actor's draft for that note: the one already open, or a new one."""
        access.check_write(self.by, "Composition")
        self._keep_patient(patient)
        self._row("Patient", patient)
        found = self._own_draft(patient, composition)
        if found is None:
            now = clock.version_time()
            found = draft_rows.Row(clock.new_id(), self.by.id, patient, composition, 0, text, now, now)
            draft_rows.insert(found)
        self._remember_draft(patient, found.id)
        return draft_of(found)

    def _own_draft(self, patient: str, composition: str | None) -> draft_rows.Row | None:
        """The one already open, perhaps from before a merge."""
        for id in sorted(self.merges(patient).same(patient), key=lambda id: id != patient):
            found = draft_rows.of_note(self.by.id, id, composition)
            if found is not None:
                return found
        return None

    def draft(self, id: str) -> Draft:
        """This actor's draft. Raises NotFound."""
        found = draft_rows.get(id)
        if found is None or found.actor != self.by.id:
            raise NotFound(NO_DRAFT)
        return draft_of(found)

    def drop_draft(self, id: str) -> None:
        """The draft was signed or given up."""
        draft = self.draft(id)
        self._keep_patient(draft.patient)
        draft_rows.delete(id)
        offers.unmark(id)
        self._remember_draft(draft.patient, id)

    def is_being_written(self, patient: str) -> bool:
        """Whether anybody has a note open in this record that is not signed."""
        return draft_rows.is_open(self.merges(patient).same(patient))

    def marks(self, draft: str) -> list[offers.Mark]:
        """What was accepted and refused beside this actor's draft."""
        return offers.marks(self.draft(draft).id)

    def count(self, term: str, *, accepted: int = 0, refused: int = 0) -> None:
        """Count a word on an offer for this practice."""
        offers.count(term, accepted=accepted, refused=refused)

    def forget_counts(self) -> None:
        """Count from nothing again."""
        offers.forget()

    def _remember_draft(self, patient: str, id: str) -> None:
        self.patient = self.patient or patient
        self.entities.append(f"draft/{id}")

    def source(self, reference: str, *, confirmed: bool) -> None:
        """Where this action's facts come from (note, document), and whether a person confirmed them."""
        self._sources.append((reference, confirmed))

    def vouch(self, stored: Stored) -> None:
        """Say in this action's Provenance who brought this one in, itself a Provenance that came from outside."""
        self._targets.append((f"{stored.reference}/_history/{stored.version}", stored.subject))

    def enqueue(self, task: Task[Any, Any], *ids: str) -> None:
        """Ask for work after the commit; ids only."""
        task.enqueue(*ids)

    def write_provenance(self) -> None:
        """The action's one Provenance: every version it made, by whom, when, from what. In merged records, one for
        each of the patients whose data it touched, so that they can be separated again."""
        named = dict.fromkeys(subject for _, subject in self._targets if subject)
        subjects: list[str | None] = [*named] or [None]
        for subject in subjects:
            targets = [target for target, of in self._targets if (of or subjects[0]) == subject]
            if targets:
                self._write_provenance(targets)

    def _write_provenance(self, targets: Sequence[str]) -> None:
        resource = provenance(self.by, self.at, self.action, targets)
        if self._sources:
            resource["entity"] = [
                {"role": "source", "what": {"reference": reference}} for reference, _ in self._sources
            ]
            resource["agent"][0]["type"] = {"text": _agent_type(self._sources)}
        self._save({**resource, "id": clock.new_id()}, None)


def provenance(by: Actor, at: datetime, action: str, targets: Sequence[str]) -> dict[str, Any]:
    """Who made these versions (`Type/id/_history/n`), when, in which action."""
    return {
        "resourceType": "Provenance",
        "target": [{"reference": target} for target in targets],
        "recorded": dates.instant(at),
        "activity": {"text": action},
        "agent": [{"who": by.who()}],
    }


def stamped(resource: dict[str, Any], id: str, version: int, updated: int) -> dict[str, Any]:
    """The resource as it is kept: its id, which version it is, and since when (microseconds)."""
    given = resource.get("meta", {})
    if not isinstance(given, dict):
        raise Invalid(SENTENCE, [Issue(f"{resource['resourceType']}.meta", "Un objet est attendu ici.")])
    meta = {
        **given,
        "versionId": str(version),
        "lastUpdated": dates.instant(dates.from_micros(updated)),
    }
    return {
        "resourceType": resource["resourceType"],
        "id": id,
        "meta": meta,
        **_without(resource, "id", "meta"),
    }


def _keep(old: rows.Row | None, type: str, id: str, subject: str | None, updated: int, body: bytes) -> int:
    if old is None:
        return rows.insert(type, id, subject, updated, body)
    rows.replace(old, subject=subject, updated=updated, deleted=False, body=body)
    return old.pk


def _index(pk: int, resource: dict[str, Any], *, fresh: bool) -> None:
    if not fresh:
        index_rows.unindex(pk)
    index_rows.index(pk, resource)


def save_draft(by: Actor, id: str, *, revision: int, text: str) -> Draft:
    """Compare-and-set: the text is kept only if nobody saved since `revision`; else Conflict with the other."""
    text = unicodedata.normalize("NFC", _storable(text).replace("\r\n", "\n").replace("\r", "\n"))
    saved = draft_rows.save(id, actor=by.id, revision=revision, text=text, updated=clock.version_time())
    found = draft_rows.get(id)
    if found is None or found.actor != by.id:
        raise NotFound(NO_DRAFT)
    if not saved and found.text != text:
        raise Conflict(_MOVED, draft_of(found))
    return draft_of(found)


def _storable(text: str) -> str:
    """NUL and halves of characters, which no database keeps, become the sign for an unreadable character."""
    return "".join("\ufffd" if c == "\0" or "\ud800" <= c <= "\udfff" else c for c in text)


def content_of(resource: dict[str, Any]) -> bytes:
    """The bytes to keep. Raises Malformed on text that no database keeps."""
    body = json.dumps(resource)
    if b"\\u0000" in body and _NUL.search(body):
        raise Malformed("Ce contenu ne peut pas être enregistré tel quel.")
    return body


def _agent_type(sources: list[tuple[str, bool]]) -> str:
    return "confirmed by a person" if all(confirmed for _, confirmed in sources) else "received"


def _type_of(resource: dict[str, Any]) -> str:
    type_ = resource.get("resourceType") if isinstance(resource, dict) else None
    if not isinstance(type_, str):
        raise Invalid("Ceci n'est pas une ressource FHIR.", [Issue("resourceType", "missing")])
    return type_


def _without(resource: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in resource.items() if name not in names}


def subject_of(type: str, id: str) -> str | None:
    """Whose record a resource of the record belongs to."""
    found = rows.get(type, id)
    return found.subject if found else None
