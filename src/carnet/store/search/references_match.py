"""Conditions for references: to a resource as written, and to a set of resources found by a chain.

Merged patients: a reference to any of a person's ids answers for all of them; the rows themselves never change."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from carnet.fhir.references import ONE
from carnet.fhir.search_parameters import Parameter
from carnet.store.search import keys
from carnet.store.search.clauses import Match, Sql
from carnet.store.search.params import bad, bad_modifier, plain
from carnet.store.search.words_match import identifier, parameter_is

_LOCAL = re.compile(rf"(?:([A-Z][A-Za-z]+)/)?({ONE})(?:/_history/({ONE}))?")
PATIENT = "Patient"

# Every id that the aliases join to those asked for, through merges of merges.
_SAME = (
    "WITH RECURSIVE found(id) AS ({ids}), same(id) AS (SELECT id FROM found"
    " UNION SELECT CASE WHEN a.old_id = same.id THEN a.new_id ELSE a.old_id END"
    " FROM same JOIN store_alias a ON a.old_id = same.id OR a.new_id = same.id) SELECT id FROM same"
)
# One id and its aliases, for PostgreSQL: as an array it plans for few values, and looks them up in the index.
_SAME_AS = "= ANY(ARRAY(" + _SAME.replace("{ids}", 'SELECT CAST(%s AS text) COLLATE "C"') + "))"
Same = Callable[[str], Sequence[str]]  # all ids of the patient with this id, itself included


def same_as_any(ids: Sql) -> Sql:
    """All ids of the patients who have one of these ids."""
    return Sql(_SAME.replace("{ids}", ids.text), ids.args)


def reference(parameter: Parameter, modifier: str, value: str, same: Same | None) -> list[Match]:
    """`Type/id`, `id`, `Type/id/_history/2`, a URL or canonical `url|version`; :identifier; :Type before a bare id. A
    patient's other ids come from `same`, or are looked up inside the statement when there is none."""
    if modifier == "identifier":
        return identifier(parameter, value)
    if modifier and not parameter.may_target(modifier):
        raise bad_modifier(parameter.code, modifier)
    written = plain(value)
    found = _LOCAL.fullmatch(written)
    if not found:
        return [_elsewhere(parameter, written)]
    type, id, version = found[1] or modifier, found[2], found[3]
    if modifier and type != modifier:
        raise bad(parameter.code)
    where, args = of_types(parameter, type or "")
    if version:
        where, args = where + " AND {x}.version = %s", (*args, version)
    if type != PATIENT and (type or not parameter.may_target(PATIENT)):
        return [_to(where, args, [id])]
    if same is None:
        return [Match("reference", f"{where} AND {{x}}.target {_SAME_AS}", (*args, id))]
    return [_to(where, args, same(id))]


def _to(where: str, args: tuple[object, ...], ids: Sequence[str]) -> Match:
    if len(ids) > 1:
        marks = ", ".join(["%s"] * len(ids))
        return Match("reference", f"{where} AND {{x}}.target IN ({marks})", (*args, *ids))
    whole = where.startswith("{p} = %s AND {x}.type = %s") and "version" not in where
    return Match("reference", f"{where} AND {{x}}.target = %s", (*args, *ids), whole)


def of_types(parameter: Parameter, type: str) -> tuple[str, tuple[object, ...]]:
    """The condition on parameter and type of the reference; on none of its types, nothing matches."""
    where, args = parameter_is(parameter)
    types = [type] if type else sorted(parameter.only)
    if type and parameter.only and type not in parameter.only:
        return where + " AND 1 = 0", args
    if not types:
        return where, args
    if len(types) == 1:
        return where + " AND {x}.type = %s", (*args, types[0])
    return where + f" AND {{x}}.type IN ({', '.join(['%s'] * len(types))})", (*args, *types)


def _elsewhere(parameter: Parameter, written: str) -> Match:
    if ":" not in written and "/" not in written:
        raise bad(parameter.code)
    url, _, version = written.partition("|")
    where, args = parameter_is(parameter)
    where, args = where + " AND {x}.target = %s", (*args, keys.clip(url.partition("/_history/")[0]))
    return Match("reference", where + " AND {x}.version = %s", (*args, version)) if version else Match("reference", where, args)  # fmt: skip


def to_any(parameter: Parameter, type: str, ids: Sql) -> list[Match]:
    """A reference to one of the resources of `type` whose ids `ids` selects."""
    where, args = of_types(parameter, type)
    targets = same_as_any(ids) if type == PATIENT else ids
    return [Match("reference", f"{where} AND {{x}}.target IN ({targets.text})", (*args, *targets.args))]
