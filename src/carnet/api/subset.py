"""Parts of a resource: `_summary` and `_elements`, marked as such. It changes nothing that is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from carnet.api.refusals import Asks
from carnet.fhir import json, summaries
from carnet.record.work import Stored

NAMES = ("_summary", "_elements")
_SUMMARIES = ("true", "text", "data", "count", "false")
_ALWAYS = ("resourceType", "id", "meta")
_MARK = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue",
    "code": "SUBSETTED",
    "display": "Resource encoded in summary mode",
}


@dataclass(frozen=True, slots=True)
class Subset:
    """Which part of each resource is wanted: a `_summary`, or the `elements` named, those of `Type.name` by type."""

    summary: str = "false"
    elements: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether resources go out as they are kept."""
        return not self.elements and self.summary in ("false", "count")

    def of(self, type: str, body: bytes, *, main: bool = True) -> bytes:
        """The wanted part of a resource. Elements without a type are those of the `main` resources of an answer."""
        names = self._names(type, main=main)
        if self.whole or (self.elements and not names):
            return body
        found: dict[str, Any] = json.kept(body)
        cut = _elements(found, names) if names else _CUTS[self.summary](found)
        meta = cut.get("meta") or {}
        return json.dumps({**cut, "meta": {**meta, "tag": [*meta.get("tag", ()), _MARK]}})

    def _names(self, type: str, *, main: bool) -> set[str]:
        plain = {name for name in self.elements if "." not in name} if main else set[str]()
        return plain | {name.partition(".")[2] for name in self.elements if name.startswith(f"{type}.")}


def of_query(found: Stored, query: Sequence[tuple[str, str]]) -> bytes:
    """The body of a read, or the part of it that the query asks for. Raises Asks."""
    return read(query).of(found.type, found.body)


def read(query: Sequence[tuple[str, str]]) -> Subset:
    """What the query wants of each resource. Raises Asks."""
    summary, elements = "false", list[str]()
    for name, value in query:
        if name == "_summary":
            summary = value
        elif name == "_elements":
            elements += [part.strip() for part in value.split(",") if part.strip()]
    if summary not in _SUMMARIES:
        raise Asks("« _summary » vaut true, text, data, count ou false.", "http._summary")
    return Subset(summary, tuple(elements))


def _kept(found: dict[str, Any], names: set[str]) -> dict[str, Any]:
    return {name: value for name, value in found.items() if name.removeprefix("_") in names}


def _elements(found: dict[str, Any], names: set[str]) -> dict[str, Any]:
    must = summaries.of(found["resourceType"]).must
    # `value[x]` may be named as the definitions call it.
    chosen = {name for name in found if any(name.startswith(n[:-3]) for n in names if n.endswith("[x]"))}
    return _kept(found, {*_ALWAYS, *must, *names, *chosen})


def _text(found: dict[str, Any]) -> dict[str, Any]:
    return _kept(found, {*_ALWAYS, "text", *summaries.of(found["resourceType"]).must})


def _data(found: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in found.items() if name != "text"}


def _summary(found: dict[str, Any]) -> dict[str, Any]:
    tree = {"resourceType": {}, **summaries.of(found["resourceType"]).summary}
    return _inside(found, tree)


def _inside(node: dict[str, Any], tree: Mapping[str, Any]) -> dict[str, Any]:
    cut = {}
    for name, value in node.items():
        below = tree.get(name.removeprefix("_"))
        if below is None:
            continue
        if not below:
            cut[name] = value
        elif isinstance(value, list):
            cut[name] = [_inside(item, below) for item in value]
        else:
            cut[name] = _inside(value, below)
    return cut


_CUTS = {"text": _text, "data": _data, "true": _summary}
