"""In which form things are asked for and sent: JSON in and out, indented for a person who asks so. Every other form is
refused by name."""

from __future__ import annotations

from dataclasses import replace

from carnet.api.exchange import FHIR_JSON, Answer
from carnet.api.refusals import NotAcceptable, UnknownFormat
from carnet.fhir import json

_JSON = ("application/fhir+json", "application/json", "application/json+fhir", "text/json", "json")
_ANY = ("*/*", "application/*")
# What the body is tells which patch it is: a list of operations, or an object to merge.
_PATCHES = ("application/json-patch+json", "application/merge-patch+json", "application/json", "text/json")
_FORM = "application/x-www-form-urlencoded"
OWN = ("_format", "_pretty")  # parameters that the door keeps to itself


def check_wanted(accept: str, format: str | None) -> None:
    """The answer is wanted in JSON, or in anything. `_format` goes before the header. Raises NotAcceptable."""
    wanted = format if format else accept
    if not wanted or wanted in _JSON or wanted in _ANY:
        return
    kinds = {part.partition(";")[0].strip().lower() for part in wanted.replace(" ", "+").split(",")}
    if not kinds & {*_JSON, *_ANY, ""}:
        raise NotAcceptable("Carnet répond en JSON (application/fhir+json).")


def check_sent(method: str, path: tuple[str, ...], content_type: str) -> None:
    """The body is in a form that this address reads. Raises UnknownFormat."""
    kind, _, parameters = content_type.partition(";")
    kind, last = kind.strip().lower(), path[-1] if path else ""
    allowed: tuple[str, ...] = _PATCHES if method == "PATCH" else _JSON
    if last == "_search":
        allowed = (_FORM,)
    if kind not in allowed:
        raise UnknownFormat("Ce format n'est pas lu ici ; celui-ci l'est : {kind}.", kind=allowed[0])
    charset = parameters.lower().replace('"', "").partition("charset=")[2].partition(";")[0].strip()
    if charset not in ("", "utf-8", "utf8"):
        raise UnknownFormat("Le contenu envoyé est lu en UTF-8 seulement.")


def indented(answer: Answer) -> Answer:
    """The same for a person to read; numbers stay as written."""
    if answer.headers.get("Content-Type") != FHIR_JSON or not answer.body:
        return answer
    return replace(answer, body=json.dumps(json.kept(answer.body), indent=True))
