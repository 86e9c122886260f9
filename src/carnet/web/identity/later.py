"""*À attribuer*: what was written while two separated records were one, what belongs together in one line, given to one
of the two by one key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from carnet.actions import identity as actions
from carnet.fhir.errors import NotFound
from carnet.record import clock, gate
from carnet.record.actor import Actor
from carnet.record.gate import OpenRecord
from carnet.record.work import Stored
from carnet.rules import linkage, timeline
from carnet.rules.results import concept_words
from carnet.web.shell import types
from carnet.web.shell.asking import actor

# `Type/id` → the patient in whose record it is, and the fact.
Held = dict[str, tuple[str, Stored]]


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing written meanwhile: `Type/id`, what kind of thing, its own words, its date."""

    reference: str
    kind: str
    words: str
    date: str


@dataclass(frozen=True, slots=True)
class Unit:
    """Facts that are given together; `here` is the patient in whose record they are now, `is_new` whether they may
    go to the other."""

    facts: list[Fact]
    here: str
    is_new: bool


@require_GET
def page(request: HttpRequest, one: str, other: str) -> HttpResponse:
    """The list."""
    by, at = actor(request), clock.now()
    actions.check_merge(by)
    known = _known(by, one, other)
    records = {id: gate.open_record(by=by, at=at, patient=id) for id in linkage.sides(known.resource())}
    shown = {
        "units": _units(known, records),
        "patients": [record.patient for record in records.values()],
        "one": one,
        "other": other,
    }
    return render(request, "identity/later.html", shown)


@require_POST
def assign(request: HttpRequest, one: str, other: str) -> HttpResponse:
    """Whose these facts are."""
    by = actor(request)
    known = _known(by, one, other)
    facts, to = request.POST.getlist("fact"), request.POST.get("to", "")
    actions.assign(by=by, at=clock.now(), pair=known.id, facts=facts, to=to)
    messages.success(request, _("Attribué."))
    left = linkage.later(_known(by, one, other).resource())
    return redirect("identity:later" if left else "identity:pair", one, other)


def _known(by: Actor, one: str, other: str) -> Stored:
    found = actions.pair(by=by, one=one, other=other)
    if found is None or linkage.state(found.resource()) == linkage.MERGED:
        raise NotFound(_("Ces deux dossiers n’ont rien à attribuer."))
    return found


def _units(known: Stored, records: dict[str, OpenRecord]) -> list[Unit]:
    """New facts first; then what was there before and was changed, or is gone."""
    waiting = linkage.later(known.resource())
    held = {fact.reference: (id, fact) for id, record in records.items() for fact in record.all()}
    new = {
        one.reference: _body(held, one.reference) for one in waiting if one.is_new and one.reference in held
    }
    provenances = [fact.resource() for _id, fact in held.values() if fact.type == "Provenance"]
    found = [_unit(sorted(names), held, is_new=True) for names in linkage.units(new, provenances)]
    return found + [_unit([one.reference], held, is_new=False) for one in waiting if one.reference not in new]


def _body(held: Held, reference: str) -> dict[str, Any]:
    return held[reference][1].resource()


def _unit(names: list[str], held: Held, *, is_new: bool) -> Unit:
    here = next((held[name][0] for name in names if name in held), "")
    return Unit([_fact(name, held) for name in names], here, is_new)


def _fact(reference: str, held: Held) -> Fact:
    kind = types.counted(reference.partition("/")[0], 1)
    if reference not in held:
        return Fact(reference, kind, _("supprimé depuis"), "")
    resource = _body(held, reference)
    entry = next(iter(timeline.entries([resource])), None)
    words = (
        entry.title
        if entry
        else str(resource.get("description") or concept_words(resource.get("code")) or "")
    )
    return Fact(reference, kind, words, entry.date if entry else "")
