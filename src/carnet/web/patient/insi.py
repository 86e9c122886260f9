"""The national identity teleservice on the page of an identity: asked by a button, answered in place. It shows what came
back beside what the record says; it changes no identity."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from carnet.actions import identity as actions
from carnet.record import clock
from carnet.rules import identity, identity_status, insi, person, reliability
from carnet.web.patient.opening import Opened, actor, opened, same_patient
from carnet.web.shell import traits


@require_GET
def answer(request: HttpRequest, id: str) -> HttpResponse:
    """What is known of the question now, while an answer is awaited."""
    page = opened(request, id)
    return render(request, "patient/_insi.html", {"id": page.record.patient.id, **shown(page)})


@require_POST
def ask(request: HttpRequest, id: str) -> HttpResponse:
    """Have the teleservice asked about the identity as it is kept."""
    same_patient(request, id)
    actions.ask_insi(by=actor(request), at=clock.now(), patient=id)
    return redirect("patient:edit", id)


def shown(page: Opened) -> dict[str, Any]:
    """The status of the identity, what it may do, and the last answer."""
    patient = page.record.patient.resource()
    status = person.reliability(patient) or identity_status.PROVISIONAL
    kept = page.reading.find("VerificationResult", insi.lasting_id(page.record.patient.id))
    last = kept.resource() if kept else None
    found = insi.found(last) if last else None
    return {
        "status": _(identity_status.words(status)),
        "may_send": reliability.may_send_ins(patient),
        "wrong_key": bool(identity.wrong_keys(patient)),
        "insi": last,
        "insi_words": _(insi.WORDS[insi.outcome(last)]) if last else "",
        "insi_awaited": last is not None and insi.is_awaited(last),
        "insi_outcome": insi.outcome(last) if last else "",
        "insi_rows": traits.rows(patient, found) if found else [],
    }
