"""What a paper says: the wordings that a practice has before it writes its own, and what their fields stand for in a
record. Papers are in French: they leave the practice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from django.utils import timezone

from carnet.actions import letterhead
from carnet.documents.paper.sheets import Subject
from carnet.fhir import dates
from carnet.record.actor import Actor
from carnet.rules import identity_status, person
from carnet.rules.accepted import measures
from carnet.rules.synthesis import GONE, SUSPECTED, TO_PRINT, Line, Synthesis, synthesis

Resource = dict[str, Any]
Kind = Literal["letter", "certificate", "sick_leave"]

# What the practice has before it writes its own (`wording.FIELDS`).
WORDINGS: dict[Kind, str] = {
    "letter": (
        "Cher confrère, chère consœur,\n\nJe vous adresse {civilite} {nom}, {age}.\n\nMotif : {motif}\n\n"
        "Problèmes : {problemes}\nAntécédents : {antecedents}\nAllergies : {allergies}\nCe jour : {mesures}\n\n"
        "Je vous remercie de votre avis."
    ),
    "certificate": (
        "Je soussigné(e), {medecin}, certifie avoir examiné ce jour {civilite} {nom}, {ne} le {naissance}.\n\n\n\n"
        "Certificat établi à la demande de {interesse} et remis en main propre."
    ),
    "sick_leave": (
        "Je soussigné(e), {medecin}, certifie avoir examiné ce jour {civilite} {nom}, dont l’état de santé nécessite un arrêt "
        "de travail de {jours} jours, jusqu’au {jusquau} inclus."
    ),
}
# What depends on what a person will type, by kind of paper.
LATER: dict[Kind, tuple[str, ...]] = {
    "letter": ("destinataire",),
    "certificate": (),
    "sick_leave": ("jours", "jusquau"),
}
_OF_AGE = 18


@dataclass(frozen=True, slots=True)
class Asked:
    """A paper as a person asks for it: `body` is its wording (fields in braces), `to` the address of a letter, `about`
    what it is for, `encounter` the visit that asked for it, `request` the id of what it answers there, `since` the day from
    which a leave counts, today when none is given."""

    kind: Kind
    body: str
    to: str = ""
    days: int = 0
    about: str = ""
    encounter: str = ""
    request: str = ""
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What the record says for a paper: what is true of the patient, why they came last, what was measured that day."""

    known: Synthesis
    reason: str
    measures: str
    weight: str = ""


def told_by(record: Sequence[Resource], patient: Resource, today: date) -> Told:
    """From the whole record; a reason and measures only of a visit of this day, a weight only of a child."""
    visits = [one for one in record if one["resourceType"] == "Encounter" and _is_today(one, today)]
    reasons = [str(said.get("text", "")) for one in visits for said in one.get("reasonCode", [])]
    measured = [one for one in record if one["resourceType"] == "Observation"]
    born = _born(patient)
    return Told(
        synthesis(record, today=today),
        reasons[0] if reasons else "",
        measures.said(one for one in measured if _is_today(one, today)),
        measures.weight_of_child(measured, born, today) if born else "",
    )


def _born(patient: Resource) -> date | None:
    """None when only the year or the month is known."""
    written = str(patient.get("birthDate") or "")
    return date.fromisoformat(written) if len(written) == 10 else None


def _is_today(resource: Resource, today: date) -> bool:
    written = str(resource.get("effectiveDateTime") or resource.get("period", {}).get("start") or "")
    return len(written) > 10 and timezone.localtime(datetime.fromisoformat(written)).date() == today


def values(by: Actor, patient: Resource, told: Told, asked: Asked, today: date) -> dict[str, str]:
    """What the fields of a wording stand for in this record, today."""
    about, known = subject(patient, today), told.known
    allergies = {"none": "aucune connue", "unrecorded": "non renseignées"}
    return {
        "civilite": {"F": "Mme", "M": "M."}.get(about.sex, ""),
        "nom": about.name,
        "ne": {"F": "née", "M": "né"}.get(about.sex, "né(e)"),
        "interesse": _who_asks(patient, about.sex, today),
        "naissance": about.born,
        "age": about.age,
        "date": day_words(today),
        "lieu": letterhead.of(by=by).city if "lieu" in asked.body else "",
        "medecin": by.name,
        "motif": asked.about or told.reason,
        "mesures": told.measures,
        "problemes": ", ".join(map(_named, known.problems)),
        "antecedents": ", ".join(_dated(line) for line in known.history if not line.denied),
        "traitements": ", ".join(map(_taken, known.treatments)),
        "allergies": allergies.get(known.allergy_state) or ", ".join(line.text for line in known.allergies),
        "jours": str(asked.days or ""),
        "jusquau": day_words((asked.since or today) + timedelta(days=asked.days - 1)) if asked.days else "",
        "destinataire": asked.to.splitlines()[0].strip() if asked.to.strip() else "",
    }


def _named(line: Line) -> str:
    """A problem as a colleague must read it: what is suspected is not affirmed."""
    return f"{line.text} (suspecté)" if SUSPECTED in line.detail else line.text


def _dated(line: Line) -> str:
    """What is past, with its year where it is known."""
    year = line.since[:4]
    return f"{_named(line)} ({year})" if year.isdigit() else _named(line)


def _taken(line: Line) -> str:
    """A treatment, without what only the screen says of it."""
    said = [part for part in line.detail.split(" · ") if part not in (TO_PRINT, GONE)]
    return " ".join(filter(None, (line.text, " · ".join(said), "(dose à revoir)" if line.doubt else "")))


def _who_asks(patient: Resource, sex: str, today: date) -> str:
    born = _born(patient)
    if born and dates.age(born, today)[0] < _OF_AGE:
        return "son représentant légal"
    return {"F": "l’intéressée", "M": "l’intéressé"}.get(sex, "l’intéressé(e)")


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
        born=day_words(known.birth_date),
        age=_age(_born(patient), today),
        sex={"female": "F", "male": "M"}.get(known.gender, ""),
        ins=known.ins if may else "",
        status=identity_status.words(status),
    )


def day_words(day: date | str) -> str:
    """`21/11/2026`; a birth date of which only the year is known stays that year."""
    return dates.french(day) if isinstance(day, str) else f"{day:%d/%m/%Y}"


def _age(born: date | None, today: date) -> str:
    if born is None:
        return ""
    years, months = dates.age(born, today)
    return f"{years} ans" if years >= 2 else f"{12 * years + months} mois"
