"""*Modèles*, *En-tête* and *Propositions*: what a practice writes once for all its papers and notes, and what Carnet has
counted of its offers. Forms in, one action each."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from carnet.actions import letterhead, offers, wordings
from carnet.documents.paper import wording
from carnet.fhir.errors import Conflict, Invalid
from carnet.record import clock, margin
from carnet.rules.offers import said_of
from carnet.web.shell.asking import actor

KINDS = [
    ("snippet", gettext_lazy("Raccourci de note")),
    ("letter", gettext_lazy("Lettre")),
    ("certificate", gettext_lazy("Certificat")),
    ("sick_leave", gettext_lazy("Arrêt de travail")),
]


GROUPS = {
    "snippet": gettext_lazy("Raccourcis de note"),
    "letter": gettext_lazy("Lettres"),
    "certificate": gettext_lazy("Certificats"),
    "sick_leave": gettext_lazy("Arrêts de travail"),
}


class LetterheadForm(forms.Form):
    """What stands at the head of each paper."""

    street = forms.CharField(
        label=gettext_lazy("Rue"), max_length=120, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    postal_code = forms.CharField(label=gettext_lazy("Code postal"), max_length=10, required=False)
    city = forms.CharField(label=gettext_lazy("Ville"), max_length=80, required=False)
    phone = forms.CharField(label=gettext_lazy("Téléphone"), max_length=30, required=False)
    qualification = forms.CharField(
        label=gettext_lazy("Votre qualification"), max_length=120, required=False,
        help_text=gettext_lazy("Par exemple : Médecine générale."),
    )  # fmt: skip


class WordingForm(forms.Form):
    """One model or snippet."""

    kind = forms.ChoiceField(label=gettext_lazy("Sorte"), choices=KINDS)
    name = forms.CharField(
        label=gettext_lazy("Nom"), max_length=80,
        help_text=gettext_lazy("Un raccourci se tape dans la note après un point : .hta"),
    )  # fmt: skip
    text = forms.CharField(
        label=gettext_lazy("Texte"), max_length=wording.LONGEST, widget=forms.Textarea(attrs={"rows": 10})
    )
    shared = forms.BooleanField(label=gettext_lazy("Partagé avec les médecins du cabinet"), required=False)


@require_http_methods(["GET", "POST"])
def head(request: HttpRequest) -> HttpResponse:
    """The letterhead of the practice."""
    by = actor(request)
    if request.method == "GET":
        now = letterhead.of(by=by)
        initial = {name: getattr(now, name) for name in letterhead.Letterhead.__slots__}
        return render(request, "practice/letterhead.html", {"form": LetterheadForm(initial=initial)})
    form = LetterheadForm(request.POST)
    if form.is_valid():
        letterhead.save(by=by, at=clock.now(), letterhead=letterhead.Letterhead(**form.cleaned_data))
        messages.success(request, _("En-tête enregistré."))
        return redirect("practice:letterhead")
    return render(request, "practice/letterhead.html", {"form": form}, status=422)


@require_http_methods(["GET", "POST"])
def models(request: HttpRequest) -> HttpResponse:
    """The models and snippets, one of them in the form."""
    by = actor(request)
    seen = wordings.seen(by=by)
    if request.method == "GET":
        chosen = next((one for one in seen if one.id == request.GET.get("id") and one.mine), None)
        first = {"kind": "snippet"} if chosen is None else _typed(chosen)
        return _models(request, seen, WordingForm(initial=first), chosen)
    chosen = next((one for one in seen if one.id == request.POST.get("id") and one.mine), None)
    form = WordingForm(request.POST)
    if form.is_valid():
        try:
            _save(request, form.cleaned_data)
        except Invalid as error:
            for issue in error.issues:
                form.add_error(
                    issue.expression if issue.expression in form.fields else None, issue.diagnostics
                )
        except Conflict as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Modèle enregistré."))
            return redirect("practice:models")
    return _models(request, seen, form, chosen, status=422)


@require_POST
def remove(request: HttpRequest) -> HttpResponse:
    """Take one of mine away."""
    wordings.remove(by=actor(request), at=clock.now(), id=request.POST.get("id", ""))
    messages.success(request, _("Modèle retiré."))
    return redirect("practice:models")


@require_http_methods(["GET", "POST"])
def learning(request: HttpRequest) -> HttpResponse:
    """What was counted of the offers of this practice; a post forgets it all."""
    by = actor(request)
    if request.method == "POST":
        offers.forget(by=by, at=clock.now())
        messages.success(request, _("Compteurs remis à zéro."))
        return redirect("practice:learning")
    counted = sorted(margin.tallies(by=by), key=lambda one: -(one.accepted + one.refused))
    shown = [(*said_of(one.term), one) for one in counted]
    return render(request, "practice/learning.html", {"counted": shown})


def _save(request: HttpRequest, typed: dict[str, Any]) -> None:
    version = request.POST.get("version", "")
    wordings.save(
        by=actor(request),
        at=clock.now(),
        id=request.POST.get("id", ""),
        if_version=int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0,
        **typed,
    )


def _typed(one: wordings.Wording) -> dict[str, Any]:
    return {"kind": one.kind, "name": one.name, "text": one.text, "shared": one.shared}


def _models(
    request: HttpRequest,
    seen: list[wordings.Wording],
    form: WordingForm,
    chosen: wordings.Wording | None,
    status: int = 200,
) -> HttpResponse:
    groups = [(label, [one for one in seen if one.kind == kind]) for kind, label in GROUPS.items()]
    shown = {"groups": groups, "form": form, "chosen": chosen, "fields": wording.FIELDS}
    return render(request, "practice/models.html", shown, status=status)
