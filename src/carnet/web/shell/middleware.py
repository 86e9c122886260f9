"""Turns a refusal of the record into a page that says what happened, what is safe and what to do."""

from __future__ import annotations

from collections.abc import Callable

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext

from carnet.fhir.errors import CarnetError
from carnet.record import commit
from carnet.web.shell import errors


def no_store(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """No page is kept by the browser: neither readable on its disk, nor there again after sign-out by going back."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return answer


class Refusals:
    """Answers with the error's own status and sentence; never a trace."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, DatabaseError):
            error = commit.words(error)
        if not isinstance(error, CarnetError):
            return None
        return errors.told(request, error.http_status, words(error))


def words(error: CarnetError) -> str:
    """The error's sentence in the reader's language."""
    return gettext(error.sentence).format(**error.fields) if error.fields else gettext(error.sentence)
