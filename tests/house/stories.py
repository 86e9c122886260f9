"""One small story per action of the practice: what must exist before, then the arguments of the call. The house tests
run every action through its story; an action without one fails there."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from PIL import Image

from carnet.accounts import totp
from carnet.accounts.models import Person
from carnet.actions import (
    classification,
    consultation,
    documents,
    letterhead,
    offers,
    paper,
    practice,
    program,
    received,
    sign_in,
    task,
    wordings,
)
from carnet.actions import identity as identities
from carnet.fhir import codes
from carnet.record import cell, gate
from carnet.record.actor import outsider
from carnet.rules.person import Identity
from tests.cast import ALICE, EMILE, PRACTICE

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PASSWORD = "glycine-marteau-27-vent"
Story = Callable[[datetime], dict[str, Any]]


def emile(at: datetime) -> str:
    """Émile, with a record of his own."""
    with gate.write(by=ALICE, at=at, action="test.patient") as work:
        return work.create(EMILE).id


def bundle() -> bytes:
    """A letter about Émile that names one problem."""
    subject = {"reference": "Patient/emile"}
    problem = {
        "coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": "I10"}],
        "text": "Hypertension",
    }
    status = {
        "coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]
    }
    condition = {
        "resourceType": "Condition",
        "id": "c",
        "clinicalStatus": status,
        "code": problem,
        "subject": subject,
    }
    resources = [{**EMILE, "id": "emile"}, condition]
    return json.dumps(
        {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in resources]}
    ).encode()


def imported(at: datetime) -> str:
    """The id of the patient whose letter came in."""
    (report,) = documents.import_file(by=ALICE, at=at, name="lettre.json", content=bundle())
    assert report.patient, report
    return report.patient["id"]


def waiting(at: datetime) -> dict[str, Any]:
    """A record with one received group, and its key."""
    id = imported(at)
    groups = received.waiting(gate.open_record(by=ALICE, at=at, patient=id))
    return {"patient": id, "keys": [group.key for group in groups]}


def taken_up(at: datetime) -> dict[str, Any]:
    found = waiting(at)
    received.take_up(by=ALICE, at=at, **found)
    return found


def picture() -> bytes:
    """A scanned page, white."""
    page = io.BytesIO()
    Image.new("L", (60, 80), 255).save(page, "PNG")
    return page.getvalue()


def unnamed(at: datetime) -> dict[str, Any]:
    """A document that says of nobody in particular, and the record that a person chose for it."""
    (report,) = documents.import_file(by=ALICE, at=at, name="courrier.png", content=picture())
    assert report.document, report
    return {"document": report.document, "patient": emile(at)}


def owner(at: datetime) -> Person:
    return practice.create_owner(by=ALICE, at=at, **NEW_OWNER).person


NEW_OWNER: dict[str, Any] = {
    "given": "Alice", "family": "Martin", "sign_in_name": "alice@tilleuls.fr", "password": PASSWORD,
    "totp_secret": SECRET,
}  # fmt: skip


def as_owner(at: datetime) -> dict[str, Any]:
    return {"by": sign_in.actor_of(owner(at), practice=cell.practice_id())}


def rubrics_brought(at: datetime) -> dict[str, Any]:
    """A practice with a file of CISP-2."""
    classification.bring(by=ALICE, at=at, content=b"CISP-2;CIM-10\nK86;I10\n")
    return {}


def note_begun(at: datetime) -> dict[str, Any]:
    """A draft with a first line."""
    patient = emile(at)
    opened = consultation.open(by=ALICE, at=at, patient=patient)
    kept = consultation.save(
        by=ALICE, patient=patient, draft=opened.id, revision=opened.revision, text="TA 12/8"
    )
    return {"patient": patient, "draft": kept.id, "revision": kept.revision}


def note_signed(at: datetime) -> dict[str, Any]:
    story = note_begun(at)
    signed = consultation.sign(by=ALICE, at=at, **story)
    return {"patient": story["patient"], "composition": signed.composition.id}


def identity(**changed: str) -> Identity:
    facts = {"birth_name": "Durand", "given": "Émile", "birth_date": "1955-04-03", "gender": "male"}
    return Identity(**{**facts, **changed})


def two_records(at: datetime) -> dict[str, Any]:
    """Émile twice."""
    return {"keep": emile(at), "other": emile(at)}


def merged(at: datetime) -> dict[str, Any]:
    two = two_records(at)
    identities.merge(by=ALICE, at=at, **two)
    return {"patient": two["other"]}


def separated(at: datetime) -> dict[str, Any]:
    """With a task that was written while they were one, to give to the other."""
    two = two_records(at)
    identities.merge(by=ALICE, at=at, **two)
    kept = task.add(by=ALICE, at=at, text="Rappeler", patient=two["keep"])
    pair = identities.unmerge(by=ALICE, at=at, patient=two["other"])
    return {"pair": pair.id, "facts": [kept.reference], "to": two["other"]}


def insi_asked(at: datetime) -> dict[str, Any]:
    """A question put to the national teleservice, and an answer that says that there is nobody."""
    question = identities.ask_insi(by=ALICE, at=at, patient=emile(at))
    return {"question": question, "version": 1, "outcome": "none"}


def two_people(at: datetime) -> dict[str, Any]:
    return {"one": emile(at), "other": emile(at)}


def told_apart(at: datetime) -> dict[str, Any]:
    pair = two_people(at)
    identities.dismiss(by=ALICE, at=at, **pair)
    return pair


def program_in(at: datetime) -> dict[str, Any]:
    return {"id": program.issue(by=ALICE, at=at, name="Statistiques").access.id}


def program_at_the_door(at: datetime) -> dict[str, Any]:
    """An OAuth client that has proved its secret."""
    issued = program.issue(by=ALICE, at=at, name="Laboratoire", client=True)
    found = program.client_of(str(issued.client), practice=PRACTICE)
    assert found
    return {"by": found[1], "access": found[0], "short": "carnet_short", "seconds": 900}


def task_to_do(at: datetime) -> dict[str, Any]:
    kept = task.add(by=ALICE, at=at, text="Rappeler")
    return {"id": kept.id, "if_version": kept.version}


def task_done(at: datetime) -> dict[str, Any]:
    kept = task.complete(by=ALICE, at=at, **task_to_do(at))
    return {"id": kept.id, "if_version": kept.version}


def problem_listed(at: datetime) -> dict[str, Any]:
    """An active problem, and what is said of it."""
    patient = emile(at)
    with gate.write(by=ALICE, at=at, action="test.problem", patient=patient) as work:
        kept = work.create({
            "resourceType": "Condition", "subject": {"reference": f"Patient/{patient}"},
            "clinicalStatus": {"coding": [{"system": codes.CONDITION_CLINICAL, "code": "active"}]},
            "code": {"text": "Hypertension artérielle"},
        })  # fmt: skip
    return {"patient": patient, "id": kept.id, "if_version": kept.version, "to": "resolved"}


def prescribed(at: datetime, asked: str = "") -> dict[str, Any]:
    """A visit in which one medicine was accepted, and what else its note asks for."""
    text = f"amlodipine 5 mg 1 cp 1 fois par jour 3 mois\n{asked}".strip()
    draft = consultation.open(by=ALICE, at=at, patient=emile(at))
    draft = consultation.save(by=ALICE, patient=draft.patient, draft=draft.id, revision=0, text=text)
    keys = [one.key for one in offers.read(by=ALICE, day=at.date(), draft=draft, text=text)]
    offers.mark(by=ALICE, day=at.date(), draft=draft, text=text, keys=keys, verdict="accepted")
    signed = consultation.sign(
        by=ALICE, at=at, patient=draft.patient, draft=draft.id, revision=draft.revision
    )
    visit = signed.composition.resource()["encounter"]["reference"]
    return {"patient": draft.patient, "encounter": visit.partition("/")[2]}


STORIES: dict[str, Story] = {
    "classification.bring": lambda at: {"content": b"CISP-2;CIM-10\nK86;I10\n"},
    "classification.remove": rubrics_brought,
    "consultation.amend": note_signed,
    "consultation.drop": lambda at: {k: v for k, v in note_begun(at).items() if k != "revision"},
    "consultation.open": lambda at: {"patient": emile(at)},
    "consultation.restore": lambda at: {"patient": emile(at), "composition": None, "text": "TA 12/8"},
    "consultation.sign": note_begun,
    "consultation.take": lambda at: {
        **note_signed(at), "key": "vital:ta 12/8:1", "seen": "TA 120/80 mmHg"
    },
    "documents.assign": unnamed,
    "documents.import_file": lambda at: {"name": "lettre.json", "content": bundle()},
    "doubles.ask": lambda at: {},
    "doubles.look": lambda at: {},
    "identity.assign": separated,
    "identity.dismiss": two_people,
    "identity.ask_insi": lambda at: {"patient": emile(at)},
    "identity.insi_answered": insi_asked,
    "identity.merge": two_records,
    "identity.reconsider": told_apart,
    "identity.unmerge": merged,
    "letterhead.save": lambda at: {"letterhead": letterhead.Letterhead(city="Bordeaux")},
    "offers.forget": lambda at: {},
    "paper.letter": lambda at: {"patient": emile(at), "asked": paper.Asked("certificate", "Vu ce jour.")},
    "paper.prescription": prescribed,
    "patient.create": lambda at: {"identity": identity()},
    "patient.update": lambda at: {"patient": emile(at), "if_version": 1, "identity": identity(given="Émilien")},
    "practice.create_owner": lambda at: dict(NEW_OWNER),
    "practice.opened": lambda at: {},
    "program.exchange": program_at_the_door,
    "program.issue": lambda at: {"name": "Statistiques"},
    "program.issue_own": lambda at: {**as_owner(at), "name": "Mon script"},
    "program.revoke": program_in,
    "received.dismiss": lambda at: {**waiting(at), "reason": "déjà opéré"},
    "received.take_up": waiting,
    "received.take_up_all": lambda at: {"patient": waiting(at)["patient"]},
    "received.undo": taken_up,
    "safety.check_cell": lambda at: {},
    "sign_in.locked": lambda at: {**as_owner(at), "why": "person"},
    "sign_in.signed_in": lambda at: {
        **as_owner(at), "code": totp.code_at(SECRET, at), "address": "127.0.0.1",
    },
    "sign_in.signed_out": lambda at: {**as_owner(at), "why": "person"},
    "sign_in.unlocked": lambda at: {**as_owner(at), "password": PASSWORD, "address": "127.0.0.1"},
    "wordings.remove": lambda at: {"id": wordings.save(by=ALICE, at=at, kind="snippet", name="hta", text="TA").id},
    "wordings.save": lambda at: {"kind": "snippet", "name": "hta", "text": "TA"},
    "problem.arrange": lambda at: {k: v for k, v in problem_listed(at).items() if k in ("patient", "id")} | {"step": "up"},
    "problem.begin": lambda at: {k: v for k, v in problem_listed(at).items() if k != "to"} | {"since": "2009"},
    "problem.move": problem_listed,
    "task.add": lambda at: {"text": "Rappeler", "patient": emile(at)},
    "task.complete": task_to_do,
    "task.reopen": task_done,
}  # fmt: skip

# The first half of a sign-in: a success is told by the second half, a refusal at once (its own test).
HALF = {"sign_in.prove_password"}
OUTSIDER = outsider(PRACTICE)
