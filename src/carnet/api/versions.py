"""Versions in the headers of HTTP: ETag, Last-Modified, Location, and the conditions that name them. Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from carnet.record.work import Stored

_TAG = re.compile(r'^(?:W/)?"([^"]*)"$')


def headers(stored: Stored) -> dict[str, str]:
    """What tells a version."""
    return {"ETag": etag(stored), "Last-Modified": format_datetime(stored.updated, usegmt=True)}


def etag(stored: Stored) -> str:
    """`W/"3"`, as FHIR asks."""
    return f'W/"{stored.version}"'


def named(tags: str) -> list[str]:
    """The versions that If-Match or If-None-Match name: `W/"3"`, `"3"`, `3`, several with commas; `*` is any."""
    written = (part.strip() for part in tags.split(","))
    return [found[1] if (found := _TAG.match(one)) else one for one in written]


def is_known(stored: Stored, none_match: str | None, modified_since: str | None) -> bool:
    """Whether the client has this version already (RFC 9110: the tag goes before the date)."""
    if none_match is not None:
        known = named(none_match)
        return "*" in known or str(stored.version) in known
    since = _moment(modified_since) if modified_since else None
    return since is not None and stored.updated.replace(microsecond=0) <= since


def _moment(written: str) -> datetime | None:
    """A date of HTTP; one that is none counts as not given."""
    try:
        found = parsedate_to_datetime(written)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
