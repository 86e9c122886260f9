"""Reads the parameters of a search: those about its result set apart from those about the resources. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from carnet.fhir import search_parameters
from carnet.fhir.errors import BadSearch
from carnet.store.search import params

COUNT, COUNT_LIMIT, CRITERIA_LIMIT, INCLUDE_LIMIT = 50, 1000, 40, 20
_TOTALS = {
    "none": False,
    "accurate": True,
    "estimate": True,
    "count": True,
}  # `count`: as Aidbox's clients say it
_INCLUDES = {"_include": False, "_revinclude": True}  # whether it goes backwards
_TYPE_LIMIT = 150


@dataclass(frozen=True, slots=True)
class Include:
    """One `_include` or `_revinclude` (`back`): the references of `source` under `code` (`*` for any), only those to
    `target` if it is given; `again`: also of what was included."""

    source: str
    code: str
    target: str
    back: bool
    again: bool


@dataclass(slots=True)
class Asked:
    """A search as read; `understood` is what of the writing was."""

    criteria: list[tuple[str, str]] = field(default_factory=list)
    sort: str = ""
    count: int = COUNT
    page: str = ""
    total: bool = False
    includes: list[Include] = field(default_factory=list)
    types: tuple[str, ...] = ()
    understood: list[tuple[str, str]] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)

    @property
    def question(self) -> str:
        """What a page token is good for."""
        return repr((self.criteria, self.sort, self.types))


def read(written: Sequence[tuple[str, str]]) -> Asked:
    """Sort the parameters. Raises BadSearch on a value that one about the result set cannot have."""
    asked = Asked()
    for name, value in written:
        params.check_text(name, name + value)
        if name[:1] != "_" or not _of_results(asked, name, value):
            asked.criteria.append((name, value))
        if name != "_page":
            asked.understood.append((name, value))
    if len(asked.criteria) > CRITERIA_LIMIT or len(asked.includes) > INCLUDE_LIMIT:
        raise BadSearch("Cette recherche a trop de critères.")
    return asked


def _of_results(asked: Asked, name: str, value: str) -> bool:
    """Whether this parameter is about the result set, and if so what it says."""
    head, _, modifier = name.partition(":")
    if head in _INCLUDES:
        asked.includes.append(_include(name, modifier, value, back=_INCLUDES[head]))
    elif name == "_sort":
        asked.sort = f"{asked.sort},{value}" if asked.sort else value
    elif name == "_count":
        asked.count = _count(value)
        asked.total = asked.total or asked.count == 0
    elif name == "_page":
        asked.page = value
    elif name in ("_total", "_totalMethod"):
        asked.total = _wants_total(name, value) or asked.total
    elif name == "_type":
        asked.types = _types(value)
    else:
        return False
    return True


def _count(value: str) -> int:
    if not value.isascii() or not value.isdigit():
        raise params.bad("_count")
    return min(int(value[:9]), COUNT_LIMIT)


def _wants_total(name: str, value: str) -> bool:
    if value not in _TOTALS:
        raise params.bad(name)
    return _TOTALS[value]


def _types(value: str) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(value.split(",")))
    if len(found) > _TYPE_LIMIT or not all(search_parameters.is_type(type) for type in found):
        raise params.bad("_type")
    return found


def _include(name: str, modifier: str, value: str, *, back: bool) -> Include:
    """`Type:code`, `Type:code:Target`, `Type:*`, and of `_include` `*`. Raises BadSearch."""
    if modifier not in ("", "iterate", "recurse"):
        raise params.bad_modifier(name.partition(":")[0], modifier)
    source, code, target = [*value.split(":", 2), "", ""][:3]
    if value == "*" and not back:
        source, code = "*", "*"
    elif code != "*":
        parameter = search_parameters.find(source, code) if search_parameters.is_type(source) else None
        if (
            parameter is None
            or parameter.kind != "reference"
            or (target and not parameter.may_target(target))
        ):
            raise params.bad(name)
    if not (search_parameters.is_type(source) or code == source == "*"):
        raise params.bad(name)
    return Include(source, code, target, back, bool(modifier))
