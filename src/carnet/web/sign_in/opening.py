"""*Ouvrir le cabinet*: after a restart only this page answers. The passphrase or recovery key goes to the cell and is kept
nowhere."""

from __future__ import annotations

from threading import Lock

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from carnet.accounts import throttle
from carnet.accounts.throttle import TooManyTries
from carnet.actions import practice
from carnet.fhir.errors import CarnetError
from carnet.record import cell, clock
from carnet.record.actor import operator
from carnet.web.sign_in import answers
from carnet.web.sign_in.forms import OpenForm
from carnet.web.sign_in.views import address

# Each try costs 64 MB and a second of work on purpose: one at a time.
_one_at_a_time = Lock()
# Says to the first-start pages that this browser holds the cell's secret (an ownerless cell was just opened).
PROVED = "cell.proved"


@login_not_required
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def open_cell(request: HttpRequest) -> HttpResponse:
    if cell.is_open():
        return redirect("sign_in:sign_in")
    form = OpenForm(request.POST or None)
    if not form.is_valid():
        return render(request, "sign_in/open.html", {"form": form}, status=422 if form.is_bound else 200)
    try:
        proved = _open(form.cleaned_data["secret"], address(request))
    except CarnetError as error:
        return _refused(request, form, error)
    if practice.has_owner() or not proved:
        return redirect("sign_in:sign_in")
    request.session[PROVED] = True
    return redirect("setup:index")


def _open(secret: str, address: str) -> bool:
    """True when this secret opened the cell; False when somebody else's had just done so."""
    at = clock.now()
    throttle.cell_secrets.begin(address, at=at)
    with _one_at_a_time:
        if cell.is_open():
            return False
        cell.unlock(settings.HOME, secret=secret)
        practice.opened(by=operator(cell.practice_id()), at=at)
    throttle.cell_secrets.succeed(address)
    return True


def _refused(request: HttpRequest, form: OpenForm, error: CarnetError) -> HttpResponse:
    answer = render(
        request,
        "sign_in/open.html",
        {"form": form, "refusal": answers.words(error)},
        status=error.http_status,
    )
    if isinstance(error, TooManyTries):
        answer["Retry-After"] = str(error.seconds)
    return answer
