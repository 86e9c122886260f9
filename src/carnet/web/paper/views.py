"""Papers of a patient: what was accepted in a visit goes to paper in one gesture; the others are written from a model
and read before they are made; all of them stand on one page, one key from the printer. A view decides nothing."""

from __future__ import annotations

from datetime import date
from typing import Any, cast
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from carnet.actions import paper as actions
from carnet.actions import paper_words, printing, wordings
from carnet.actions import patient as patients
from carnet.documents.paper import pictures, wording
from carnet.fhir.errors import Invalid, Malformed
from carnet.record import clock, gate
from carnet.record.actor import Actor
from carnet.record.reading import Reading
from carnet.rules import leaves
from carnet.web.paper.forms import PaperForm, disagree
from carnet.web.shell import left, papers
from carnet.web.shell.asking import actor

_NAMES = {
    "letter": gettext_lazy("Lettre"),
    "certificate": gettext_lazy("Certificat"),
    "sick_leave": gettext_lazy("Arrêt de travail"),
}


@require_POST
def visit(request: HttpRequest, id: str) -> HttpResponse:
    """The papers of a visit, then what of it is still to write."""
    by, at, encounter = actor(request), clock.now(), request.POST.get("encounter", "")
    actions.prescription(by=by, at=at, patient=id, encounter=encounter)
    record, day = gate.continue_record(by=by, at=at, patient=id), timezone.localtime(at).date()
    waiting = actions.unwritten(by=by, day=day, record=record, encounter=encounter)
    listed = [one.id for one in printing.of_visit(record, f"Encounter/{encounter}")]
    return redirect(papers.address(id, listed, waiting))


@require_GET
def show(request: HttpRequest, id: str) -> HttpResponse:
    """Papers as they will leave the printer, page after page."""
    by, at = actor(request), clock.now()
    record = gate.open_record(by=by, at=at, patient=id)
    found = printing.papers(record, request.GET.getlist("of"))
    visit = printing.visit_of(found)
    unwritten = actions.unwritten(by=by, day=timezone.localtime(at).date(), record=record, encounter=visit)
    shown = {
        "id": id,
        "left": left.of(request, id),
        "note": printing.note_of(record, visit) if visit else "",
        "unwritten": [(_NAMES[kind], papers.address(id, [], [(kind, asked)])) for kind, asked in unwritten],
        "papers": [one.resource() for one in found],
        "pages": range(pictures.pages(printing.together(record, found))),
        "query": urlencode({"of": [one.id for one in found]}, doseq=True),
        "banner": patients.banner(by, record, href=reverse("patient:record", args=[id])),
    }
    return render(request, "paper/show.html", shown)


@require_GET
def page(request: HttpRequest, id: str, part: int) -> HttpResponse:
    """One of those pages, as a picture."""
    return _sealed(HttpResponse(pictures.picture(_together(request, id), part), content_type="image/png"))


@require_GET
def file(request: HttpRequest, id: str) -> HttpResponse:
    """The same as one PDF, which can be read aloud."""
    answer = HttpResponse(_together(request, id), content_type="application/pdf")
    answer["Content-Disposition"] = 'inline; filename="document.pdf"'
    return _sealed(answer)


def _together(request: HttpRequest, id: str) -> bytes:
    record = gate.continue_record(by=actor(request), at=clock.now(), patient=id)
    return printing.together(record, printing.papers(record, request.GET.getlist("of")))


def _sealed(answer: HttpResponse) -> HttpResponse:
    answer["X-Content-Type-Options"], answer["Cache-Control"] = "nosniff", "no-store"
    answer["Content-Security-Policy"] = (
        "default-src 'none'; object-src 'self'; frame-ancestors 'self'; sandbox"
    )
    return answer


@require_http_methods(["GET", "POST"])
def write(request: HttpRequest, id: str, kind: str) -> HttpResponse:
    """Write a paper of one kind, from the model of the practice or ours; `asked`: the request of a visit that it is."""
    if kind not in paper_words.WORDINGS:
        raise Http404
    by = actor(request)
    actions.check_write(by)
    asked = _request(request, id)
    if asked and "later" in request.GET:
        return redirect(_next(request, id, asked, ""))
    if request.method == "GET":
        return _page(request, by, id, kind, asked)
    form = PaperForm(kind, request.POST, first=_first(by, id, asked))
    if form.is_valid():
        try:
            kept = actions.letter(
                by=by, at=clock.now(), patient=id, asked=_asked(kind, form.cleaned_data, asked)
            )
        except (Invalid, Malformed) as error:
            form.add_error("body", str(error))
        else:
            return redirect(_next(request, id, asked, kept.id))
    return _page(request, by, id, kind, asked, form)


def _request(request: HttpRequest, id: str) -> dict[str, Any]:
    """What a visit of this patient asked for, when the address names it."""
    if not request.GET.get("asked"):
        return {}
    record = gate.continue_record(by=actor(request), at=clock.now(), patient=id)
    return record.get("ServiceRequest", request.GET["asked"]).resource()


def _first(by: Actor, id: str, asked: dict[str, Any]) -> date | None:
    """From which day a leave counts when none is typed: today, or the day of the visit that asked for it; None when its
    words say another one."""
    at = clock.now()
    day = timezone.localtime(at).date()
    if not asked:
        return day
    reading = gate.continue_record(by=by, at=at, patient=id).reading()
    return actions.first_day(asked, day, reading) if actions.leave_of(asked, day, reading).is_plain else None


def _initial(
    by: Actor,
    day: date,
    patient: dict[str, Any],
    reading: Reading,
    ask: paper_words.Asked,
    asked: dict[str, Any],
) -> dict[str, Any]:
    """The model in the words of this record; of a leave, what the visit asked for."""
    begun = actions.begun(by=by, day=day, patient=patient, reading=reading, asked=ask)
    leave = actions.leave_of(asked, day, reading)
    first = actions.first_day(asked, day, reading) if leave.is_plain else None
    return {
        "body": begun, "days": leave.days, "until": leave.last, "since": first, "to": actions.recipient_of(asked),
    }  # fmt: skip


def _doubt(kind: str, said: dict[str, Any]) -> str:
    """Where a note says two lengths of one leave."""
    first, days, last = (said.get(name) for name in ("since", "days", "until"))
    if kind != "sick_leave" or not (first and days and last) or leaves.days_between(first, last) == days:
        return ""
    return disagree(first, last, days)


def _next(request: HttpRequest, id: str, asked: dict[str, Any], kept: str) -> str:
    """After a paper: the next that its visit waits for, then all of them, which go to the printer together. After one
    that is left for later (nothing kept): those that are there."""
    if not asked:
        return papers.address(id, [kept])
    by, at = actor(request), clock.now()
    record = gate.continue_record(by=by, at=at, patient=id)
    visit = str(asked.get("encounter", {}).get("reference", ""))
    listed = [one.id for one in printing.of_visit(record, visit)]
    day = timezone.localtime(at).date()
    waiting = actions.unwritten(by=by, day=day, record=record, encounter=visit.partition("/")[2])
    if not kept and not listed:
        return reverse("patient:record", args=[id])
    return papers.address(id, listed, waiting if kept else ())


def _asked(kind: str, typed: dict[str, Any], asked: dict[str, Any]) -> paper_words.Asked:
    return paper_words.Asked(
        kind=cast(paper_words.Kind, kind),
        body=typed["body"],
        to=typed.get("to", ""),
        days=typed.get("days") or 0,
        since=typed.get("since"),
        about=actions.reason_of(asked),
        encounter=str(asked.get("encounter", {}).get("reference", "")).partition("/")[2],
        request=str(asked.get("id", "")),
    )


def _model(request: HttpRequest, models: list[wordings.Wording], kind: str, asked: dict[str, Any]) -> str:
    """The model chosen, else the first of the practice that fits what was asked, else ours, which certifies nothing."""
    chosen = [one for one in models if one.id == request.GET.get("model")]
    fit = chosen or (actions.fitting(models, asked) if asked else models)
    return fit[0].text if fit else paper_words.WORDINGS[cast(paper_words.Kind, kind)]


def _page(
    request: HttpRequest,
    by: Actor,
    id: str,
    kind: str,
    asked: dict[str, Any],
    wrong: PaperForm | None = None,
) -> HttpResponse:
    at = clock.now()
    record = gate.open_record(by=by, at=at, patient=id)
    models = [one for one in wordings.seen(by=by) if one.kind == kind]
    reading, day = record.reading(), timezone.localtime(at).date()
    ask = _asked(kind, {"body": _model(request, models, kind, asked)}, asked)
    first = {} if wrong else _initial(by, day, record.patient.resource(), reading, ask, asked)
    shown = {
        "id": id,
        "kind": kind,
        "title": _NAMES[kind],
        "form": wrong or PaperForm(kind, initial=first),
        "doubt": _doubt(kind, first),
        "fields": {name: wording.FIELDS[name] for name in paper_words.LATER[cast(paper_words.Kind, kind)]},
        "models": models,
        "asked": asked.get("id", ""),
        "banner": patients.banner(by, record, href=reverse("patient:record", args=[id]), reading=reading),
    }
    return render(request, "paper/write.html", shown, status=422 if wrong else 200)
