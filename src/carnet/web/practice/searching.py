"""Searches the words of the practice's notes and documents. What is typed comes by POST only and is kept nowhere."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from carnet.record import clock, gate
from carnet.web.shell import passages
from carnet.web.shell.asking import is_part
from carnet.web.shell.request import Request


@require_http_methods(["GET", "POST"])
def search(request: Request) -> HttpResponse:
    """The form; to a POST, one page of what was found, the newest first."""
    text = request.POST.get("text", "")[:200].strip()
    notes = "Composition" in gate.text_types(by=request.actor)
    shown: dict[str, Any] = {"text": text, "notes": notes, **(_found(request, text) if text else {})}
    template = "practice/_search_found.html" if is_part(request) else "practice/search.html"
    return render(request, template, shown)


def _found(request: Request, text: str) -> dict[str, Any]:
    found = gate.find_text(by=request.actor, at=clock.now(), text=text, page=request.POST.get("page") or None)
    subjects = [one.stored.subject for one in found.entries if one.stored.subject]
    patients = gate.patients_of(by=request.actor, ids=subjects)
    return {"asked": True, "lines": passages.lines(found.entries, text, patients), "found": found}
