"""A question to the national identity teleservice and its answer, as the record keeps them: one FHIR VerificationResult
per patient, its versions being the story. Pure; it asks nobody."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from carnet.fhir import codes
from carnet.rules import identity, person
from carnet.rules.person import Identity
from carnet.rules.received import tagged, untagged

Resource = dict[str, Any]

ASKED = "insi-asked"  # tag: an answer is awaited
OUTCOME = "urn:carnet:insi-outcome"  # extension: a word of WORDS
FOUND = "urn:carnet:insi-found"  # extension: the identity that came back, contained, when it is not this patient's
# Outcome → what a person reads: what happened, and what to do.
WORDS = {
    "asked": "Question posée au téléservice INS. La réponse arrive ici d'ici quelques secondes.",
    "one": "Le téléservice a rendu cette identité : le matricule INS est enregistré.",
    "differs": "Le téléservice a rendu une identité qui n'est pas celle de ce dossier. Rien n'en a été repris. Comparez, "
    "vérifiez sur une pièce d'identité, corrigez s'il le faut, puis interrogez de nouveau.",
    "none": "Le téléservice ne trouve personne avec ces traits. Rien n'a été changé. Vérifiez-les sur une pièce d'identité, "
    "puis interrogez de nouveau.",
    "several": "Le téléservice trouve plusieurs personnes. Rien n'a été changé. Précisez le lieu de naissance ou les "
    "prénoms, puis interrogez de nouveau.",
    "unavailable": "Le téléservice INS n'a pas répondu. Rien n'a été changé. Interrogez de nouveau plus tard.",
    "not-installed": "Le téléservice INS n'est pas installé ici : il demande un logiciel agréé et un certificat. "
    "L'identité reste telle quelle ; une pièce d'identité peut la valider.",
    "changed": "L'identité a changé pendant la question. Rien n'a été repris : interrogez de nouveau.",
}


def lasting_id(patient: str) -> str:
    """The id of the VerificationResult of this patient."""
    return f"insi-{patient}"[:64]


def asked(patient: str, at: str) -> Resource:
    """An answer is awaited since `at` (a FHIR instant)."""
    made = {
        "resourceType": "VerificationResult",
        "id": lasting_id(patient),
        "target": [{"reference": f"Patient/{patient}"}],
        "status": "in-process",
        "statusDate": at,
        "extension": [{"url": OUTCOME, "valueCode": "asked"}],
    }
    return tagged(made, ASKED)


def answered(before: Resource, outcome: str, at: str, found: Identity | None = None) -> Resource:
    """The same, answered; `found` when the identity that came back is not this patient's."""
    made = {key: value for key, value in untagged(before, ASKED).items() if key != "contained"}
    made |= {"status": "validated" if outcome == "one" else "val-fail", "statusDate": at}
    made["extension"] = [{"url": OUTCOME, "valueCode": outcome}]
    if found is not None:
        made["contained"] = [{**person.patient(found), "id": "found"}]
        made["extension"].append({"url": FOUND, "valueReference": {"reference": "#found"}})
    return made


def outcome(result: Resource) -> str:
    """A word of WORDS."""
    return next(
        (str(e["valueCode"]) for e in result.get("extension", []) if e.get("url") == OUTCOME), "asked"
    )


def found(result: Resource) -> Resource | None:
    """The Patient that came back and is somebody else, or this one with another trait."""
    return next(iter(result.get("contained", [])), None)


def is_awaited(result: Resource) -> bool:
    """Whether the answer is still to come."""
    return codes.has_tag(result, ASKED)


def is_same(patient: Resource, found: Identity) -> bool:
    """Whether the identity that came back is this patient's: the same strict traits, and no other number here. A
    birthplace or first names that only one of them says contradict nothing."""
    back = person.patient(replace(found, used_name="", used_given=""))
    ours, theirs = identity.traits(patient), identity.traits(back)
    places = {person.typed(one).birthplace for one in (patient, back)} - {""}
    numbers = identity.ins(patient)
    known = not numbers or numbers == identity.ins(back)
    return ours is not None and ours == theirs and len(places) < 2 and known and bool(found.ins)
