"""What is sent to a screen has the places of what is sent to the FHIR door (api/bodies.py): who sends slowly, or stops in
the middle, leaves the other threads to the others. It reads nothing itself."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from io import IOBase
from typing import Any

from django.http import HttpRequest, HttpResponse

from carnet.api import bodies
from carnet.api.refusals import Crowded
from carnet.web.shell import errors
from carnet.web.shell.middleware import words

GetResponse = Callable[[HttpRequest], HttpResponse]
LATER = "5"  # seconds
STRANGERS = 2  # places of those whom nobody knows yet, at one address: less than what all have


def body_door(get_response: GetResponse) -> GetResponse:
    """Gives a place to who sends, from the first byte that is read to the last. It must come after the doors that say
    who it is, and before anything reads."""

    def answer(request: HttpRequest) -> HttpResponse:
        length = str(request.META.get("CONTENT_LENGTH") or "0")
        if not length.isdigit() or not int(length):
            return get_response(request)
        with ExitStack() as held:
            try:
                held.enter_context(_place(request))
            except Crowded as error:
                refusal = errors.told(request, error.http_status, words(error))
                refusal["Retry-After"] = LATER
                return refusal
            request._stream = _Sent(request._stream, int(length), held.close)  # type: ignore[assignment]
            return get_response(request)

    return answer


def _place(request: HttpRequest) -> AbstractContextManager[None]:
    actor = getattr(request, "actor", None)
    if actor is None:
        return bodies.place(str(request.META.get("REMOTE_ADDR")), STRANGERS)
    return bodies.place(actor.id)


class _Sent(IOBase):
    """What is being sent; says once when all of it is there, or no more is to come."""

    def __init__(self, stream: Any, length: int, ended: Callable[[], None]) -> None:
        self._stream, self._left, self._ended = stream, length, ended

    def read(self, size: int = -1, /) -> bytes:
        return self._heard(self._stream.read(size))

    def readline(self, size: int | None = -1, /) -> bytes:
        return self._heard(self._stream.readline(size))

    def _heard(self, part: bytes) -> bytes:
        self._left -= len(part)
        if self._left <= 0 or not part:
            self._ended()
        return part
