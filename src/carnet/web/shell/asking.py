"""Who asks: the one way for a screen to learn on whose behalf it acts."""

from __future__ import annotations

from django.http import HttpRequest

from carnet.record.actor import Actor


def actor(request: HttpRequest) -> Actor:
    """The signed-in person; the middleware has put them there, or the request would not have come this far."""
    found: Actor = request.actor  # type: ignore[attr-defined]
    return found


def is_part(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of the page rather than the page."""
    return "HX-Request" in request.headers
