"""Documents brought in by hand: one file at a time, its report in words, and those that wait for a patient. The
bytes go from the form to the action and are kept nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods, require_POST

from carnet.actions import documents as actions
from carnet.actions.documents import ImportReport
from carnet.documents import reference
from carnet.record import clock, gate
from carnet.record.actor import Actor
from carnet.record.work import Stored
from carnet.web.shell import traits
from carnet.web.shell.asking import actor

MOST = 3  # records compared side by side; more would fit no screen, and the search finds them
LARGEST = 25 << 20  # bytes of one file
FORMATS = {
    "cda": gettext_noop("document CDA"),
    "fhir": gettext_noop("FHIR"),
    "fhir-ndjson": gettext_noop("FHIR, une ressource par ligne"),
    "image": gettext_noop("image"),
    "jpeg": gettext_noop("image JPEG"),
    "pdf": gettext_noop("PDF"),
    "png": gettext_noop("image PNG"),
    "unknown": gettext_noop("format inconnu"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A report as the page shows it."""

    report: ImportReport
    patient: Stored | None

    @property
    def format(self) -> str:
        known = FORMATS.get(self.report.format)
        return _(known) if known else self.report.format

    @property
    def resources(self) -> list[tuple[str, int]]:
        return sorted(self.report.resources.items())

    @property
    def said(self) -> int:
        """How many clinical statements the document holds: the sum of their fates."""
        return sum(self.report.statements.values())


@dataclass(frozen=True, slots=True)
class Waiting:
    """A document that nobody has given to a patient yet, and the patient as the document names them."""

    document: Stored
    title: str
    named: dict[str, Any]


@require_http_methods(["GET", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    """The page, or the reports of the files sent."""
    by = actor(request)
    if request.method == "GET":
        return render(request, "practice/import.html", _page(by, request.GET))
    files, chosen = request.FILES.getlist("files"), request.POST.get("patient") or None
    lines = [line for file in files for line in _lines(by, _imported(by, file, chosen))]
    if "X-Requested-With" in request.headers:
        return render(request, "practice/_reports.html", {"lines": lines or [_too_big(request)]})
    return render(request, "practice/import.html", _page(by, request.POST) | {"lines": lines})


@require_POST
def candidates(request: HttpRequest, id: str) -> HttpResponse:
    """Records that may be the patient of a waiting document: by a few letters, or those that resemble who it names."""
    by, text = actor(request), request.POST.get("text", "").strip()[:100]
    if text:
        found = gate.find_patients(by=by, text=text, limit=6)
        return render(request, "practice/_candidates.html", {"patients": found, "document": id, "text": text})
    named, likely = actions.likely(by=by, document=id)
    shown = likely[:MOST]
    rows = traits.rows(named, *(one.patient.resource() for one in shown)) if shown else []
    return render(
        request, "practice/_likely.html", {"likely": shown, "rows": rows, "named": named, "document": id}
    )


@require_POST
def assign(request: HttpRequest, id: str) -> HttpResponse:
    """File a waiting document where a person says."""
    by, chosen = actor(request), request.POST.get("patient") or None
    report = actions.assign(by=by, at=clock.now(), document=id, patient=chosen)
    return render(request, "practice/_reports.html", {"lines": _lines(by, [report])})


def _page(by: Actor, asked: Mapping[str, str]) -> dict[str, Any]:
    """What waits, and the record that was chosen before coming here."""
    chosen = asked.get("patient") or ""
    into = gate.patients_of(by=by, ids=[chosen]).get(chosen) if chosen else None
    return {"waiting": waiting(by), "into": into, "largest": LARGEST, "lines": []}


def waiting(by: Actor) -> list[Waiting]:
    """Documents without a patient, newest first."""
    return [_waiting(document) for document in actions.waiting_documents(by=by)]


def _waiting(document: Stored) -> Waiting:
    body = document.resource()
    return Waiting(document, str(body.get("description") or _("Document sans titre")), reference.named(body))


def _imported(by: Actor, file: UploadedFile[bytes], chosen: str | None) -> list[ImportReport]:
    name = str(file.name or _("sans nom"))
    if (file.size or 0) > LARGEST:
        return [_refused(name)]
    return actions.import_file(by=by, at=clock.now(), name=name, content=file.read(), patient=chosen)


def _too_big(request: HttpRequest) -> Line:
    """No file came through: it was beyond what is ever held in memory."""
    return Line(_refused(request.POST.get("name") or _("fichier")), None)


def _refused(name: str) -> ImportReport:
    reason = _("Ce fichier dépasse 25 Mo. Rien n’a été enregistré.")
    return ImportReport(file=name, format="unknown", status="refused", reason=reason)


def _lines(by: Actor, reports: list[ImportReport]) -> list[Line]:
    ids = [report.patient["id"] for report in reports if report.patient]
    patients = gate.patients_of(by=by, ids=ids)
    return [
        Line(report, patients.get(report.patient["id"]) if report.patient else None) for report in reports
    ]
