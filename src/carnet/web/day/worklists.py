"""What waits for a person today, gathered for the page: drafts, received documents, tasks, recent records. It
reads worklists through the gate and opens no record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from carnet.fhir import codes
from carnet.record import access, gate
from carnet.record.actor import Actor
from carnet.record.work import Draft, Stored
from carnet.rules import received as rules

MOST = 200  # rows read for one worklist
SHOWN = 20  # records with something received, until all are asked for


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


@dataclass(frozen=True, slots=True)
class Received:
    """The first records with something received, how many there are in all, and whether there may be still more."""

    lines: list[ReceivedLine]
    count: int
    at_least: bool

    @property
    def others(self) -> int:
        """How many are not among the lines."""
        return self.count - len(self.lines)


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


def received(by: Actor, *, everything: bool = False) -> Received:
    """By patient: records with an allergy first, then the latest. The first ones alone cost the same however many
    wait."""
    may_read = access.readable(by)
    found = {
        type_: gate.across(by=by, type=type_, params=_waiting(type_), limit=MOST)
        for type_ in rules.TYPES
        if may_read(type_)
    }
    waiting: dict[str, list[_Waiting]] = {}
    for fact in (fact for listed in found.values() for fact in listed):
        resource = fact.resource()
        if fact.subject and rules.is_to_take(resource):
            waiting.setdefault(fact.subject, []).append(_Waiting(fact, resource))
    ordered = sorted(waiting, key=lambda id: _urgency(waiting[id]))
    shown = ordered if everything else ordered[:SHOWN]
    patients = gate.patients_of(by=by, ids=shown)
    lines = [_received(patients[id], waiting[id]) for id in shown if id in patients]
    missing = len(shown) - len(lines)
    return Received(lines, len(ordered) - missing, any(len(listed) == MOST for listed in found.values()))


class _Waiting(NamedTuple):
    stored: Stored
    resource: dict[str, Any]


def _urgency(facts: Sequence[_Waiting]) -> tuple[bool, float]:
    allergy = any(fact.stored.type == "AllergyIntolerance" for fact in facts)
    return not allergy, -max(fact.stored.updated for fact in facts).timestamp()


def _waiting(type_: str) -> list[tuple[str, str]]:
    tag = ("_tag", f"{codes.TAG}|{codes.RECEIVED}")
    kinds = ",".join(sorted(rules.OBSERVATIONS_TO_TAKE))
    return [tag, ("category", kinds)] if type_ == "Observation" else [tag]


def _received(patient: Stored, facts: Sequence[_Waiting]) -> ReceivedLine:
    """Counted as the record will show them: what says the same thing is one."""
    groups = rules.groups(
        [rules.Fact(fact.stored.reference, fact.stored.version, fact.resource) for fact in facts]
    )
    counts = Counter(group.type for group in groups)
    return ReceivedLine(
        patient=patient,
        counts=[(type_, counts[type_]) for type_ in rules.TYPES if counts[type_]],
        latest=max(fact.stored.updated for fact in facts),
        provisional=codes.has_tag(patient.resource(), codes.PROVISIONAL),
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
