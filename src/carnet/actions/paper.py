"""Papers of a patient: prescription, other orders, letter, certificate, note of sick leave. Each is laid out, kept in
the record as it was printed, and signed by the actor's name. Papers are in French: they leave the practice. What a
visit asked for goes to paper at once where nothing is left to write: see `unwritten` for the rest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from carnet.actions import letterhead, paper_visit, wordings
from carnet.actions.paper_visit import Visit
from carnet.actions.paper_words import (
    LATER,
    WORDINGS,
    Asked,
    Kind,
    Told,
    check_tells,
    day_words,
    subject,
    told_by,
    values,
)
from carnet.documents.paper import wording
from carnet.documents.paper.render import pdf
from carnet.documents.paper.sheets import Line, Sheet
from carnet.fhir import codes, dates
from carnet.fhir.errors import Invalid
from carnet.record import access, gate
from carnet.record.actor import Actor
from carnet.record.gate import OpenRecord
from carnet.record.reading import Reading
from carnet.record.work import Stored, Work
from carnet.rules import at_once, leaves, printed, requested
from carnet.rules.accepted import letters, medicines
from carnet.rules.measure import date_of
from carnet.rules.passage import place_of
from carnet.rules.synthesis import dosage, tells

Resource = dict[str, Any]

UNCHECKED = "Ordonnance non contrôlée : interactions, contre-indications et doses n’ont pas été vérifiées par le logiciel."
NOT_THE_FORM = "Ce document ne remplace pas l’avis d’arrêt de travail de l’assurance maladie, à établir sur amelipro ou sur papier."
# kind: its title, what it is (LOINC)
TITLES: dict[str, tuple[str, str]] = {
    "prescription": ("Ordonnance", "57833-6"),
    "order": ("Ordonnance", "57832-8"),
    "letter": ("Lettre à un confrère", "57133-1"),
    "certificate": ("Certificat médical", "51851-4"),
    "sick_leave": ("Arrêt de travail", "51851-4"),
}
LONGEST_LEAVE = 366
# Requests that a person may have to word: the paper that answers each.
_WRITTEN: dict[str, Kind] = {"sick_leave": "sick_leave", "certificate": "certificate", "referral": "letter"}
_CONTROLLED = frozenset(("draft", "active"))


def prescription(*, by: Actor, at: datetime, patient: str, encounter: str) -> list[Stored]:
    """The papers of what was accepted in one visit: medicines on one, each kind of other order on its own, leave and
    certificates whose words are all known. What was a draft is now prescribed. A paper that already says just that is
    given again as it was printed; one that a correction of the note or a new request overtook is superseded. The
    DocumentReferences, none when all is still to be written (`unwritten`). Raises Invalid when nothing was asked for,
    Refused, NotFound."""
    check_write(by)
    models, today = wordings.seen(by=by), timezone.localtime(at).date()
    with gate.write(by=by, at=at, action="paper.prescription", patient=patient) as work:
        asked = _of_visit(work.record(patient, "MedicationRequest", "ServiceRequest"), encounter)
        seen = paper_visit.visit(work.record(patient, "Encounter", "Composition"), encounter)
        wanted = [*_gathered(asked), *_ready(asked, _Desk(by, today, seen, models))]
        held = printed.of_visit(work.record(patient, "DocumentReference"), encounter)
        if not wanted and not held and not _waits(asked):
            raise Invalid(_("Cette consultation n’a rien à imprimer : aucune ordonnance n’y a été acceptée."))
        over = printed.retracted(asked)
        found = {one.says: printed.again(held, one.says, seen.corrected, over) for one in wanted}
        made = [one for one in wanted if not found[one.says]]
        about = work.get("Patient", patient).resource()
        told = told_by([one.resource() for one in work.record(patient)], about, today) if made else None
        ill = _conditions(work.record(patient, "Condition"), encounter)
        new = {one.says: _sheet(by, about, told, one, today, _Why(seen.note, ill)) for one in made if told}
        laid = {says: (sheet, pdf(sheet, at=at)) for says, sheet in new.items()}
        stale = printed.stale(held, found.keys(), asked, seen.corrected, over)
        for one in (request for paper in made if not paper.asked for request in paper.requests):
            if (signed := _signed(one, by)) != one:
                work.update(signed, if_version=int(one["meta"]["versionId"]))
        for old in stale:
            work.update({**old.resource(), "status": "superseded"}, if_version=old.version)
        papers = [
            found[one.says] or _kept(work, by, at, patient, laid[one.says], encounter, one.says, stale)
            for one in wanted
        ] or [one for one in held.values() if one not in stale]
    if not papers and not _waits(asked):
        raise Invalid(_("Plus rien à imprimer : le papier d’avant la correction de la note est retiré."))
    return papers


def _signed(request: Resource, by: Actor) -> Resource:
    """A request as it is once on paper: prescribed, by who signs that paper, whoever wrote the note."""
    first, said = request.get("requester"), {**request, "status": "active", "requester": by.who()}
    is_others = bool(first) and first != by.who() and request["resourceType"] == "MedicationRequest"
    return said | ({"recorder": first} if is_others else {})


def _of_visit(listed: Iterable[Stored], encounter: str) -> list[Resource]:
    """What a person asked for in that visit, as its note says it, one after the other."""
    said = (one.resource() for one in listed)
    return sorted((one for one in said if _is_of(one, encounter) and printed.is_ours(one)), key=_place)


def _waits(asked: Iterable[Resource]) -> bool:
    return any(_kind_of(one) in _WRITTEN for one in asked)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """One paper to have: what it is, what it is called, the requests that it says, and the words of a leave or a
    certificate."""

    kind: str
    title: str
    requests: tuple[Resource, ...]
    asked: Asked | None = None

    @property
    def says(self) -> printed.Says:
        return printed.says(self.requests)


def _gathered(asked: Sequence[Resource]) -> Iterable[_Wanted]:
    """Medicines on one paper; analyses, imaging, care each on another: each is given to another professional."""
    medicines_ = tuple(filter(_is_medicine, asked))
    if medicines_:
        yield _Wanted("prescription", TITLES["prescription"][0], medicines_)
    kinds = dict.fromkeys(_category(one) for one in asked if _kind_of(one) in _PRINTED)
    for kind in kinds:
        said = tuple(one for one in asked if _kind_of(one) in _PRINTED and _category(one) == kind)
        yield _Wanted("order", f"{TITLES['order'][0]} – {kind}", said)


@dataclass(frozen=True, slots=True)
class _Desk:
    """What a leave or a certificate is printed with: by whom, the day, the visit that asked for it, the models they see."""

    by: Actor
    today: date
    visit: Visit
    models: Sequence[wordings.Wording]


def _ready(asked: Sequence[Resource], desk: _Desk) -> Iterable[_Wanted]:
    """Leave and certificates that need no more words, one paper each."""
    for one in asked:
        found = _asked(one, desk)
        if found:
            yield _Wanted(found.kind, TITLES[found.kind][0], (one,), found)


@dataclass(frozen=True, slots=True)
class _Why:
    """The words of the note that the requests of a visit come from, and the problems that it names."""

    note: str
    conditions: Sequence[Resource]


def _conditions(listed: Iterable[Stored], encounter: str) -> list[Resource]:
    """The problems that a person accepted from the note of that visit: there, or suspected."""
    found = (one.resource() for one in listed)
    return [one for one in found if _is_of(one, encounter) and printed.is_present(one)]


def _sheet(by: Actor, about: Resource, told: Told, wanted: _Wanted, today: date, why: _Why) -> Sheet:
    if wanted.asked:
        return _letter(by, about, told, wanted.asked, today)
    said = wanted.requests
    is_medicines = wanted.kind == "prescription"
    return Sheet(
        kind=wanted.kind,
        title=wanted.title,
        by=letterhead.prescriber(by=by),
        about=replace(subject(about, today), weight=told.weight),
        place=letterhead.of(by=by).city,
        date=day_words(today),
        lines=tuple(map(line, said)) if is_medicines else (),
        others=() if is_medicines else tuple(_order_words(said, why)),
        warning=UNCHECKED if is_medicines else "",
    )


def _order_words(requests: Sequence[Resource], why: _Why) -> Iterable[str]:
    """What is asked, in the words that were typed, but for those that the title says; of imaging also why."""
    if _kind_of(requests[0]) == "imaging":
        return requested.imaging(requests, why.conditions, why.note)
    return requested.lines(requests, why.note)


def _category(request: Resource) -> str:
    return str(request["category"][0].get("text", ""))


def unwritten(*, by: Actor, day: date, record: OpenRecord, encounter: str) -> list[tuple[str, str]]:
    """What that visit asked for and a person still has to write: kind of paper, and id of the request. A letter; a
    certificate of which the practice has no model, a leave whose length was not said."""
    listed = record.all("ServiceRequest", "Encounter", "Composition")
    asked = _of_visit([one for one in listed if one.type == "ServiceRequest"], encounter)
    wanted = [one for one in asked if _kind_of(one) in _WRITTEN]
    written = frozenset().union(*printed.of_visit(record.all("DocumentReference"), encounter))
    left = [one for one in wanted if f"ServiceRequest/{one['id']}" not in written]
    desk = _Desk(by, day, paper_visit.visit(listed, encounter), wordings.seen(by=by))
    return [(_WRITTEN[_kind_of(one)], one["id"]) for one in left if not _asked(one, desk)]


def _place(request: Resource) -> int:
    """As the note says them, one after the other."""
    place = place_of(request)
    return place.start if place else 0


def _asked(request: Resource, desk: _Desk) -> Asked | None:
    """The paper that this request asks for, in the words of the practice; None when a person must write it, and for
    what is no leave and no certificate. « Examiné ce jour » is true on the day of the visit only, of its author only."""
    kind, words = _kind_of(request), str(request.get("code", {}).get("text", ""))
    if kind not in ("sick_leave", "certificate") or desk.visit.day != desk.today:
        return None
    if request.get("requester") != desk.by.who():
        return None
    if not at_once.is_plain(words, desk.visit.note):
        return None
    if kind == "sick_leave":
        days = at_once.leave(words, desk.today)
        own = [one.text for one in desk.models if one.kind == "sick_leave"]
        fits = 1 <= days <= LONGEST_LEAVE and len(own) <= 1
        return Asked("sick_leave", (own or [WORDINGS["sick_leave"]])[0], days=days) if fits else None
    named = [one for one in desk.models if one.kind == "certificate" and at_once.names(words, one.name)]
    best = [one for one in named if one.mine] or named
    return Asked("certificate", best[0].text, about=words) if len(best) == 1 else None


def begun(*, by: Actor, day: date, patient: Resource, reading: Reading, asked: Asked) -> str:
    """The wording as a person begins to edit it, in the words of this record; what depends on what they will type
    (LATER) stays a field. Of a visit of another day, that day is said."""
    near = {(day + timedelta(days=days)).isoformat() for days in (-1, 0, 1)}  # a moment is written in UTC
    measured = (one for one in reading.observed if date_of(one)[:10] in near)
    facts = [*map(reading.whole, [*filter(tells, reading.facts), *measured])]
    told = told_by(facts, patient, day, asked.encounter)
    visit, body = paper_visit.visit(reading.stored("Encounter", "Composition"), asked.encounter), asked.body
    seen = visit.day or day
    asked = _worded(asked, [one for one in facts if one["resourceType"] == "ServiceRequest"], visit.note)
    if asked.kind != "letter" and seen != day:
        body = body.replace("ce jour", f"le {day_words(seen)}")
    if asked.kind == "sick_leave" and (rest := leaves.asked(asked.about, seen).rest):
        body = f"{body}\n\n{wording.plain(rest)}"
    if asked.kind == "certificate" and not asked.demand:
        body = body.replace("{demande}", "")  # a blank to write in
    return wording.begun(body, values(by, patient, told, asked, day), LATER[asked.kind])


def leave_of(request: Resource, day: date, reading: Reading) -> leaves.Leave:
    """What a visit asked for, from its day (`day` when it is not known)."""
    visit = paper_visit.visit(reading.stored("Encounter", "Composition"), paper_visit.of(request))
    return leaves.asked(requested.whole(request, visit.note), visit.day or day)


def first_day(request: Resource, day: date, reading: Reading) -> date:
    """The day from which a leave that a visit asked for counts, unless its words say another one."""
    return paper_visit.visit(reading.stored("Encounter", "Composition"), paper_visit.of(request)).day or day


def _worded(asked: Asked, requests: Iterable[Resource], note: str) -> Asked:
    """With what its request says in the note: to the end of its clause, a person reads it."""
    ours = next((one for one in requests if asked.request and one["id"] == asked.request), None)
    if ours is None:
        return asked
    said = requested.whole(ours, note)
    if asked.kind == "letter":
        return replace(asked, about=reason_of(ours) or letters.examination(said))
    demand = requested.certificate(said) if asked.kind == "certificate" else ""
    return replace(asked, about=said, demand=demand)


def reason_of(request: Resource) -> str:
    """What a paper that a visit asked for is about: of a letter, what is asked of its reader, where its words say so."""
    if request and _kind_of(request) == "referral":
        return str((request.get("reasonCode") or [{}])[0].get("text", ""))
    return str(request.get("code", {}).get("text", ""))


def recipient_of(request: Resource) -> str:
    """To whom a letter that a visit asked for goes, as far as its words say; empty for other papers."""
    words = str(request.get("code", {}).get("text", ""))
    return letters.recipient(words) if request and _kind_of(request) == "referral" else ""


def fitting(models: Sequence[wordings.Wording], request: Resource) -> list[wordings.Wording]:
    """The models that may begin what a visit asked for, those named like it before the others. No certificate begins in
    the words of another one, and no letter in those for another specialty."""
    if _kind_of(request) == "certificate":
        return []
    words = str(request.get("code", {}).get("text", ""))
    if _kind_of(request) != "referral":
        return [*models]
    found = [one for one in models if letters.fits(one.name, words)]
    return sorted(found, key=lambda one: not letters.names_one(one.name))


def is_printable(resource: Resource, encounter: str) -> bool:
    """Whether this is something that the papers of that visit (`Encounter/id`) would say."""
    if resource.get("encounter", {}).get("reference") != encounter or not printed.is_ours(resource):
        return False
    return _is_medicine(resource) or _kind_of(resource) in _PRINTED | _WRITTEN.keys()


def letter(*, by: Actor, at: datetime, patient: str, asked: Asked) -> Stored:
    """A letter, a certificate or a note of sick leave; one that answers a request takes the place of the one before. Raises
    Invalid (a field that does not exist, no length, a request that was taken back), Refused."""
    check_write(by)
    today = timezone.localtime(at).date()
    if asked.kind == "sick_leave" and not 1 <= asked.days <= LONGEST_LEAVE:
        raise Invalid(_("Indiquez le nombre de jours de l’arrêt, entre 1 et {most}."), most=LONGEST_LEAVE)
    with gate.write(by=by, at=at, action="paper.letter", patient=patient) as work:
        about = work.get("Patient", patient).resource()
        listed = work.record(patient)
        resources = [one.resource() for one in listed]
        told, visit = (
            told_by(resources, about, today, asked.encounter),
            paper_visit.visit(listed, asked.encounter),
        )
        requests = [one for one in resources if one["resourceType"] == "ServiceRequest"]
        asked = _worded(replace(asked, since=asked.since or visit.day), requests, visit.note)
        _check_stands(listed, asked)
        sheet = _letter(by, about, told, asked, today)
        check_tells(asked, sheet.body, values(by, about, told, asked, today))
        laid = sheet, pdf(sheet, at=at)
        says = printed.Says([f"ServiceRequest/{asked.request}"] if asked.request else [])
        documents = (one for one in listed if one.type == "DocumentReference")
        before = printed.of_visit(documents, asked.encounter).get(says)
        if before:
            work.update({**before.resource(), "status": "superseded"}, if_version=before.version)
        return _kept(work, by, at, patient, laid, asked.encounter, says, [before] if before else ())


def _check_stands(listed: Iterable[Stored], asked: Asked) -> None:
    """What the paper answers is still asked for by that visit."""
    requests = [one for one in listed if one.type == "ServiceRequest"]
    standing = {one["id"]: _WRITTEN.get(_kind_of(one)) for one in _of_visit(requests, asked.encounter)}
    if asked.request and standing.get(asked.request) != asked.kind:
        raise Invalid(
            _("La consultation ne demande plus ce papier : sa note a été corrigée. Rien n’est imprimé.")
        )


def _letter(by: Actor, about: Resource, told: Told, asked: Asked, today: date) -> Sheet:
    return Sheet(
        kind=asked.kind,
        title=TITLES[asked.kind][0],
        by=letterhead.prescriber(by=by),
        about=subject(about, today),
        place=letterhead.of(by=by).city,
        date=day_words(today),
        body=wording.filled(asked.body, values(by, about, told, asked, today)),
        to=tuple(row.strip() for row in asked.to.splitlines() if row.strip()),
        warning=NOT_THE_FORM if asked.kind == "sick_leave" else "",
        closing="Bien confraternellement," if asked.kind == "letter" else "",
    )


def check_write(by: Actor) -> None:
    """This actor may sign papers."""
    access.check_doctor(
        by, _("Seul un médecin du cabinet signe une ordonnance ou une lettre. Rien n’a été imprimé.")
    )
    access.check_write(by, "DocumentReference")


def _is_medicine(resource: Resource) -> bool:
    return resource["resourceType"] == "MedicationRequest" and resource["status"] in _CONTROLLED


def _kind_of(resource: Resource) -> str:
    """Which kind of order this is, while it stands."""
    if resource["resourceType"] != "ServiceRequest" or resource["status"] != "active":
        return ""
    kind = (resource.get("category") or [{}])[0]
    return str((kind.get("coding") or [{}])[0].get("code", ""))


_PRINTED = frozenset(("lab", "imaging", "nursing", "physio", "vaccine"))


def line(request: Resource) -> Line:
    """One medicine as the paper says it: what the doctor accepted, word for word."""
    text = str(request["medicationCodeableConcept"].get("text", ""))
    supply = request.get("dispenseRequest", {})
    days = supply.get("expectedSupplyDuration", {})
    repeats = supply.get("numberOfRepeatsAllowed", 0)
    return Line(
        inn=text,
        directions=dosage(request),
        duration=medicines.duration({"duration_days": int(days["value"])}) if days.get("code") == "d" else "",
        renewals=f"à renouveler {repeats} fois" if repeats else "",
    )


def _is_of(resource: Resource, encounter: str) -> bool:
    return bool(resource.get("encounter", {}).get("reference") == f"Encounter/{encounter}")


def _kept(
    work: Work, by: Actor, at: datetime, patient: str, laid: tuple[Sheet, bytes], encounter: str,
    says: printed.Says, stale: Sequence[Stored] = (),
) -> Stored:  # fmt: skip
    """A paper in the record as it was laid out, with what it says, and which one it takes the place of."""
    sheet, content = laid
    made = _reference(by, at, patient, sheet, work.keep_blob(content), content)
    old = [one for one in stale if one.resource().get("description") == sheet.title]
    replaced = [{"code": "replaces", "target": {"reference": one.reference}} for one in old]
    links: dict[str, Any] = {"encounter": [{"reference": f"Encounter/{encounter}"}]} if encounter else {}
    links |= {"related": [{"reference": one} for one in sorted(says)]} if says else {}
    made |= {"relatesTo": replaced} if replaced else {}
    return work.create(made | ({"context": links} if links else {}))


def _reference(by: Actor, at: datetime, patient: str, sheet: Sheet, blob: str, content: bytes) -> Resource:
    attachment = {
        "contentType": "application/pdf",
        "url": f"Binary/{blob}",
        "size": len(content),
        "title": sheet.title,
    }
    code = TITLES[sheet.kind][1]
    return {
        "resourceType": "DocumentReference",
        "status": "current",
        "docStatus": "final",
        "type": {"coding": [{"system": codes.LOINC, "code": code}], "text": sheet.title},
        "subject": {"reference": f"Patient/{patient}"},
        "date": dates.instant(at),
        "author": [by.who()],
        "description": sheet.title,
        "content": [{"attachment": attachment}],
    }
