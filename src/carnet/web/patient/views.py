"""*Dossier*: one patient's record on a page, a signed note with its versions, results through time. It shows; what
changes goes through actions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from carnet.actions import consultation, paper
from carnet.actions import task as tasks
from carnet.fhir import codes
from carnet.record import clock, gate
from carnet.rules import note as notes
from carnet.rules import results, timeline
from carnet.rules.passage import Passage, passage
from carnet.rules.synthesis import synthesis, tells
from carnet.web.patient import facts, plots
from carnet.web.patient.opening import Opened, actor, is_part, opened, same_patient
from carnet.web.shell import left, passages

PAGE = 60  # events shown at first, and more at each request
MOST = 2000
SHORT = 12  # received facts shown beside the history
COLUMNS = 7  # dates of results side by side


@require_http_methods(["GET", "POST"])
def record(request: HttpRequest, id: str) -> HttpResponse:
    """The record; a POST filters its history (text and kind stay out of the address)."""
    page = opened(request, id)
    if is_part(request) and request.method == "POST":
        shown = {"id": id, **_history(request, page)}
        return render(request, "patient/_history.html", shown)
    if page.record.patient.id != id:  # merged: one address for one record
        return redirect("patient:record", page.record.patient.id)
    return record_page(request, page)


def record_page(request: HttpRequest, page: Opened, said: str = "", undo: Sequence[str] = ()) -> HttpResponse:
    """The whole page; `said` what was just done with received facts, `undo` the keys that take it back."""
    today = timezone.localtime(page.at).date()
    rows = facts.rows_of(page)
    by_composition = {draft.composition: draft for draft in _drafts(page)}
    shown = {
        "id": page.id,
        "at": page.at,
        "by": page.by,
        "merged": page.record.merged,
        **_history(request, page),
        "said": said,
        "undo": undo,
        "banner": page.banner,
        "synthesis": synthesis([*map(page.reading.whole, filter(tells, page.reading.facts))], today=today),
        "groups": rows,
        "waiting": facts.by_section(rows[:SHORT]),
        "draft": by_composition.get(None),
        "drafts": [draft for draft in by_composition.values() if draft.composition],
        "cannot_write": consultation.why_not(consultation.check_write, page.by),
        "person": page.record.patient.resource(),
        "left": left.of(request, page.id, once=True),
    }
    return render(request, "patient/record.html", shown)


def _history(request: HttpRequest, page: Opened) -> dict[str, Any]:
    text, kind = request.POST.get("text", "")[:100], request.POST.get("kind", "")
    asked = request.POST.get("count", "")
    count = min(int(asked), MOST) if asked.isascii() and asked.isdigit() else PAGE
    listed = [event for event in page.events if kind in ("", event.kind)]
    found = timeline.matching(listed, text=text)
    return {
        "entries": [event.told(page.reading.whole) for event in found[:count]],
        "found": len(found),
        "total": len(page.events),
        "more": count + PAGE if len(found) > count else 0,
        "kinds": timeline.counts(page.events),
        "passages": passages.lines(page.record.find_text(text).entries, text) if text and not kind else [],
        "text": text,
        "kind": kind,
    }


def _drafts(page: Opened) -> list[Any]:
    if page.banner.allergy_state == "hidden":
        return []
    return [draft for draft in gate.drafts(by=page.by) if draft.patient in page.record.ids]


@require_GET
def note(request: HttpRequest, id: str, composition: str) -> HttpResponse:
    """A signed note, its fingerprint checked, and the versions before it, side by side."""
    page = opened(request, id)
    current = page.find("Composition", composition)
    versions = [one.resource() for one in page.record.versions("Composition", composition) if not one.deleted]
    asked = request.GET.get("version", "")
    older = next((one for one in versions[1:] if one["meta"]["versionId"] == asked), None)
    text, reference = notes.text_of(current), f"Composition/{composition}"
    visit = str(current.get("encounter", {}).get("reference", ""))
    shown = {
        "id": id,
        "banner": page.banner,
        "note": current,
        "entry": next((event.told() for event in page.events if event.reference == reference), None),
        "text": text,
        "passage": _passage(request, versions, text or ""),
        "intact": all(notes.is_intact(one) for one in versions),
        "amended": codes.has_tag(current, codes.AMENDED),
        "versions": versions,
        "older": older,
        "rows": list(notes.side_by_side(notes.text_of(older) or "", text or "")) if older else [],
        "encounter": visit.partition("/")[2] if _is_printable(page, visit) else "",
        "left": left.of(request, id, once=True),
        "cannot_amend": consultation.why_not(consultation.check_amend, page.by, current),
    }
    return render(request, "patient/note.html", shown)


def _is_printable(page: Opened, visit: str) -> bool:
    """Whether this visit (`Encounter/id`) has a prescription or another order to put on paper."""
    asked = [*page.reading.stored("MedicationRequest"), *page.reading.stored("ServiceRequest")]
    return any(paper.is_printable(one.resource(), visit) for one in asked)


def _passage(request: HttpRequest, versions: Sequence[dict[str, Any]], text: str) -> Passage | None:
    """The words that a fact was read from, when the address names them."""
    of, start, end = (request.GET.get(name, "") for name in ("of", "from", "to"))
    if not all(one.isascii() and one.isdigit() and len(one) < 8 for one in (of, start, end)):
        return None
    then = next((one for one in versions if one["meta"]["versionId"] == of), None)
    return passage((notes.text_of(then) if then else None) or "", text, int(start), int(end))


@require_GET
def measures(request: HttpRequest, id: str) -> HttpResponse:
    """Every analyte, dates in columns, newest first, with its curve."""
    page = opened(request, id)
    observations = [one.resource() for one in page.reading.stored("Observation")]
    found = results.series(results.values(observations))
    shown = {"id": id, "banner": page.banner, "tables": plots.tables(found, COLUMNS)}
    return render(request, "patient/results.html", shown)


@require_POST
def task_done(request: HttpRequest, id: str, task: str) -> HttpResponse:
    """Done, from the record's own list."""
    same_patient(request, id)
    version = int(request.POST.get("version", "0"))
    tasks.complete(by=actor(request), at=clock.now(), id=task, if_version=version)
    return redirect("patient:record", id)
