"""Opens a record for a page: one row in the journal, everything read once, the banner made. It changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from carnet.actions import patient as actions
from carnet.actions.patient import Banner
from carnet.fhir.errors import NotFound
from carnet.record import clock, gate
from carnet.record.actor import Actor
from carnet.record.gate import OpenRecord
from carnet.record.reading import Reading
from carnet.rules import timeline
from carnet.rules.timeline import Event


@dataclass(frozen=True)
class Opened:
    """A record open on a page: who looks, when, all of it, and the banner. What costs time is made when asked for. It is
    not for templates: what they are given lives on until cycles are collected, and that of whole records takes long."""

    by: Actor
    at: datetime
    id: str
    record: OpenRecord
    reading: Reading

    @cached_property
    def banner(self) -> Banner:
        """What stays in view of this patient."""
        href = reverse("patient:record", args=[self.id])
        return actions.banner(self.by, self.record, href=href, reading=self.reading)

    @cached_property
    def events(self) -> list[Event]:
        """Its story, newest first; `told(page.reading.whole)` puts one into words."""
        return timeline.outline(self.reading.glances)

    def find(self, type: str, id: str) -> dict[str, Any]:
        """One resource of the record. Raises NotFound."""
        found = self.reading.find(type, id)
        if found is None:
            raise NotFound("Cette donnée n'existe pas dans ce dossier.")
        return found.resource()


def opened(request: HttpRequest, id: str) -> Opened:
    """Open the record of patient `id`, or go on with it for a part of a page. Raises NotFound, Refused."""
    by, at = actor(request), clock.now()
    door = gate.continue_record if is_part(request) else gate.open_record
    record = door(by=by, at=at, patient=id)
    return Opened(by, at, id, record, record.reading())


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
