"""The entries of a Bundle as steps: read, checked, in R4's order. Pure: it looks nothing up and writes nothing."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from carnet.api import formats
from carnet.api.exchange import pairs
from carnet.api.refusals import Asks, UnknownFormat
from carnet.fhir.errors import CarnetError, Invalid, Issue, Malformed
from carnet.record.validate import types

Json = dict[str, Any]
Criteria = list[tuple[str, str]]
SENTENCE = "Ce Bundle ne peut pas être traité. Rien n'a été enregistré."
# https://hl7.org/fhir/R4/http.html#trules
ORDER = {"DELETE": 0, "POST": 1, "PUT": 2, "PATCH": 2, "GET": 3, "HEAD": 3}
_CONDITIONS = {  # of a request in an entry, and the header that says the same
    "ifMatch": "if-match",
    "ifNoneMatch": "if-none-match",
    "ifModifiedSince": "if-modified-since",
    "ifNoneExist": "if-none-exist",
}


@dataclass(slots=True)
class Step:
    """One entry. `id`: what it writes, known at once or once its `criteria` have been looked up."""

    place: int
    method: str
    path: tuple[str, ...]
    query: Criteria
    headers: dict[str, str]
    resource: Any
    full_url: str
    id: str = ""

    @property
    def where(self) -> str:
        """This entry, in FHIRPath."""
        return f"Bundle.entry[{self.place}]"

    @property
    def type(self) -> str:
        """The type that it is about; empty for the whole practice."""
        return self.path[0] if self.path else ""

    @property
    def criteria(self) -> Criteria | None:
        """What a conditional write looks up first."""
        if self.method == "POST":
            written = self.headers.get("if-none-exist")
            return None if written is None else pairs(written.removeprefix("?").removeprefix(f"{self.type}?"))
        return self.query if len(self.path) == 1 else None

    @property
    def if_match(self) -> str | None:
        """The version it was made from."""
        return self.headers.get("if-match")


def steps_of(bundle: Json, base: str) -> list[Step | Issue]:
    """The entries in their own order; where one asks nothing that can be read, what is wrong with it."""
    return [_step(place, entry, base) for place, entry in enumerate(bundle.get("entry", ()))]


def _step(place: int, entry: Json, base: str) -> Step | Issue:
    request, where = entry.get("request"), f"Bundle.entry[{place}].request"
    if not isinstance(request, dict) or not isinstance(request.get("url"), str):
        return Issue(where, "Cet élément est obligatoire.")
    method, url = request.get("method"), request["url"].removeprefix(base).removeprefix("/")
    if method not in ORDER:
        return Issue(f"{where}.method", "Ce code n'est pas dans la liste imposée.")
    path, _, query = url.partition("?")
    if "#" in url or ":" in path:
        return Issue(f"{where}.url", "Cette adresse n'est pas celle de ce cabinet.")
    headers = {header: str(request[name]) for name, header in _CONDITIONS.items() if name in request}
    parts = tuple(unquote(part) for part in path.removesuffix("/").split("/")) if path else ()
    try:
        asked = [pair for pair in pairs(query) if pair[0] not in formats.OWN]
    except Asks as error:
        return Issue(f"{where}.url", str(error))
    resource = _typed(entry.get("resource"), method, parts)
    return Step(place, method, parts, asked, headers, resource, entry.get("fullUrl", ""))


def _typed(resource: Any, method: str, path: tuple[str, ...]) -> Any:
    """A resource that does not say its type is of that of its address: some clients write it only there."""
    if isinstance(resource, dict) and "resourceType" not in resource and path and method in ("POST", "PUT"):
        return {"resourceType": path[0], **resource}
    return resource


def in_order(read: Sequence[Step | Issue]) -> list[Step]:
    """As R4 processes them; equal ones as they came. Raises Invalid naming the entries that have no place in a
    transaction."""
    issues = [issue for step in read for issue in (_unfit(step) if isinstance(step, Step) else [step])]
    if issues:
        raise Invalid(SENTENCE, issues[:50])
    return sorted((step for step in read if isinstance(step, Step)), key=lambda step: ORDER[step.method])


def _unfit(step: Step) -> Iterator[Issue]:
    if step.method in ("GET", "HEAD"):
        return
    shape = len(step.path), any(part[:1] in ("$", "_") for part in step.path)
    if shape not in ((1, False), (2, False)) or (step.method == "POST") != (
        step.path[1:] == () and not step.query
    ):
        yield Issue(f"{step.where}.request.url", "Cette écriture n'a pas sa place dans une transaction.")
    elif step.type not in types():
        yield Issue(f"{step.where}.request.url", "Ce type de ressource n'existe pas dans FHIR R4.")
    elif step.method == "DELETE":
        return
    elif not isinstance(step.resource, dict):
        yield Issue(f"{step.where}.resource", "Cet élément est obligatoire.")
    elif step.method != "PATCH" and step.resource.get("resourceType") != step.type:
        yield Issue(f"{step.where}.resource", "Le type de la ressource n'est pas celui de l'adresse.")


def check_distinct(written: Sequence[Step]) -> None:
    """One transaction writes a resource once, and names it once. Raises Invalid."""
    seen: dict[str, Step] = {}
    for step in sorted(written, key=lambda step: step.place):
        names = [f"{step.type}/{step.id}"] if step.id else []
        if step.full_url and step.method != "DELETE":
            names.append(step.full_url)
        for name in names:
            if seen.setdefault(name, step) is not step:
                first = seen[name].where
                raise Invalid(SENTENCE, [Issue(step.where, f"Déjà nommé par {first}.")])


def patch_in(step: Step) -> tuple[str, bytes]:
    binary = step.resource
    kind = str(binary.get("contentType", "")).partition(";")[0] if binary["resourceType"] == "Binary" else ""
    if kind not in ("application/json-patch+json", "application/merge-patch+json"):
        raise UnknownFormat("Un patch voyage en Binary : application/json-patch+json.")
    try:
        return kind, base64.b64decode(binary.get("data", ""), validate=True)
    except (binascii.Error, ValueError, TypeError) as error:
        raise Malformed("Le contenu de ce Binary est illisible.") from error


@contextmanager
def refusing(step: Step, place: str | None = None) -> Iterator[None]:
    """A refusal says which entry it is about."""
    try:
        yield
    except CarnetError as error:
        raise placed(error, place or step.where) from error


def placed(error: CarnetError, where: str) -> CarnetError:
    """The error, its places those of the Bundle."""
    issues = getattr(error, "issues", None) or [Issue("", "")]
    error.issues = [Issue(_inside(where, issue.expression), issue.diagnostics) for issue in issues]  # type: ignore[attr-defined]
    return error


def _inside(where: str, expression: str) -> str:
    if expression.startswith("Bundle.entry["):
        return expression
    if expression.startswith("http."):
        names = {header: name for name, header in _CONDITIONS.items()}
        name = names.get(expression.removeprefix("http.").lower())
        return f"{where}.request.{name}" if name else f"{where}.request"
    _, dot, rest = expression.partition(".")
    return f"{where}.resource.{rest}" if dot else where
