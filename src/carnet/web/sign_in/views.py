"""The pages of sign-in in two steps, the lock and the way out. A password or a code goes from the form to one action and
is kept nowhere."""

from __future__ import annotations

from datetime import datetime, timedelta

from django import forms
from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from carnet.accounts import presence
from carnet.accounts.models import Person
from carnet.accounts.throttle import TooManyTries
from carnet.actions import sign_in as actions
from carnet.fhir.errors import CarnetError, Refused
from carnet.record import cell, clock
from carnet.record.actor import Actor, outsider
from carnet.web.sign_in import answers
from carnet.web.sign_in.forms import CodeForm, SignInForm, UnlockForm

# The password was right and the code is awaited: person id, since when, and the page wanted.
PENDING = "sign_in.pending"
PENDING_FOR = timedelta(minutes=5)
BACKEND = "django.contrib.auth.backends.ModelBackend"


@login_not_required
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """First step: name and password."""
    if request.user.is_authenticated:
        return redirect(answers.safe_next(request))
    form = SignInForm(request.POST or None)
    if not form.is_valid():
        return _page(request, "sign_in/sign_in.html", form)
    at = clock.now()
    try:
        person = actions.prove_password(
            by=outsider(cell.practice_id()), at=at, address=address(request), **form.cleaned_data
        )
    except (Refused, TooManyTries) as error:
        return _page(request, "sign_in/sign_in.html", form, error)
    # Anything that was planted in the browser before this point ends here (session fixation).
    request.session.flush()
    request.session[PENDING] = {"person": person.id, "at": at.timestamp(), "next": answers.safe_next(request)}
    return redirect("sign_in:code")


@login_not_required
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Second step: the code of the telephone, or a recovery code."""
    at = clock.now()
    person = _pending(request, at)
    if person is None:
        return redirect("sign_in:sign_in")
    form = CodeForm(request.POST or None)
    if not form.is_valid():
        return _page(request, "sign_in/code.html", form)
    by = actions.actor_of(person, practice=cell.practice_id())
    try:
        actions.signed_in(by=by, at=at, code=form.cleaned_data["code"], address=address(request))
    except (Refused, TooManyTries) as error:
        return _page(request, "sign_in/code.html", form, error)
    wanted = request.session[PENDING]["next"]
    enter(request, person, at=at)
    return HttpResponseRedirect(wanted)


def enter(request: HttpRequest, person: Person, *, at: datetime) -> None:
    """Begin a session under a new key for a person who has just proved both factors."""
    request.session.flush()
    login(request, person, backend=BACKEND)
    presence.begin(request.session, at=at)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    actions.signed_out(by=actor(request), at=clock.now(), why="person")
    logout(request)
    return redirect("sign_in:sign_in")


@require_POST
def lock(request: HttpRequest) -> HttpResponse:
    """The button: the page underneath is not given again before the password."""
    if not presence.is_locked(request.session):
        presence.lock(request.session)
        actions.locked(by=actor(request), at=clock.now(), why="person")
    return answers.locked(request, answers.safe_next(request))


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def unlock(request: HttpRequest) -> HttpResponse:
    """Back with the password alone; htmx gets the form only, then `HX-Trigger: unlocked`."""
    if not presence.is_locked(request.session):
        return _unlocked(request)
    form = UnlockForm(request.POST or None, initial={"username": request.user.get_username()})
    if not form.is_valid():
        return _page(request, _unlock_template(request), form)
    at = clock.now()
    try:
        actions.unlocked(
            by=actor(request),
            at=at,
            password=form.cleaned_data["password"],
            address=address(request),
        )
    except (Refused, TooManyTries) as error:
        return _page(request, _unlock_template(request), form, error)
    presence.begin(request.session, at=at)
    # The CSRF secret stays: forms of the page underneath must still be good.
    request.session.cycle_key()
    return _unlocked(request)


def actor(request: HttpRequest) -> Actor:
    """Set by the middleware for every signed-in request."""
    found: Actor = request.actor  # type: ignore[attr-defined]
    return found


def address(request: HttpRequest) -> str:
    """Where the request comes from; the server has no proxy before it, so no header is believed."""
    return str(request.META.get("REMOTE_ADDR", ""))


def _unlocked(request: HttpRequest) -> HttpResponse:
    if not answers.from_script(request):
        return redirect(answers.safe_next(request))
    answer = HttpResponse(status=204)
    answer["HX-Trigger"] = "unlocked"
    return answer


def _unlock_template(request: HttpRequest) -> str:
    return "sign_in/unlock_form.html" if answers.from_script(request) else "sign_in/unlock.html"


def _pending(request: HttpRequest, at: datetime) -> Person | None:
    """The person whose password was right less than five minutes ago in this session."""
    pending = request.session.get(PENDING)
    if pending is None or at.timestamp() - pending["at"] > PENDING_FOR.total_seconds():
        return None
    return Person.objects.filter(pk=pending["person"], is_active=True).first()


def _page(
    request: HttpRequest, template: str, form: forms.Form, error: CarnetError | None = None
) -> HttpResponse:
    """The form again: 200 when first shown, 422 with a sentence when refused, 429 when too many tries."""
    status = 422 if form.is_bound else 200
    if isinstance(error, TooManyTries):
        status = error.http_status
    shown = {
        "form": form,
        "refusal": answers.words(error) if error else "",
        "next": answers.safe_next(request),
    }
    answer = render(request, template, shown, status=status)
    if isinstance(error, TooManyTries):
        answer["Retry-After"] = str(error.seconds)
    return answer
