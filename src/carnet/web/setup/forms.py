"""What each step of the first start asks, and the French sentence when an answer does not fit."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from carnet.accounts.models import Person, check_rpps
from carnet.accounts.passwords import passphrase_weakness
from carnet.web.setup.wizard import Wizard, same_group

# The browser may remember a password; the practice passphrase and one-time codes it must not offer again.
_PLAIN = {"autocapitalize": "none", "spellcheck": "false"}


def _secret(autocomplete: str) -> forms.PasswordInput:
    return forms.PasswordInput(attrs={"autocomplete": autocomplete, **_PLAIN})


class OwnerForm(forms.Form):
    practice_name = forms.CharField(
        label=_("Nom du cabinet"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    given = forms.CharField(
        label=_("Prénom"), max_length=50, widget=forms.TextInput(attrs={"autocomplete": "given-name"})
    )
    family = forms.CharField(
        label=_("Nom"), max_length=50, widget=forms.TextInput(attrs={"autocomplete": "family-name"})
    )
    sign_in_name = forms.CharField(
        label=_("Identifiant"),
        max_length=120,
        help_text=_("Une adresse e-mail ou un nom court, par exemple « a.martin »."),
        widget=forms.TextInput(attrs={"autocomplete": "username", **_PLAIN}),
    )
    rpps = forms.CharField(
        label=_("Numéro RPPS"),
        required=False,
        help_text=_("Onze chiffres. Vous pourrez l’ajouter plus tard."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )

    def clean_rpps(self) -> str:
        rpps = "".join(self.cleaned_data["rpps"].split())
        if rpps:
            check_rpps(rpps)
        return rpps

    def clean_sign_in_name(self) -> str:
        name: str = self.cleaned_data["sign_in_name"].strip()
        if " " in name:
            raise forms.ValidationError(_("L’identifiant s’écrit sans espace."))
        return name


class PassphraseForm(forms.Form):
    passphrase = forms.CharField(
        label=_("Phrase secrète du cabinet"),
        strip=False,
        widget=_secret("off"),
        help_text=_("Quatre mots au moins, ou seize caractères. Les espaces et les accents comptent."),
    )
    again = forms.CharField(label=_("La même, encore une fois"), strip=False, widget=_secret("off"))

    def __init__(self, *args: Any, wizard: Wizard, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not wizard.fresh:
            key = forms.CharField(
                label=_("Clé de secours"),
                help_text=_(
                    "Celle que « carnet init » a affichée : elle seule ouvre ce cabinet pour l’instant."
                ),
                widget=_secret("off"),
            )
            self.fields = {"recovery_key": key, **self.fields}

    def clean_passphrase(self) -> str:
        passphrase: str = self.cleaned_data["passphrase"]
        weakness = passphrase_weakness(passphrase)
        if weakness:
            raise forms.ValidationError(weakness)
        return passphrase

    def clean(self) -> dict[str, Any]:
        return _same_twice(self, "passphrase", _("Les deux phrases diffèrent. Retapez la seconde."))


class RecoveryKeyForm(forms.Form):
    last_group = forms.CharField(
        label=_("Les cinq derniers caractères de la clé"),
        max_length=12,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
        help_text=_("Recopiez-les depuis votre papier : c’est la preuve qu’il est lisible."),
    )

    def __init__(self, *args: Any, wizard: Wizard, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.wizard = wizard

    def clean_last_group(self) -> str:
        typed: str = self.cleaned_data["last_group"]
        if not same_group(typed, self.wizard.recovery_key):
            raise forms.ValidationError(
                _("Ce ne sont pas les derniers caractères de la clé. Relisez votre papier.")
            )
        return typed


class PasswordForm(forms.Form):
    # Hidden, so that the browser's password keeper stores the pair.
    username = forms.CharField(
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "username", "hidden": True, "tabindex": "-1"}),
    )
    password = forms.CharField(
        label=_("Votre mot de passe"),
        strip=False,
        widget=_secret("new-password"),
        help_text=_("Douze caractères au moins ; différent de la phrase du cabinet."),
    )
    again = forms.CharField(label=_("Le même, encore une fois"), strip=False, widget=_secret("new-password"))

    def __init__(self, *args: Any, wizard: Wizard, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.wizard = wizard

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        owner = self.wizard.answers["owner"]
        person = Person(
            sign_in_name=owner["sign_in_name"], display_name=f"{owner['given']} {owner['family']}"
        )
        validate_password(password, person)
        if password == self.wizard.answers.get("passphrase", {}).get("passphrase"):
            raise forms.ValidationError(_("C’est la phrase du cabinet. Choisissez un autre mot de passe."))
        return password

    def clean(self) -> dict[str, Any]:
        return _same_twice(self, "password", _("Les deux mots de passe diffèrent. Retapez le second."))


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code à six chiffres"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


def _same_twice(form: forms.Form, first: str, sentence: Any) -> dict[str, Any]:
    facts: dict[str, Any] = form.cleaned_data
    if first in facts and "again" in facts and facts[first] != facts["again"]:
        form.add_error("again", sentence)
    return facts
