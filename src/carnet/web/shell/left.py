"""What a note that was just signed left as text: named once on the page that follows, each taken in by one key. Kept with
the session for a moment; nothing of it enters the record by itself, and it never comes back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest

from carnet.record import clock
from carnet.rules.offers import Offer

_LEFT, _MOMENT = "consultation.left", 15 * 60
# What is asked, prescribed or warned of is named first; the rest is unfolded by who wants it.
_FIRST = frozenset(("order", "medication", "follow_up", "immunization", "allergy"))
MOST = 9  # named with a figure as their key


def keep(
    request: HttpRequest, *, patient: str, composition: str, visit: str, offers: Sequence[Offer]
) -> None:
    """Remember what this signature left, and of which visit (its Encounter's id)."""
    request.session.pop(_LEFT, None)
    if offers:
        lines = [*map(_line, offers)]
        held = {
            "patient": patient,
            "composition": composition,
            "visit": visit,
            "lines": lines,
            "shown": False,
        }
        request.session[_LEFT] = {**held, "at": clock.now().timestamp()}


def _line(offer: Offer) -> dict[str, Any]:
    """All that its line said beside the note: what it ends, what it leaves."""
    return {
        "key": offer.key,
        "seen": offer.seen,
        "words": offer.words,
        "kind": offer.kind,
        "stops": offer.fact.get("status") == "stopped",
        "prints": offer.kind == "order" or offer.fact.get("status") == "prescribed",
        "ends": ", ".join(offer.ends),
        "leaves": ", ".join(offer.leaves),
    }


def taken(request: HttpRequest, key: str) -> None:
    """One of them is in the record now; the others are named again, with the way to the papers where it goes on one."""
    held = request.session.get(_LEFT)
    if held:
        lines = [one for one in held["lines"] if one["key"] != key]
        prints = held.get("prints") or any(one.get("prints") for one in held["lines"] if one["key"] == key)
        request.session[_LEFT] = {**held, "lines": lines, "prints": prints, "shown": False}


def of(request: HttpRequest, patient: str, *, once: bool = False) -> dict[str, Any]:
    """What to name on a page of this patient: `first`, `others`, `composition`, `visit` when something that was taken in
    goes on paper; nothing after a moment, and with `once`
    nothing when a page has named it already. A form that was sent shows nothing: when what it asked is turned down, the
    next page names it again."""
    held = request.session.get(_LEFT)
    if not held or held["patient"] != patient or clock.now().timestamp() - held["at"] > _MOMENT:
        return {}
    if once and held["shown"]:
        return {}
    shown = request.method == "GET"
    if held["shown"] != shown:
        request.session[_LEFT] = {**held, "shown": shown}
    first = [one for one in held["lines"] if one["kind"] in _FIRST]
    others = [one for one in held["lines"] if one["kind"] not in _FIRST]
    visit = held.get("visit", "") if held.get("prints") else ""
    if not first and not others and not visit:
        return {}
    return {
        "composition": held["composition"], "visit": visit, "first": first[:MOST], "others": first[MOST:] + others,
    }  # fmt: skip
