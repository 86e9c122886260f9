"""The only door to health data. Every call names its actor; every reading of a record and every action
leaves one row in the journal, in the same transaction, or does not happen."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from carnet.fhir import dates
from carnet.fhir.errors import Gone, NotFound
from carnet.record import access, audit, commit, finding, texts
from carnet.record import versions as histories
from carnet.record import work as writing
from carnet.record.actor import Actor
from carnet.record.audit import AuditRow
from carnet.record.finding import Found, Whole
from carnet.record.group import Row
from carnet.record.reading import Reading
from carnet.record.texts import TextPage
from carnet.record.versions import Versions
from carnet.record.work import NO_DRAFT, Draft, Stored, Work, draft_of, stored
from carnet.store import alias, blobs
from carnet.store import drafts as draft_rows
from carnet.store import history as versions
from carnet.store import resource as rows
from carnet.store.search import patients
from carnet.store.search import search as index

_EVERYBODY_PAGE = 2000
OPEN_RECORD = "record.open"
RECENT = 20  # records opened last that come first among equals
_STAYS_OPEN = timedelta(minutes=15)  # as long as a session stays unlocked without a gesture
_ABSENT = "Cette donnée n'existe pas dans ce cabinet."


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a search; `next` continues it, `total` is None when it was not asked for."""

    total: int | None
    entries: list[Stored]
    next: str | None


def read(*, by: Actor, at: datetime, type: str, id: str) -> Stored:
    """The current version. Raises NotFound, Gone (deleted), Refused."""
    access.check_read(by, type)

    def look() -> tuple[rows.Row, Row]:
        found = rows.get(type, id)
        if found is None:
            raise NotFound(_ABSENT)
        return found, _row(by, at, "read", patient=found.subject, entities=[_versioned(found)])

    found = commit.look_up(look)
    if found.deleted:
        raise Gone("Cette donnée a été supprimée.")
    return stored(found)


def read_version(*, by: Actor, at: datetime, type: str, id: str, version: int) -> Stored:
    """One version, current or not. Raises NotFound, Gone (it is the mark of a deletion), Refused."""
    access.check_read(by, type)
    current = rows.get(type, id)
    found = versions.version(current, version) if current else None
    if found is None:
        raise NotFound(_ABSENT)
    audit_event(by=by, at=at, action="read", patient=found.subject, entities=[_versioned(found)])
    if found.deleted:
        raise Gone("Cette donnée a été supprimée.")
    return stored(found)


def history_page(
    *, by: Actor, at: datetime, asked: histories.Asked, type: str | None = None, id: str | None = None
) -> Versions:
    """A page of the versions of one resource, of a type, or of all that this actor may read; one row in the journal.
    Raises NotFound, Refused, Invalid."""
    types = access.readable_types(by)
    if type is not None:
        access.check_read(by, type)
        types = (type,)
    current = rows.get(type, id) if type is not None and id is not None else None
    if id is not None and current is None:
        raise NotFound(_ABSENT)
    page = histories.page(asked, pk=current.pk if current else None, types=types)
    subject = current.subject if current else None
    entities = [f"{one.reference}/{one.version}" for one in page.entries]
    audit_event(by=by, at=at, action="history", patient=subject, entities=entities)
    return page


@dataclass(frozen=True, slots=True)
class Document:
    """A file kept beside the database, and the `DocumentReference/id` that names it."""

    reference: str
    content_type: str
    content: bytes


def read_document(*, by: Actor, at: datetime, name: str) -> Document | None:
    """The file of this name, if a DocumentReference names it; one row in the journal. Raises Refused."""
    access.check_read(by, "DocumentReference")
    address = f"Binary/{name}"
    found = _search(by, "DocumentReference", [("location", address), ("_count", "1")]).entries
    if not found:
        return None
    content = blobs.read(name)
    entities = [f"{found[0].reference}/{found[0].version}"]
    audit_event(by=by, at=at, action="read", patient=found[0].subject, entities=entities)
    parts = [part["attachment"] for part in found[0].resource()["content"]]
    kinds = [part["contentType"] for part in parts if part.get("url") == address and "contentType" in part]
    return Document(found[0].reference, kinds[0] if kinds else "application/octet-stream", content)


def history(*, by: Actor, at: datetime, type: str, id: str) -> list[Stored]:
    """Every version, newest first, deletions included. Raises NotFound, Refused."""
    access.check_read(by, type)
    found = rows.get(type, id)
    if found is None:
        raise NotFound(_ABSENT)
    audit_event(by=by, at=at, action="history", patient=found.subject, entities=[_versioned(found)])
    return [stored(version) for version in versions.of(found)]


def search(*, by: Actor, at: datetime, type: str, params: Sequence[tuple[str, str]]) -> Page:
    """A FHIR search over the practice, one row in the journal. Raises Invalid on an unknown parameter."""
    access.check_read(by, type)
    page = _search(by, type, params)
    audit_event(
        by=by,
        at=at,
        action="search",
        entities=[f"{entry.type}/{entry.id}/{entry.version}" for entry in page.entries],
    )
    return page


def find(
    *,
    by: Actor,
    at: datetime,
    type: str,
    params: Sequence[tuple[str, str]],
    within: str | None = None,
    lenient: bool = False,
) -> Found:
    """A FHIR search with what it brings along, over the practice or `within` one patient's compartment; one row in the
    journal. An empty `type` searches all, or those of `_type`. Raises BadSearch, NotFound, Refused."""
    access.check_practice(by)
    if type:
        access.check_read(by, type)
    if within is not None:
        access.check_read(by, "Patient")
    return _found(
        by, at, "search", within, lambda: finding.search(by, type, params, within=within, lenient=lenient)
    )


def everything(*, by: Actor, at: datetime, patient: str, asked: Whole) -> Found:
    """All of a patient's record that this actor may read, and the people and places it names; one row in the journal,
    for the whole record. Raises NotFound, Refused, BadSearch."""
    access.check_read(by, "Patient")
    row = _row(by, at, "record.everything", patient=patient, entities=())
    return commit.look_up(lambda: (finding.record(by, patient, asked), row))


def latest(
    *, by: Actor, at: datetime, params: Sequence[tuple[str, str]], most: int, within: str | None = None
) -> Found:
    """The latest observations of each code; one row in the journal. Raises NotFound, Refused, BadSearch."""
    access.check_read(by, "Observation")
    if within is not None:
        access.check_read(by, "Patient")
    return _found(by, at, "search", within, lambda: finding.latest(by, params, most=most, within=within))


def _found(by: Actor, at: datetime, action: str, patient: str | None, find: Callable[[], Found]) -> Found:
    """What is found, and its row."""

    def look() -> tuple[Found, Row]:
        found = find()
        return found, _row(by, at, action, patient=patient, entities=found.entities)

    return commit.look_up(look)


class OpenRecord:
    """One patient's record, opened and journalled once; what it gives is limited to that patient. `ids`: the
    patient's, and those of the records merged into this one."""

    def __init__(self, by: Actor, patient: Stored, ids: frozenset[str]) -> None:
        self.patient, self.ids = patient, ids
        self._by, self._may_read = by, cache(access.readable(by))
        self._subjects = sorted(ids)

    @property
    def merged(self) -> list[tuple[str, Stored]]:
        """The identities merged into this record, and the id that each was merged into."""
        if len(self.ids) == 1:
            return []
        into = alias.around([self.patient.id]).rows
        return [(into[one.id], one) for one in self.all("Patient") if one.id in into]

    def all(self, *types: str) -> list[Stored]:
        """Everything of these types (all that the actor may read when none is named), newest first."""
        found = rows.of_subject(self._subjects, types)
        return [stored(row) for row in found if self._may_read(row.type)]

    def reading(self, *types: str) -> Reading:
        """Everything of these types (all that the actor may read when none is named), for a page that shows a part of
        it."""
        return Reading(row for row in rows.of_subject(self._subjects, types) if self._may_read(row.type))

    def get(self, type: str, id: str) -> Stored:
        """One resource of this record. Raises NotFound when it is another patient's."""
        found = rows.get(type, id)
        if found is None or found.deleted or found.subject not in self._subjects or not self._may_read(type):
            raise NotFound(_ABSENT)
        return stored(found)

    def versions(self, type: str, id: str) -> list[Stored]:
        """Every version of one resource of this record, newest first."""
        self.get(type, id)
        current = rows.get(type, id)
        return [stored(version) for version in versions.of(current)] if current else []

    def search(self, type: str, params: Sequence[tuple[str, str]]) -> Page:
        """A FHIR search inside this record."""
        if not self._may_read(type):
            raise NotFound(_ABSENT)
        return _search(self._by, type, params, subjects=self._subjects)

    def find_text(self, text: str, *, page: str | None = None) -> TextPage:
        """Notes and documents of this record with all these words, the newest first."""
        types = [type for type in texts.TYPES if self._may_read(type)]
        return texts.page(text, types=types, subjects=self._subjects, page=page)

    def blob(self, name: str) -> bytes:
        """The bytes of a document that this record names. Raises NotFound for any other."""
        if not any(
            f"Binary/{name}".encode() in entry.body for entry in self.all("DocumentReference", "Media")
        ):
            raise NotFound(_ABSENT)
        return blobs.read(name)


def open_record(*, by: Actor, at: datetime, patient: str) -> OpenRecord:
    """Open a patient's record: one row in the journal, whatever is then looked at. After a merge any of the ids opens
    the one record, under the surviving identity. Raises NotFound, Refused."""
    access.check_read(by, "Patient")
    merges = alias.around([patient])
    found = rows.get("Patient", merges.survivor(patient))
    if found is None or found.deleted:
        raise NotFound("Ce dossier n'existe pas dans ce cabinet.")
    audit_event(by=by, at=at, action=OPEN_RECORD, patient=found.id, entities=[_versioned(found)])
    return OpenRecord(by, stored(found), merges.same(patient))


def continue_record(*, by: Actor, at: datetime, patient: str) -> OpenRecord:
    """A part of a page already open (a filter, a document beside): no second row while the journal itself says that
    this actor opened this record less than a quarter of an hour ago; else open_record. Raises NotFound, Refused."""
    access.check_read(by, "Patient")
    merges = alias.around([patient])
    found = rows.get("Patient", merges.survivor(patient))
    if found is None or found.deleted or not _is_open(by, at, found.id):
        return open_record(by=by, at=at, patient=patient)
    return OpenRecord(by, stored(found), merges.same(patient))


def _is_open(by: Actor, at: datetime, patient: str) -> bool:
    since, until = dates.micros(at - _STAYS_OPEN), dates.micros(at)
    return audit.was_done(by.id, OPEN_RECORD, patient, since=since, until=until)


def find_patients(*, by: Actor, text: str, limit: int = 20) -> list[Stored]:
    """Patients by anything of their names (a typing error included), a birth date, a number, a city: whole names
    first, and among equals those this actor opened last. Keystrokes leave no row."""
    access.check_read(by, "Patient")
    recent = audit.recent_patients(by.id, OPEN_RECORD, RECENT)
    return [stored(row) for row in patients.find(text, limit=limit, recent=recent)]


def text_types(*, by: Actor) -> list[str]:
    """The types of texts this actor may search by their words. Raises Refused when none."""
    types = [type for type in texts.TYPES if access.readable(by)(type)]
    if not types:
        access.check_read(by, texts.TYPES[0])
    return types


def find_text(
    *, by: Actor, at: datetime, text: str, patient: str | None = None, page: str | None = None
) -> TextPage:
    """Notes and documents with all these words that this actor may read, in one record or in the practice, the
    newest first; one row in the journal with what was shown. Raises Refused."""
    types = text_types(by=by)
    subjects = None if patient is None else sorted(alias.around([patient]).same(patient))
    found = texts.page(text, types=types, subjects=subjects, page=page)
    entities = [f"{one.stored.reference}/{one.stored.version}" for one in found.entries]
    audit_event(by=by, at=at, action="text.find", patient=patient, entities=entities)
    return found


def recent_patients(*, by: Actor, limit: int = 10) -> list[Stored]:
    """The records this actor opened last, latest first."""
    access.check_read(by, "Patient")
    ids = audit.recent_patients(by.id, OPEN_RECORD, limit)
    found = patients_of(by=by, ids=ids)
    return list({found[id].id: found[id] for id in ids if id in found}.values())


def patients_of(*, by: Actor, ids: Sequence[str]) -> dict[str, Stored]:
    """The Patient resources of these ids (of a merged one, the survivor's), for lists that name them; no row."""
    access.check_read(by, "Patient")
    merges = alias.around(ids)
    now = {id: merges.survivor(id) for id in ids}
    found = {
        row.id: stored(row)
        for row in rows.by_references([("Patient", id) for id in set(now.values())])
        if not row.deleted
    }
    return {id: found[survivor] for id, survivor in now.items() if survivor in found}


def identities(*, by: Actor, ids: Collection[str]) -> dict[str, list[Stored]]:
    """For each of these persons, every identity that is theirs: the survivor's first, then those merged into it. The
    key is the survivor's id; no row."""
    access.check_read(by, "Patient")
    merges = alias.around(ids)
    whole = {merges.survivor(id): merges.same(id) for id in ids}
    asked = [("Patient", id) for same in whole.values() for id in same]
    found = {row.id: stored(row) for row in rows.by_references(asked) if not row.deleted}
    return {
        id: [found[one] for one in (id, *sorted(same - {id})) if one in found]
        for id, same in whole.items()
        if id in found
    }


def everybody(*, by: Actor) -> Iterator[Stored]:
    """Every patient of the practice once, merged ones left out, for worklists of identities; no row."""
    access.check_read(by, "Patient")
    merged, after = alias.all_merged(), 0
    while page := rows.of_type("Patient", after, _EVERYBODY_PAGE):
        yield from (stored(row) for row in page if row.id not in merged)
        after = page[-1].pk


def across(*, by: Actor, type: str, params: Sequence[tuple[str, str]], limit: int = 50) -> list[Stored]:
    """A worklist over the practice (open tasks, facts to take up); opening one of them leaves the row."""
    access.check_read(by, type)
    return _search(by, type, [*params, ("_count", str(limit))]).entries


def drafts(*, by: Actor) -> list[Draft]:
    """This actor's notes being written, newest first."""
    access.check_read(by, "Composition")
    return [draft_of(row) for row in draft_rows.of_actor(by.id)]


def draft(*, by: Actor, id: str) -> Draft:
    """One of this actor's drafts. Raises NotFound for anybody else's."""
    access.check_read(by, "Composition")
    found = draft_rows.get(id)
    if found is None or found.actor != by.id:
        raise NotFound(NO_DRAFT)
    return draft_of(found)


def save_draft(*, by: Actor, id: str, revision: int, text: str) -> Draft:
    """Keep the text of a pause, if nobody saved since `revision`; else Conflict with the other text. No row."""
    access.check_write(by, "Composition")
    with commit.without_row():
        return writing.save_draft(by, id, revision=revision, text=text)


def audit_page(
    *,
    by: Actor,
    before: int | None = None,
    limit: int = 100,
    patient: str | None = None,
    actor: str | None = None,
) -> list[AuditRow]:
    """A page of the journal, newest first, perhaps only what was done on one record or by one person."""
    access.check_audit(by)
    same = sorted(alias.around([patient]).same(patient)) if patient is not None else None
    return audit.rows(before=before, limit=limit, patients=same, actor=actor)


def last_event(*, by: Actor, action: str) -> AuditRow | None:
    """The latest row of this action in the practice; no row of its own."""
    access.check_practice(by)
    return audit.last(action)


def audit_event(
    *,
    by: Actor,
    at: datetime,
    action: str,
    outcome: str = "success",
    patient: str | None = None,
    entities: Sequence[str] = (),
) -> None:
    """Remember something that changes no resource (a reading, a sign-in). Durable when this returns; on a full
    disk the reserve is given back once, so that records can still be opened."""
    access.check_practice(by)
    commit.remember(_row(by, at, action, outcome=outcome, patient=patient, entities=entities))


def _row(
    by: Actor,
    at: datetime,
    action: str,
    *,
    patient: str | None,
    entities: Sequence[str],
    outcome: str = "success",
) -> Row:
    return {
        "by": by,
        "at": dates.micros(at),
        "action": action,
        "outcome": outcome,
        "patient": patient,
        "entities": entities,
    }


@contextmanager
def write(
    *, by: Actor, at: datetime, action: str, patient: str | None = None, several: bool = False
) -> Iterator[Work]:
    """One action: everything done on the Work becomes one durable commit with one row in the journal, or,
    on any error, nothing at all. It concerns one patient, unless it says that it may concern `several`."""
    access.check_practice(by)
    with commit.transaction(alone=several) as done:  # nobody waits behind a long one
        work = Work(by=by, at=at, action=action, patient=patient, several=several)
        yield work
        work.write_provenance()
        whose, entities = work.journal()
        done(
            audit.append(
                by=by,
                at=dates.micros(at),
                action=action,
                outcome="success",
                patient=whose,
                entities=entities,
            )
        )


def _search(
    by: Actor, type: str, params: Sequence[tuple[str, str]], subjects: Sequence[str] | None = None
) -> Page:
    found = index.search(type, params, subjects=subjects, may_read=access.readable(by))
    return Page(found.total, [stored(row) for row in found.rows], found.next)


def _versioned(row: rows.Row) -> str:
    return f"{row.type}/{row.id}/{row.version}"
