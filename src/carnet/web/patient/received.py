"""*Reçu, à reprendre*: what documents say and nobody has confirmed, one key each or all, with the document beside."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from carnet.actions import received as actions
from carnet.record import clock
from carnet.web.patient import facts
from carnet.web.patient.opening import Opened, actor, is_part, opened, same_patient
from carnet.web.patient.views import record_page


@require_GET
def page(request: HttpRequest, id: str) -> HttpResponse:
    """Everything that waits, by type, the source of the chosen one beside."""
    return _page(request, opened(request, id))


@require_POST
def take_up(request: HttpRequest, id: str) -> HttpResponse:
    """Confirm the chosen groups, or all of them."""
    same_patient(request, id)
    by, at, keys = actor(request), clock.now(), request.POST.getlist("key")
    if "all" in request.POST:
        keys = [group.key for group in actions.waiting(opened(request, id).record)]
        count = actions.take_up_all(by=by, at=at, patient=id)
    else:
        count = actions.take_up(by=by, at=at, patient=id, keys=keys)
    said = ngettext("%(count)s élément repris.", "%(count)s éléments repris.", count) % {"count": count}
    return _after(request, id, said, keys)


@require_POST
def dismiss(request: HttpRequest, id: str) -> HttpResponse:
    """Leave out of the record; the document keeps saying it."""
    same_patient(request, id)
    keys = request.POST.getlist("key")
    reason = request.POST.get("reason", "")[:200] or _("écarté à la lecture")
    actions.dismiss(by=actor(request), at=clock.now(), patient=id, keys=keys, reason=reason)
    return _after(request, id, _("Écarté : le document, lui, reste dans le dossier."), keys)


@require_POST
def undo(request: HttpRequest, id: str) -> HttpResponse:
    """Put back among what waits."""
    same_patient(request, id)
    actions.undo(by=actor(request), at=clock.now(), patient=id, keys=request.POST.getlist("key"))
    return _after(request, id, _("Annulé : l’élément est de nouveau à reprendre."), [])


def _after(request: HttpRequest, id: str, said: str, keys: list[str]) -> HttpResponse:
    """The page again, with what was done and its way back."""
    from_record = request.POST.get("next") == "record"
    if is_part(request):
        answer = record_page if from_record else _page
        return answer(request, opened(request, id), said, keys)
    messages.success(request, said)
    return redirect("patient:record" if from_record else "patient:received", id)


def _page(request: HttpRequest, page: Opened, said: str = "", keys: Sequence[str] = ()) -> HttpResponse:
    rows = facts.rows_of(page)
    asked = request.GET.get("document") or (rows[0].documents[0]["id"] if rows and rows[0].documents else "")
    shown = {
        "id": page.id,
        "banner": page.banner,
        "sections": facts.by_section(rows),
        "count": len(rows),
        "said": said,
        "undo": keys,
        "source": asked,
    }
    template = "patient/_received.html" if is_part(request) else "patient/received.html"
    return render(request, template, shown)
