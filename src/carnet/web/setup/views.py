"""The pages of the first start: one step each, only for the browser that opened the printed link, on this machine."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from django import forms as django_forms
from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from carnet.accounts import presence, totp
from carnet.actions import practice
from carnet.fhir.errors import CarnetError, WrongKey
from carnet.record import cell, clock
from carnet.web.setup import forms, link, wizard
from carnet.web.setup.wizard import Wizard

View = Callable[..., HttpResponse]
# Set in the session by *Ouvrir le cabinet* when it opened a cell that has no owner yet.
PROVED = "cell.proved"
BACKEND = "django.contrib.auth.backends.ModelBackend"
FORMS: dict[str, Callable[..., django_forms.Form]] = {
    "owner": forms.OwnerForm,
    "passphrase": forms.PassphraseForm,
    "recovery-key": forms.RecoveryKeyForm,
    "password": forms.PasswordForm,
    "second-factor": forms.CodeForm,
}


def is_over() -> bool:
    """Whether the practice has its owner: then the first start does not exist any more."""
    return cell.is_open() and practice.has_owner()


def _holder_only(view: View) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if is_over() or not link.is_local(request):
            raise Http404
        if not link.is_holder(request):
            return render(request, "setup/other_browser.html", status=403)
        return view(request, *args, **kwargs)

    return guarded


@login_not_required
@require_GET
def start(request: HttpRequest, token: str) -> HttpResponse:
    """The printed link: binds itself to the first browser that opens it, then leaves the address bar."""
    if is_over() or not link.is_local(request) or not link.opens(token):
        raise Http404
    return _claimed(request)


@login_not_required
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Where an unfinished first start goes on."""
    if is_over() or not link.is_local(request):
        raise Http404
    if cell.is_open() and request.session.pop(PROVED, False):
        return _claimed(request)
    if not link.is_holder(request):
        return render(request, "setup/other_browser.html", status=403)
    return _to_next_step()


def _claimed(request: HttpRequest) -> HttpResponse:
    answer = _to_next_step()
    return answer if link.claim(request, answer) else render(request, "setup/other_browser.html", status=403)


def _to_next_step() -> HttpResponse:
    return redirect("setup:step", step=wizard.next_step(wizard.current(_home())))


@login_not_required
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@_holder_only
def step(request: HttpRequest, step: str) -> HttpResponse:
    """One step: its form, then the next one; the last one makes everything."""
    held = wizard.current(_home())
    if not wizard.may_show(held, step):
        return redirect("setup:step", step=wizard.next_step(held))
    form = _form(held, step, request)
    if not form.is_valid():
        return _page(request, held, step, form)
    if step == "second-factor":
        return _finish(request, held, form)
    try:
        wizard.keep(held, step, form.cleaned_data, home=_home())
    except WrongKey:
        form.add_error("recovery_key", _("Cette clé n’ouvre pas ce cabinet. Recopiez-la en entier."))
        return _page(request, held, step, form)
    return redirect("setup:step", step=wizard.next_step(held))


def _finish(request: HttpRequest, held: Wizard, form: django_forms.Form) -> HttpResponse:
    """The telephone is proved: make the practice and its owner, who is then signed in."""
    at = clock.now()
    used = totp.matching_step(held.totp_secret, form.cleaned_data["code"], at=at, used=None)
    if used is None:
        form.add_error(
            "code",
            _("Ce code ne convient pas. Vérifiez l’heure du téléphone, puis tapez le code qu’il montre."),
        )
        return _page(request, held, "second-factor", form)
    try:
        person = wizard.finish(held, home=_home(), at=at, used_step=used)
    except CarnetError as error:
        form.add_error(None, _(error.sentence).format(**error.fields))
        return _page(request, held, "second-factor", form)
    login(request, person, backend=BACKEND)
    presence.begin(request.session, at=at)
    return redirect("setup:done")


@require_http_methods(["GET", "POST"])
def done(request: HttpRequest) -> HttpResponse:
    """The recovery codes, shown until they are said to be kept; then everything typed is forgotten."""
    held = wizard.finished()
    if held is None or not link.is_holder(request):
        raise Http404
    if request.method == "GET":
        return render(request, "setup/done.html", {"codes": held.recovery_codes})
    wizard.forget()
    link.forget()
    answer = redirect(settings.LOGIN_REDIRECT_URL)
    answer.delete_cookie(link.COOKIE, path="/setup")
    return answer


def _form(held: Wizard, step: str, request: HttpRequest) -> django_forms.Form:
    wants = {} if step in ("owner", "second-factor") else {"wizard": held}
    return FORMS[step](request.POST or None, initial=_initial(held, step), **wants)


def _initial(held: Wizard, step: str) -> dict[str, str]:
    """What was answered is shown again, but never a secret."""
    if step == "owner":
        known = {"practice_name": cell.practice().name} if cell.is_open() else {}
        return held.answers.get("owner", known)
    return {"username": held.answers["owner"]["sign_in_name"]} if step == "password" else {}


def _page(request: HttpRequest, held: Wizard, step: str, form: django_forms.Form) -> HttpResponse:
    shown: dict[str, Any] = {"form": form, "step": step, "wizard": held, "steps": _course(held, step)}
    if step == "second-factor":
        owner = held.answers["owner"]
        issuer = f"Carnet {owner['practice_name']}"
        url = totp.otpauth_url(held.totp_secret, account=owner["sign_in_name"], issuer=issuer)
        shown |= {"qr": totp.qr_image(url), "secret": totp.in_groups(held.totp_secret)}
    if step == "recovery-key":
        shown |= {
            "groups": held.recovery_key.split("-"),
            "practice_name": held.answers["owner"]["practice_name"],
        }
    _put_focus(form, step)
    status = 422 if form.is_bound else 200
    return render(request, f"setup/{step.replace('-', '_')}.html", shown, status=status)


def _put_focus(form: django_forms.Form, step: str) -> None:
    """On the first wrong field; at first, on the first one, except where a key has to be kept before typing."""
    wrong = [name for name in form.fields if name in form.errors]
    shown = [name for name in form.fields if name != "username"]
    first = shown[0] if step != "recovery-key" else None
    name = wrong[0] if wrong else first
    if name:
        form.fields[name].widget.attrs["autofocus"] = True


def _course(held: Wizard, step: str) -> list[dict[str, Any]]:
    """The steps with their state, for the line at the top of the page."""
    words = {
        "owner": _("Cabinet"),
        "passphrase": _("Phrase secrète"),
        "recovery-key": _("Clé de secours"),
        "password": _("Mot de passe"),
        "second-factor": _("Téléphone"),
    }
    return [
        {"name": name, "words": words[name], "here": name == step, "done": name in held.answers}
        for name in held.steps
    ]


def _home() -> Path:
    home: Path = settings.HOME
    return home
