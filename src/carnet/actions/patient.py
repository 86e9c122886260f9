"""A patient's record is created and its identity changed, by hand; and what every page about a patient shows at its
top. It reads no note and merges nobody."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from carnet.actions import candidates
from carnet.actions.candidates import Candidate
from carnet.fhir import codes
from carnet.fhir.errors import Invalid, Issue
from carnet.record import access, gate
from carnet.record.actor import Actor
from carnet.record.gate import OpenRecord
from carnet.record.reading import Reading
from carnet.record.work import Stored
from carnet.rules import alarms, measure, person, reliability, results
from carnet.rules.alarms import Allergy
from carnet.rules.identity import wrong_keys
from carnet.rules.measure import Observed
from carnet.rules.person import Identity
from carnet.rules.results import Value

Resource = dict[str, Any]
_NOT_SAVED = (
    "L'identité n'est pas complète ou pas exacte. Rien n'a été enregistré. Corrigez ce qui est indiqué."
)


@dataclass(frozen=True, slots=True)
class Banner:
    """What stays in view of a patient (shell/_patient_banner.html). `allergy_state`: listed, none, unrecorded, or
    hidden from who may not read it."""

    patient: Stored
    href: str
    allergies: list[Allergy]
    allergy_state: str
    identity: dict[str, str]
    facts: list[str] = field(default_factory=list)


def create(*, by: Actor, at: datetime, identity: Identity, proof: str = "") -> Stored:
    """A new record; `proof` names the paper that was seen (rules.identity_status.PROOFS). Raises Invalid (issues name
    the fields of Identity), Refused."""
    kept = _checked(identity, at)
    made = reliability.settled(person.patient(kept), None, proof=proof, today=_day(at).isoformat())
    with gate.write(by=by, at=at, action="patient.create") as work:
        return work.create(made)


def update(
    *, by: Actor, at: datetime, patient: str, if_version: int, identity: Identity, proof: str = ""
) -> Stored:
    """Change the identity; a strict trait that changes makes it provisional again, `proof` (a paper of
    rules.identity_status.PROOFS) raises its status. Raises Invalid, Conflict (current: what was saved
    meanwhile), Refused."""
    with gate.write(by=by, at=at, action="patient.update", patient=patient) as work:
        before = work.get("Patient", patient).resource()
        kept = _checked(identity, at, known=person.ins(before))
        after = person.patient(kept, before)
        settled = reliability.settled(after, before, proof=proof, today=_day(at).isoformat())
        return work.update(settled, if_version=if_version)


def likely_duplicates(*, by: Actor, identity: Identity) -> list[Candidate]:
    """Patients who may be this person, alarms first, then the likeliest: to look at before creating another."""
    return candidates.found(by=by, patient=person.patient(identity.tidied()))


def banner(
    by: Actor,
    record: OpenRecord,
    *,
    href: str = "",
    reading: Reading | None = None,
) -> Banner:
    """Name, alarms and identity of an opened record; `reading` spares a second reading of what a page has read."""
    if not access.readable(by)("AllergyIntolerance"):
        return Banner(record.patient, href, [], "hidden", _identity(record.patient.resource()))
    reading = reading or record.reading("AllergyIntolerance", "Observation")
    state, found = alarms.allergies(reading.facts)
    return Banner(record.patient, href, found, state, _identity(record.patient.resource()), _kidney(reading))


def check_write(by: Actor) -> None:
    """This actor may create patients and change identities."""
    access.check_write(by, "Patient")


def _checked(identity: Identity, at: datetime, known: str = "") -> Identity:
    """The identity tidied. An INS that came from outside with a wrong key may stay (`known`); nobody may type one."""
    kept = identity.tidied()
    wrong = person.wrong(kept, today=_day(at).isoformat())
    if known and kept.ins == known:
        wrong.pop("ins", None)
    if wrong:
        raise Invalid(_NOT_SAVED, [Issue(name, sentence) for name, sentence in wrong.items()])
    return kept


def _day(at: datetime) -> date:
    return timezone.localtime(at).date()


def _identity(patient: Resource) -> dict[str, str]:
    """How sure the identity is, in words; `kind` is the colour of its tag."""
    status, ins = person.reliability(patient), person.ins(patient)
    if wrong_keys(patient):
        return {"text": _("INS à clé fausse"), "kind": "settle"}
    if codes.has_tag(patient, codes.PROVISIONAL):
        return {"text": _("identité à vérifier"), "kind": "settle"}
    if not ins:
        return {"text": _("sans INS"), "kind": "past"}
    known = {"QUAL": _("INS qualifiée"), "VALI": _("identité validée"), "RECUP": _("INS récupérée")}
    return {"text": known.get(status, _("INS non qualifiée")), "kind": ""}


def _kidney(reading: Reading) -> list[str]:
    """The last filtration rate, else the last creatinine: what doses depend on."""
    listed = [one for one in reading.observed if measure.loinc_of(one) in _KIDNEY]
    newest = sorted(listed, key=measure.date_of, reverse=True)
    found = _latest(reading, newest, results.DFG) or _latest(reading, newest, results.CREATININE)
    if found is None or found.quantity is None:
        return []
    name = _("DFG") if found.code in results.DFG else _("Créatinine")
    sign = {"low": " ↓", "very-low": " ↓", "high": " ↑", "very-high": " ↑"}.get(found.flag, "")
    unit = "" if found.code in results.DFG else f" {found.unit}"
    beside = {"<=": "≤ ", ">=": "≥ ", "<": "< ", ">": "> "}.get(found.quantity.get("comparator", ""), "")
    return [f"{name} {beside}{_number(found.quantity['value'])}{unit}{sign} ({_month(found.date)})"]


def _latest(reading: Reading, newest: list[Observed], wanted: frozenset[str]) -> Value | None:
    """The first of these that has a number: only that one is looked at closely."""
    for one in newest:
        if measure.loinc_of(one) in wanted:
            found = results.latest(results.values([reading.whole(one)]), wanted)
            if found:
                return found
    return None


_KIDNEY = results.DFG | results.CREATININE


def _number(value: object) -> str:
    written = str(value)
    return written.replace(".", ",") if (get_language() or "fr").startswith("fr") else written


def _month(written: str) -> str:
    return f"{written[5:7]}/{written[:4]}" if len(written) >= 7 else written
