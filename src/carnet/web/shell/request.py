"""The request as every screen sees it: it always has an actor."""

from __future__ import annotations

from django.http import HttpRequest

from carnet.record.actor import Actor


class Request(HttpRequest):
    """Set by `web.sign_in.middleware`; annotate the `request` of a view with it."""

    actor: Actor
