"""What a paper says: the wordings that a practice has before it writes its own, and what their fields stand for in a
record. Papers are in French: they leave the practice."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from django.utils import timezone
from django.utils.translation import gettext as _

from carnet.actions import letterhead
from carnet.documents.paper import wording
from carnet.documents.paper.sheets import Subject
from carnet.fhir import dates
from carnet.fhir.errors import Invalid
from carnet.record.actor import Actor
from carnet.rules import identity_status, person, printed, requested
from carnet.rules.accepted import measures, medicines
from carnet.rules.synthesis import GONE, SUSPECTED, TO_PRINT, Line, Synthesis, dosage, synthesis

Resource = dict[str, Any]
Kind = Literal["letter", "certificate", "sick_leave"]

# What the practice has before it writes its own (`wording.FIELDS`).
WORDINGS: dict[Kind, str] = {
    "letter": (
        "Cher confrère, chère consœur,\n\nJe vous adresse {civilite} {nom}, {age}.\n\nMotif : {motif}\n\n"
        "Problèmes : {problemes}\nAntécédents : {antecedents}\nAllergies : {allergies}\n"
        "Traitements en cours : {traitements}\nPrescrit ce jour : {prescrit}\nMesures de ce jour : {mesures}\n\n"
        "Je vous remercie de votre avis."
    ),
    "certificate": (
        "Je soussigné(e), {medecin}, certifie avoir examiné ce jour {civilite} {nom}, {ne} le {naissance}.\n\n{demande}\n\n"
        "Certificat établi à la demande de {interesse} et remis en main propre."
    ),
    "sick_leave": (
        "Je soussigné(e), {medecin}, certifie avoir examiné ce jour {civilite} {nom}, dont l’état de santé nécessite un arrêt "
        "de travail de {jours} jours, à compter du {debut}, jusqu’au {jusquau} inclus."
    ),
}
# What depends on what a person will type, by kind of paper.
LATER: dict[Kind, tuple[str, ...]] = {
    "letter": ("destinataire",),
    "certificate": (),
    "sick_leave": ("jours", "debut", "jusquau"),
}
_OF_AGE = 18
_A_CHILD = 15  # younger, nobody is « Madame »
_EXAMINED = re.compile(r"examiné (?:ce jour|le \d{2}/\d{2}/\d{4})")
_BLANK = re.compile(r"(?<![\w…])…(?!\w)|_{3,}|\.{5,}")


@dataclass(frozen=True, slots=True)
class Asked:
    """A paper as a person asks for it: `body` is its wording (fields in braces), `to` the address of a letter, `about`
    what it is for, `encounter` the visit that asked for it, `request` the id of what it answers there, `since` the day from
    which a leave counts, today when none is given; `demand` what a certificate that it answers was asked for."""

    kind: Kind
    body: str
    to: str = ""
    days: int = 0
    about: str = ""
    encounter: str = ""
    request: str = ""
    since: date | None = None
    demand: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What the record says for a paper: what is true of the patient, why they came last, what was measured that day."""

    known: Synthesis
    reason: str
    measures: str
    weight: str = ""
    prescribed: str = ""


def told_by(record: Sequence[Resource], patient: Resource, today: date, encounter: str = "") -> Told:
    """From the whole record; a reason, measures and what was prescribed only of a visit of this day (or of the visit that
    is named), a weight only of a child. Of a visit without a reason, the problems that its note names."""
    visits = [one for one in record if one["resourceType"] == "Encounter" and _is_today(one, today)]
    named = [
        one for one in record if encounter and one["id"] == encounter and one["resourceType"] == "Encounter"
    ]
    reasons = [str(said.get("text", "")) for one in named or visits for said in one.get("reasonCode", [])]
    ours = {f"Encounter/{one['id']}" for one in named or visits}
    made = [one for one in record if one.get("encounter", {}).get("reference") in ours]
    problems = [
        requested.problem(one)
        for one in made
        if one["resourceType"] == "Condition" and printed.is_present(one)
    ]
    measured = [one for one in record if one["resourceType"] == "Observation"]
    born = _born(patient)
    return Told(
        synthesis(record, today=today),
        reasons[0] if reasons else ", ".join(dict.fromkeys(problems)),
        measures.said(one for one in measured if _is_today(one, today)),
        measures.weight_of_child(measured, born, today) if born else "",
        " ; ".join(map(_prescribed, filter(printed.is_prescribed, made))),
    )


def _prescribed(request: Resource) -> str:
    named = str(request["medicationCodeableConcept"].get("text", ""))
    days = request.get("dispenseRequest", {}).get("expectedSupplyDuration", {})
    length = medicines.duration({"duration_days": int(days["value"])}) if days.get("code") == "d" else ""
    return ", ".join(filter(None, (named, dosage(request), length)))


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
        "civilite": "l’enfant" if _is_child(patient, today) else {"F": "Mme", "M": "M."}.get(about.sex, ""),
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
        "traitements": " ; ".join(map(_taken, known.treatments)),
        "prescrit": told.prescribed,
        "demande": asked.demand,
        "allergies": allergies.get(known.allergy_state) or ", ".join(line.text for line in known.allergies),
        "jours": str(asked.days or ""),
        "debut": day_words(asked.since or today),
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


def _is_child(patient: Resource, today: date) -> bool:
    born = _born(patient)
    return born is not None and dates.age(born, today)[0] < _A_CHILD


def check_tells(asked: Asked, body: Sequence[str], values: Mapping[str, str]) -> None:
    """Raises Invalid when a leave has a blank that nobody filled, or when a certificate certifies nothing."""
    if asked.kind == "sick_leave" and any(_BLANK.search(part) for part in body):
        raise Invalid(_("Il reste un blanc « … » dans le texte. Rien n’est imprimé. Écrivez ce qui manque."))
    if asked.kind != "certificate":
        return
    frame = "".join(wording.filled(WORDINGS["certificate"], {**values, "demande": ""}))
    said = [
        part for part in body if _BLANK.sub("", part).strip(" .:") and _undated(part) not in _undated(frame)
    ]
    if not said:
        raise Invalid(
            _("Ce certificat ne certifie rien encore. Rien n’est imprimé. Écrivez ce que vous certifiez.")
        )


def _undated(words: str) -> str:
    """Whatever the day of the visit."""
    return _EXAMINED.sub("examiné", words)


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
