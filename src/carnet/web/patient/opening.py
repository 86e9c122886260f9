"""Opens a record for a page: one row in the journal, everything read once, the banner made. It changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from carnet.actions import patient as actions
from carnet.actions.patient import Banner
from carnet.fhir.errors import NotFound
from carnet.record import clock, gate
from carnet.record.actor import Actor
from carnet.record.gate import OpenRecord
from carnet.record.work import Stored


@dataclass(frozen=True, slots=True)
class Opened:
    """A record open on a page: who looks, when, all of it as FHIR dicts, and the banner."""

    by: Actor
    at: datetime
    id: str
    record: OpenRecord
    stored: list[Stored]
    resources: list[dict[str, Any]]
    banner: Banner

    def find(self, type: str, id: str) -> dict[str, Any]:
        """One resource of the record. Raises NotFound."""
        for one in self.resources:
            if one["resourceType"] == type and one["id"] == id:
                return one
        raise NotFound("Cette donnée n'existe pas dans ce dossier.")


def opened(request: HttpRequest, id: str) -> Opened:
    """Open the record of patient `id`. Raises NotFound, Refused."""
    by, at = actor(request), clock.now()
    record = gate.open_record(by=by, at=at, patient=id)
    stored = record.all()
    resources = [one.resource() for one in stored if _tells(one)]
    banner = actions.banner(by, record, href=reverse("patient:record", args=[id]), resources=resources)
    return Opened(by, at, id, record, stored, resources, banner)


def _tells(stored: Stored) -> bool:
    """Whether a page may need it: half of a record is Provenance that names no source."""
    return stored.type not in ("AuditEvent", "Provenance") or b'"entity"' in stored.body


def actor(request: HttpRequest) -> Actor:
    """Who asks; the middleware has put it there, or the request would not be here."""
    found: Actor = request.actor  # type: ignore[attr-defined]
    return found


def is_part(request: HttpRequest) -> bool:
    """Only a part of the page was asked for (htmx)."""
    return request.headers.get("HX-Request") == "true"


def same_patient(request: HttpRequest, id: str) -> None:
    """The form was filled on this patient's page. Raises NotFound: the wrong patient is the worst bug."""
    if request.POST.get("patient") != id:
        raise NotFound(
            "Cette page n'est pas celle de ce patient. Rien n'a été enregistré. Rouvrez le dossier."
        )
