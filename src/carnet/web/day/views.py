"""*Ma journée*: what waits for this person. It shows worklists and moves tasks; it opens no record."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from carnet.actions import task as actions
from carnet.actions.documents import waiting_documents
from carnet.record import clock, gate
from carnet.record.work import Stored
from carnet.web.day import worklists
from carnet.web.day.forms import TaskForm
from carnet.web.shell.asking import actor, is_part
from carnet.web.shell.lines import patient_lines


@require_GET
def day(request: HttpRequest) -> HttpResponse:
    """The page: drafts, received, tasks, recent records."""
    by, now = actor(request), clock.now()
    shown = {
        "now": now,
        "drafts": worklists.drafts(by),
        "received": worklists.received(by, everything=request.GET.get("received") == "all"),
        "waiting": len(waiting_documents(by=by)),
        "tasks": worklists.tasks(by, timezone.localtime(now).date()),
        "recent": patient_lines(gate.recent_patients(by=by, limit=12), now),
    }
    return render(request, "day/day.html", shown)


@require_POST
def add_task(request: HttpRequest) -> HttpResponse:
    form = TaskForm(request.POST)
    if not form.is_valid():
        return _tasks(request, form, status=422)
    asked = form.cleaned_data
    actions.add(
        by=actor(request),
        at=clock.now(),
        text=asked["text"],
        due=asked["due"],
        patient=asked["patient"] or None,
    )
    return _tasks(request)


@require_POST
def complete_task(request: HttpRequest, id: str) -> HttpResponse:
    """Done; the line stays until the page is left, with a way back."""
    version = int(request.POST.get("version", "0"))
    return _moved(request, actions.complete(by=actor(request), at=clock.now(), id=id, if_version=version))


@require_POST
def reopen_task(request: HttpRequest, id: str) -> HttpResponse:
    version = int(request.POST.get("version", "0"))
    return _moved(request, actions.reopen(by=actor(request), at=clock.now(), id=id, if_version=version))


def _moved(request: HttpRequest, task: Stored) -> HttpResponse:
    if not is_part(request):
        return redirect("day")
    patients = gate.patients_of(by=actor(request), ids=[task.subject] if task.subject else [])
    line = worklists.task_line(task, patients, timezone.localtime(clock.now()).date())
    return render(request, "day/_task.html", {"task": line})


def _tasks(request: HttpRequest, form: TaskForm | None = None, status: int = 200) -> HttpResponse:
    if not is_part(request):
        return redirect("day")
    by, today = actor(request), timezone.localtime(clock.now()).date()
    return render(
        request, "day/_tasks.html", {"tasks": worklists.tasks(by, today), "form": form}, status=status
    )
