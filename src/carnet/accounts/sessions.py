"""The sessions that browsers hold. A restart of the server leaves dead ones behind; they are removed here."""

from __future__ import annotations

from datetime import datetime

from django.contrib.sessions.models import Session


def clear_expired(at: datetime) -> int:
    """Remove the sessions that ended before `at`; how many there were."""
    return int(Session.objects.filter(expire_date__lt=at).delete()[0])
