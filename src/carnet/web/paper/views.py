"""Papers of a patient: what was accepted in a visit goes to paper in one gesture; the others are written from a model
and read before they are made. A view decides nothing."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from carnet.actions import paper as actions
from carnet.actions import patient as patients
from carnet.actions import wordings
from carnet.documents.paper import wording
from carnet.fhir.errors import Invalid
from carnet.record import clock, gate
from carnet.record.actor import Actor
from carnet.web.paper.forms import PaperForm
from carnet.web.shell.asking import actor

_NAMES = {
    "letter": gettext_lazy("Lettre"),
    "certificate": gettext_lazy("Certificat"),
    "sick_leave": gettext_lazy("Arrêt de travail"),
}


@require_POST
def visit(request: HttpRequest, id: str) -> HttpResponse:
    """The papers of a visit; the first is shown, ready to print."""
    kept = actions.prescription(
        by=actor(request), at=clock.now(), patient=id, encounter=request.POST.get("encounter", "")
    )
    words = ngettext("%(n)s document dans le dossier.", "%(n)s documents dans le dossier.", len(kept))
    messages.success(request, words % {"n": len(kept)})
    return redirect("patient:document", id, kept[0].id)


@require_http_methods(["GET", "POST"])
def write(request: HttpRequest, id: str, kind: str) -> HttpResponse:
    """Write a paper of one kind, from the model of the practice or ours."""
    if kind not in actions.WORDINGS:
        raise Http404
    by = actor(request)
    actions.check_write(by)
    if request.method == "GET":
        return _page(request, by, id, kind, PaperForm(kind, initial={"body": _model(request, by, kind)}))
    form = PaperForm(kind, request.POST)
    if form.is_valid():
        try:
            kept = actions.letter(by=by, at=clock.now(), patient=id, asked=_asked(kind, form.cleaned_data))
        except Invalid as error:
            form.add_error("body", str(error))
        else:
            return redirect("patient:document", id, kept.id)
    return _page(request, by, id, kind, form, status=422)


def _asked(kind: str, typed: dict[str, Any]) -> actions.Asked:
    return actions.Asked(
        kind=cast(actions.Kind, kind), body=typed["body"], to=typed.get("to", ""), days=typed.get("days") or 0
    )


def _model(request: HttpRequest, by: Actor, kind: str) -> str:
    """The model chosen, else the first of the practice, else ours."""
    mine = [one for one in wordings.seen(by=by) if one.kind == kind]
    chosen = [one for one in mine if one.id == request.GET.get("model")]
    return (chosen or mine)[0].text if mine else actions.WORDINGS[cast(actions.Kind, kind)]


def _page(
    request: HttpRequest, by: Actor, id: str, kind: str, form: PaperForm, status: int = 200
) -> HttpResponse:
    record = gate.open_record(by=by, at=clock.now(), patient=id)
    shown = {
        "id": id,
        "kind": kind,
        "title": _NAMES[kind],
        "form": form,
        "fields": wording.FIELDS,
        "models": [one for one in wordings.seen(by=by) if one.kind == kind],
        "banner": patients.banner(by, record, href=reverse("patient:record", args=[id])),
    }
    return render(request, "paper/write.html", shown, status=status)
