"""What a page of a search brings along: the resources that its own refer to, and those that refer to them. One
statement for each level, whatever the number of resources."""

# ruff: noqa: S608 - the SQL is put together from this package's own pieces; every value is an argument.

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from django.db import connection

from carnet.fhir import search_parameters
from carnet.fhir.errors import BadSearch
from carnet.fhir.search_parameters import Parameter
from carnet.store.resource import Row, row
from carnet.store.search import pages
from carnet.store.search.asked import Include
from carnet.store.search.clauses import Sql, beside, joined
from carnet.store.search.compile import MayRead
from carnet.store.search.limits import Limit
from carnet.store.search.plan import SHOWN
from carnet.store.search.references_match import PATIENT, same_as_any

MOST = 5000  # resources that one page may bring along
_BODY = Row._fields.index("body")
LEVELS = 8
_KEYS = {"sqlite": "SELECT value AS id FROM json_each(%s)", "postgresql": "SELECT unnest(%s::bigint[]) AS id"}
_IDS = {
    "sqlite": "SELECT value AS id FROM json_each(%s)",
    "postgresql": 'SELECT unnest(%s::text[]) COLLATE "C" AS id',
}


def included(
    rows: Sequence[Row], asked: Sequence[Include], limit: Limit | None, may_read: MayRead
) -> list[Row]:
    """Each once, without the rows themselves, level by level. Only what `limit` and `may_read` allow."""
    known, found, level = {one.pk for one in rows}, list[Row](), list(rows)
    active = [include for include in asked if include.source == "*" or may_read(include.source)]
    for _ in range(LEVELS):
        more = [one for one in _level(level, active, limit) if one.pk not in known and may_read(one.type)]
        known |= {one.pk for one in more}
        found += more
        if len(found) > MOST:
            raise BadSearch(
                "Cette recherche rapporterait trop de ressources liées. Demandez des pages plus petites."
            )
        level, active = more, [include for include in active if include.again]
        if not level or not active:
            break
    return found


def around(rows: Sequence[Row], types: Sequence[str]) -> list[Row]:
    """The resources of these types that the rows refer to, and that are not a patient's own."""
    if not rows or not types:
        return []
    listed, marks = _list(_KEYS, [one.pk for one in rows]), ", ".join(["%s"] * len(types))
    among = (
        f"SELECT t.id FROM (SELECT DISTINCT x.type, x.target FROM ({listed.text}) k JOIN store_reference x"
        f" ON {beside('x', 'k.id')} WHERE x.type IN ({marks})) f"
        " JOIN store_resource t ON t.type = f.type AND t.fhir_id = f.target"
    )
    known = {one.pk for one in rows}
    with connection.cursor() as cursor:
        text = f"SELECT {SHOWN} FROM store_resource r WHERE NOT r.deleted AND r.subject IS NULL AND r.id IN ({among})"
        cursor.execute(f"{text} ORDER BY r.id LIMIT {MOST}", (*listed.args, *types))
        return [found for found in (row(values) for values in cursor.fetchall()) if found.pk not in known]


def _level(rows: Sequence[Row], asked: Sequence[Include], limit: Limit | None) -> list[Row]:
    keys = [sql for include in asked for sql in _keys(include, rows)]
    if not keys:
        return []
    tests = [Sql("NOT r.deleted"), *([limit.on("r")] if limit else [])]
    among = joined(keys, " UNION ")
    where = joined([Sql(f"r.id IN ({among.text})", among.args), *tests], " AND ")
    with connection.cursor() as cursor:
        text = f"SELECT {SHOWN} FROM store_resource r WHERE {where.text} ORDER BY r.id LIMIT {MOST + 1}"
        cursor.execute(text, where.args)
        return [row(values) for values in pages.all_of(cursor, MOST, _BODY)]


def _keys(include: Include, rows: Sequence[Row]) -> Iterable[Sql]:
    return _pointing(include, rows) if include.back else _pointed(include, rows)


def _list(kinds: dict[str, str], values: list[int] | list[str]) -> Sql:
    """A list as one argument, so that the statement is the same for any number of them."""
    sqlite = connection.vendor == "sqlite"
    return Sql(kinds[connection.vendor], (json.dumps(values) if sqlite else values,))


def _pointed(include: Include, rows: Sequence[Row]) -> Iterable[Sql]:
    """The keys of what the rows refer to."""
    keys = [one.pk for one in rows if include.source in ("*", one.type)]
    parts = _conditions(include)
    if not keys or not parts:
        return
    listed, any_of = _list(_KEYS, keys), joined(parts, ") OR (")
    yield Sql(
        f"SELECT t.id AS id FROM ({listed.text}) k JOIN store_reference x ON {beside('x', 'k.id')}"
        f" JOIN store_resource t ON t.type = x.type AND t.fhir_id = x.target WHERE (({any_of.text}))",
        (*listed.args, *any_of.args),
    )


def _conditions(include: Include) -> list[Sql]:
    """The conditions on reference rows `x` of what may be included forwards."""
    if include.code == "*":
        return [Sql("x.type = %s", (include.target,)) if include.target else Sql("1 = 1")]
    parameter = search_parameters.find(include.source, include.code)
    return [_of(parameter, include.target, sign="+")] if parameter else []


def _of(parameter: Parameter, target: str, *, sign: str = "") -> Sql:
    if connection.vendor != "sqlite":
        sign = ""
    ids = ", ".join(str(id) for id in parameter.reads)
    types = sorted(parameter.only & {target}) if target and parameter.only else [target] if target else sorted(parameter.only)  # fmt: skip
    if target and not types:
        return Sql("1 = 0")
    tail = f" AND x.type IN ({', '.join(['%s'] * len(types))})" if types else ""
    return Sql(f"{sign}x.param IN ({ids}){tail}", tuple(types))


def _pointing(include: Include, rows: Sequence[Row]) -> Iterable[Sql]:
    """The keys of what refers to the rows; to a merged patient under any of the ids."""
    parameters = [p for code, p in search_parameters.of(include.source).items() if p.kind == "reference"]
    wanted = [p for p in parameters if include.code in ("*", p.code)]
    for type in dict.fromkeys(one.type for one in rows if include.target in ("", one.type)):
        ids = _list(_IDS, [one.id for one in rows if one.type == type])
        ids = same_as_any(ids) if type == PATIENT else ids
        for condition in [_of(p, type) for p in wanted if p.may_target(type)]:
            yield Sql(
                f"SELECT x.resource AS id FROM store_reference x WHERE {condition.text} AND x.target IN ({ids.text})",
                (*condition.args, *ids.args),
            )
