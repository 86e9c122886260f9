"""The problem list kept by a doctor: a problem is over, a past one is active again, the illness of one visit becomes a
problem. Each is undone by its opposite; nothing is erased, the versions before stay."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from django.utils import timezone
from django.utils.translation import gettext as _

from carnet.fhir import codes
from carnet.fhir.errors import Invalid, Refused
from carnet.record import access, gate
from carnet.record.actor import Actor
from carnet.record.work import Stored
from carnet.rules.accepted.scene import status

Resource = dict[str, Any]
Move = Literal["resolved", "active", "problem", "episode"]
OPPOSITE: dict[Move, Move] = {
    "resolved": "active",
    "active": "resolved",
    "problem": "episode",
    "episode": "problem",
}
_ENDS = ("abatementDateTime", "abatementAge", "abatementPeriod", "abatementRange", "abatementString")
_CATEGORY = {"problem": "problem-list-item", "episode": "encounter-diagnosis"}
_DENIED = frozenset(("refuted", "entered-in-error"))


def move(
    *, by: Actor, at: datetime, patient: str, id: str, if_version: int, to: Move, ended: str | None = None
) -> Stored:
    """« Résolu » (`resolved`, today unless `ended` says when), « actif » (`active`), « problème » (`problem`) or back
    to the illness of one visit (`episode`). Raises Conflict when somebody changed it meanwhile, Invalid, Refused."""
    check_write(by)
    if to not in OPPOSITE:
        raise Invalid(_("Ce changement n’existe pas. Rien n’a été modifié."))
    with gate.write(by=by, at=at, action="problem.move", patient=patient) as work:
        before = work.get("Condition", id).resource()
        if codes.of(before, "verificationStatus") & _DENIED:
            raise Invalid(_("Ce qui est dit absent ne se résout pas. Rien n’a été modifié."))
        today = timezone.localtime(at).date().isoformat()
        return work.update(_moved(before, to, today if ended is None else ended), if_version=if_version)


def end_of(condition: Resource) -> str:
    """When it ended, as written: what « résolu » is told again when « actif » is undone."""
    return str(condition.get("abatementDateTime") or "")


def check_write(by: Actor) -> None:
    """Doctors of the practice keep the problem list."""
    access.check_practice(by)
    if by.role not in ("owner", "associate"):
        raise Refused(_("Seul un médecin du cabinet change la liste des problèmes. Rien n’a été modifié."))


def _moved(condition: Resource, to: Move, ended: str) -> Resource:
    if to in _CATEGORY:
        return {**condition, "category": [status(codes.CONDITION_CATEGORY, _CATEGORY[to])]}
    kept = {key: value for key, value in condition.items() if key not in _ENDS}
    if to == "active":
        return {**kept, "clinicalStatus": status(codes.CONDITION_CLINICAL, "active")}
    end = {"abatementDateTime": ended} if ended else {}
    return {**kept, **end, "clinicalStatus": status(codes.CONDITION_CLINICAL, "resolved")}
