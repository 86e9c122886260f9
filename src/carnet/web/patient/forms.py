"""The identity as typed. What may be kept is decided by rules.person; the form only carries text."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_lazy as _

from carnet.fhir import dates
from carnet.fhir.errors import Malformed
from carnet.rules import identity_status
from carnet.rules.person import Identity
from carnet.web.shell import wording

_TYPED = re.compile(r"(?:(?:(\d{1,2})\D)?(\d{1,2})\D)?(\d{4})")
_SEXES = [("", "—"), ("female", _("Féminin")), ("male", _("Masculin")), ("other", _("Indéterminé")), ("unknown", _("Inconnu"))]  # fmt: skip


def fhir_date(typed: str) -> str:
    """« 03/04/1960 », « 3.4.1960 », « 03041960 », « 04/1960 », « 1960 »: day first, always. « 1960-04-03 »: 1960-04-03."""
    written = typed.strip()
    if re.fullmatch(r"\d{8}", written):
        written = f"{written[:2]}/{written[2:4]}/{written[4:]}"
    found = _TYPED.fullmatch(written)
    if found is None:
        return written
    return "-".join(part.zfill(2) for part in reversed(found.groups()) if part)


def _check_date(written: str) -> None:
    try:
        dates.first_day(written)
    except Malformed as error:
        raise forms.ValidationError(
            _("Cette date n’existe pas. Écrivez le jour, le mois, l’année : 03/04/1960.")
        ) from error


class IdentityForm(forms.Form):
    """The fields of rules.person.Identity, in the order of an identity paper."""

    birth_name = forms.CharField(label=_("Nom de naissance"), max_length=200)
    given = forms.CharField(
        label=_("Prénoms"),
        max_length=200,
        help_text=_("Tous, dans l’ordre de l’état civil, séparés par des espaces."),
    )
    birth_date = forms.CharField(
        label=_("Date de naissance"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "placeholder": _("jj/mm/aaaa")}),
    )
    gender = forms.ChoiceField(label=_("Sexe"), choices=_SEXES, required=False)
    used_name = forms.CharField(
        label=_("Nom utilisé"), max_length=200, required=False, help_text=_("S’il est différent.")
    )
    used_given = forms.CharField(
        label=_("Prénom utilisé"), max_length=200, required=False, help_text=_("S’il est différent.")
    )
    birthplace = forms.CharField(
        label=_("Code INSEE du lieu de naissance"),
        max_length=5,
        required=False,
        help_text=_("Commune, ou 99 et le pays."),
    )
    ins = forms.CharField(
        label=_("Matricule INS"),
        max_length=24,
        required=False,
        help_text=_("15 caractères, espaces permis ; la clé est vérifiée."),
    )
    phone = forms.CharField(
        label=_("Téléphone"), max_length=30, required=False, widget=forms.TextInput(attrs={"type": "tel"})
    )
    email = forms.CharField(
        label=_("Adresse électronique"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"type": "email"}),
    )
    street = forms.CharField(
        label=_("Adresse"), max_length=400, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    postal_code = forms.CharField(label=_("Code postal"), max_length=12, required=False)
    city = forms.CharField(label=_("Commune"), max_length=120, required=False)
    proof = forms.ChoiceField(
        label=_("Pièce d’identité vue aujourd’hui"),
        required=False,
        choices=[("", "—"), *((name, gettext_lazy(words)) for name, words in identity_status.PROOFS.items())],
        help_text=_("Seule une pièce à haut niveau de confiance valide l’identité."),
    )
    ins_system = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs |= {"autocomplete": "off", "spellcheck": "false"}
        # A date box of the browser would show day and month in the order of its own language: a wrong identity.
        self.initial["birth_date"] = wording.short_date(self.initial.get("birth_date", ""))

    def clean_birth_date(self) -> str:
        """As FHIR writes it."""
        written = fhir_date(self.cleaned_data["birth_date"])
        if written:
            _check_date(written)
        return written

    @property
    def identity(self) -> Identity:
        """What was typed."""
        typed = {name: str(value) for name, value in self.cleaned_data.items() if name != "proof"}
        return Identity(**typed)
