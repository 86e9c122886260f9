"""The story of a record, newest first: consultations, results, documents, prescriptions, vaccines. Pure. It joins what
belongs together (a report and its values, the lines of one prescription) and leaves nothing out but replaced versions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any, Literal, NamedTuple, cast

from carnet.fhir import codes, dates, json
from carnet.fhir.errors import Malformed
from carnet.fhir.folding import fold
from carnet.rules import note, printed, received, results, tables
from carnet.rules.accepted import treatments
from carnet.rules.measure import Measure, Observed, date_of, is_coded, source_of
from carnet.rules.passage import place_of
from carnet.rules.results import Value, concept_words

Resource = dict[str, Any]
Whole = Callable[[Observed], Resource]
Kind = Literal["consultation", "result", "letter", "prescription", "vaccine", "act", "document"]
KINDS: tuple[Kind, ...] = ("consultation", "result", "letter", "prescription", "vaccine", "act", "document")


@dataclass(frozen=True, slots=True)
class Entry:
    """One event. `date` is a FHIR date as written; `text` its words (a note, a dosage…); `values` its results;
    `received` waits for a person; `broken` when a note is not the text that was signed."""

    kind: Kind
    reference: str
    date: str
    title: str
    text: str = ""
    who: str = ""
    values: list[Value] = field(default_factory=list)
    received: bool = False
    amended: bool = False
    broken: bool = False
    media: str = ""
    source: str | None = None

    @property
    def id(self) -> str:
        return self.reference.partition("/")[2]

    @property
    def type(self) -> str:
        return self.reference.partition("/")[0]

    @property
    def excerpt(self) -> str:
        """Its first words, without what the title already says."""
        return note.without_reason(self.text) if self.kind == "consultation" else self.text


def _itself(observed: Observed) -> Resource:
    whole: Resource = json.kept(observed.body) if isinstance(observed, Measure) else observed
    return whole


def _roughly(observed: Observed) -> Resource:
    """For its words only."""
    rough: Resource = json.glance(observed.body) if isinstance(observed, Measure) else observed
    return rough


class Event(NamedTuple):
    """An event before its words and values are put together. `tell` does it, from what it is given for a resource;
    `observed` are the values of a day that stand in no report."""

    kind: Kind
    reference: str
    date: str
    tell: Callable[[Whole], Entry]
    observed: Sequence[Observed] = ()

    def told(self, whole: Whole = _itself) -> Entry:
        """The event in words; `whole` gives a resource as it is kept for one whose numbers are inexact."""
        return self.tell(whole)


def entries(resources: Sequence[Resource]) -> list[Entry]:
    """Every event of the record, newest first."""
    return [event.told() for event in outline(resources)]


def outline(resources: Iterable[Observed]) -> list[Event]:
    """The same, each to be told only if it is shown: of a long record, few are. `resources` may hold measures, and
    inexact numbers, if `told` is then given what is kept for them."""
    by_type: dict[str, list[Resource]] = {}
    observed: list[Observed] = []
    for one in resources:
        if isinstance(one, Measure):
            observed.append(one)
        elif not _is_wrong(one):
            by_type.setdefault(one["resourceType"], []).append(one)
            if one["resourceType"] == "Observation":
                observed.append(one)
    documents = {f"DocumentReference/{one['id']}": one for one in by_type.get("DocumentReference", [])}
    found = [
        *_notes(by_type),
        *_documents(observed, documents, by_type),
        *_reports(by_type, observed, documents),
        *_prescriptions(by_type, documents),
        *_single(by_type, documents),
    ]
    return sorted(found, key=lambda event: (_order(event.date), event.reference), reverse=True)


def matching(found: Iterable[Event], *, text: str) -> list[Event]:
    """The events that hold every word typed, whatever its accents."""
    words, labels = fold(text).split(), dict[bytes, str]()
    if not words:
        return [*found]
    return [one for one in found if _may_hold(one, words, labels) and _holds(one.told(_roughly), words)]


def _may_hold(event: Event, words: list[str], labels: dict[bytes, str]) -> bool:
    """No for a day of measures none of which is called so: of a long record, most are, and few need to be told."""
    said = [_SAID_OF_DAYS, fold(event.date)]
    for one in event.observed:
        if not isinstance(one, Measure):
            return True
        if one.kind not in labels:
            labels[one.kind] = fold(" ".join(value.label for value in results.values([_roughly(one)])))
        said.append(labels[one.kind])
    return not event.observed or all(any(word in name for name in said) for word in words)


def counts(found: Iterable[Event]) -> list[tuple[Kind, int]]:
    """How many events of each kind, kinds without any left out."""
    listed = [event.kind for event in found]
    return [(kind, listed.count(kind)) for kind in KINDS if kind in listed]


def moment(written: str) -> str:
    """A key that sorts FHIR dates and instants: UTC, a partial date at its first moment."""
    try:
        if len(written) > 10:
            found = datetime.fromisoformat(written)
            return (found if found.tzinfo is UTC else found.astimezone(UTC)).isoformat()
        return dates.first_day(written).isoformat()
    except (ValueError, Malformed):
        return ""
    except OverflowError:  # 0001-01-01T00:00:00+01:00, which programs write for no date, has no moment in UTC
        return written[:19]


def _order(written: str) -> str:
    """The same key, at once for the form in which we write most moments of a record."""
    ours = len(written) == 27 and written.endswith(".000000Z")
    return f"{written[:19]}+00:00" if ours else moment(written)


def document_kind(document: Resource) -> Kind:
    """Where a document stands in the story, by the code of its type."""
    listed = [str(coding.get("code")) for coding in document.get("type", {}).get("coding", [])]
    known = next((_kinds()[code] for code in listed if code in _kinds()), None)
    if known:
        return known
    signed = any(
        str(author.get("reference", "")).startswith("Practitioner/") for author in document.get("author", [])
    )
    return "letter" if listed and signed else "document"


@cache
def _kinds() -> dict[str, Kind]:
    table = tables.toml("document_kinds")
    return {code: cast("Kind", kind) for kind, listed in table.items() for code in listed}


def _holds(entry: Entry, words: list[str]) -> bool:
    said = " ".join(
        (entry.title, entry.text, entry.who, entry.date, *(value.label for value in entry.values))
    )
    folded = fold(said)
    return all(word in folded for word in words)


def _is_wrong(resource: Resource) -> bool:
    """Entered in error, set aside, or replaced by a later version of its document."""
    if resource.get("status") == "entered-in-error":
        return True
    if not received.tags(resource):
        return False
    return not received.is_current(resource) or received.state(resource) in (codes.DISMISSED, codes.JOINED)


def _notes(by_type: dict[str, list[Resource]]) -> Iterable[Event]:
    visits = {f"Encounter/{one['id']}": one for one in by_type.get("Encounter", [])}
    told: set[str] = set()
    for one in by_type.get("Composition", []):
        reference = str(one.get("encounter", {}).get("reference", ""))
        told.add(reference)
        visit = visits.get(reference)
        kind: Kind = "consultation" if note.text_of(one) is not None else "document"
        yield Event(kind, f"Composition/{one['id']}", _note_date(one, visit), partial(_note, one, visit))
    for reference, visit in visits.items():
        if reference not in told:
            yield Event("consultation", reference, _visit_date(visit), partial(_visit, reference, visit))


def _visit(reference: str, visit: Resource, whole: Whole) -> Entry:
    title, who = _visit_title(visit), _participants(visit)
    return Entry("consultation", reference, _visit_date(visit), title, who=who)


def _note_date(composition: Resource, visit: Resource | None) -> str:
    return _visit_date(visit) if visit else str(composition.get("date", ""))


def _note(composition: Resource, visit: Resource | None, whole: Whole) -> Entry:
    text = note.text_of(composition)
    return Entry(
        kind="consultation" if text is not None else "document",
        reference=f"Composition/{composition['id']}",
        date=_note_date(composition, visit),
        title=(_visit_title(visit) if visit else "") or str(composition.get("title", "")),
        text=text or "",
        who=_displays(composition.get("author", [])),
        amended=codes.has_tag(composition, codes.AMENDED),
        broken=text is not None and not note.is_intact(composition),
    )


def _visit_date(visit: Resource) -> str:
    return str((visit.get("period") or {}).get("start") or (visit.get("period") or {}).get("end") or "")


def _visit_title(visit: Resource) -> str:
    reasons = ", ".join(filter(None, (concept_words(one) for one in visit.get("reasonCode", []))))
    return reasons[:1].upper() + reasons[1:] or "Consultation"


def _participants(visit: Resource) -> str:
    return _displays([one["individual"] for one in visit.get("participant", []) if "individual" in one])


def _displays(references: Iterable[Resource]) -> str:
    return ", ".join(dict.fromkeys(str(one["display"]) for one in references if one.get("display")))


def _documents(
    observed: list[Observed], documents: dict[str, Resource], by_type: dict[str, list[Resource]]
) -> Iterable[Event]:
    brought: dict[str, list[Observed]] = {}
    asked = {
        f"{type_}/{one['id']}": one
        for type_ in ("MedicationRequest", "ServiceRequest")
        for one in by_type.get(type_, [])
    }
    for one in observed if documents else ():
        said = source_of(one)
        if said in documents and not is_coded(one):
            brought.setdefault(str(said), []).append(one)
    for reference, one in documents.items():
        if one.get("status") != "superseded" and not is_attached(one, documents):
            lines = [asked[name] for name in _says(one) if name in asked]
            tell = partial(_told_document, one, documents, brought.get(reference, []), lines)
            yield Event(document_kind(one), reference, _document_date(one, documents), tell)


def _told_document(
    document: Resource,
    documents: dict[str, Resource],
    brought: list[Observed],
    lines: list[Resource],
    whole: Whole,
) -> Entry:
    """A paper of ours is told with what it says."""
    values = results.summary(results.values(map(whole, brought)))
    entry = document_entry(document, documents)
    return replace(entry, values=values, text="\n".join(map(_line, lines)) or entry.text)


def _says(document: Resource) -> list[str]:
    """The references of the requests that a paper of ours puts on paper."""
    return [] if received.tags(document) else printed.references(document)


def _document_date(document: Resource, documents: dict[str, Resource]) -> str:
    """Its own date, else that of the one that brought it."""
    return _own_date(document) or _own_date(documents.get(str(received.source(document)), {}))


def _own_date(document: Resource) -> str:
    attachment = document["content"][0]["attachment"] if document.get("content") else {}
    period = document.get("context", {}).get("period") or {}
    return str(period.get("start") or attachment.get("creation") or document.get("date") or "")


def is_attached(document: Resource, documents: dict[str, Resource]) -> bool:
    """A file inside another document of the record: it is reached from that one."""
    said = {coding.get("code") for one in document.get("category", []) for coding in one.get("coding", [])}
    return "attached" in said and received.source(document) in documents


def document_entry(document: Resource, documents: dict[str, Resource]) -> Entry:
    """The event of one document, dated by the one that brought it when it says no date itself."""
    attachment = document["content"][0]["attachment"] if document.get("content") else {}
    return Entry(
        kind=document_kind(document),
        reference=f"DocumentReference/{document['id']}",
        date=_document_date(document, documents),
        title=_title(document),
        text=_subtitle(document),
        who=_displays(document.get("author", [])) or str(document.get("custodian", {}).get("display", "")),
        media=str(attachment.get("contentType", "")),
    )


def _title(document: Resource) -> str:
    type_, own = document.get("type") or {}, str(document.get("description") or "")
    # A file added by hand has no coded type: the name that a person gave it says more than « Document PDF ».
    words = (concept_words(type_) or own) if type_.get("coding") else (own or concept_words(type_))
    return words or next((concept_words(one) for one in document.get("category", [])), "") or "Document"


def _subtitle(document: Resource) -> str:
    others = [concept_words(document.get("type")), str(document.get("description") or "")]
    return next((words for words in others if words and words != _title(document)), "")


def _reports(
    by_type: dict[str, list[Resource]], observed: list[Observed], documents: dict[str, Resource]
) -> Iterable[Event]:
    """Reports that are not the values of a document shown already; then the values that stand in none."""
    reports = by_type.get("DiagnosticReport", [])
    named = {_name(one): one for one in observed} if reports else {}
    reported: set[str] = set()
    for one in reports:
        names = _results_of(one, named)
        reported.update(names)
        if received.source(one) not in documents:
            tell = partial(_told_report, one, [named[name] for name in names])
            yield Event("result", f"DiagnosticReport/{one['id']}", results.date_of(one), tell)
    alone = [one for name, one in named.items() if name not in reported] if reported else observed
    yield from _measures(alone, documents)


def _name(observed: Observed) -> str:
    return f"Observation/{observed.id if isinstance(observed, Measure) else observed['id']}"


def _told_report(report: Resource, parts: list[Observed], whole: Whole) -> Entry:
    return Entry(
        kind="result",
        reference=f"DiagnosticReport/{report['id']}",
        date=results.date_of(report),
        title=concept_words(report.get("code")) or "Résultats",
        text=str(report.get("conclusion") or ""),
        who=_displays(report.get("performer", [])),
        values=results.summary(results.values(map(whole, parts))),
    )


def _results_of(report: Resource, named: dict[str, Observed]) -> list[str]:
    """The names of its results, those inside its panels included."""
    wanted, found = [report], dict[str, None]()
    for one in wanted:
        for link in (*one.get("result", []), *one.get("hasMember", [])):
            name = str(link.get("reference", ""))
            if name in named and name not in found:
                found[name] = None
                inside = named[name]
                wanted += [] if isinstance(inside, Measure) else [inside]
    return list(found)


def _measures(alone: Iterable[Observed], documents: dict[str, Resource]) -> Iterable[Event]:
    """Values that stand in no report and no document, those of one day together."""
    days: dict[str, list[Observed]] = {}
    for one in alone:
        if documents and source_of(one) in documents:
            continue
        if isinstance(one, Measure):
            days.setdefault(one.date[:10], []).append(one)
        elif not received.is_coded(one) and results.has_values(one):
            days.setdefault(results.date_of(one)[:10], []).append(one)
    for listed in days.values():
        latest = max(map(date_of, listed))
        yield Event("result", _name(listed[0]), latest, partial(_told_day, latest, listed), listed)


_TITLES = ("Mesures", "Résultats")
_SAID_OF_DAYS = fold(" ".join((*_TITLES, results.PRESSURE)))


def _told_day(latest: str, listed: list[Observed], whole: Whole) -> Entry:
    values = results.summary(results.values(map(whole, listed)))
    title = _TITLES[not all(value.category == "vital-signs" for value in values)]
    return Entry("result", _name(listed[0]), latest, title, values=values)


def _prescriptions(by_type: dict[str, list[Resource]], documents: dict[str, Resource]) -> Iterable[Event]:
    """The lines prescribed together: one group, else one day and one prescriber; those on a paper are told with it."""
    standing = [one for one in documents.values() if one.get("status") != "superseded"]
    told = {name for one in standing for name in _says(one)}
    grouped: dict[tuple[str, str], list[Resource]] = {}
    for one in by_type.get("MedicationRequest", []):
        if received.source(one) in documents or received.state(one) == codes.RECEIVED:
            continue
        if f"MedicationRequest/{one['id']}" in told:
            continue
        group = str(one.get("groupIdentifier", {}).get("value", ""))
        key = (group or str(one.get("authoredOn", ""))[:10], _displays([one.get("requester", {})]))
        grouped.setdefault(key, []).append(one)
    for (_, who), listed in grouped.items():
        reference, when = f"MedicationRequest/{listed[0]['id']}", str(listed[0].get("authoredOn", ""))
        yield Event("prescription", reference, when, partial(_told_lines, reference, when, who, listed))


def _told_lines(reference: str, when: str, who: str, listed: list[Resource], whole: Whole) -> Entry:
    """In the order of the note that says them."""
    said = "\n".join(map(_line, sorted(listed, key=_start)))
    return Entry("prescription", reference, when, "Ordonnance", text=said, who=who)


def _start(request: Resource) -> int:
    place = place_of(request)
    return place.start if place else 0


def _line(request: Resource) -> str:
    """`amlodipine 5 mg · 1 comprimé par jour`; the words of any other request; what its own note took back says so."""
    said = " ".join(filter(None, (received.label(request), "·", _dosage(request)))).removesuffix(" ·")
    return f"{said} (retiré par sa note)" if treatments.is_taken_back(request) else said


def _dosage(request: Resource) -> str:
    return " ; ".join(
        filter(None, (str(one.get("text", "")) for one in request.get("dosageInstruction", [])))
    )


def _single(by_type: dict[str, list[Resource]], documents: dict[str, Resource]) -> Iterable[Event]:
    for one in by_type.get("Immunization", []):
        if _stands_alone(one, documents) and one.get("status") == "completed":
            when = str(one.get("occurrenceDateTime") or "")
            yield _event("vaccine", one, when, "Vaccin", "vaccineCode")
    for one in by_type.get("Procedure", []):
        if _stands_alone(one, documents) and one.get("status") == "completed":
            when = str(one.get("performedDateTime") or (one.get("performedPeriod") or {}).get("start") or "")
            yield _event("act", one, when, "Acte", "code")


def _event(kind: Kind, resource: Resource, when: str, title: str, said: str) -> Event:
    reference = f"{resource['resourceType']}/{resource['id']}"
    return Event(
        kind,
        reference,
        when,
        lambda _: Entry(kind, reference, when, title, concept_words(resource.get(said))),
    )


def _stands_alone(resource: Resource, documents: dict[str, Resource]) -> bool:
    """Not told already by its document, unless a person took it up as a fact of this record."""
    taken = received.state(resource) in (None, codes.TAKEN_UP)
    return taken and received.source(resource) not in documents
