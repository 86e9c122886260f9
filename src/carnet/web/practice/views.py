"""*Cabinet*: the practice itself, one plain page each for safety, team and journal. It shows how things stand and
changes nothing but the time of the last check."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from carnet.accounts.models import Person
from carnet.actions import safety as actions
from carnet.record import cell, clock
from carnet.web.practice import journal_page, states
from carnet.web.shell.asking import actor


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The list of pages, each with its state in one line."""
    return render(
        request, "practice/home.html", {"practice": cell.practice(), "pages": states.pages(actor(request))}
    )


@require_GET
def safety(request: HttpRequest) -> HttpResponse:
    return render(request, "practice/safety.html", {"states": states.safety(actor(request))})


@require_POST
def check(request: HttpRequest) -> HttpResponse:
    """Check the whole cell now and say what was found."""
    by = actor(request)
    report = actions.check_cell(by=by, at=clock.now())
    return render(request, "practice/safety.html", {"states": states.safety(by), "report": report})


@require_GET
def team(request: HttpRequest) -> HttpResponse:
    people = Person.objects.order_by("-is_active", "role", "display_name")
    return render(request, "practice/team.html", {"people": people})


@require_GET
def journal(request: HttpRequest) -> HttpResponse:
    """Who did what, when, on whose record; a page at a time, newest first."""
    asked = journal_page.asked(request.GET)
    return render(request, "practice/journal.html", journal_page.read(actor(request), asked))
