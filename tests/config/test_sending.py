"""Who sends slowly to a screen, or reads slowly what it answers, does not keep the others out."""

from __future__ import annotations

import re
import socket
import time
import urllib.request
from contextlib import ExitStack, closing
from io import BytesIO
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connections
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from carnet.api import bodies
from carnet.config import sending
from carnet.record import clock
from tests.api.test_bodies import EIGHT, asks, is_answered, seconds, server, until_answered
from tests.web import signed_in
from tests.web.doors import make_alice

__all__ = ["server"]
FORM = "application/x-www-form-urlencoded"


def sent(content: bytes = b"name=Durand&place=2") -> HttpRequest:
    request = RequestFactory().post("/sign-in", content, content_type=FORM, REMOTE_ADDR="10.0.0.7")
    request.user = AnonymousUser()
    return request


def test_a_place_is_held_from_the_first_byte_to_the_last() -> None:
    def view(request: HttpRequest) -> HttpResponse:
        assert bodies._reading == {"10.0.0.7": 1}
        assert request.POST["name"] == "Durand"
        assert not bodies._reading
        return HttpResponse()

    assert sending.body_door(view)(sent()).status_code == 200


def test_what_is_not_read_or_is_cut_gives_it_back_too() -> None:
    def lazy(request: HttpRequest) -> HttpResponse:
        return HttpResponse(status=403)

    def cut(request: HttpRequest) -> HttpResponse:
        request._stream._stream = BytesIO(b"name=Dur")
        request.read()
        request.read()
        assert not bodies._reading
        return HttpResponse(status=400)

    def failing(request: HttpRequest) -> HttpResponse:
        raise OSError

    assert sending.body_door(lazy)(sent()).status_code == 403
    assert sending.body_door(cut)(sent()).status_code == 400
    with pytest.raises(OSError):  # noqa: PT011
        sending.body_door(failing)(sent())
    assert not bodies._reading


def test_what_has_no_body_needs_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "AT_ONCE", 0)
    answers = sending.body_door(lambda _: HttpResponse())
    assert answers(RequestFactory().get("/")).status_code == 200
    assert answers(sent(b"")).status_code == 200


@pytest.mark.usefixtures("open_cell")
def test_who_is_unknown_leaves_places_to_who_is_known(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "TURN", 0.01)
    signed_in.alice(client)
    with ExitStack() as slow:
        for _ in range(sending.STRANGERS):
            slow.enter_context(bodies.place("127.0.0.1"))
        refused = Client().post("/sign-in", {"name": "alice"})
        assert refused.status_code == 503
        assert refused["Retry-After"]
        assert "Rien n’a été enregistré" in refused.content.decode().replace("'", "’").replace("&#x27;", "’")
        assert client.post("/lock").status_code == 302
    assert not bodies._reading


@pytest.fixture
def owned(open_cell: Path) -> None:
    """The practice of the server has an owner: its screens answer."""
    make_alice(clock.now())
    connections.close_all()


@pytest.mark.slow
@pytest.mark.usefixtures("owned")
def test_pages_and_programs_answer_while_eight_forms_hang(server: tuple[int, list[str]]) -> None:
    port, [_, other] = server
    cookie, token = key_of_a_form(port)
    asks(port, other)  # once without a clock: what is loaded at the first question is loaded
    calm = seconds(lambda: asks(port, other))
    with ExitStack() as open_ones:
        hanging = [open_ones.enter_context(closing(begun(port, cookie, token))) for _ in range(EIGHT)]
        until_answered(hanging, EIGHT - sending.STRANGERS)
        assert seconds(lambda: (page(port), asks(port, other))) < 5 + 5 * calm
        answers = [one.recv(12) for one in hanging if is_answered(one)]
        assert answers == [b"HTTP/1.1 503"] * (EIGHT - sending.STRANGERS)


@pytest.mark.slow
@pytest.mark.usefixtures("owned")
def test_pages_answer_while_eight_clients_read_nothing(server: tuple[int, list[str]]) -> None:
    port, _ = server
    assert page(port)
    calm = seconds(lambda: page(port))
    with ExitStack() as open_ones:
        for _ in range(EIGHT):
            open_ones.enter_context(closing(deaf(port)))
        time.sleep(1)
        assert seconds(lambda: page(port)) < 5 + 5 * calm


def key_of_a_form(port: int) -> tuple[str, str]:
    """What a browser needs to send the form: the cookie, and what the form says."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/sign-in", timeout=20) as answer:
        cookie = str(answer.headers["Set-Cookie"]).partition(";")[0]
        found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', answer.read().decode())
    assert found
    return cookie, found[1]


def page(port: int) -> bytes:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/sign-in", timeout=20) as answer:
        return bytes(answer.read())


def begun(port: int, cookie: str, token: str) -> socket.socket:
    """A form that never comes to its end."""
    made = socket.create_connection(("127.0.0.1", port), timeout=20)
    head = f"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie}\r\nX-CSRFToken: {token}\r\n"
    made.sendall(f"{head}Content-Type: {FORM}\r\nContent-Length: 9000\r\n\r\nname=a".encode())
    return made


def deaf(port: int) -> socket.socket:
    """Asks for more than the system keeps for it, and never reads."""
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    made.connect(("127.0.0.1", port))
    made.sendall(f"GET /static/vendor/bootstrap.css HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode() * 40)
    return made
