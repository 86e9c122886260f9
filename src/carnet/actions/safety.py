"""Looking after the cell: checking it whole, and remembering when that was and how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from carnet.accounts import sessions
from carnet.record import check, gate, reserve
from carnet.record.actor import Actor

CHECK = "safety.check"


@dataclass(frozen=True, slots=True)
class LastCheck:
    """When the cell was last checked whole, and whether it was sound."""

    at: datetime
    ok: bool


def check_cell(*, by: Actor, at: datetime) -> check.Report:
    """Check the database, the documents and the journal; the outcome goes into the journal. What a full disk took
    from the reserve is set aside again, and sessions that are over are forgotten."""
    reserve.hold()
    sessions.clear_expired(at)
    report = check.check()
    outcome = "success" if report.ok else "failure"
    gate.audit_event(by=by, at=at, action=CHECK, outcome=outcome)
    return report


def last_check(*, by: Actor) -> LastCheck | None:
    """How the last check ended, if there was one."""
    found = gate.last_event(by=by, action=CHECK)
    return LastCheck(found.when, found.outcome == "success") if found else None


def last(*, by: Actor, action: str) -> datetime | None:
    """When something was last done in this practice."""
    found = gate.last_event(by=by, action=action)
    return found.when if found else None
