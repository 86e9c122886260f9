"""How this screen refuses: a page for a person who navigates, a short 401 or 503 for a script of an open page, so that
the page keeps the text being written."""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from carnet.fhir.errors import CarnetError

IDLE_HEADER = "X-Carnet-Idle"
Event = Literal["locked", "signed-out", "closed", "not-installed"]


def from_script(request: HttpRequest) -> bool:
    """Sent by htmx, fetch or a program, not by a person who follows a link or sends a form."""
    names = ("HX-Request", IDLE_HEADER, "X-Requested-With")
    fetched = request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate"
    return fetched or any(name in request.headers for name in names) or "text/html" not in _accepts(request)


def is_idle(request: HttpRequest) -> bool:
    """A request that nobody asked for (autosave, polling): it must not keep the session awake."""
    return request.headers.get(IDLE_HEADER) == "1"


def told(event: Event, sentence: str, *, status: int, url: str) -> HttpResponse:
    """For scripts: the event also travels as `HX-Trigger`, which htmx announces even on errors."""
    answer = JsonResponse({"state": event, "sentence": sentence, "url": url}, status=status)
    answer["HX-Trigger"] = event
    return answer


def locked(request: HttpRequest, page: str | None = None) -> HttpResponse:
    """`page`: where to come back to, when it is not the one that was asked for."""
    where = resolve_url("sign_in:unlock")
    if from_script(request):
        return told(
            "locked", _("Carnet est verrouillé. Ce que vous écriviez est gardé."), status=401, url=where
        )
    return HttpResponseRedirect(_with_next(where, page or page_of(request)))


def signed_out(request: HttpRequest) -> HttpResponse:
    where = resolve_url("sign_in:sign_in")
    if from_script(request):
        return told(
            "signed-out",
            _("Vous n’êtes plus connecté. Connectez-vous, puis recommencez."),
            status=401,
            url=where,
        )
    return HttpResponseRedirect(_with_next(where, page_of(request)))


def closed(request: HttpRequest) -> HttpResponse:
    where = resolve_url("sign_in:open_cell")
    if from_script(request):
        sentence = _(
            "Le cabinet est fermé depuis le redémarrage. Ouvrez-le avec la phrase secrète du cabinet."
        )
        return told("closed", sentence, status=503, url=where)
    return HttpResponseRedirect(where)


def not_installed(request: HttpRequest) -> HttpResponse:
    if from_script(request):
        sentence = _("Carnet n’est pas encore installé : ouvrez le lien affiché dans le terminal.")
        return told("not-installed", sentence, status=503, url="")
    return render(request, "sign_in/not_installed.html", status=503)


def page_of(request: HttpRequest) -> str:
    """The page to come back to: this one when it was read, else the one whose form was sent."""
    if request.method == "GET":
        return request.get_full_path()
    return urlsplit(request.headers.get("Referer", "")).path


def safe_next(request: HttpRequest) -> str:
    """Where the person wanted to go, if it is a page of ours; else the home page."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    own = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, {request.get_host()})
    return wanted if own and not _is_door(wanted) else resolve_url(settings.LOGIN_REDIRECT_URL)


def words(error: CarnetError) -> str:
    """The error's sentence in the reader's language."""
    return _(error.sentence).format(**error.fields)


def _is_door(path: str) -> bool:
    """Coming back to the door itself would go round in circles."""
    doors = ("sign_in:sign_in", "sign_in:code", "sign_in:unlock", "sign_in:lock", "sign_in:sign_out")
    return urlsplit(path).path in {resolve_url(door) for door in doors}


def _with_next(where: str, page: str) -> str:
    home = ("", "/", resolve_url(settings.LOGIN_REDIRECT_URL))
    return where if page in home or _is_door(page) else f"{where}?{urlencode({'next': page})}"


def _accepts(request: HttpRequest) -> str:
    accepts = request.headers.get("Accept", "")
    return "text/html" if accepts in ("", "*/*") and "HX-Request" not in request.headers else accepts
