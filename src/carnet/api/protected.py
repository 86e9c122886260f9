"""What the FHIR door leaves as it is, whoever asks: who did what, signed notes, proved identities, records that hold
something. It writes nothing; what it refuses is said in docs/api.md."""

from __future__ import annotations

from typing import Any

from carnet.actions import consultation
from carnet.fhir import codes, references
from carnet.fhir.errors import Conflict, Invalid, Issue, Refused
from carnet.record.actor import Actor
from carnet.record.validate import validate
from carnet.record.work import Stored, Work
from carnet.rules import identity, identity_status, note, person, reliability

Resource = dict[str, Any]
# Who did what: written once. (A Provenance sent here gets one of its own, which says who sent it.)
WITNESSES = ("AuditEvent", "Provenance")
# What persons and the teleservice said of who is who: the type, and how the id of the program's own begins.
_ANSWERS = {"Linkage": "pair-", "VerificationResult": "insi-"}
_ANSWER = (
    "Ce qui a été décidé ou répondu sur une identité ne s'écrit pas par cette porte. Rien n'a été changé."
)
_LOOKED_INTO = ("Composition", "Patient")
_WITNESS = "Ce qui dit qui a fait quoi ne se modifie pas et ne se supprime pas. Rien n'a été changé."
_SIGNED = "Une note signée ne change que par une correction signée. Rien n'a été changé."
_KEPT = ("author", "attester", "date", "encounter", "status", "text", "title", "type")
_WRITTEN = "Quelqu'un écrit une note dans ce dossier : il ne se supprime pas. Rien n'a été changé."
_HOLDS = "Ce dossier contient des données : il ne se supprime pas. Rien n'a été changé."
_STATUS = "Une pièce vue ou le téléservice élève le statut d'une identité, pas cette porte. Rien n'a été enregistré."


def check_first(work: Work, resource: Resource) -> None:
    """This may be written where nothing was. Raises Invalid, Refused."""
    _check_answer(resource)
    if resource["resourceType"] not in _LOOKED_INTO or "extension" not in resource:
        return
    validate(resource)
    if resource["resourceType"] == "Patient":
        _check_status(resource, identity_status.PROVISIONAL)
    elif note.FINGERPRINT in _urls(resource):
        _check_author(work.by, resource)
        _check_signature(work.by, resource)


def check_next(work: Work, now: Stored, after: Resource) -> None:
    """This may come after that. Raises Invalid, Refused."""
    if now.type in WITNESSES:
        raise Refused(_WITNESS)
    if now.type in _ANSWERS:
        _check_answer(now.resource())
        _check_answer(after)
    if now.type not in _LOOKED_INTO:
        return
    validate(after)
    if now.type == "Composition":
        _check_note(work.by, now.resource(), after)
    else:
        _check_identity(now.resource(), after)


def check_delete(work: Work, now: Stored) -> None:
    """This may be deleted. Raises Refused, Conflict."""
    if now.type in WITNESSES:
        raise Refused(_WITNESS)
    if now.type in _ANSWERS:
        _check_answer(now.resource())
    if now.type == "Composition" and note.FINGERPRINT in _urls(now.resource()):
        raise Refused(_SIGNED)


def _check_answer(resource: Resource) -> None:
    """It is none of the program's own: those bear its tags, or an id that leads to two patients or to one."""
    begins = _ANSWERS.get(resource["resourceType"])
    if begins is None:
        return
    validate(resource)
    tags = resource.get("meta", {}).get("tag", [])
    if str(resource.get("id", "")).startswith(begins) or any(tag.get("system") == codes.TAG for tag in tags):
        raise Refused(_ANSWER)


def goes_with(work: Work, now: Stored) -> list[Stored]:
    """What is deleted together with this one: of a Patient the whole record, when it is a program's that wrote all of it
    itself. Raises Conflict for any other record that holds something."""
    if now.type != "Patient":
        return []
    record = work.whole_record(now.id)
    held = [one for one in record if one.type not in ("Patient", *WITNESSES)]
    if work.is_being_written(now.id):
        raise Conflict(_WRITTEN)
    if held and not (work.by.kind == "app" and _wrote_all(work.by, record, held)):
        raise Conflict(_HOLDS)
    return held


def _wrote_all(by: Actor, record: list[Stored], held: list[Stored]) -> bool:
    """Every Provenance names this program alone, and everything has one."""
    said = [one.resource() for one in record if one.type == "Provenance"]
    told = {references.unversioned(target.get("reference", "")) for one in said for target in one["target"]}
    signed = any(one.type == "Composition" and note.FINGERPRINT in _urls(one.resource()) for one in held)
    alone = all(agent.get("who") == by.who() for one in said for agent in one["agent"])
    return alone and not signed and all(one.reference in told for one in held)


def vouch(work: Work, stored: Stored) -> None:
    """A Provenance that comes in is itself somebody's act: who sent it is kept beside it."""
    if stored.type in WITNESSES:
        work.vouch(stored)


def _check_note(by: Actor, before: Resource, after: Resource) -> None:
    signed = note.FINGERPRINT in _urls(before)
    if not signed and note.FINGERPRINT in _urls(after):
        _check_author(by, after)
        return _check_signature(by, after)
    if not signed or _words(before) == _words(after):
        return None
    consultation.check_amend(by, before)
    missing = [author for author in before["author"] if author not in after["author"]]
    if missing or after.get("status") != "amended" or not codes.has_tag(after, codes.AMENDED):
        raise Invalid(
            _SIGNED, [Issue("Composition.status", "La correction d'une note signée le dit (amended).")]
        )
    return _check_signature(by, after)


def _check_author(by: Actor, signed: Resource) -> None:
    """A note that is signed for the first time is its sender's own."""
    if signed.get("author") != [by.who()]:
        raise Invalid(_SIGNED, [Issue("Composition.author", "On ne signe pas au nom d'un autre.")])


def _check_signature(by: Actor, signed: Resource) -> None:
    """The fingerprint and the narrative are those of the text, and who signs is who sends."""
    if not _is_whole(signed):
        raise Invalid(_SIGNED, [Issue("Composition.extension", "L'empreinte n'est pas celle de ce texte.")])
    parties = [one.get("party") for one in signed.get("attester", [])]
    if not parties or any(party != by.who() for party in parties):
        raise Invalid(_SIGNED, [Issue("Composition.attester", "On ne signe pas au nom d'un autre.")])


def _is_whole(signed: Resource) -> bool:
    urls = _urls(signed)
    return urls.count(note.FINGERPRINT) == 1 == urls.count(codes.NOTE) and note.is_intact(signed)


def _words(composition: Resource) -> list[Any]:
    own = (codes.NOTE, note.FINGERPRINT)
    said = [one for one in composition.get("extension", []) if one["url"] in own]
    return [said, codes.has_tag(composition, codes.AMENDED), *(composition.get(name) for name in _KEPT)]


def _urls(resource: Resource) -> list[str]:
    return [one["url"] for one in resource.get("extension", [])]


def _check_identity(before: Resource, after: Resource) -> None:
    status = person.reliability(before) or identity_status.PROVISIONAL
    if reliability.strict_traits(before) != reliability.strict_traits(after):
        status = identity_status.after(status, "trait-changed")
    if identity.ins(before) != identity.ins(after):
        status = identity_status.after(status, "number-changed")
    _check_status(after, status)


def _check_status(patient: Resource, most: str) -> None:
    status, ranks = person.reliability(patient), identity_status.STATUSES
    if status in ranks and ranks.index(status) > ranks.index(most):
        raise Invalid(_STATUS, [Issue("Patient.extension", "Ce statut d'identité demande une preuve.")])
