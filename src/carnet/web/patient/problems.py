"""One problem of the synthesis, moved by a doctor: over, active again, kept as a problem; and its way back. A view
decides nothing."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_POST

from carnet.actions import problem as actions
from carnet.fhir.errors import NotFound
from carnet.record import clock, gate
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
    by, at, posted = actor(request), clock.now(), request.POST
    version, to = posted.get("version", ""), cast(actions.Move, posted.get("to", ""))
    if to not in _SAID:
        raise NotFound(_("Ce changement n’existe pas. Rien n’a été modifié."))
    before = gate.continue_record(by=by, at=at, patient=id).get("Condition", condition).resource()
    kept = actions.move(
        by=by,
        at=at,
        patient=id,
        id=condition,
        if_version=int(version) if version.isascii() and version.isdigit() else 0,
        to=to,
    )
    request.session[_MOVED] = {
        "patient": id,
        "id": condition,
        "if_version": kept.version,
        "to": actions.OPPOSITE[to],
        "ended": actions.end_of(before),
        "at": at.timestamp(),
    }
    messages.success(request, _(_SAID[to]), extra_tags="undo:patient:problem_undo")
    return redirect("patient:record", id)


@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """The opposite of what was just done, once, for a quarter of an hour."""
    at, held = clock.now(), request.session.pop(_MOVED, None)
    if held is None or at.timestamp() - held.pop("at") > _MOMENT:
        raise NotFound(_("Ce changement ne s’annule plus ici. Rien n’a été modifié."))
    actions.move(by=actor(request), at=at, **held)
    messages.success(request, _("Annulé : le problème est comme avant."))
    return redirect("patient:record", held["patient"])
