"""What waits for a person today, gathered for the page: drafts, received documents, tasks, recent records. It
reads worklists through the gate and opens no record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from carnet.fhir import codes
from carnet.record import access, gate
from carnet.record.actor import Actor
from carnet.record.work import Draft, Stored
from carnet.rules import received as rules

MOST = 200  # rows read for one worklist; a longer one says « 200+ »


@dataclass(frozen=True, slots=True)
class DraftLine:
    """A note being written and whose it is."""

    draft: Draft
    patient: Stored | None


@dataclass(frozen=True, slots=True)
class ReceivedLine:
    """What one patient's record has received and nobody has taken up: counts by FHIR type, the latest moment."""

    patient: Stored
    counts: list[tuple[str, int]]
    latest: datetime
    provisional: bool
    allergy: bool


@dataclass(frozen=True, slots=True)
class TaskLine:
    """An open task; `due` is a day or nothing, `late` whether that day is over."""

    id: str
    version: int
    text: str
    patient: Stored | None
    due: date | None
    late: bool
    done: bool = False


def drafts(by: Actor) -> list[DraftLine]:
    """My notes to sign, the latest first."""
    if not access.readable(by)("Composition"):
        return []
    mine = gate.drafts(by=by)
    patients = gate.patients_of(by=by, ids=[draft.patient for draft in mine])
    return [DraftLine(draft, patients.get(draft.patient)) for draft in mine]


def received(by: Actor) -> list[ReceivedLine]:
    """By patient: records with an allergy first, then the latest."""
    may_read = access.readable(by)
    facts = [
        fact
        for type_ in rules.TYPES
        if may_read(type_)
        for fact in gate.across(by=by, type=type_, params=_waiting(type_), limit=MOST)
    ]
    by_patient: dict[str, list[Stored]] = {}
    for fact in facts:
        if fact.subject:
            by_patient.setdefault(fact.subject, []).append(fact)
    patients = gate.patients_of(by=by, ids=list(by_patient))
    lines = [_received(patients[id], own) for id, own in by_patient.items() if id in patients]
    waiting = [line for line in lines if line.counts]
    return sorted(waiting, key=lambda line: (not line.allergy, -line.latest.timestamp()))


def _waiting(type_: str) -> list[tuple[str, str]]:
    tag = ("_tag", f"{codes.TAG}|{codes.RECEIVED}")
    kinds = ",".join(sorted(rules.OBSERVATIONS_TO_TAKE))
    return [tag, ("category", kinds)] if type_ == "Observation" else [tag]


def _received(patient: Stored, facts: Sequence[Stored]) -> ReceivedLine:
    """Counted as the record will show them: what says the same thing is one."""
    groups = rules.groups([rules.Fact(fact.reference, fact.version, fact.resource()) for fact in facts])
    counts = Counter(group.type for group in groups)
    return ReceivedLine(
        patient=patient,
        counts=[(type_, counts[type_]) for type_ in rules.TYPES if counts[type_]],
        latest=max(fact.updated for fact in facts),
        provisional=codes.has_tag(patient.resource(), codes.PROVISIONAL),
        allergy=bool(counts["AllergyIntolerance"]),
    )


def tasks(by: Actor, today: date) -> list[TaskLine]:
    """Open tasks: late ones, then by day, then those without a day, the oldest first."""
    found = gate.across(by=by, type="Task", params=[("status", "requested,in-progress")], limit=MOST)
    patients = gate.patients_of(by=by, ids=[task.subject for task in found if task.subject])
    lines = [task_line(task, patients, today) for task in found]
    return sorted(lines, key=lambda line: (line.due or date.max, line.id))


def task_line(task: Stored, patients: dict[str, Stored], today: date) -> TaskLine:
    """One task as the page shows it."""
    body = task.resource()
    due = _due(body)
    return TaskLine(
        id=task.id,
        version=task.version,
        text=str(body.get("description", "")),
        patient=patients.get(task.subject or ""),
        due=due,
        late=due is not None and due < today,
        done=body.get("status") == "completed",
    )


def _due(task: dict[str, Any]) -> date | None:
    end = task.get("restriction", {}).get("period", {}).get("end", "")
    return date.fromisoformat(end[:10]) if len(end) >= 10 else None
