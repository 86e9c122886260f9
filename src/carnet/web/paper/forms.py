"""A paper as typed; what may be printed is decided by the action."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from carnet.documents.paper import wording
from carnet.rules import leaves

_ONLY = {"letter": ("to",), "sick_leave": ("since", "days", "until"), "certificate": ()}


def _day(label: Any, help_text: Any = "") -> forms.DateField:
    picker = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=picker, help_text=help_text)


class PaperForm(forms.Form):
    """The wording, to whom, and how long: each kind shows what it needs. Of a leave, the length and the last day each say
    the other; `first` is its first day when none is typed, None when a person must type it."""

    to = forms.CharField(
        label=_("Destinataire"), max_length=400, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Nom, spécialité, adresse : une ligne chacun."),
    )  # fmt: skip
    since = _day(_("Premier jour"))
    days = forms.IntegerField(
        label=_("Nombre de jours"), min_value=1, max_value=366, required=False,
        help_text=_("Le nombre de jours, ou le dernier jour : l’un donne l’autre."),
    )  # fmt: skip
    until = _day(_("Dernier jour, inclus"))
    body = forms.CharField(
        label=_("Texte"),
        max_length=wording.LONGEST,
        widget=forms.Textarea(attrs={"rows": 14, "spellcheck": "true", "lang": "fr"}),
    )

    def __init__(self, kind: str, *args: Any, first: date | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.first = first
        for name in {one for listed in _ONLY.values() for one in listed} - {*_ONLY[kind]}:
            del self.fields[name]
        focused = {"letter": "to", "sick_leave": "days"}.get(kind, "body")
        self.fields[focused].widget.attrs["autofocus"] = True

    def clean(self) -> dict[str, Any]:
        """Of a leave: its first day and its length, whichever way they were typed."""
        typed = super().clean() or {}
        if "days" in self.fields and not self.errors:
            self._length(typed)
        return typed

    def _length(self, typed: dict[str, Any]) -> None:
        first, days, last = typed.get("since") or self.first, typed.get("days"), typed.get("until")
        if first is None:
            self.add_error("since", _now("Indiquez le premier jour de l’arrêt."))
        elif last is None and not days:
            self.add_error("days", _now("Indiquez le nombre de jours de l’arrêt, ou son dernier jour."))
        elif last is not None and last < first:
            self.add_error("until", _now("Le dernier jour est avant le premier."))
        elif last is not None and days and leaves.days_between(first, last) != days:
            self.add_error("until", disagree(first, last, days))
        else:
            typed |= {"since": first, "days": days or leaves.days_between(first, last or first)}


def disagree(first: date, last: date, days: int) -> str:
    """What is said when the length and the last day contradict each other."""
    said = _now(
        "Du {first} au {last} inclus, cela fait {count} jours et non {days}. Corrigez l’un des deux, ou videz-le."
    )
    return said.format(
        first=f"{first:%d/%m/%Y}", last=f"{last:%d/%m/%Y}", count=leaves.days_between(first, last), days=days
    )
