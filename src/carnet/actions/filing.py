"""Files one document in one record: original, parts, DocumentReference, facts, versions. Runs inside the one
transaction of an import; a fact that a person has looked at is never overwritten."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from carnet.actions.whose import complete
from carnet.documents import placing, reference
from carnet.documents.fhir_json.names import digest, lasting_id
from carnet.documents.placing import Place
from carnet.documents.reading import Read
from carnet.documents.reference import Original
from carnet.fhir import codes, json, references
from carnet.fhir.errors import Invalid
from carnet.record.validate import validate
from carnet.record.work import Stored, Work
from carnet.rules import received

Resource = dict[str, Any]


@dataclass(slots=True)
class Filed:
    """What became of each resource of the document, by the name it had there."""

    document: str
    created: set[str] = field(default_factory=set)
    unchanged: set[str] = field(default_factory=set)
    refused: dict[str, str] = field(default_factory=dict)  # name in the document → why


@dataclass(slots=True)
class Filing:
    """One document on its way into one record."""

    work: Work
    read: Read
    original: Original
    blob: str
    key: str
    at: datetime
    patient: str | None
    is_new_patient: bool

    def file(self) -> Filed:
        """Everything, in order: bytes first, then what names them."""
        document = document_id(self.patient, self.key)
        older, newer = _versions(self.work, self.read, self.patient, document)
        tags = (codes.SUPERSEDED,) if newer else (codes.RECEIVED,)
        blobs = {part.id: self.work.keep_blob(part.content) for part in self.read.parts}
        place = Place(self.patient, document, tags, blobs)
        filed, names = Filed(document), placing.new_names(self.read, place)
        self._file_facts(filed, names, place)
        self._file_reference(place, names, filed, older, is_old=bool(newer))
        if self.is_new_patient:
            complete(self.work, self.read, place, {k: v for k, v in names.items() if k not in filed.refused})
        self._supersede(older, {names[name] for name in (*filed.created, *filed.unchanged)})
        self.work.source(f"DocumentReference/{document}", confirmed=False)
        return filed

    def _file_facts(self, filed: Filed, names: dict[str, str], place: Place) -> None:
        resources = {_name(one): placing.placed(one, names, place) for one in self.read.resources}
        filed.refused.update({name: why for name, one in resources.items() if (why := why_invalid(one))})
        missing = {names[name] for name in filed.refused} | self._absent(
            resources.values(), set(names.values())
        )
        known = _known(self.work, resources.values(), None if self.is_new_patient else self.patient)
        for name, resource in resources.items():
            if name in filed.refused:
                if resource["resourceType"] == "AllergyIntolerance":
                    _put(self.work, received.unread_allergy(resource), known)
                continue
            kept = _put(self.work, placing.without_missing(resource, missing), known)
            (filed.created if kept else filed.unchanged).add(name)

    def _absent(self, resources: Iterable[Resource], here: set[str]) -> set[str]:
        """References to what another part of the file should have brought, and the record does not hold."""
        written = {node["reference"] for one in resources for node in references.walk(one)}
        elsewhere = {
            name: references.split(name) for name in written - here if not name.startswith("Binary/")
        }
        return {name for name, pair in elsewhere.items() if pair and self.work.exists(*pair) is None}

    def _file_reference(
        self, place: Place, names: dict[str, str], filed: Filed, older: list[Stored], *, is_old: bool
    ) -> None:
        known = {old: new for old, new in names.items() if old not in filed.refused}
        resource = reference.document_reference(
            self.read, place, known, original=self.original, blob=self.blob, key=self.key, at=self.at
        )
        resource = reference.with_replaced(resource, self.read, [one.resource() for one in older])
        if self.read.text:
            resource = reference.with_text(resource, self.work.keep_blob(self.read.text.encode()))
        resource["status"] = "superseded" if is_old else "current"
        resource = resource if place.patient is not None else reference.of_nobody(resource)
        self.work.create(resource, id=place.document)

    def _supersede(self, older: list[Stored], restated: set[str]) -> None:
        """The documents this one replaces, and their facts that it does not say again. Facts taken up stay, flagged."""
        if not older or self.patient is None:
            return
        sources = {one.reference for one in older}
        for one in older:
            self.work.update({**one.resource(), "status": "superseded"}, if_version=one.version)
        for fact in self.work.record(self.patient):
            resource = fact.resource()
            if fact.reference in restated or received.source(resource) not in sources:
                continue
            if received.is_current(resource):
                self.work.update(received.superseded(resource), if_version=fact.version)


def document_id(patient: str | None, key: str) -> str:
    """The id of the DocumentReference of these bytes in this record."""
    return lasting_id("document", patient or "", key)


def _name(resource: Resource) -> str:
    return f"{resource['resourceType']}/{resource['id']}"


def why_invalid(resource: Resource) -> str | None:
    """The first thing wrong with a resource, None when the record can keep it."""
    try:
        validate(resource)
    except Invalid as error:
        issue = error.issues[0] if error.issues else None
        return f"{issue.expression} : {issue.diagnostics}" if issue else str(error)
    return None


def _known(work: Work, resources: Iterable[Resource], patient: str | None) -> dict[str, Stored]:
    """What the record already holds under the names of these resources."""
    found = {one.reference: one for one in work.record(patient)} if patient else {}
    for resource in resources:
        if patient is None or placing.is_shared(resource["resourceType"]):
            one = work.exists(resource["resourceType"], resource["id"])
            found |= {one.reference: one} if one else {}
    return found


def _put(work: Work, resource: Resource, known: dict[str, Stored]) -> bool:
    """Keep the resource unless the record already says it; True when something was written that says something new."""
    old = known.get(_name(resource))
    if old is None:
        known[_name(resource)] = work.create(resource, id=resource["id"])
        return True
    held = old.resource()
    if placing.content(held) == placing.content(resource):
        _restate(work, old, held, resource)
        return False
    if _is_older(resource, held):
        return False
    if received.state(held) not in {None, codes.RECEIVED}:
        return _put(
            work, {**resource, "id": lasting_id(old.id, digest(json.dumps(placing.content(resource))))}, known
        )
    known[old.reference] = work.update(resource, if_version=old.version)
    return True


def _restate(work: Work, old: Stored, held: Resource, resource: Resource) -> None:
    """The same fact in a later version of its document: it now comes from that one."""
    document = received.source(resource)
    if document and received.is_current(resource) and not received.is_current(held):
        work.update(received.restated(held, document), if_version=old.version)


def _is_older(resource: Resource, held: Resource) -> bool:
    """An older state must not win: by the sender's dates; for the shared world, what is known stays unless newer."""
    ours, theirs = placing.source_updated(held), placing.source_updated(resource)
    if not received.is_current(resource):
        return True
    if ours and theirs:
        return theirs < ours
    return placing.is_shared(resource["resourceType"]) and not theirs


def _versions(
    work: Work, read: Read, patient: str | None, document: str
) -> tuple[list[Stored], list[Stored]]:
    """The earlier and the later versions of this document in the record."""
    if patient is None or not (read.set_id or read.document_id or read.replaces):
        return [], []
    mine = (read.version or 0, read.created or "")
    older, newer = [], []
    named = {reference.uri(id) for id in read.replaces}
    for one in work.record(patient, "DocumentReference"):
        other = one.resource()
        if one.id == document or one.deleted:
            continue
        if reference.master(other) in named:
            older.append(one)
        elif read.document_id and reference.uri(read.document_id) in reference.replaced(other):
            newer.append(one)
        elif read.set_id and reference.set_id(other) == read.set_id:
            (newer if reference.rank(other) > mine else older).append(one)
    return [one for one in older if one.resource()["status"] == "current"], newer
