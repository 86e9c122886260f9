"""The frame's own answers: the palette, preferences of display, the list of records, a sign of life. It shows
names that the gate found for this actor and keeps nothing of what was typed."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from carnet.actions import consultation
from carnet.documents import datamatrix
from carnet.fhir.errors import Malformed
from carnet.record import clock, gate
from carnet.record.actor import Actor
from carnet.record.work import Stored
from carnet.web.shell import screens
from carnet.web.shell.asking import actor
from carnet.web.shell.lines import patient_lines
from carnet.web.shell.palette_order import Shown, groups, meant
from carnet.web.shell.screens import Screen
from carnet.web.shell.templatetags.carnet import THEMES

YEAR = 365 * 24 * 3600


@require_POST
def palette(request: HttpRequest) -> HttpResponse:
    """Patients first (recent ones while nothing is typed), then verbs of the open record, screens and actions by name;
    a screen named in full comes before patients who only resemble."""
    by, text = actor(request), _searched(request.POST.get("text", ""))
    found = gate.find_patients(by=by, text=text, limit=8) if text else gate.recent_patients(by=by)
    whose, verbs = _verbs(by, request.POST.get("patient", "") if text else "")
    shown = Shown(
        text=text,
        patients=patient_lines(found[:8], clock.now()),
        verbs=screens.matching(text, verbs),
        screens=screens.matching(text),
    )
    page = shown._asdict() | {"groups": groups(shown), "meant": meant(shown), "whose": whose}
    return render(request, "shell/palette_results.html", page)


def _verbs(by: Actor, patient: str) -> tuple[Stored | None, list[Screen]]:
    """Whose record is open on the page, and what can be opened from it."""
    whose = gate.patients_of(by=by, ids=[patient]).get(patient) if patient else None
    if not whose:
        return None, []
    writes = not consultation.why_not(consultation.check_write, by)
    return whose, screens.of_record(patient, writes=writes)


def _searched(typed: str) -> str:
    """What was typed; of a scanned Datamatrix, the number in it."""
    if not datamatrix.is_datamatrix(typed):
        return typed[:100].strip()
    try:
        return datamatrix.read(typed).number
    except Malformed:
        return typed[:100].strip()


@require_GET
def records(request: HttpRequest) -> HttpResponse:
    """The place « Dossier » while no record is open: the last ones, and how to find another."""
    recent = gate.recent_patients(by=actor(request), limit=25)
    return render(request, "shell/records.html", {"patients": patient_lines(recent, clock.now())})


@require_http_methods(["GET", "POST"])
def alive(request: HttpRequest) -> HttpResponse:
    """The page is still in use and the program still answers; to GET, also the token that forms need after a new
    sign-in in another tab."""
    answer = HttpResponse(status=204)
    if request.method == "GET":
        answer["X-Carnet-Token"] = get_token(request)
    return answer


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    chosen = request.POST.get("theme", "")
    return _keep(request, "carnet_theme", chosen if chosen in THEMES else "auto")


@require_POST
def letters(request: HttpRequest) -> HttpResponse:
    """Single-letter keys on or off."""
    return _keep(request, "carnet_letters", "off" if request.POST.get("letters") == "off" else "on")


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    chosen = request.POST.get("language", "")
    known = chosen if translation.check_for_language(chosen) else settings.LANGUAGE_CODE
    return _keep(request, settings.LANGUAGE_COOKIE_NAME, known)


def _keep(request: HttpRequest, name: str, value: str) -> HttpResponse:
    """A preference of display in a cookie; nothing of the record ever goes there."""
    answer = HttpResponseRedirect(_next(request))
    answer.set_cookie(name, value, max_age=YEAR, secure=request.is_secure(), httponly=True, samesite="Lax")
    return answer


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "/")
    return wanted if url_has_allowed_host_and_scheme(wanted, {request.get_host()}) else "/"
