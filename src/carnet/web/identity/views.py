"""*Doublons possibles*: the worklist, two records side by side, merge, separate, tell apart. Each verb is one action;
every one of them can be undone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from carnet.actions import doubles as worklist
from carnet.actions import identity as actions
from carnet.fhir.errors import NotFound
from carnet.record import clock, gate
from carnet.record.actor import Actor
from carnet.record.work import Stored
from carnet.rules import linkage
from carnet.web.identity import sides
from carnet.web.shell.asking import actor

MOST = 100  # pairs shown at once; the next ones come when these are settled


@dataclass(frozen=True, slots=True)
class Pair:
    """A remembered pair on a list: who survived, the other, and how many facts wait."""

    keep: Stored
    other: Stored
    waiting: int


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """What waits, who may be one person, what was merged, who was told apart."""
    by = actor(request)
    shown = _doubles(by) | {
        "waiting": _pairs(by, actions.to_assign(by=by)),
        "merged": _pairs(by, actions.linked(by=by, state=linkage.MERGED)),
        "apart": _pairs(by, actions.linked(by=by, state=linkage.TWO_PEOPLE)),
    }
    return render(request, "identity/home.html", shown)


@require_GET
def doubles(request: HttpRequest) -> HttpResponse:
    """The pairs that may be one person's, as they were last found; asked for again while a pass runs."""
    return render(request, "identity/_doubles.html", _doubles(actor(request)))


@require_POST
def look(request: HttpRequest) -> HttpResponse:
    """Compare the whole practice now."""
    worklist.ask(by=actor(request), at=clock.now())
    return redirect("identity:home")


@require_GET
def pair(request: HttpRequest, one: str, other: str) -> HttpResponse:
    """Two records side by side."""
    shown = sides.compared(actor(request), clock.now(), one, other)
    return render(request, "identity/pair.html", {"pair": shown, "one": one, "other": other})


@require_POST
def merge(request: HttpRequest, one: str, other: str) -> HttpResponse:
    """They are one person, under the chosen identity."""
    keep = request.POST.get("keep", "")
    if keep not in (one, other):
        raise NotFound(_("Choisissez l’identité à garder. Rien n’a été réuni."))
    away = other if keep == one else one
    actions.merge(by=actor(request), at=clock.now(), keep=keep, other=away)
    messages.success(request, _("Dossiers réunis. Ils se séparent à tout moment."))
    return redirect("patient:record", keep)


@require_POST
def separate(request: HttpRequest, one: str, other: str) -> HttpResponse:
    """They were two people after all."""
    by = actor(request)
    known = actions.pair(by=by, one=one, other=other)
    if known is None:
        raise NotFound(_("Ce dossier n’est réuni à aucun autre. Rien n’a été changé."))
    separated = actions.unmerge(by=by, at=clock.now(), patient=linkage.sides(known.resource())[1])
    messages.success(request, _("Dossiers séparés : chacun est comme ses propres écritures l’ont laissé."))
    waits = linkage.later(separated.resource())
    return redirect("identity:later" if waits else "identity:pair", one, other)


@require_POST
def apart(request: HttpRequest, one: str, other: str) -> HttpResponse:
    """Two people who look alike: not proposed again."""
    actions.dismiss(by=actor(request), at=clock.now(), one=one, other=other)
    messages.success(request, _("Noté : ce sont deux personnes. Cela se défait dans cette page."))
    return redirect("identity:home")


@require_POST
def again(request: HttpRequest, one: str, other: str) -> HttpResponse:
    """Perhaps one person after all."""
    actions.reconsider(by=actor(request), at=clock.now(), one=one, other=other)
    messages.success(request, _("Ces deux dossiers peuvent de nouveau être proposés."))
    return redirect("identity:pair", one, other)


def _doubles(by: Actor) -> dict[str, Any]:
    found = worklist.found(by=by, limit=MOST)
    done = worklist.progress
    return {
        "found": found,
        "done": done.done,
        "total": done.total,
        "percent": 100 * done.done // done.total if done.total else 0,
    }


def _pairs(by: Actor, linkages: list[Stored]) -> list[Pair]:
    """With the identities as they are by themselves, merged or not."""
    bodies = [one.resource() for one in linkages[:MOST]]
    ids = sorted({id for body in bodies for id in linkage.sides(body)})
    asked = [("_id", ",".join(ids))]
    found = gate.across(by=by, type="Patient", params=asked, limit=2 * MOST) if ids else []
    known = {one.id: one for one in found}
    return [
        Pair(known[keep], known[other], len(linkage.later(body)))
        for body in bodies
        for keep, other in [linkage.sides(body)]
        if keep in known and other in known
    ]
