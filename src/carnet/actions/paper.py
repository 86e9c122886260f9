"""Papers of a patient: prescription, other orders, letter, certificate, note of sick leave. Each is laid out, kept in
the record as it was printed, and signed by the actor's name. Papers are in French: they leave the practice. What a
visit asked for goes to paper at once where nothing is left to write: see `unwritten` for the rest."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from django.utils import timezone
from django.utils.translation import gettext as _

from carnet.actions import letterhead, wordings
from carnet.documents.paper import wording
from carnet.documents.paper.render import pdf
from carnet.documents.paper.sheets import Line, Sheet, Subject
from carnet.fhir import codes, dates
from carnet.fhir.errors import Invalid, Refused
from carnet.fhir.folding import fold
from carnet.record import access, gate
from carnet.record.actor import Actor
from carnet.record.gate import OpenRecord
from carnet.record.reading import Reading
from carnet.record.work import Stored
from carnet.rules import identity_status, person
from carnet.rules.accepted import measures, medicines, steps
from carnet.rules.measure import date_of
from carnet.rules.passage import place_of
from carnet.rules.synthesis import Synthesis, dosage, synthesis, tells

Resource = dict[str, Any]
Kind = Literal["letter", "certificate", "sick_leave"]

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
# What the practice has before it writes its own (`wording.FIELDS`).
WORDINGS: dict[Kind, str] = {
    "letter": (
        "Cher confrère, chère consœur,\n\nJe vous adresse {civilite} {nom}, {age}.\n\nMotif : {motif}\n\n"
        "Antécédents : {problemes}\nAllergies : {allergies}\nCe jour : {mesures}\n\n"
        "Je vous remercie de votre avis."
    ),
    "certificate": (
        "Je soussigné(e), {medecin}, certifie avoir examiné ce jour {civilite} {nom}, né(e) le {naissance}.\n\n\n\n"
        "Certificat établi à la demande de l’intéressé(e) et remis en main propre."
    ),
    "sick_leave": (
        "Je soussigné(e), {medecin}, certifie avoir examiné ce jour {civilite} {nom}, dont l’état de santé nécessite un arrêt "
        "de travail de {jours} jours, jusqu’au {jusquau} inclus."
    ),
}
LONGEST_LEAVE = 366
# What depends on what a person will type, by kind of paper.
LATER: dict[Kind, tuple[str, ...]] = {
    "letter": ("destinataire",),
    "certificate": (),
    "sick_leave": ("jours", "jusquau"),
}
_WRITTEN = frozenset(("sick_leave", "certificate"))
_ANY_CERTIFICATE = frozenset(
    ("certificat", "certif", "medical", "de", "d", "a", "la", "le", "du", "pour", "enfant")
)
_ORDER_WORD = re.compile(r"^(?:bio|bilan|biologie|labo)\s+(?=\w)", re.IGNORECASE)  # its title says it
_CONTROLLED = frozenset(("draft", "active"))


@dataclass(frozen=True, slots=True)
class Asked:
    """A paper as a person asks for it: `body` is its wording (fields in braces), `to` the address of a letter, `about`
    what it is for, `encounter` the visit that asked for it."""

    kind: Kind
    body: str
    to: str = ""
    days: int = 0
    about: str = ""
    encounter: str = ""


def prescription(*, by: Actor, at: datetime, patient: str, encounter: str) -> list[Stored]:
    """The papers of what was accepted in one visit: medicines on one, each kind of other order on its own, leave and
    certificates whose words are all known. What was a draft is now prescribed. The DocumentReferences, none when all is
    still to be written (`unwritten`). Raises Invalid when nothing was asked for, Refused, NotFound."""
    check_write(by)
    models, today = wordings.seen(by=by), timezone.localtime(at).date()
    with gate.write(by=by, at=at, action="paper.prescription", patient=patient) as work:
        listed = [one.resource() for one in work.record(patient, "MedicationRequest", "ServiceRequest")]
        asked = sorted((one for one in listed if _is_of(one, encounter)), key=_place)
        ready = [found for one in asked if (found := _asked(one, today, models))]
        told = told_by([one.resource() for one in work.record(patient)], today) if ready else None
        about = work.get("Patient", patient).resource()
        written = [_letter(by, about, told, one, today) for one in ready if told]
        sheets = [*_sheets(by, at, about, asked), *written]
        if not sheets and not any(_kind_of(one) in _WRITTEN for one in asked):
            raise Invalid(_("Cette consultation n’a rien à imprimer : aucune ordonnance n’y a été acceptée."))
        printed = [(sheet, pdf(sheet, at=at)) for sheet in sheets]
        for one in asked:
            if one["resourceType"] == "MedicationRequest" and one["status"] == "draft":
                work.update({**one, "status": "active"}, if_version=int(one["meta"]["versionId"]))
        return [
            work.create(_reference(by, at, patient, sheet, work.keep_blob(content), content, encounter))
            for sheet, content in printed
        ]


def unwritten(*, by: Actor, day: date, record: OpenRecord, encounter: str) -> list[tuple[str, str]]:
    """What that visit asked for and a person has to write: kind, and id of the request. A certificate of which the
    practice has no model, a leave whose length was not said."""
    models = wordings.seen(by=by)
    asked = [one.resource() for one in record.all("ServiceRequest")]
    left = [one for one in asked if _is_of(one, encounter) and _kind_of(one) in _WRITTEN]
    return [(_kind_of(one), one["id"]) for one in left if not _asked(one, day, models)]


def _place(request: Resource) -> int:
    """As the note says them, one after the other."""
    place = place_of(request)
    return place.start if place else 0


def _asked(request: Resource, day: date, models: Sequence[wordings.Wording]) -> Asked | None:
    """The paper that this request asks for, in the words of the practice; None when a person must write it, and for
    what is no leave and no certificate."""
    if _kind_of(request) not in _WRITTEN:
        return None
    words = str(request["code"].get("text", ""))
    if _kind_of(request) == "sick_leave":
        days = steps.leave_days(words, day)
        own = [one.text for one in models if one.kind == "sick_leave"]
        fits = 1 <= days <= LONGEST_LEAVE
        return Asked("sick_leave", (own or [WORDINGS["sick_leave"]])[0], days=days) if fits else None
    said = set(fold(words).split())
    named = [one for one in models if one.kind == "certificate" and _names(one.name) & said]
    best = max(named, key=lambda one: len(_names(one.name) & said), default=None)
    return Asked("certificate", best.text, about=words) if best else None


def _names(title: str) -> set[str]:
    """The words that tell one certificate from another."""
    return set(fold(title).split()) - _ANY_CERTIFICATE


def begun(*, by: Actor, day: date, patient: Resource, reading: Reading, asked: Asked) -> str:
    """The wording as a person begins to edit it, in the words of this record; what depends on what they will type
    (LATER) stays a field."""
    near = {(day + timedelta(days=days)).isoformat() for days in (-1, 0, 1)}  # a moment is written in UTC
    measured = (one for one in reading.observed if date_of(one)[:10] in near)
    told = told_by([*map(reading.whole, [*filter(tells, reading.facts), *measured])], day)
    return wording.begun(asked.body, values(by, patient, told, asked, day), LATER[asked.kind])


def leave_of(request: Resource, day: date) -> int:
    """How many days a visit asked for; 0 when it did not say."""
    return steps.leave_days(str(request.get("code", {}).get("text", "")), day)


def is_printable(resource: Resource, encounter: str) -> bool:
    """Whether this is something that the papers of that visit (`Encounter/id`) would say."""
    if resource.get("encounter", {}).get("reference") != encounter:
        return False
    return _is_medicine(resource) or _kind_of(resource) in _PRINTED | _WRITTEN


def letter(*, by: Actor, at: datetime, patient: str, asked: Asked) -> Stored:
    """A letter, a certificate or a note of sick leave. Raises Invalid (a field that does not exist, no length), Refused."""
    check_write(by)
    today = timezone.localtime(at).date()
    if asked.kind == "sick_leave" and not 1 <= asked.days <= LONGEST_LEAVE:
        raise Invalid(_("Indiquez le nombre de jours de l’arrêt, entre 1 et {most}."), most=LONGEST_LEAVE)
    with gate.write(by=by, at=at, action="paper.letter", patient=patient) as work:
        about = work.get("Patient", patient).resource()
        told = told_by([one.resource() for one in work.record(patient)], today)
        sheet = _letter(by, about, told, asked, today)
        content, visit = pdf(sheet, at=at), asked.encounter or None
        return work.create(_reference(by, at, patient, sheet, work.keep_blob(content), content, visit))


@dataclass(frozen=True, slots=True)
class Told:
    """What the record says for a paper: what is true of the patient, why they came last, what was measured that day."""

    known: Synthesis
    reason: str
    measures: str


def told_by(record: Sequence[Resource], today: date) -> Told:
    """From the whole record; a reason and measures only of a visit of this day."""
    visits = [one for one in record if one["resourceType"] == "Encounter" and _is_today(one, today)]
    reasons = [str(said.get("text", "")) for one in visits for said in one.get("reasonCode", [])]
    measured = [one for one in record if one["resourceType"] == "Observation" and _is_today(one, today)]
    return Told(synthesis(record, today=today), reasons[0] if reasons else "", measures.said(measured))


def _is_today(resource: Resource, today: date) -> bool:
    written = str(resource.get("effectiveDateTime") or resource.get("period", {}).get("start") or "")
    return len(written) > 10 and timezone.localtime(datetime.fromisoformat(written)).date() == today


def _letter(by: Actor, about: Resource, told: Told, asked: Asked, today: date) -> Sheet:
    return Sheet(
        kind=asked.kind,
        title=TITLES[asked.kind][0],
        by=letterhead.prescriber(by=by),
        about=subject(about, today),
        place=letterhead.of(by=by).city,
        date=_day(today),
        body=wording.filled(asked.body, values(by, about, told, asked, today)),
        to=tuple(row.strip() for row in asked.to.splitlines() if row.strip()),
        warning=NOT_THE_FORM if asked.kind == "sick_leave" else "",
        closing="Bien confraternellement," if asked.kind == "letter" else "",
    )


def values(by: Actor, patient: Resource, told: Told, asked: Asked, today: date) -> dict[str, str]:
    """What the fields of a wording stand for in this record, today."""
    about, known = subject(patient, today), told.known
    allergies = {"none": "aucune connue", "unrecorded": "non renseignées"}
    return {
        "civilite": {"F": "Mme", "M": "M."}.get(about.sex, ""),
        "nom": about.name,
        "naissance": about.born,
        "age": about.age,
        "date": _day(today),
        "lieu": letterhead.of(by=by).city if "lieu" in asked.body else "",
        "medecin": by.name,
        "motif": asked.about or told.reason,
        "mesures": told.measures,
        "problemes": ", ".join(line.text for line in known.problems),
        "traitements": ", ".join(
            " ".join(filter(None, (line.text, line.detail))) for line in known.treatments
        ),
        "allergies": allergies.get(known.allergy_state) or ", ".join(line.text for line in known.allergies),
        "jours": str(asked.days or ""),
        "jusquau": _day(today + timedelta(days=asked.days - 1)) if asked.days else "",
        "destinataire": asked.to.splitlines()[0].strip() if asked.to.strip() else "",
    }


def subject(patient: Resource, today: date) -> Subject:
    """Whom the paper is about. The INS only where its status allows it to leave."""
    known, status = person.typed(patient), person.reliability(patient)
    family, given = known.used_name or known.birth_name, known.used_given or known.given.partition(" ")[0]
    used = f"{family.upper()} {given}".strip()
    may = identity_status.may_send_ins(status) and bool(known.ins)
    return Subject(
        name=used,
        birth_name=known.birth_name.upper()
        if known.used_name and known.used_name != known.birth_name
        else "",
        born=_day(known.birth_date),
        age=_age(known.birth_date, today),
        sex={"female": "F", "male": "M"}.get(known.gender, ""),
        ins=known.ins if may else "",
        status=identity_status.words(status),
    )


def check_write(by: Actor) -> None:
    """This actor may sign papers."""
    access.check_practice(by)
    if by.role not in ("owner", "associate"):
        raise Refused(
            _("Seul un médecin du cabinet signe une ordonnance ou une lettre. Rien n’a été imprimé.")
        )
    access.check_write(by, "DocumentReference")


def _sheets(by: Actor, at: datetime, patient: Resource, asked: Sequence[Resource]) -> Iterable[Sheet]:
    today = timezone.localtime(at).date()
    head, about, place = (
        letterhead.prescriber(by=by),
        subject(patient, today),
        letterhead.of(by=by).city,
    )
    medicines_ = [*filter(_is_medicine, asked)]
    if medicines_:
        yield Sheet(
            "prescription", TITLES["prescription"][0], head, about, place, _day(today),
            lines=tuple(map(line, medicines_)), warning=UNCHECKED,
        )  # fmt: skip
    for kind, others in _by_kind(asked).items():
        yield Sheet(
            "order", f"{TITLES['order'][0]} – {kind}", head, about, place, _day(today),
            others=tuple(_ORDER_WORD.sub("", str(one["code"].get("text", ""))) for one in others),
        )  # fmt: skip


def _by_kind(asked: Sequence[Resource]) -> dict[str, list[Resource]]:
    """Analyses, imaging, care: each is given to another professional. Letters, certificates and leave are written apart."""
    found: dict[str, list[Resource]] = {}
    for one in asked:
        if _kind_of(one) in _PRINTED:
            found.setdefault(str(one["category"][0].get("text", "")), []).append(one)
    return found


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


def _reference(
    by: Actor, at: datetime, patient: str, sheet: Sheet, blob: str, content: bytes, encounter: str | None
) -> Resource:
    attachment = {
        "contentType": "application/pdf",
        "url": f"Binary/{blob}",
        "size": len(content),
        "title": sheet.title,
    }
    code = TITLES[sheet.kind][1]
    made = {
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
    return made | ({"context": {"encounter": [{"reference": f"Encounter/{encounter}"}]}} if encounter else {})


def _day(day: date | str) -> str:
    """`21/11/2026`; a birth date of which only the year is known stays that year."""
    if isinstance(day, str):
        year, _dash, rest = day.partition("-")
        return "/".join(reversed([year, *rest.split("-")])) if rest else year
    return f"{day:%d/%m/%Y}"


def _age(born: str, today: date) -> str:
    if len(born) != 10:
        return ""
    years, months = dates.age(date.fromisoformat(born), today)
    return f"{years} ans" if years >= 2 else f"{12 * years + months} mois"
