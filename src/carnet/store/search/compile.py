"""From the parameters of a search to clauses, and from clauses to one SQL statement. Pure: it runs nothing."""

# ruff: noqa: S608 - the SQL is put together from this package's own pieces; every value is an argument.

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import NamedTuple

from carnet.fhir import search_parameters
from carnet.fhir.errors import BadSearch
from carnet.fhir.search_parameters import Parameter
from carnet.store.search import (
    amounts_match,
    clauses,
    composites,
    params,
    references_match,
    row_clauses,
    words_match,
)
from carnet.store.search.clauses import Clause, Match, Sql, joined
from carnet.store.search.limits import Limit

TARGET_LIMIT = 10  # types that one link of a chain tries; beyond, the type must be named
DEPTH_LIMIT = 5  # links of a chain
INSIDE_LIMIT = 200  # searches inside one search: each link may try several types, and they multiply

_MATCHERS: dict[str, Callable[[Parameter, str, str], list[Match]]] = {
    "token": words_match.token,
    "string": words_match.string,
    "uri": words_match.uri,
    "date": amounts_match.date,
    "number": amounts_match.number,
    "quantity": amounts_match.quantity,
}
_ranks: dict[int, float] = {}  # of parameters, by their id, as they are asked for
_RANKS = {"reference": 2.5, "string": 3, "uri": 4, "token": 5, "quantity": 6, "number": 6, "date": 7}


MayRead = Callable[[str], bool]


def every_type(type: str) -> bool:
    """For searches of the program itself."""
    return True


@dataclass(frozen=True, slots=True)
class Scope:
    """What a search may see and on which engine it runs; passed down to the searches inside it."""

    vendor: str
    limit: Limit | None = None
    same: references_match.Same | None = None
    may_read: MayRead = every_type
    depth: int = 0
    inside: Iterator[int] = field(default_factory=count)  # counts all searches inside this one

    def deeper(self) -> Scope:
        """For the search at the end of a chain."""
        if self.depth >= DEPTH_LIMIT or next(self.inside) >= INSIDE_LIMIT:
            raise BadSearch("Cette recherche enchaîne trop de références.")
        return replace(self, depth=self.depth + 1)

    def plain(self, column: str, collation: str = "C") -> str:
        """A text column that PostgreSQL may compare with the index's own (which ignore the language)."""
        return f'{column} COLLATE "{collation}"' if self.vendor == "postgresql" else column


def clause(type: str, name: str, value: str, scope: Scope) -> Clause:
    """One parameter. Raises Invalid when it, its modifier or its value is unknown."""
    if name.startswith("_has:"):
        return _having(type, name, value, scope)
    written = params.name(name)
    if written.code in row_clauses.CODES and not written.chain:
        return row_clauses.clause(type, written.code, written.modifier, value, scope.vendor)
    parameter = search_parameters.find(type, written.code)
    if parameter is None or parameter.kind == "special" or (written.chain and parameter.kind != "reference"):
        raise params.unknown(type, name)
    if written.modifier == "missing":
        return _missing(parameter, value)
    if written.chain:
        return _chain(parameter, written, value, scope)
    if parameter.kind == "composite":
        return _composite(parameter, written.modifier, value, scope)
    return _plain(parameter, written.modifier, value, scope)


def _matches(parameter: Parameter, modifier: str, value: str, scope: Scope) -> list[Match]:
    if parameter.kind == "reference":
        return references_match.reference(parameter, modifier, value, scope.same)
    return _MATCHERS[parameter.kind](parameter, modifier, value)


def _plain(parameter: Parameter, modifier: str, value: str, scope: Scope) -> Clause:
    parts = params.values(parameter.code, value)
    if modifier == "identifier" and parameter.only:
        return _identified(parameter, parts)
    found = [match for part in parts for match in _matches(parameter, modifier, part, scope)]
    if modifier == "not":
        return clauses.lacking(found)
    return clauses.having(found, _rank(parameter, value), typed=parameter.type != search_parameters.ANY_TYPE)


def _identified(parameter: Parameter, parts: Sequence[str]) -> Clause:
    """The identifier of a reference, where the rows also hold references to other types."""
    here = composites.Part(words_match.present(parameter), False)
    found = [composites.Part(words_match.identifier(parameter, part), False) for part in parts]
    return composites.clause([[part, here] for part in found])


def _rank(parameter: Parameter, value: str) -> float:
    rank = _ranks.get(parameter.id)
    if rank is None:
        rank = _ranks[parameter.id] = _rank_of(parameter)
    if parameter.kind == "date" and value[:2] in ("lt", "le", "eb", "ne"):
        return 8
    return rank


def _rank_of(parameter: Parameter) -> float:
    types = {path.type for path in parameter.paths}
    if types & {"Identifier", "ContactPoint"}:
        return 1
    if types <= {"code", "boolean", "happened"}:
        return 8  # a status or a sex: few different values
    if parameter.kind == "reference" and parameter.code in ("patient", "subject"):
        return 2  # one of thousands; a practitioner or an organisation is one of few
    return _RANKS[parameter.kind]


def _missing(parameter: Parameter, value: str) -> Clause:
    if value not in ("true", "false") or parameter.kind == "composite":
        raise params.bad(parameter.code)
    present = words_match.present(parameter)
    typed = parameter.type != search_parameters.ANY_TYPE
    return clauses.lacking(present) if value == "true" else clauses.having(present, 8, typed=typed)


def _composite(parameter: Parameter, modifier: str, value: str, scope: Scope) -> Clause:
    if modifier:
        raise params.bad_modifier(parameter.code, modifier)
    parts = [search_parameters.of(parameter.type)[component.code] for component in parameter.components]
    alternatives = []
    for alternative in params.values(parameter.code, value):
        cells = params.cut(alternative, "$")
        if len(cells) != len(parts):
            raise params.bad(parameter.code)
        matches = [_matches(part, "", cell, scope) for part, cell in zip(parts, cells, strict=True)]
        alternatives.append(
            [composites.Part(m, c.once) for m, c in zip(matches, parameter.components, strict=True)]
        )
    return composites.clause(alternatives)


def _chain(parameter: Parameter, written: params.Name, value: str, scope: Scope) -> Clause:
    """`subject:Patient.name=…`: the resources found by the rest of the name, then the references to them."""
    onward = params.name(written.chain).code
    types = [written.modifier] if written.modifier else sorted(_targets(parameter))
    if written.modifier and not parameter.may_target(written.modifier):
        raise params.bad_modifier(parameter.code, written.modifier)
    types = [type for type in types if scope.may_read(type)]
    known = [t for t in types if onward.startswith("_") or search_parameters.find(t, onward)]
    if not known or len(known) > TARGET_LIMIT:
        raise params.unknown(written.modifier or _type_names(types), onward)
    found: list[Match] = []
    for target in known:
        keys = keys_of(target, [(written.chain, value)], scope.deeper())
        ids = Sql(
            f"SELECT {scope.plain('r.fhir_id')} FROM store_resource r WHERE r.id IN ({keys.text})", keys.args
        )
        found += references_match.to_any(parameter, target, ids)
    return clauses.having(found, 3)


def _type_names(types: Sequence[str]) -> str:
    """A few types in a sentence."""
    return " | ".join(types[:5]) + (" | …" if len(types) > 5 else "")


def _targets(parameter: Parameter) -> frozenset[str]:
    return search_parameters.types() if "*" in parameter.targets else parameter.targets


def _having(type: str, name: str, value: str, scope: Scope) -> Clause:
    """`_has:Observation:patient:code=…`: the resources that such a resource refers to."""
    parts = name.split(":", 3)
    parameter = search_parameters.find(parts[1], parts[2]) if len(parts) == 4 else None
    if parameter is None or parameter.kind != "reference" or not parameter.may_target(type):
        raise params.unknown(type, name)
    if not scope.may_read(parts[1]):
        raise params.unknown(type, name)
    keys = keys_of(parts[1], [(parts[3], value)], scope.deeper())
    where, args = references_match.of_types(parameter, type)
    here = Match("reference", where, args).on("x", indexed=False).text
    pointed = Sql(
        f"SELECT x.target FROM ({keys.text}) k JOIN store_reference x ON {clauses.beside('x', 'k.id')} AND {here}",
        (*keys.args, *args),
    )
    return clauses.within(_rows_with_ids(type, pointed, scope), 3)


def _rows_with_ids(type: str, ids: Sql, scope: Scope) -> Sql:
    column = scope.plain("r.fhir_id", "default")
    wanted = references_match.same_as_any(ids) if type == references_match.PATIENT else ids
    return Sql(
        f"SELECT r.id AS id FROM store_resource r WHERE r.type = %s AND {column} IN ({wanted.text})",
        (type, *wanted.args),
    )


def keys_of(type: str, asked: Sequence[tuple[str, str]], scope: Scope) -> Sql:
    """The keys (a column called id) of the resources that match all of what is asked, in no order."""
    source = candidates((type,), [clause(type, name, value, scope) for name, value in asked], scope.limit)
    return Sql(f"SELECT {source.row} AS id FROM {source.sql.text}", source.sql.args)


class Source(NamedTuple):
    """`FROM …` without its first word; `row` is the key of a candidate in it, `has_row` whether `r` is its row,
    `many` whether one candidate may come several times."""

    sql: Sql
    row: str
    has_row: bool
    many: bool = False


def candidates(
    types: Sequence[str],
    asked: Sequence[Clause],
    limit: Limit | None = None,
    *,
    need_row: bool = False,
    include_deleted: bool = False,
) -> Source:
    """Where to look and what to test; no types stand for all. Index rows exist only of resources that are not deleted,
    so that a search that starts from them needs the resource's own row (large, and encrypted) only for what it shows."""
    started = [c for c in asked if c.start] if not (limit and limit.small) else []
    first = min(started, key=lambda c: c.rank, default=None)
    others = sorted((c for c in asked if c is not first or c.needs_row), key=lambda c: c.rank)
    need_row = need_row or limit is not None or include_deleted or any(c.needs_row for c in asked)
    if first and first.start and first.typed and not need_row:
        return _from_index(first, first.start, others)
    tests = [_of_types(types)] if types else []
    tests += [] if include_deleted else [Sql("NOT r.deleted")]
    if limit:
        tests.append(limit.on("r"))
    if first and first.start:
        tests.append(Sql(f"r.id IN ({first.start.text})", first.start.args))
    tests += [_on(c.test, "r.id", "r") for c in others]
    return Source(_where(Sql("store_resource r"), tests), "r.id", True)


def _from_index(first: Clause, start: Sql, others: Sequence[Clause]) -> Source:
    row = "s.resource" if first.rows else "c.id"
    tests = [_on(c.test, row, "r") for c in others]
    if first.rows:
        return Source(joined([first.rows, *tests], " AND "), row, False, many=True)
    source = Sql(f"(SELECT DISTINCT s.id FROM ({start.text}) s) c", start.args)
    return Source(_where(source, tests), row, False)


def _of_types(types: Sequence[str]) -> Sql:
    if len(types) == 1:
        return Sql("r.type = %s", (types[0],))
    return Sql(f"r.type IN ({', '.join(['%s'] * len(types))})", tuple(types))


def _on(test: Sql, row: str, r: str) -> Sql:
    return Sql(test.text.replace("{row}", row).replace("{r}", r), test.args)


def _where(source: Sql, tests: list[Sql]) -> Sql:
    return joined([source, joined(tests or [Sql("1 = 1")], " AND ")], " WHERE ")
