"""The few fields of sign-in, unlock and opening. They keep nothing; secrets are never shown again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

# Longer than any passphrase, shorter than what would make hashing a burden.
LONGEST_SECRET = 512


def _password(label: _StrPromise, autocomplete: str, **attrs: object) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete, "autocapitalize": "none", **attrs})
    return forms.CharField(label=label, strip=False, max_length=LONGEST_SECRET, widget=widget)


class SignInForm(forms.Form):
    sign_in_name = forms.CharField(
        label=_("Identifiant"),
        max_length=120,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "username",
                "autocapitalize": "none",
                "spellcheck": "false",
                "autofocus": True,
            }
        ),
    )
    password = _password(_("Mot de passe"), "current-password")


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code à six chiffres"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}
        ),
    )


class UnlockForm(forms.Form):
    # Hidden, so that the browser's password keeper knows whose password this is.
    username = forms.CharField(
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "username", "hidden": True, "tabindex": "-1"}),
    )
    password = _password(_("Mot de passe"), "current-password", autofocus=True)


class OpenForm(forms.Form):
    secret = _password(_("Phrase secrète du cabinet, ou clé de secours"), "off", autofocus=True)
