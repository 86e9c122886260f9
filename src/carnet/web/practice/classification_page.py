"""*Classification CISP-2*: the file that a practice brings, what it gave, and the way to take it out again."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from carnet.actions import classification as actions
from carnet.documents import correspondence
from carnet.fhir.errors import CarnetError, Malformed
from carnet.record import clock
from carnet.web.shell.asking import actor


@require_http_methods(["GET", "POST"])
def classification(request: HttpRequest) -> HttpResponse:
    """How it stands; a post brings a file."""
    by = actor(request)
    if request.method == "GET":
        return _page(request)
    try:
        report = actions.bring(by=by, at=clock.now(), content=_content(request))
    except Malformed as error:
        return _page(request, error)
    told = ngettext(
        "Classification importée : %(codes)s code CIM-10.",
        "Classification importée : %(codes)s codes CIM-10.",
        report.codes,
    ) % {"codes": report.codes}
    if report.unread:
        told += " " + ngettext(
            "%(n)s ligne n’a pas été lue en entier.",
            "%(n)s lignes n’ont pas été lues en entier.",
            report.unread,
        ) % {"n": report.unread}
    messages.success(request, told)
    return redirect("practice:classification")


@require_POST
def remove(request: HttpRequest) -> HttpResponse:
    """Take the file away; codes already written stay."""
    actions.remove(by=actor(request), at=clock.now())
    messages.success(request, _("Classification retirée. Les codes déjà écrits restent."))
    return redirect("practice:classification")


def _content(request: HttpRequest) -> bytes:
    file = request.FILES.get("file")
    if file is None:
        raise Malformed(_("Choisissez un fichier."))
    content: bytes = file.read(correspondence.LARGEST + 1)
    return content


def _page(request: HttpRequest, error: CarnetError | None = None) -> HttpResponse:
    shown = {"brought": actions.state(by=actor(request)), "error": str(error) if error else ""}
    return render(request, "practice/classification.html", shown, status=error.http_status if error else 200)
