"""*Consultation*: a note being written, saved at each pause, signed, given up; a signed note reopened to correct it.
Nothing typed is ever lost: a conflict shows both texts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import wraps
from itertools import islice
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from carnet.actions import consultation as actions
from carnet.actions import paper, printing, wordings
from carnet.actions import patient as patients
from carnet.actions.offers import Back
from carnet.fhir.errors import CarnetError, Conflict, Invalid, NotFound
from carnet.record import clock, gate
from carnet.record.actor import Actor
from carnet.record.reading import Reading
from carnet.record.work import Draft, Stored
from carnet.rules import measure, results, timeline
from carnet.rules import note as notes
from carnet.rules.synthesis import synthesis, tells
from carnet.rules.timeline import Entry, Event
from carnet.web.consultation import trends
from carnet.web.shell import left, papers
from carnet.web.shell.middleware import words

View = Callable[[HttpRequest, str], HttpResponse]
_DROPPED, _MOMENT = "consultation.dropped", 15 * 60
STRIP, PREVIOUS = 14, 10  # events, and signed notes, shown beside the note


def onward(view: View) -> View:
    """Tells the script of the page where to go on: of a redirection it would lose the page that comes."""

    @wraps(view)
    def answer(request: HttpRequest, draft: str) -> HttpResponse:
        response = view(request, draft)
        if isinstance(response, HttpResponseRedirect) and request.headers.get("X-Requested-With") == "fetch":
            return JsonResponse({"url": response.url})
        return response

    return answer


@require_POST
def open(request: HttpRequest) -> HttpResponse:
    """Begin, or resume what was begun."""
    draft = actions.open(by=actor(request), at=clock.now(), patient=request.POST.get("patient", ""))
    return redirect("consultation:note", draft.id)


@require_POST
def amend(request: HttpRequest) -> HttpResponse:
    """A draft on a signed note."""
    posted = request.POST
    draft = actions.amend(
        by=actor(request),
        at=clock.now(),
        patient=posted.get("patient", ""),
        composition=posted.get("composition", ""),
    )
    return redirect("consultation:note", draft.id)


@require_GET
def note(request: HttpRequest, draft: str) -> HttpResponse:
    """The page of the note."""
    by = actor(request)
    actions.check_write(by)
    return _page(request, by, gate.draft(by=by, id=draft))


@require_POST
def save(request: HttpRequest, draft: str) -> HttpResponse:
    """The text of a pause, for the script of the page: its new revision, or the other text on a conflict."""
    posted = request.POST
    try:
        kept = actions.save(
            by=actor(request),
            patient=posted.get("patient", ""),
            draft=draft,
            revision=_number(posted.get("revision")),
            text=posted.get("text", ""),
        )
    except Conflict as error:
        other: Any = error.current
        return JsonResponse(
            {"revision": other.revision, "text": other.text, "sentence": str(error)}, status=409
        )
    except CarnetError as error:
        return JsonResponse({"sentence": str(error)}, status=error.http_status)
    return JsonResponse(
        {"revision": kept.revision, "saved": timezone.localtime(kept.updated).strftime("%H:%M")}
    )


@require_POST
@onward
def sign(request: HttpRequest, draft: str) -> HttpResponse:
    """Keep the last words, then sign; without script also « save only » (name=keep)."""
    by, posted = actor(request), request.POST
    patient, text = posted.get("patient", ""), posted.get("text", "")
    try:
        kept = actions.save(
            by=by, patient=patient, draft=draft, revision=_number(posted.get("revision")), text=text
        )
        if "keep" in posted:
            return redirect("consultation:note", draft)
        over = _number(posted.get("over")) or None
        signed = actions.sign(
            by=by, at=clock.now(), patient=patient, draft=draft, revision=kept.revision, over=over
        )
    except Invalid as error:
        return _page(request, by, gate.draft(by=by, id=draft), refusal=str(error), status=422)
    except Conflict as error:
        return _page(request, by, gate.draft(by=by, id=draft), mine=text, conflict=error, status=409)
    for one in signed.back:
        _tell_back(request, one)
    corrected = signed.encounter is None
    said = _("Retenu. Le texte de la note n’a pas changé.") if signed.same_words else _("Note corrigée.")
    messages.success(request, said if corrected else _("Note signée."))
    visit = signed.composition.resource()["encounter"]["reference"].partition("/")[2]
    left.keep(request, patient=patient, composition=signed.composition.id, visit=visit, offers=signed.left)
    if "print" in posted:
        return _print(request, by, patient, signed.composition)
    if corrected:
        return redirect("patient:note", patient, signed.composition.id)
    return redirect("patient:record", patient)


def _tell_back(request: HttpRequest, back: Back) -> None:
    """A treatment that a correction gave back is never back in silence; first of all the one that the note contradicts."""
    if back.doubt:
        said = _(
            "{words} est revenu aux traitements, {doubt}. Retenez la nouvelle dose, ou arrêtez l’ancienne."
        )
        messages.error(request, said.format(words=back.words, doubt=back.doubt))
    else:
        said = _("{words} est revenu aux traitements : la note corrigée ne le change plus.")
        messages.warning(request, said.format(words=back.words))


@require_POST
def take(request: HttpRequest) -> HttpResponse:
    """One offer that a signature left as text: in the record now, and on paper where the papers are shown. A refusal is
    told on the page of this patient."""
    by, at, posted = actor(request), clock.now(), request.POST
    patient, key = posted.get("patient", ""), posted.get("key", "")
    held = left.of(request, patient)
    line = next((one for one in [*held.get("first", []), *held.get("others", [])] if one["key"] == key), None)
    try:
        if line is None:
            raise NotFound(
                _("Cette proposition ne se reprend plus ici. Rien n’a été retenu. Corrigez la note.")
            )
        actions.take(
            by=by, at=at, patient=patient, composition=held["composition"], key=key, seen=line["seen"]
        )
    except (Conflict, NotFound) as error:
        if patient not in gate.patients_of(by=by, ids=[patient]):
            raise
        messages.warning(request, words(error))
    else:
        left.taken(request, key)
        messages.success(request, _("Retenu : {words}.").format(words=line["words"]))
    return _back_to(request, by, patient, held.get("composition", ""))


def _back_to(request: HttpRequest, by: Actor, patient: str, composition: str) -> HttpResponse:
    """The page that named what was left: the papers, the note or the record."""
    on = request.POST.get("on") if composition else ""
    if on == "note":
        return redirect("patient:note", patient, composition)
    if on != "papers":
        return redirect("patient:record", patient)
    record = gate.continue_record(by=by, at=clock.now(), patient=patient)
    return _print(
        request, by, patient, next(one for one in record.all("Composition") if one.id == composition)
    )


def _print(request: HttpRequest, by: Actor, patient: str, signed: Stored) -> HttpResponse:
    """The papers of the visit whose note this is; without any, the record, which says so."""
    at, encounter = clock.now(), signed.resource()["encounter"]["reference"].partition("/")[2]
    try:
        paper.prescription(by=by, at=at, patient=patient, encounter=encounter)
    except CarnetError as error:
        messages.info(request, str(error))
        return redirect("patient:record", patient)
    record, day = gate.continue_record(by=by, at=at, patient=patient), timezone.localtime(at).date()
    unwritten = paper.unwritten(by=by, day=day, record=record, encounter=encounter)
    listed = [one.id for one in printing.of_visit(record, f"Encounter/{encounter}")]
    return redirect(papers.address(patient, listed, unwritten))


@require_POST
@onward
def drop(request: HttpRequest, draft: str) -> HttpResponse:
    """Give up; the next page offers to take it back."""
    by, at, patient = actor(request), clock.now(), request.POST.get("patient", "")
    held = gate.draft(by=by, id=draft)
    actions.drop(by=by, at=at, patient=patient, draft=draft)
    request.session[_DROPPED] = {
        "patient": patient, "composition": held.composition, "text": held.text, "at": at.timestamp(),
    }  # fmt: skip
    undo = "undo:consultation:restore" if held.text.strip() else ""
    messages.success(request, _("Brouillon abandonné. Rien n’a été signé."), extra_tags=undo)
    return redirect("patient:record", patient)


@require_POST
def restore(request: HttpRequest) -> HttpResponse:
    """Take back the draft just given up: its text waits in the session, once, for a quarter of an hour."""
    at, held = clock.now(), request.session.pop(_DROPPED, None)
    if held is None or at.timestamp() - held.pop("at") > _MOMENT:
        raise NotFound(
            "Ce brouillon ne peut plus être repris. Le dossier n'a pas changé. Recommencez une consultation."
        )
    draft = actions.restore(by=actor(request), at=at, **held)
    return redirect("consultation:note", draft.id)


def _page(
    request: HttpRequest,
    by: Actor,
    draft: Draft,
    *,
    mine: str | None = None,
    refusal: str = "",
    conflict: Conflict | None = None,
    status: int = 200,
) -> HttpResponse:
    at = clock.now()
    record = gate.open_record(by=by, at=at, patient=draft.patient)
    reading, today = record.reading(), timezone.localtime(at).date()
    events = timeline.outline(reading.glances)
    other = conflict.current if conflict else None
    amending = reading.find("Composition", draft.composition or "")
    shown = {
        "draft": draft,
        "snippets": wordings.snippets(by=by),
        "text": draft.text if mine is None else mine,
        "id": draft.patient,
        "banner": patients.banner(
            by,
            record,
            href=reverse("patient:record", args=[draft.patient]),
            reading=reading,
        ),
        "synthesis": synthesis([*map(reading.whole, filter(tells, reading.facts))], today=today),
        "trends": _trends(reading, today),
        "strip": [event.told(reading.whole) for event in events[:STRIP]],
        "previous": [*islice(_signed(events, but=draft.composition), PREVIOUS)],
        "amending": amending.resource() if amending else None,
        "refusal": refusal,
        "conflict": str(conflict) if conflict else "",
        "theirs": _text(other),
        "over": other.version if isinstance(other, Stored) else 0,
    }
    return render(request, "consultation/note.html", shown, status=status)


def _trends(reading: Reading, today: date) -> list[trends.Trend]:
    """Earlier values of every measure of the record."""
    observations = [*map(reading.whole, measure.latest([*reading.observed], trends.MOST))]
    return trends.trends(results.series(results.values(observations)), today=today)


def _signed(events: Sequence[Event], but: str | None) -> Iterator[Entry]:
    """The notes with words, newest first, but the one that is being corrected."""
    told = (event.told() for event in events if event.kind == "consultation")
    return (entry for entry in told if entry.text and entry.id != but)


def _text(other: object) -> str:
    """The other text of a conflict: a newer draft, or the note that somebody signed."""
    if isinstance(other, Stored):
        return notes.text_of(other.resource()) or ""
    return other.text if isinstance(other, Draft) else ""


def _number(written: str | None) -> int:
    return int(written) if written and written.isascii() and written.isdigit() and len(written) < 10 else 0


def actor(request: HttpRequest) -> Actor:
    """Who asks; the middleware has put it there, or the request would not be here."""
    found: Actor = request.actor  # type: ignore[attr-defined]
    return found
