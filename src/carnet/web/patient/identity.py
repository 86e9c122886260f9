"""A patient created and an identity changed by hand. A likely double is shown before it is made; two people who save at
once both see what the other wrote."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from carnet.actions import patient as actions
from carnet.documents import datamatrix
from carnet.fhir.errors import Conflict, Invalid, Malformed
from carnet.record import clock
from carnet.record.work import Stored
from carnet.rules import person
from carnet.rules.person import Identity
from carnet.web.patient import insi
from carnet.web.patient.forms import IdentityForm
from carnet.web.patient.opening import Opened, actor, opened, same_patient
from carnet.web.shell import wording


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A new record."""
    by = actor(request)
    actions.check_write(by)
    if "scan" in request.POST:
        return _scanned(request)
    form = IdentityForm(request.POST or None)
    if not form.is_valid():
        return render(request, "patient/new.html", {"form": form}, status=422 if form.is_bound else 200)
    doubles = actions.likely_duplicates(by=by, identity=form.identity)
    if doubles and "anyway" not in request.POST:
        return render(request, "patient/new.html", {"form": form, "doubles": doubles}, status=422)
    try:
        made = actions.create(by=by, at=clock.now(), identity=form.identity, proof=form.cleaned_data["proof"])
    except Invalid as error:
        _mark(form, error)
        return render(request, "patient/new.html", {"form": form}, status=422)
    messages.success(request, _("Dossier créé."))
    return redirect("patient:record", made.id)


def _scanned(request: HttpRequest) -> HttpResponse:
    """The form, filled from an INS Datamatrix; nothing is kept before a person has looked and saved."""
    try:
        read = datamatrix.read(request.POST["scan"])
    except Malformed as error:
        shown = {"form": IdentityForm(), "scan_refused": _(error.sentence)}
        return render(request, "patient/new.html", shown, status=422)
    found = Identity(
        birth_name=read.family,
        given=" ".join(read.given),
        birth_date=read.born,
        gender=read.sex,
        birthplace=read.place,
        ins=read.number,
        ins_system=read.system,
    )
    return render(request, "patient/new.html", {"form": IdentityForm(initial=asdict(found)), "scanned": True})


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, id: str) -> HttpResponse:
    """The identity of a record."""
    page = opened(request, id)
    actions.check_write(page.by)
    if request.method == "GET" and page.record.patient.id != id:  # merged: the identity is the survivor's
        return redirect("patient:edit", page.record.patient.id)
    if request.method == "GET":
        return _edit(
            request, page, IdentityForm(initial=asdict(person.typed(page.record.patient.resource())))
        )
    same_patient(request, id)
    form = IdentityForm(request.POST)
    if not form.is_valid():
        return _edit(request, page, form, status=422)
    try:
        actions.update(
            by=page.by,
            at=clock.now(),
            patient=id,
            if_version=_version(request),
            identity=form.identity,
            proof=form.cleaned_data["proof"],
        )
    except Invalid as error:
        _mark(form, error)
        return _edit(request, page, form, status=422)
    except Conflict as error:
        return _edit(request, page, form, other=error.current, status=409)
    messages.success(request, _("Identité enregistrée."))
    return redirect("patient:record", id)


def _edit(
    request: HttpRequest, page: Opened, form: IdentityForm, *, other: object = None, status: int = 200
) -> HttpResponse:
    stored = other if isinstance(other, Stored) else page.record.patient
    shown: dict[str, Any] = {
        "id": page.id,
        "banner": page.banner,
        "form": form,
        "version": stored.version if status in (200, 409) else _version(request),
        "differences": _differences(form, stored) if status == 409 else [],
        **insi.shown(page),
    }
    return render(request, "patient/edit.html", shown, status=status)


def _differences(form: IdentityForm, other: Stored) -> list[tuple[str, str, str]]:
    """(label, what this person typed, what was saved meanwhile) for each field that differs."""
    mine, theirs = asdict(form.identity.tidied()), asdict(person.typed(other.resource()))
    shown = [name for name in mine if name != "ins_system"]
    for each in (mine, theirs):
        each["birth_date"] = wording.short_date(each["birth_date"])
    return [(str(form.fields[n].label), mine[n], theirs[n]) for n in shown if mine[n] != theirs[n]]


def _version(request: HttpRequest) -> int:
    written = request.POST.get("version", "")
    return int(written) if written.isascii() and written.isdigit() else 0


def _mark(form: IdentityForm, error: Invalid) -> None:
    """Each sentence beside its field."""
    for issue in error.issues:
        form.add_error(issue.expression if issue.expression in form.fields else None, _(issue.diagnostics))
    if not error.issues:
        form.add_error(None, _(error.sentence))
