"""The order of the doors: is the practice installed and open; then who is signed in and still there. Default deny: what
passes here without a person is refused by `login_required` unless its view says otherwise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve

from carnet.accounts import presence
from carnet.actions import practice, sign_in
from carnet.record import cell, clock
from carnet.web.sign_in import answers

GetResponse = Callable[[HttpRequest], HttpResponse]
State = Literal["missing", "closed", "ownerless", "ready"]
# What answers while a session is locked, besides the static files.
WHILE_LOCKED = {"sign_in:unlock", "sign_in:lock", "sign_in:sign_out"}


# Practices seen with an owner: an owner never disappears, and every request asks.
_owned: set[str] = set()


def cell_state() -> State:
    if cell.is_open():
        return "ready" if _has_owner() else "ownerless"
    return "closed" if cell.is_created(settings.HOME) else "missing"


def _has_owner() -> bool:
    id = cell.practice_id()
    if id not in _owned and practice.has_owner():
        _owned.add(id)
    return id in _owned


def cell_door(get_response: GetResponse) -> GetResponse:
    """Until the practice is installed, open and owned, one page answers and nothing else."""

    def answer(request: HttpRequest) -> HttpResponse:
        if not cell.is_open():
            # A session of before the restart: there is no database to look it up in.
            request.COOKIES.pop(settings.SESSION_COOKIE_NAME, None)
        if is_static(request):
            return get_response(request)
        state, name = cell_state(), view_name(request)
        if state == "ready" or (state != "closed" and name.startswith("setup:")):
            return _same_session(request, get_response(request))
        if state != "closed":
            return answers.not_installed(request)
        return get_response(request) if name == "sign_in:open_cell" else answers.closed(request)

    return answer


def _same_session(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """A page left open that is told « signed out » must not undo the sign-in under way in another tab: its late answer
    would take the new cookie away."""
    if answer.status_code == 401 and answers.from_script(request):
        answer.cookies.pop(settings.SESSION_COOKIE_NAME, None)
    return answer


def person_door(get_response: GetResponse) -> GetResponse:
    """Gives the request its actor; locks after 15 minutes, signs out after two hours."""

    def answer(request: HttpRequest) -> HttpResponse:
        if is_static(request) or not cell.is_open() or not request.user.is_authenticated:
            return get_response(request)
        at = clock.now()
        actor = sign_in.actor_of(request.user, practice=cell.practice_id())
        state = presence.state(request.session, at=at)
        if state == "gone":
            sign_in.signed_out(by=actor, at=at, why="idle")
            logout(request)
            return get_response(request)
        request.actor = actor  # type: ignore[attr-defined]
        if state == "locked":
            return _while_locked(request, get_response)
        if not answers.is_idle(request):
            presence.touch(request.session, at=at)
        return get_response(request)

    return answer


def _while_locked(request: HttpRequest, get_response: GetResponse) -> HttpResponse:
    if not presence.is_locked(request.session):
        presence.lock(request.session)
        sign_in.locked(by=request.actor, at=clock.now(), why="idle")  # type: ignore[attr-defined]
    return get_response(request) if view_name(request) in WHILE_LOCKED else answers.locked(request)


class SignInRequired(LoginRequiredMiddleware):
    """Django's default deny, with an answer that open pages understand."""

    def handle_no_permission(  # type: ignore[override]  # the stubs know redirects only
        self, request: HttpRequest, view_func: Any
    ) -> HttpResponseBase:
        return answers.signed_out(request)


def is_static(request: HttpRequest) -> bool:
    """The program's own files: no data, and the pages before sign-in need them."""
    return request.path_info.startswith(settings.STATIC_URL)


def view_name(request: HttpRequest) -> str:
    try:
        return resolve(request.path_info).view_name
    except Resolver404:
        return ""
