"""*Accès des applications*: the programs that may come in by the FHIR door, let in and shut out. A secret is on the page
that answers the form, once: never in an address, never in the session."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from carnet.accounts.models import Role
from carnet.actions import program
from carnet.fhir.errors import Invalid
from carnet.record import access, clock
from carnet.record.actor import Actor
from carnet.web.shell.asking import actor

OWN = "own"
DAYS = [
    ("30", gettext_lazy("30 jours")),
    ("365", gettext_lazy("un an")),
    ("", gettext_lazy("jusqu’à révocation")),
]
KINDS = [
    ("token", gettext_lazy("Un jeton d’accès")),
    ("client", gettext_lazy("Un client OAuth 2 (identifiant et secret)")),
]


class ProgramForm(forms.Form):
    """Who comes in, with which rights, for how long, how."""

    name = forms.CharField(
        label=gettext_lazy("Programme"), max_length=program.LONGEST_NAME,
        help_text=gettext_lazy("Son nom dans le journal des accès."),
    )  # fmt: skip
    role = forms.ChoiceField(label=gettext_lazy("Droits"))
    days = forms.ChoiceField(label=gettext_lazy("Durée"), choices=DAYS, required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Il présente"), choices=KINDS)

    def __init__(self, by: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = [(OWN, _("Mes droits : il agit en mon nom"))]
        roles = [(role.value, role.label) for role in Role] if access.can_let_programs_in(by) else []
        self.fields["role"].choices = [*roles[::-1], *own]  # type: ignore[attr-defined]  # the least first


@require_http_methods(["GET", "POST"])
def programs(request: HttpRequest) -> HttpResponse:
    """The list, and the form that lets another one in."""
    by, issued = actor(request), None
    form = ProgramForm(by, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            issued = _issue(by, form.cleaned_data)
            form = ProgramForm(by)
        except Invalid as error:
            form.add_error(None, str(error))
    shown = {"programs": program.all_of(by=by), "form": form, "issued": issued, "now": clock.now()}
    address = request.build_absolute_uri("/fhir")
    return render(request, "practice/programs.html", {**shown, "address": address})


def _issue(by: Actor, asked: dict[str, Any]) -> program.Issued:
    days = int(asked["days"]) if asked["days"] else None
    if asked["role"] == OWN:
        if asked["kind"] == "client":
            raise Invalid(_("Un client OAuth 2 a un rôle à lui : choisissez-en un."))
        return program.issue_own(by=by, at=clock.now(), name=asked["name"], days=days)
    client = asked["kind"] == "client"
    return program.issue(
        by=by, at=clock.now(), name=asked["name"], role=asked["role"], days=days, client=client
    )


@require_POST
def revoke(request: HttpRequest, id: str) -> HttpResponse:
    """Shut one out, at once."""
    shut = program.revoke(by=actor(request), at=clock.now(), id=id)
    messages.success(request, _("L’accès « %(name)s » est fermé.") % {"name": shut.name})
    return redirect("practice:programs")
