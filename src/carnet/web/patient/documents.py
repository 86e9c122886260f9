"""Documents of a record: shown safely, given back byte for byte, added by hand. A document is never trusted: it is shown
by our own words or inside a sealed frame."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from carnet.actions import documents as actions
from carnet.actions.documents import ImportReport
from carnet.documents.cda.view import view as cda_view
from carnet.fhir.errors import CarnetError, Gone, NotFound
from carnet.record import clock
from carnet.record.gate import OpenRecord
from carnet.rules import measure, results, timeline
from carnet.rules import received as rules
from carnet.web.patient import facts
from carnet.web.patient.opening import Opened, actor, is_part, opened, same_patient

# What a browser may draw in a frame of ours. Anything else is only given as a download.
PICTURES = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif"}
SHOWN = {**PICTURES, "application/pdf": "pdf"}
EXTENSIONS = {
    **SHOWN,
    "application/xml": "xml",
    "application/fhir+json": "json",
    "application/gzip": "gz",
    "text/plain": "txt",
}
LARGEST = 64 << 20


@require_GET
def document(request: HttpRequest, id: str, document: str) -> HttpResponse:
    """One document: what it shows, what it brought to the record, its original."""
    page = opened(request, id)
    resource = page.find("DocumentReference", document)
    reference = f"DocumentReference/{document}"
    brought = [one for one in page.reading.facts if rules.source(one) == reference]
    documents = {f"DocumentReference/{one['id']}": one for one in page.reading.facts if _is_document(one)}
    shown = {
        "id": id,
        "banner": page.banner,
        "document": resource,
        "entry": timeline.document_entry(resource, documents),
        "attached": [timeline.document_entry(one, documents) for one in brought if _is_document(one)],
        "view": _view(page.record, resource),
        "facts": [_fact(page.reading.whole(one)) for one in brought if rules.is_coded(one)],
        "values": results.values(
            (
                page.reading.whole(one)
                for one in page.reading.observed
                if measure.source_of(one) == reference and not measure.is_coded(one)
            ),
            replaced=True,
        ),
        "versions": _versions(page, resource),
    }
    template = "patient/_document.html" if is_part(request) else "patient/document.html"
    return render(request, template, shown)


@require_GET
def shown(request: HttpRequest, id: str, document: str, part: int) -> HttpResponse:
    """One attachment, for a frame of our own page only."""
    page = opened(request, id)
    attachment = _attachment(page.find("DocumentReference", document), part)
    media_type = str(attachment.get("contentType", ""))
    if media_type not in SHOWN:
        raise NotFound("Cette pièce ne s'affiche pas ici : téléchargez l'original.")
    answer = HttpResponse(_bytes(page.record, attachment), content_type=media_type)
    answer["Content-Disposition"] = f'inline; filename="document.{SHOWN[media_type]}"'
    return _sealed(answer)


@require_GET
def original(request: HttpRequest, id: str, document: str) -> HttpResponse:
    """The file as it came, byte for byte."""
    page = opened(request, id)
    attachment = _attachment(page.find("DocumentReference", document), 0)
    extension = EXTENSIONS.get(str(attachment.get("contentType", "")), "bin")
    answer = HttpResponse(_bytes(page.record, attachment), content_type="application/octet-stream")
    answer["Content-Disposition"] = f'attachment; filename="document.{extension}"'
    return _sealed(answer)


@require_POST
def add(request: HttpRequest, id: str) -> HttpResponse:
    """Files dropped on the record or chosen."""
    same_patient(request, id)
    files = request.FILES.getlist("files")
    if not files:
        messages.error(request, _("Choisissez au moins un fichier. Rien n’a été enregistré."))
    for one in files:
        if (one.size or 0) > LARGEST:
            messages.error(request, _("Ce fichier dépasse 64 Mo. Il n’a pas été enregistré."))
            continue
        reports = actions.import_file(
            by=actor(request), at=clock.now(), name=one.name or "", content=one.read(), patient=id
        )
        for report in reports:
            _tell(request, report)
    return redirect("patient:record", id)


def _tell(request: HttpRequest, report: ImportReport) -> None:
    facts_created = report.statements.get("created", 0)
    if report.status == "refused":
        messages.error(request, report.reason or _("Ce fichier n’a pas été enregistré."))
    elif report.status == "unchanged":
        messages.info(request, _("Ce document est déjà dans le dossier : rien n’a changé."))
    elif report.status == "waiting":
        messages.warning(request, report.reason or _("Ce document attend que son patient soit confirmé."))
    elif facts_created:
        said = ngettext(
            "Document ajouté ; %(count)s élément lu.",
            "Document ajouté ; %(count)s éléments lus.",
            facts_created,
        )
        messages.success(request, said % {"count": facts_created})
    else:
        messages.success(request, _("Document ajouté."))


def _attachment(document: dict[str, Any], part: int) -> dict[str, Any]:
    contents = document.get("content", [])
    if part >= len(contents):
        raise NotFound("Cette pièce n'existe pas dans ce document.")
    found: dict[str, Any] = contents[part]["attachment"]
    return found


def _bytes(record: OpenRecord, attachment: dict[str, Any]) -> bytes:
    url = str(attachment.get("url", ""))
    if not url.startswith("Binary/"):
        raise Gone("L'original de ce document n'est pas dans ce cabinet.")
    return record.blob(url.removeprefix("Binary/"))


def _sealed(answer: HttpResponse) -> HttpResponse:
    """No script, no form, no other origin, whatever the file holds; framed by our own pages only."""
    answer["X-Content-Type-Options"] = "nosniff"
    answer["X-Frame-Options"] = "SAMEORIGIN"
    answer["Cache-Control"] = "no-store"
    answer["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data: blob:; object-src 'self'; "
        "frame-ancestors 'self'; base-uri 'none'; form-action 'none'; sandbox"
    )
    return answer


def _view(record: OpenRecord, document: dict[str, Any]) -> dict[str, Any]:
    """How the document is shown: its sections in our words, the files to draw, or only its original."""
    contents = document.get("content", [])
    files = [(index, str(one["attachment"].get("contentType", ""))) for index, one in enumerate(contents)]
    codes = [one.get("format", {}).get("code") for one in contents]
    drawn = [
        (index, type) for index, type in files if type in SHOWN and (index == 0 or codes[index] == "body")
    ]
    return {
        "html": _article(record, document) if codes[:1] == ["cda"] else "",
        "pdf": [index for index, type in drawn if type == "application/pdf"],
        "pictures": [index for index, type in drawn if type in PICTURES],
        "attached": [
            {"index": index, "title": str(contents[index]["attachment"].get("title") or _("Pièce jointe"))}
            for index, type in files
            if index and codes[index] == "part" and type in SHOWN
        ],
    }


def _article(record: OpenRecord, document: dict[str, Any]) -> SafeString:
    """A CDA in our own elements: the viewer builds them from a list of what is allowed."""
    try:
        return mark_safe(cda_view(_bytes(record, _attachment(document, 0))))  # noqa: S308
    except CarnetError as error:
        return format_html('<p class="notice notice-settle">{}</p>', str(error))


def _is_document(resource: dict[str, Any]) -> bool:
    return bool(resource["resourceType"] == "DocumentReference")


def _fact(resource: dict[str, Any]) -> dict[str, Any]:
    return {
        "text": rules.label(resource) or results.concept_words(resource.get("code")),
        "detail": facts.detail(resource),
        "since": facts.since(resource),
        "denied": facts.is_denied(resource),
        "state": rules.state(resource) or "",
        "current": rules.is_current(resource),
    }


def _versions(page: Opened, document: dict[str, Any]) -> list[dict[str, Any]]:
    """The other versions of the same document, newest first: same set, or replaced by one another."""
    mine = {str(one.get("target", {}).get("reference", "")) for one in document.get("relatesTo", [])}
    own = f"DocumentReference/{document['id']}"
    return [
        one
        for one in page.reading.facts
        if one["resourceType"] == "DocumentReference"
        and one["id"] != document["id"]
        and (
            f"DocumentReference/{one['id']}" in mine
            or any(link.get("target", {}).get("reference") == own for link in one.get("relatesTo", []))
        )
    ]
