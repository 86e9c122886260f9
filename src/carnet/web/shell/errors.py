"""What a person reads when a page cannot be given: what happened, what is safe, what to do. Never a trace,
never a value of the record."""

from __future__ import annotations

from django.contrib.sessions.exceptions import SessionInterrupted
from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.utils.translation import gettext as _


def malformed(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400"""
    if isinstance(exception, SessionInterrupted):
        text = _(
            "Elle a pris fin pendant cet envoi, qui est peut-être enregistré. Vérifiez avant de recommencer."
        )
        return _answer(request, 400, _("Votre séance a pris fin"), text)
    text = _("Votre envoi n’a pas pu être lu. Rien n’a été enregistré. Rechargez la page, puis recommencez.")
    return _answer(request, 400, _("Cet envoi est illisible"), text)


def refused(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403"""
    text = _("Rien n’a été modifié. Si vous devriez y avoir accès, demandez-le au titulaire du cabinet.")
    return _answer(request, 403, _("Cette page ne vous est pas ouverte"), text)


def csrf_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403, when a form was sent from a page that is no longer valid (CSRF_FAILURE_VIEW)."""
    text = _("Votre envoi n’a pas été enregistré. Rechargez la page, puis recommencez.")
    return _answer(request, 403, _("Cette page a expiré"), text)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404"""
    text = _("L’adresse est inexacte, ou ce qu’elle désignait n’est pas dans ce cabinet.")
    return _answer(request, 404, _("Cette page n’existe pas"), text)


def failed(request: HttpRequest) -> HttpResponse:
    """500; drawn without session or database, which may be what failed."""
    text = _(
        "Carnet a rencontré une erreur. Ce qui était déjà enregistré est intact ; la dernière action, elle, "
        "n’a pas été faite. Recommencez ; si cela se répète, lancez « carnet check »."
    )
    if _is_part(request):
        return _sentence(500, text)
    page = loader.render_to_string("shell/error.html", {"title": _("Un incident est survenu"), "text": text})
    return HttpResponse(page, status=500)


def told(request: HttpRequest, status: int, sentence: str) -> HttpResponse:
    """A refusal in the record's own words."""
    titles = {
        403: _("Vous n’avez pas ce droit"),
        404: _("Introuvable"),
        409: _("Quelqu’un est passé avant vous"),
        410: _("Supprimé"),
        413: _("Trop volumineux"),
        503: _("Momentanément indisponible"),
    }
    return _answer(request, status, titles.get(status, _("Ce n’est pas possible")), sentence)


def _answer(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    if _is_part(request):
        return _sentence(status, text)
    page = loader.render_to_string("shell/error.html", {"title": title, "text": text}, request)
    return HttpResponse(page, status=status)


def _is_part(request: HttpRequest) -> bool:
    """Whether a script of a page asks (htmx, fetch): what to show of the sentence is its own (connection.js)."""
    return request.headers.get("HX-Request") == "true" or "X-Requested-With" in request.headers


def _sentence(status: int, text: str) -> HttpResponse:
    answer = HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")
    answer["X-Carnet-Refusal"] = "1"
    return answer
