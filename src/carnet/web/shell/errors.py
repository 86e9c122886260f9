"""What a person reads when a page cannot be given: what happened, what is safe, what to do. Never a trace,
never a value of the record."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.utils.translation import gettext as _


def refused(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403"""
    text = _("Rien n’a été modifié. Si vous devriez y avoir accès, demandez-le au titulaire du cabinet.")
    return _page(request, 403, _("Cette page ne vous est pas ouverte"), text)


def csrf_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403, when a form was sent from a page that is no longer valid (CSRF_FAILURE_VIEW)."""
    text = _("Votre envoi n’a pas été enregistré. Rechargez la page, puis recommencez.")
    return _page(request, 403, _("Cette page a expiré"), text)


def missing(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404"""
    text = _(
        "L’adresse est inexacte, ou ce qu’elle désignait n’est pas dans ce cabinet. Rien n’a été modifié."
    )
    return _page(request, 404, _("Cette page n’existe pas"), text)


def failed(request: HttpRequest) -> HttpResponse:
    """500"""
    text = _(
        "Carnet a rencontré une erreur. Ce qui était déjà enregistré est intact ; la dernière action, elle, n’a pas été faite. Recommencez ; si cela se répète, lancez « carnet check »."
    )
    return _page(request, 500, _("Un incident est survenu"), text)


def _page(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    page = loader.render_to_string("shell/error.html", {"title": title, "text": text}, request)
    return HttpResponse(page, status=status)
