"""A consultation is opened, written as a draft, signed, amended. A signed note never changes: a correction is a new
version, marked as such, and the one before stays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from carnet.actions import offers
from carnet.fhir import codes, dates
from carnet.fhir.errors import CarnetError, Conflict, Invalid, Refused, TooBig
from carnet.record import access, gate
from carnet.record.actor import Actor
from carnet.record.work import Draft, Stored, Work
from carnet.rules import note
from carnet.rules.offers import Offer
from carnet.rules.received import tagged

Resource = dict[str, Any]
CONSULTATION_NOTE = "11488-4"  # LOINC: Consult note


@dataclass(frozen=True, slots=True)
class Signed:
    """What signing made: the note and the visit it belongs to (None after a correction); `left` is what was offered
    and nobody said a word of; the words may be the same when only offers were accepted; `back` is which treatments a
    correction gave back."""

    composition: Stored
    encounter: Stored | None
    left: tuple[Offer, ...] = ()
    same_words: bool = False
    back: tuple[offers.Back, ...] = ()


def open(*, by: Actor, at: datetime, patient: str) -> Draft:
    """Begin a consultation, or resume the one this actor has begun. Raises NotFound, Refused."""
    check_write(by)
    with gate.write(by=by, at=at, action="consultation.open", patient=patient) as work:
        work.get("Patient", patient)
        return work.open_draft(patient)


def save(*, by: Actor, patient: str, draft: str, revision: int, text: str) -> Draft:
    """Keep the text of a pause. Raises Conflict (current: the draft as another window saved it), TooBig, Refused when
    the draft is another patient's."""
    if len(text) > note.LONGEST:
        raise TooBig(
            _("Cette note dépasse {count} caractères : elle n'est pas enregistrée."), count=note.LONGEST
        )
    check_patient(gate.draft(by=by, id=draft), patient)
    return gate.save_draft(by=by, id=draft, revision=revision, text=note.writable(text))


def sign(
    *, by: Actor, at: datetime, patient: str, draft: str, revision: int, over: int | None = None
) -> Signed:
    """Make the note final: an Encounter and a Composition, or a new version of the note being amended; the draft is
    dropped. `over`: the version that the author has seen and writes over. Raises Invalid (empty), Conflict (current: a
    newer draft, or a version signed by somebody else meanwhile), Refused. A correction that changes no word but accepts
    something keeps the version: the note is as it was signed."""
    check_write(by)
    with gate.write(by=by, at=at, action="consultation.sign", patient=patient) as work:
        kept = work.draft(draft)
        check_patient(kept, patient)
        if kept.revision != revision:
            raise Conflict(_("Ce brouillon a changé dans une autre fenêtre. Rien n'est signé."), kept)
        text, before = _signable(kept.text), _corrected(work, kept)
        signed = (
            _amended(work, by, kept, text, over) if kept.composition else _first(work, by, at, kept, text)
        )
        visit = signed.composition.resource()["encounter"]["reference"]
        entered = offers.enter(
            work, draft=kept, text=text, signed=signed.composition, encounter=visit, before=before
        )
        work.drop_draft(draft)
        return replace(signed, left=entered.left, back=entered.back)


def take(*, by: Actor, at: datetime, patient: str, composition: str, key: str, seen: str) -> Stored:
    """Take in one offer that a note of this day left as text; its words are as they were signed, and the fact says who
    accepted it and when. The note. Raises Conflict when the offer says something else by now or the record says it
    already, NotFound, Refused."""
    check_write(by)
    with gate.write(by=by, at=at, action="consultation.take", patient=patient) as work:
        stored = work.get("Composition", composition)
        if not work.is_same(stored.subject, patient):
            raise Refused(_OTHER_PATIENT)
        check_amend(by, stored.resource())
        text = note.text_of(stored.resource()) or ""
        offers.take(work, patient=patient, signed=stored, text=text, key=key, seen=seen)
        return stored


def amend(*, by: Actor, at: datetime, patient: str, composition: str) -> Draft:
    """Open a draft on a signed note, with its text; signing it makes the next version. Raises Refused, NotFound."""
    check_write(by)
    with gate.write(by=by, at=at, action="consultation.amend", patient=patient) as work:
        stored = work.get("Composition", composition)
        signed = stored.resource()
        if not work.is_same(stored.subject, patient):
            raise Refused(_OTHER_PATIENT)
        check_amend(by, signed)
        return work.open_draft(patient, composition=composition, text=note.text_of(signed) or "")


def drop(*, by: Actor, at: datetime, patient: str, draft: str) -> None:
    """Give a draft up; the journal keeps that it was, not what it said. Raises NotFound, Refused."""
    check_write(by)
    with gate.write(by=by, at=at, action="consultation.drop", patient=patient) as work:
        check_patient(work.draft(draft), patient)
        work.drop_draft(draft)


def restore(*, by: Actor, at: datetime, patient: str, composition: str | None, text: str) -> Draft:
    """Take back the text of a draft just given up; what was begun since stays before it. Raises NotFound, Refused."""
    if composition:
        kept = amend(by=by, at=at, patient=patient, composition=composition)
    else:
        kept = open(by=by, at=at, patient=patient)
    whole = f"{kept.text}\n\n{text}" if kept.revision and kept.text.strip() else text
    return save(by=by, patient=kept.patient, draft=kept.id, revision=kept.revision, text=whole)


def check_write(by: Actor) -> None:
    """This actor may write notes."""
    access.check_doctor(by, _("Seul un médecin du cabinet écrit une consultation. Rien n'a été enregistré."))
    access.check_write(by, "Composition")


def check_amend(by: Actor, composition: Resource) -> None:
    """This actor may correct this note: its author, an owner or an associate; and it is one of our notes."""
    authors = [one.get("reference") for one in composition.get("author", [])]
    if not access.is_doctor(by) and (not by.practitioner or by.practitioner not in authors):
        raise Refused(_("Seul l'auteur ou un médecin du cabinet corrige une note signée."))
    if note.text_of(composition) is None:
        raise Refused(_("Ce document vient d'ailleurs : il ne se corrige pas ici."))


def check_patient(draft: Draft, patient: str) -> None:
    """The page and the draft are about the same patient: the wrong patient is the worst bug."""
    if draft.patient != patient:
        raise Refused(_OTHER_PATIENT)


def why_not(check: Callable[..., None], *facts: object) -> str:
    """The sentence of a refusal, empty when the check passes: what a greyed button shows."""
    try:
        check(*facts)
    except CarnetError as error:
        return str(error)
    return ""


_OTHER_PATIENT = (
    "Cette page et cette note ne sont pas du même patient. Rien n'a été enregistré. Rouvrez le dossier."
)


def _signable(written: str) -> str:
    text = note.clean(written)
    if note.is_empty(text):
        raise Invalid(_("Une note vide ne se signe pas. Écrivez-la, ou abandonnez le brouillon."))
    return text


def _corrected(work: Work, draft: Draft) -> str:
    """The signed words that this draft corrects."""
    if not draft.composition:
        return ""
    return note.text_of(work.get("Composition", draft.composition).resource()) or ""


def _first(work: Work, by: Actor, at: datetime, draft: Draft, text: str) -> Signed:
    encounter = work.create(_encounter(by, at, draft, text))
    composition = work.create(_composition(by, at, draft.patient, encounter, text))
    return Signed(composition, encounter)


def _encounter(by: Actor, at: datetime, draft: Draft, text: str) -> Resource:
    made: Resource = {
        "resourceType": "Encounter",
        "status": "finished",
        "class": {"system": codes.ACT_CODE, "code": "AMB", "display": "ambulatory"},
        "subject": {"reference": f"Patient/{draft.patient}"},
        "participant": [{"individual": by.who()}],
        "period": {"start": dates.instant(min(draft.opened, at)), "end": dates.instant(at)},
    }
    reason = note.reason(text)
    return {**made, "reasonCode": [{"text": reason}]} if reason else made


def _composition(by: Actor, at: datetime, patient: str, encounter: Stored, text: str) -> Resource:
    return {
        "resourceType": "Composition",
        "status": "final",
        "type": {"coding": [{"system": codes.LOINC, "code": CONSULTATION_NOTE, "display": "Consult note"}]},
        "subject": {"reference": f"Patient/{patient}"},
        "encounter": {"reference": encounter.reference},
        "author": [by.who()],
        "title": "Consultation",
        **_words(by, at, text),
    }


def _words(by: Actor, at: datetime, text: str) -> Resource:
    """What changes with the text: the note, its fingerprint, its narrative, who signs, when."""
    return {
        "date": dates.instant(at),
        "extension": note.extensions(text),
        "text": {"status": "generated", "div": note.narrative(text)},
        "attester": [{"mode": "professional", "time": dates.instant(at), "party": by.who()}],
    }


def _amended(work: Work, by: Actor, draft: Draft, text: str, over: int | None) -> Signed:
    current = work.get("Composition", str(draft.composition))
    before = current.resource()
    check_amend(by, before)
    if over != current.version and current.updated > draft.opened:
        raise Conflict(
            _("Quelqu'un a corrigé cette note entre-temps. Rien n'est signé : comparez les deux textes."),
            current,
        )
    if note.text_of(before) == text:
        if not any(mark.verdict == "accepted" for mark in work.marks(draft.id)):
            raise Invalid(_("Le texte n'a pas changé : il n'y a rien à signer."))
        return Signed(current, None, same_words=True)
    others = [e for e in before.get("extension", []) if e.get("url") not in (codes.NOTE, note.FINGERPRINT)]
    words = _words(by, work.at, text)
    after = {**before, **words, "status": "amended", "extension": [*others, *words["extension"]]}
    after["author"] = [*before["author"], *([by.who()] if by.who() not in before["author"] else [])]
    return Signed(work.update(tagged(after, codes.AMENDED), if_version=current.version), None)
