"""The one-time link of the first start and the one browser it belongs to. In the memory of the server process only:
a new process has a new link."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from hmac import compare_digest
from ipaddress import ip_address
from threading import Lock

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

COOKIE = "carnet_setup"


@dataclass(slots=True)
class _Link:
    token: str
    browser: str | None = None


_lock = Lock()
_link: _Link | None = None


def use(token: str) -> None:
    """The server was started with this token (a parent process printed it)."""
    global _link
    with _lock:
        _link = _Link(token)


def path() -> str:
    """The path to print in the terminal, such as `/setup/Qz3…`; the same until `forget`."""
    return reverse("setup:start", args=[_current().token])


def forget() -> None:
    global _link
    with _lock:
        _link = None


def opens(token: str) -> bool:
    """Whether this is the printed link (constant time)."""
    return compare_digest(token.encode(), _current().token.encode())


def claim(request: HttpRequest, response: HttpResponse) -> bool:
    """Bind the link to the browser that opens it first; False for every other browser."""
    link = _current()
    with _lock:
        if link.browser is None:
            link.browser = secrets.token_urlsafe(32)
        elif not _same(request, link.browser):
            return False
        browser = link.browser
    response.set_cookie(
        COOKIE,
        browser,
        path=reverse("setup:index"),
        httponly=True,
        samesite="Strict",
        secure=request.is_secure(),
    )
    return True


def is_holder(request: HttpRequest) -> bool:
    """Whether this request comes from the browser that opened the link, on this machine."""
    link = _link
    return bool(link and link.browser and _same(request, link.browser) and is_local(request))


def is_local(request: HttpRequest) -> bool:
    """From the loopback interface. A Unix socket has no address and is local too."""
    address = request.META.get("REMOTE_ADDR", "")
    return not address or ip_address(address).is_loopback


def _same(request: HttpRequest, browser: str) -> bool:
    return compare_digest(request.COOKIES.get(COOKIE, "").encode(), browser.encode())


def _current() -> _Link:
    global _link
    with _lock:
        if _link is None:
            _link = _Link(secrets.token_hex(24))  # letters and digits: terminals underline it whole
        return _link
