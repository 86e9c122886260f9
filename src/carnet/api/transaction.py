"""From a Bundle to the steps of a transaction: read, put in R4's order, their references made to point at what the
transaction writes. Pure: it looks nothing up and writes nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from carnet.api import formats
from carnet.api.exchange import pairs
from carnet.api.refusals import Asks
from carnet.fhir.errors import CarnetError, Invalid, Issue
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
_PREFIXED = re.compile(
    r"^(.*/)[A-Z][A-Za-z]+/[A-Za-z0-9\-.]{1,64}$"
)  # a fullUrl of a server: what stands before
_CONDITIONAL = re.compile(r"^([A-Z][A-Za-z]+)\?(.+)$")
# Elements of type url, uri or uuid by which one entry may name another (R4: those are replaced like references).
_LINKS = frozenset(
    {
        "reference",
        "url",
        "uri",
        "valueUrl",
        "valueUri",
        "valueUuid",
        "valueCanonical",
        "instantiatesUri",
        "sourceUri",
    }
)
_IN_NARRATIVE = re.compile(r'((?:href|src)=")([^"]+)(")')


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


def steps(bundle: Json, base: str) -> list[Step | Issue]:
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
    return Step(place, method, parts, asked, headers, entry.get("resource"), entry.get("fullUrl", ""))


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


class Links:
    """What the entries are called, and the `Type/id` under which each is written."""

    def __init__(self, written: Sequence[Step]) -> None:
        self._of = {step.full_url: f"{step.type}/{step.id}" for step in written if step.full_url and step.id}

    def follow(self, step: Step) -> list[Json]:
        """Let the step's resource name what is written, in place; returns the objects with a conditional reference.
        Raises Invalid for a `urn:uuid:` that no entry bears."""
        found = _PREFIXED.match(step.full_url)
        prefix, conditional = found[1] if found else "", []
        for node, name, value in _texts(step.resource):
            target = self._of.get(value) or (prefix and name == "reference" and self._of.get(prefix + value))
            if target:
                node[name] = target
            elif name == "div":
                node[name] = _IN_NARRATIVE.sub(self._replaced, value)
            elif name == "reference" and "?" in value and _CONDITIONAL.match(value):
                conditional.append(node)
            elif name == "reference" and value.startswith(("urn:uuid:", "urn:oid:")):
                raise Invalid(
                    SENTENCE, [Issue(place_of(step, node), "Aucune entrée de ce Bundle ne porte ce nom.")]
                )
        return conditional

    def _replaced(self, found: re.Match[str]) -> str:
        return found[1] + self._of.get(found[2], found[2]) + found[3]


def _texts(resource: Any) -> Iterator[tuple[Json, str, str]]:
    """Every text that may name another entry: its object, its name, itself. A Bundle inside has names of its own."""
    pending = [resource]
    while pending:
        node = pending.pop()
        if isinstance(node, list):
            pending += [part for part in node if isinstance(part, (dict, list))]
            continue
        if node.get("resourceType") == "Bundle":
            continue
        for name, value in node.items():
            if isinstance(value, (dict, list)):
                pending.append(value)
            elif isinstance(value, str) and (name in _LINKS or (name == "div" and "urn:" in value)):
                yield node, name, value


def conditional(reference: str) -> tuple[str, Criteria]:
    """(`Patient`, criteria) of `Patient?identifier=…`."""
    type_, _, query = reference.partition("?")
    return type_, pairs(query)


def place_of(step: Step, node: Json) -> str:
    """Where in the Bundle this reference stands."""
    return f"{step.where}.resource{_way(step.resource, node) or ''}.reference"


def _way(node: Any, wanted: Json) -> str | None:
    if node is wanted:
        return ""
    inside = (
        ((f".{name}", value) for name, value in node.items())
        if isinstance(node, dict)
        else ((f"[{n}]", value) for n, value in enumerate(node))
    )
    for step, value in inside:
        if isinstance(value, (dict, list)) and (rest := _way(value, wanted)) is not None:
            return step + rest
    return None


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
