"""The FHIR door as a WSGI application, before and without Django's views: is the cell open, is this our address, who
asks; then the table answers. What it does not understand it refuses; it never shows a trace."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterable, Mapping
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from threading import Lock
from typing import Any

from django.conf import settings
from django.db import connection
from django.http.request import split_domain_port, validate_host
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header

from carnet.api import bodies, exchange, formats, outcome, table
from carnet.api.exchange import Answer, Asked, pairs
from carnet.api.refusals import Asks, NoMethod, UnknownFormat
from carnet.api.token import ActorOf, actor_of
from carnet.fhir.errors import Malformed, TooBig, Unavailable
from carnet.record import cell, clock
from carnet.record.actor import Actor, outsider

PREFIX = "/fhir"
BODY_LIMIT = 36 << 20  # the largest Bundle that HL7 publishes as an example
LARGE = 4 << 20  # of these one at a time: what is parsed takes ten times its room
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_alone = Lock()
_WITHOUT_BODY = (204, 304)
ZIPPED_FROM = 2048  # below it, a packet or two: nothing is gained

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Wsgi = Callable[[Environ, StartResponse], Iterable[bytes]]
_HEADERS = {  # of WSGI, by the name that a handler reads
    "HTTP_ACCEPT": "accept",
    "HTTP_AUTHORIZATION": "authorization",
    "HTTP_IF_MATCH": "if-match",
    "HTTP_IF_MODIFIED_SINCE": "if-modified-since",
    "HTTP_IF_NONE_EXIST": "if-none-exist",
    "HTTP_IF_NONE_MATCH": "if-none-match",
    "HTTP_PREFER": "prefer",
    "CONTENT_TYPE": "content-type",
}


def is_for(path: str) -> bool:
    """Whether this path is the FHIR door's."""
    return path.startswith(PREFIX) and (len(path) == len(PREFIX) or path[len(PREFIX)] == "/")


def application(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """The door as a server calls it."""
    return answering(actor_of)(environ, start_response)


def answering(who: ActorOf) -> Wsgi:
    """A door whose tokens are read by `who`."""

    def door(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        translation.activate(_language(environ.get("HTTP_ACCEPT_LANGUAGE", "")))
        answer = _sent(environ, _answer(environ, who))
        headers = [*answer.headers.items()]
        if answer.status not in _WITHOUT_BODY:
            headers.append(("Content-Length", str(len(answer.body))))
        start_response(exchange.status_line(answer.status), headers)
        return [b"" if environ["REQUEST_METHOD"] == "HEAD" else answer.body]

    return door


def _answer(environ: Environ, who: ActorOf) -> Answer:
    path: tuple[str, ...] = ()
    try:
        path = _path(environ)
        return _answered(_asked(environ, path, who))
    except Exception as error:
        return outcome.of(error, table.where(path))
    finally:
        if connection.errors_occurred:
            connection.close_if_unusable_or_obsolete()


def _answered(asked: Asked) -> Answer:
    if asked.method == "OPTIONS":
        methods = [*table.methods_of(asked.path), "HEAD", "OPTIONS"]
        return Answer(204, {"Allow": ", ".join(methods), "Cache-Control": "no-store"})
    asked_so = [asked.first(name) for name in formats.OWN]
    if asked.path[:1] != ("Binary",) or asked.method not in ("GET", "HEAD"):  # a file is what it is
        formats.check_wanted(asked.headers.get("accept", ""), asked_so[0])
    if asked.body:
        table.handler(asked.method, asked.path)  # a wrong address or method is said before a wrong form
        formats.check_sent(asked.method, asked.path, asked.headers.get("content-type", ""))
    if asked.query:
        asked = replace(asked, query=[pair for pair in asked.query if pair[0] not in formats.OWN])
    with _alone if len(asked.body) > LARGE else nullcontext():
        answer = table.answered(asked)
    return formats.indented(answer) if asked_so[1] == "true" else answer


def _asked(environ: Environ, path: tuple[str, ...], who: ActorOf) -> Asked:
    """The request as a value. Raises what a door refuses before anybody looks at it."""
    host = _host(environ)
    method = environ["REQUEST_METHOD"]
    if method not in METHODS:
        raise NoMethod("Cette adresse ne connaît pas cette méthode.", METHODS)
    if not cell.is_open():
        raise Unavailable("Le cabinet est fermé. Ouvrez-le, puis recommencez.")
    at = clock.now()
    by = _actor(environ, path, who, at)
    headers = {name: environ[key] for key, name in _HEADERS.items() if environ.get(key)}
    base = f"{environ['wsgi.url_scheme']}://{host}{PREFIX}"
    return Asked(method, path, _query(environ), headers, _body(environ, by), by, at, base)


def _actor(environ: Environ, path: tuple[str, ...], who: ActorOf, at: datetime) -> Actor:
    if len(path) == 1 and path[0] in table.OPEN_TO_ALL:
        return outsider(cell.practice_id())
    return who(environ.get("HTTP_AUTHORIZATION", ""), at, environ.get("REMOTE_ADDR", ""))


def _host(environ: Environ) -> str:
    host = str(environ.get("HTTP_HOST") or f"{environ['SERVER_NAME']}:{environ['SERVER_PORT']}")
    if not _is_ours(host, tuple(settings.ALLOWED_HOSTS)):
        raise Asks("Cette adresse n'est pas celle de ce cabinet.", "http.Host")
    return host


@lru_cache(64)
def _is_ours(host: str, allowed: tuple[str, ...]) -> bool:
    domain, _ = split_domain_port(host)
    return bool(domain) and validate_host(domain, allowed)


def _path(environ: Environ) -> tuple[str, ...]:
    try:
        path = environ.get("PATH_INFO", "").encode("latin-1").decode("utf-8")
    except UnicodeError as error:
        raise Malformed("Cette adresse est illisible.") from error
    inside = path.removeprefix(PREFIX).removeprefix("/").removesuffix("/")
    return tuple(inside.split("/")) if inside else ()


def _query(environ: Environ) -> list[tuple[str, str]]:
    written = environ.get("QUERY_STRING", "")
    return pairs(written) if written else []


def _body(environ: Environ, by: Actor) -> bytes:
    if environ.get("HTTP_CONTENT_ENCODING", "identity").lower() not in ("identity", ""):
        raise UnknownFormat("Le contenu envoyé est compressé : envoyez-le tel quel.")
    length = environ.get("CONTENT_LENGTH") or ""
    if length and not (length.isascii() and length.isdigit()):
        raise Asks("La longueur annoncée n'est pas un nombre.", "http.Content-Length")
    if len(length) > 9 or int(length or 0) > BODY_LIMIT:
        raise TooBig("Cet envoi est plus grand que ce que Carnet accepte. Rien n'a été enregistré.")
    if not int(length or 0) and "chunked" not in environ.get("HTTP_TRANSFER_ENCODING", "").lower():
        return b""
    with bodies.place(by.id):
        body: bytes = environ["wsgi.input"].read(int(length) if length else BODY_LIMIT + 1)
    if len(body) > BODY_LIMIT:
        raise TooBig("Cet envoi est plus grand que ce que Carnet accepte. Rien n'a été enregistré.")
    if length and len(body) < int(length):
        raise Asks("Cet envoi a été coupé en chemin. Rien n'a été enregistré.", "http.Content-Length")
    return body


@lru_cache(256)
def _language(accepted: str) -> str:
    for code, _ in parse_accept_lang_header(accepted.lower()[:200]):
        if code[:2] in ("fr", "en"):
            return code[:2]
    return "fr"


def _sent(environ: Environ, answer: Answer) -> Answer:
    """What every answer has, and its body compressed where that pays."""
    headers = {"X-Content-Type-Options": "nosniff", **answer.headers}
    if len(answer.body) < ZIPPED_FROM:
        return Answer(answer.status, headers, answer.body)
    headers["Vary"] = ", ".join(filter(None, (headers.get("Vary"), "Accept-Encoding")))
    if not _takes_gzip(environ):
        return Answer(answer.status, headers, answer.body)
    return Answer(answer.status, _zipped(headers), gzip.compress(answer.body, 1, mtime=0))


def _zipped(headers: Mapping[str, str]) -> dict[str, str]:
    return {**headers, "Content-Encoding": "gzip"}


def _takes_gzip(environ: Environ) -> bool:
    for part in environ.get("HTTP_ACCEPT_ENCODING", "").lower().split(","):
        coding, _, quality = part.replace(" ", "").partition(";q=")
        if coding == "gzip":
            return quality.strip("0.") != "" or not quality
    return False
