"""A paper as typed; what may be printed is decided by the action."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from carnet.documents.paper import wording


class PaperForm(forms.Form):
    """The wording, to whom, and how long: each kind shows what it needs."""

    to = forms.CharField(
        label=_("Destinataire"), max_length=400, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Nom, spécialité, adresse : une ligne chacun."),
    )  # fmt: skip
    days = forms.IntegerField(label=_("Nombre de jours"), min_value=1, max_value=366)
    body = forms.CharField(
        label=_("Texte"),
        max_length=wording.LONGEST,
        widget=forms.Textarea(attrs={"rows": 14, "spellcheck": "true", "lang": "fr"}),
    )

    def __init__(self, kind: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        first = {"letter": "to", "sick_leave": "days"}.get(kind, "body")
        self.fields[first].widget.attrs["autofocus"] = True
        if kind != "letter":
            del self.fields["to"]
        if kind != "sick_leave":
            del self.fields["days"]
