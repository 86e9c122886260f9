"""Is this a resource that the record can keep? R4 schemas compiled once per type on first use, then the
invariants. It refuses with places and reasons, never with values, and changes nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

import jsonschema_rs

from carnet.fhir import json as exact
from carnet.fhir.errors import Invalid, Issue, Malformed
from carnet.record import explain, invariants, narrative

Json = dict[str, Any]

SENTENCE = "Cette ressource n'est pas conforme à FHIR R4. Rien n'a été enregistré."


def validate(resource: Json) -> None:
    """Raise Invalid with an issue for each thing wrong; numbers may be int, float or Decimal. Raises Malformed on a number
    of thousands of figures, which no program reads."""
    try:
        issues = list(_issues(resource, None))
    except ValueError:  # a number in an unusual form, which the schema's engine refuses to look at
        issues = _plainly(resource)
    if not issues:
        issues = list(invariants.check(resource))
    if issues:
        raise Invalid(SENTENCE, issues[: explain.ISSUE_LIMIT])


def _plainly(resource: Json) -> list[Issue]:
    try:
        return list(_issues(exact.plain(resource), None))
    except ValueError as error:
        raise Malformed("Un nombre de ce contenu est démesuré. Rien n'a été enregistré.") from error


@cache
def types() -> frozenset[str]:
    """The resource types that R4 has."""
    names = (path.name.removesuffix(".json") for path in _folder().iterdir())
    return frozenset(name for name in names if name[0].isupper())


def _folder() -> Any:
    return files("carnet.fhir") / "schema"


def _issues(resource: Any, where: str | None) -> Iterator[Issue]:
    """Schema issues of a resource and of those inside it, in their own types."""
    if not isinstance(resource, dict):
        yield Issue(where or "Resource", "Une ressource est attendue ici.")
        return
    kind = resource.get("resourceType")
    if not isinstance(kind, str) or kind not in types():
        yield Issue(f"{where or 'Resource'}.resourceType", "Ce type de ressource n'existe pas dans FHIR R4.")
        return
    validator = _compiled(kind)
    if not validator.is_valid(resource):
        yield from explain.issues(validator.iter_errors(resource), resource, where or kind)
    for inner, place in _inside(resource, where or kind):
        yield from _issues(inner, place)


def _inside(resource: Json, where: str) -> Iterator[tuple[Any, str]]:
    """Every resource inside this one, and where."""
    yield from _each(resource.get("contained"), f"{where}.contained")
    if resource["resourceType"] == "Bundle":
        for entry, place in _each(resource.get("entry"), f"{where}.entry"):
            yield from _member(entry, "resource", place)
            if isinstance(entry, dict):
                yield from _member(entry.get("response"), "outcome", f"{place}.response")
    if resource["resourceType"] == "Parameters":
        yield from _parameters(resource.get("parameter"), f"{where}.parameter")


def _parameters(parameters: Any, where: str) -> Iterator[tuple[Any, str]]:
    for parameter, place in _each(parameters, where):
        yield from _member(parameter, "resource", place)
        if isinstance(parameter, dict):
            yield from _parameters(parameter.get("part"), f"{place}.part")


def _each(values: Any, where: str) -> Iterator[tuple[Any, str]]:
    for index, value in enumerate(values if isinstance(values, list) else []):
        yield value, f"{where}[{index}]"


def _member(node: Any, name: str, where: str) -> Iterator[tuple[Any, str]]:
    if isinstance(node, dict) and name in node:
        yield node[name], f"{where}.{name}"


@cache
def _definitions() -> Json:
    return _read("datatypes")


def _read(name: str) -> Json:
    content: Json = json.loads((_folder() / f"{name}.json").read_text(encoding="utf-8"))
    return content


@cache
def _compiled(kind: str) -> jsonschema_rs.Draft7Validator:
    schema = {"$ref": f"#/definitions/{kind}", "definitions": {**_definitions(), **_read(kind)}}
    return jsonschema_rs.Draft7Validator(
        schema,
        formats={"calendar": _in_calendar, "xhtml": narrative.is_safe},
        validate_formats=True,
        keywords={name: _keyword(check) for name, check in KEYWORDS.items()},
        pattern_options=jsonschema_rs.RegexOptions(),  # the engine that cannot backtrack
    )


def _keyword(holds: Callable[[Any, Any], bool]) -> type:
    """A schema keyword out of a plain function; jsonschema-rs asks for a class."""

    class Keyword:
        def __init__(self, _parent: Json, value: Any, _path: list[str | int]) -> None:
            self.value = value

        def validate(self, instance: Any) -> None:
            if not holds(instance, self.value):
                raise ValueError

    return Keyword


def _in_calendar(text: str) -> bool:
    """The day exists. (Hours and zones are the pattern's affair.)"""
    try:
        date.fromisoformat((text + "-01-01")[:10])
    except ValueError:
        return False
    return True


def _whole(number: Any, _: Any) -> bool:
    """1.0 is not an integer in FHIR, though it is one in JSON schema."""
    return not isinstance(number, (float, Decimal))


def _in_order(period: Any, _: Any) -> bool:
    """per-1, at the precision both ends have."""
    start, end = (period.get(k) if isinstance(period, dict) else None for k in ("start", "end"))
    if not isinstance(start, str) or not isinstance(end, str):
        return True
    if min(len(start), len(end)) > 10:
        return _moment(start) <= _moment(end)
    shortest = min(len(start), len(end))
    return start[:shortest] <= end[:shortest]


def _moment(text: str) -> float:
    try:
        return datetime.fromisoformat(text.replace(":60", ":59")).timestamp()
    except (ValueError, OverflowError):
        return 0.0


def _low_to_high(span: Any, _: Any) -> bool:
    """rng-2, when both ends are in one unit."""
    if not isinstance(span, dict):
        return True
    low, high = span.get("low"), span.get("high")
    if not isinstance(low, dict) or not isinstance(high, dict) or low.get("code") != high.get("code"):
        return True
    values = low.get("value"), high.get("value")
    numbers = [v for v in values if isinstance(v, (int, float, Decimal)) and not isinstance(v, bool)]
    return len(numbers) < 2 or low.get("unit") != high.get("unit") or numbers[0] <= numbers[1]


def _single(node: Any, forms: dict[str, str]) -> bool:
    return not isinstance(node, dict) or len({forms[name] for name in node if name in forms}) <= 1


KEYWORDS: dict[str, Callable[[Any, Any], bool]] = {
    "whole": _whole,
    "period": _in_order,
    "range": _low_to_high,
    "single": _single,
}
