"""One problem of the synthesis, changed by a doctor: over, active again, kept as a problem, begun another day, higher or
lower; and its way back. A view decides nothing."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_POST

from carnet.actions import problem as actions
from carnet.fhir.errors import Invalid, Malformed, NotFound
from carnet.record import clock, gate
from carnet.record.work import Stored
from carnet.rules import ordering
from carnet.web.patient.forms import fhir_date
from carnet.web.patient.opening import actor, same_patient

_MOVED, _MOMENT = "problem.moved", 15 * 60
_SAID = {
    "resolved": gettext_noop("Problème résolu : il est aux antécédents."),
    "active": gettext_noop("De nouveau parmi les problèmes actifs."),
    "problem": gettext_noop("Gardé parmi les problèmes."),
}


@require_POST
def move(request: HttpRequest, id: str, condition: str) -> HttpResponse:
    """What the menu of the line says."""
    same_patient(request, id)
    to = request.POST.get("to", "")
    if to in ("up", "down"):
        return _arranged(request, id, condition, to)
    return _began(request, id, condition) if to == "since" else _moved(request, id, condition, to)


def _moved(request: HttpRequest, id: str, condition: str, to: str) -> HttpResponse:
    if to not in _SAID:
        raise NotFound(_("Ce changement n’existe pas. Rien n’a été modifié."))
    by, at, move = actor(request), clock.now(), cast(actions.Move, to)
    before = gate.continue_record(by=by, at=at, patient=id).get("Condition", condition).resource()
    kept = actions.move(by=by, at=at, patient=id, id=condition, if_version=_version(request), to=move)
    _can_undo(request, id, condition, kept, {"to": actions.OPPOSITE[move], "ended": actions.end_of(before)})
    messages.success(request, _(_SAID[to]), extra_tags="undo:patient:problem_undo")
    return _back(id, condition)


def _began(request: HttpRequest, id: str, condition: str) -> HttpResponse:
    by, at = actor(request), clock.now()
    before = gate.continue_record(by=by, at=at, patient=id).get("Condition", condition).resource()
    since, version = fhir_date(request.POST.get("since", "")[:20]), _version(request)
    try:
        kept = actions.begin(by=by, at=at, patient=id, id=condition, if_version=version, since=since)
    except (Invalid, Malformed) as error:
        messages.warning(request, str(error))
        return _back(id, condition)
    _can_undo(request, id, condition, kept, {"back": actions.onset_of(before)})
    messages.success(request, _("Début du problème changé."), extra_tags="undo:patient:problem_undo")
    return _back(id, condition)


def _arranged(request: HttpRequest, id: str, condition: str, step: str) -> HttpResponse:
    """The opposite key is the way back: nothing else to undo."""
    by, at = actor(request), clock.now()
    place, of = actions.arrange(by=by, at=at, patient=id, id=condition, step=cast(ordering.Step, step))
    messages.success(request, _("Problème placé : {place} sur {of}.").format(place=place, of=of))
    return _back(id, condition)


def _can_undo(request: HttpRequest, id: str, condition: str, kept: Stored, back: dict[str, str]) -> None:
    held = {"patient": id, "id": condition, "if_version": kept.version, **back}
    request.session[_MOVED] = {**held, "at": clock.now().timestamp()}


def _version(request: HttpRequest) -> int:
    version = request.POST.get("version", "")
    return int(version) if version.isascii() and version.isdigit() else 0


@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """The opposite of what was just done, once, for a quarter of an hour."""
    at, held = clock.now(), request.session.pop(_MOVED, None)
    if held is None or at.timestamp() - held.pop("at") > _MOMENT:
        raise NotFound(_("Ce changement ne s’annule plus ici. Rien n’a été modifié."))
    (actions.begin if "back" in held else actions.move)(by=actor(request), at=at, **held)
    messages.success(request, _("Annulé : le problème est comme avant."))
    return _back(held["patient"], held["id"])


def _back(patient: str, condition: str) -> HttpResponse:
    """To the menu of that problem, wherever its line is now: the focus is not lost."""
    return redirect(f"{reverse('patient:record', args=[patient])}#moves-{condition}")
