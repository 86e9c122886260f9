"""The problem list kept by a doctor: a problem is over, a past one is active again, the illness of one visit becomes a
problem, began another day, stands higher or lower. Each is undone by its opposite; the versions before stay."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any, Literal

from django.utils import timezone
from django.utils.translation import gettext as _

from carnet.fhir import codes, dates, json
from carnet.fhir.errors import Invalid, NotFound
from carnet.record import access, gate
from carnet.record.actor import Actor
from carnet.record.work import Stored, Work
from carnet.rules import ordering
from carnet.rules.accepted.scene import status
from carnet.rules.synthesis import synthesis

Resource = dict[str, Any]
Move = Literal["resolved", "active", "problem", "episode"]
OPPOSITE: dict[Move, Move] = {
    "resolved": "active",
    "active": "resolved",
    "problem": "episode",
    "episode": "problem",
}
_ENDS = ("abatementDateTime", "abatementAge", "abatementPeriod", "abatementRange", "abatementString")
_ONSETS = ("onsetDateTime", "onsetAge", "onsetPeriod", "onsetRange", "onsetString")
_FHIR_DATE = re.compile(r"(?:19|20)\d\d(?:-\d\d(?:-\d\d)?)?")
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


def arrange(*, by: Actor, at: datetime, patient: str, id: str, step: ordering.Step) -> tuple[int, int]:
    """One step up or down among the active problems of the synthesis: its place from 1, and of how many. Raises
    NotFound when it is not one of them, Refused."""
    check_write(by)
    with gate.write(by=by, at=at, action="problem.arrange", patient=patient) as work:
        held = work.record(patient, "Condition", "List", "Provenance")
        listed = [one.resource() for one in held]
        shown = synthesis(listed, today=timezone.localtime(at).date()).problems
        references = [line.reference for line in shown]
        if f"Condition/{id}" not in references:
            raise NotFound(_("Ce problème n’est plus parmi les problèmes actifs. Rien n’a été modifié."))
        after = ordering.moved(references, f"Condition/{id}", step)
        _keep_order(work, ordering.order(patient, after, by=by.who(), at=at), ordering.kept(listed))
        return after.index(f"Condition/{id}") + 1, len(after)


def _keep_order(work: Work, order: Resource, before: Resource | None) -> None:
    if before is None:
        work.create(order)
    else:
        version = int(before["meta"]["versionId"])
        work.update({**before, **order, "subject": before["subject"]}, if_version=version)


def begin(
    *, by: Actor, at: datetime, patient: str, id: str, if_version: int, since: str = "", back: str = ""
) -> Stored:
    """When it began, as a FHIR date (a year is enough); empty when nobody knows. `back` gives back what `onset_of` kept.
    Raises Conflict, Invalid (no date, or one that has not come), Refused."""
    check_write(by)
    with gate.write(by=by, at=at, action="problem.begin", patient=patient) as work:
        before = work.get("Condition", id).resource()
        if since and _first_day(since) > timezone.localtime(at).date():
            raise Invalid(_("Cette date n’est pas encore venue. Rien n’a été modifié."))
        kept = {key: value for key, value in before.items() if key not in _ONSETS}
        onset = json.loads(back) if back else {"onsetDateTime": since} if since else {}
        return work.update({**kept, **onset}, if_version=if_version)


def _first_day(written: str) -> date:
    if not _FHIR_DATE.fullmatch(written):
        raise Invalid(_("Indiquez une année, un mois et une année, ou un jour. Rien n’a été modifié."))
    return dates.first_day(written)


def onset_of(condition: Resource) -> str:
    """When it began, in whatever way it was written (an age, words, a period): what undoing gives back."""
    return json.dumps({name: condition[name] for name in _ONSETS if name in condition}).decode()


def end_of(condition: Resource) -> str:
    """When it ended, as written: what « résolu » is told again when « actif » is undone."""
    return str(condition.get("abatementDateTime") or "")


def check_write(by: Actor) -> None:
    """Doctors of the practice keep the problem list."""
    access.check_doctor(
        by, _("Seul un médecin du cabinet change la liste des problèmes. Rien n’a été modifié.")
    )


def _moved(condition: Resource, to: Move, ended: str) -> Resource:
    if to in _CATEGORY:
        return {**condition, "category": [status(codes.CONDITION_CATEGORY, _CATEGORY[to])]}
    kept = {key: value for key, value in condition.items() if key not in _ENDS}
    if to == "active":
        return {**kept, "clinicalStatus": status(codes.CONDITION_CLINICAL, "active")}
    end = {"abatementDateTime": ended} if ended else {}
    return {**kept, **end, "clinicalStatus": status(codes.CONDITION_CLINICAL, "resolved")}
