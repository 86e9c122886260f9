"""The offers beside a note: read from the words on the screen, accepted, refused, taken back. Parts of the page only;
nothing enters the record before the note is signed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_POST

from carnet.actions import consultation
from carnet.actions import offers as actions
from carnet.fhir.errors import Invalid
from carnet.record import clock, gate
from carnet.record.actor import Actor
from carnet.record.work import Draft
from carnet.rules.offers import Offer, Verdict
from carnet.web.shell.asking import actor

# Kinds that the pure rules name in French; here for the translators.
KINDS = (
    gettext_noop("Mesure"),
    gettext_noop("Résultat"),
    gettext_noop("Problème"),
    gettext_noop("Médicament"),
    gettext_noop("Allergie"),
    gettext_noop("Suite"),
    gettext_noop("Demande"),
    gettext_noop("Mode de vie"),
    gettext_noop("Vaccin"),
)
_VERDICTS: dict[str, Verdict] = {"accepted": "accepted", "refused": "refused", "": ""}


@require_POST
def offers(request: HttpRequest, draft: str) -> HttpResponse:
    """What is read in these words."""
    by, held, text = _asked(request, draft)
    return _shown(request, actions.read(by=by, day=_today(), draft=held, text=text))


@require_POST
def mark(request: HttpRequest, draft: str) -> HttpResponse:
    """Accept, refuse or take back some of them, by their keys; then all that is read."""
    by, held, text = _asked(request, draft)
    verdict = _VERDICTS.get(request.POST.get("verdict", ""))
    if verdict is None:
        raise Invalid("Cette proposition se retient ou se refuse. Rien n'a été changé.")
    keys, seen = request.POST.getlist("key"), request.POST.getlist("words")
    found = actions.mark(by=by, day=_today(), draft=held, text=text, keys=keys, verdict=verdict, seen=seen)
    return _shown(request, found)


def _asked(request: HttpRequest, draft: str) -> tuple[Actor, Draft, str]:
    """The draft is this page's patient's: an offer never lands in another record."""
    by, posted = actor(request), request.POST
    consultation.check_write(by)
    held = gate.draft(by=by, id=draft)
    consultation.check_patient(held, posted.get("patient", ""))
    return by, held, actions.readable(posted.get("text", ""))


def _shown(request: HttpRequest, found: Sequence[Offer]) -> HttpResponse:
    return render(request, "consultation/_offers.html", shown(found))


def _today() -> date:
    return timezone.localtime(clock.now()).date()


def shown(found: Sequence[Offer]) -> dict[str, object]:
    """What the margin and the column of the day take: offers by line, those folded away, those accepted."""
    loud = [one for one in found if not one.quiet]
    return {
        "lines": [(number, list(group)) for number, group in groupby(loud, key=lambda one: one.line)],
        "quiet": [one for one in found if one.quiet],
        "accepted": [one for one in found if one.verdict == "accepted"],
    }
