"""Tasks of the practice: something to do, perhaps about a patient, perhaps for a day. Add, complete, reopen; a task
is never erased. FHIR Task: https://hl7.org/fhir/R4/task.html"""

from __future__ import annotations

import unicodedata
from datetime import date, datetime

from django.utils.translation import gettext as _

from carnet.fhir import dates
from carnet.fhir.errors import Invalid
from carnet.record import gate
from carnet.record.actor import Actor
from carnet.record.work import Stored

LONGEST = 500  # characters of a description: more is a note, not a task
TO_DO, DONE = "requested", "completed"


def add(*, by: Actor, at: datetime, text: str, patient: str | None = None, due: date | None = None) -> Stored:
    """A task to do, owned by who adds it. Raises Invalid when it says nothing or too much."""
    task = {
        "resourceType": "Task",
        "status": TO_DO,
        "intent": "order",
        "description": _checked(text),
        "authoredOn": dates.instant(at),
        "lastModified": dates.instant(at),
        "requester": by.who(),
        "owner": by.who(),
    }
    if patient:
        task["for"] = {"reference": f"Patient/{patient}"}
    if due:
        task["restriction"] = {"period": {"end": due.isoformat()}}
    with gate.write(by=by, at=at, action="task.add", patient=patient) as work:
        return work.create(task)


def complete(*, by: Actor, at: datetime, id: str, if_version: int) -> Stored:
    """Done; Conflict when somebody changed it meanwhile."""
    return _move(by, at, "task.complete", id, if_version, DONE)


def reopen(*, by: Actor, at: datetime, id: str, if_version: int) -> Stored:
    """Undo « done »."""
    return _move(by, at, "task.reopen", id, if_version, TO_DO)


def _move(by: Actor, at: datetime, action: str, id: str, if_version: int, status: str) -> Stored:
    with gate.write(by=by, at=at, action=action) as work:
        task = work.get("Task", id).resource()
        task |= {"status": status, "lastModified": dates.instant(at)}
        return work.update(task, if_version=if_version)


def _checked(text: str) -> str:
    words = unicodedata.normalize("NFC", " ".join(text.split()))
    if not words:
        raise Invalid(_("Écrivez ce qu’il y a à faire. Rien n’a été enregistré."))
    if len(words) > LONGEST:
        raise Invalid(
            _("Cette tâche est trop longue ({count} caractères au plus). Rien n’a été enregistré."),
            count=LONGEST,
        )
    return words
