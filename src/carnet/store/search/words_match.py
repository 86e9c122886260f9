"""Conditions for parameters that compare words: token, string, uri. One function per kind of value."""

from __future__ import annotations

from typing import NamedTuple

from carnet.fhir.search_parameters import Parameter
from carnet.store.search import keys
from carnet.store.search.clauses import Match
from carnet.store.search.params import bad, bad_modifier, cut, plain

LAST = "\U0010ffff"  # sorts after every character
_IMPLIED_TYPES = {"code", "boolean", "happened"}


class Facts(NamedTuple):
    """What the matching of words asks of a parameter each time: whether all, some or none of its values have a system
    that FHIR fixes; whether it holds telephone numbers and the like."""

    implied: str
    contact: bool


_facts: dict[int, Facts] = {}


def facts(parameter: Parameter) -> Facts:
    """The same for the same parameter, looked up once."""
    found = _facts.get(parameter.id)
    if found is None:
        types = {path.type for path in parameter.paths}
        implied = "all" if types <= _IMPLIED_TYPES else "some" if types & _IMPLIED_TYPES else "none"
        found = _facts[parameter.id] = Facts(implied, "ContactPoint" in types)
    return found


def parameter_is(parameter: Parameter, sign: int = 1) -> tuple[str, tuple[object, ...]]:
    """The condition on the parameter id, for the rows that answer for this parameter."""
    ids: tuple[object, ...] = tuple(sign * id for id in parameter.reads)
    if len(ids) == 1:
        return "{p} = %s", ids
    return f"{{p}} IN ({', '.join(['%s'] * len(ids))})", ids


def present(parameter: Parameter) -> list[Match]:
    """That the parameter has any value at all."""
    where, ids = parameter_is(parameter)
    if parameter.only:
        where += f" AND {{x}}.type IN ({', '.join(['%s'] * len(parameter.only))})"
    table = "token" if parameter.kind == "token" else parameter.kind
    return [Match(table, where, (*ids, *sorted(parameter.only)))]


def like(text: str) -> str:
    """The text for LIKE … ESCAPE '!'."""
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")


def token(parameter: Parameter, modifier: str, value: str) -> list[Match]:
    """`code`, `system|code`, `|code`, `system|`; :text on the display; :of-type with `system|code|value`."""
    if modifier == "text":
        return [_shown(parameter, plain(value))]
    if modifier == "of-type":
        return [_of_type(parameter, value)]
    if modifier not in ("", "not"):
        raise bad_modifier(parameter.code, modifier)
    where, args = parameter_is(parameter)
    one = len(args) == 1
    parts = [plain(part) for part in cut(value, "|")]
    if len(parts) > 2 or not any(parts):
        raise bad(parameter.code)
    code, systems = parts[-1], _systems(parameter, parts)
    if code:
        where, args = where + " AND {x}.code = %s", (*args, _code(parameter, code))
    if systems:
        marks = "= %s" if len(systems) == 1 else "IN (%s, %s)"
        where, args = f"{where} AND {{x}}.system {marks}", (*args, *systems)
    return [Match("token", where, args, whole=one and bool(code) and len(systems) == 1)]


def _code(parameter: Parameter, written: str) -> str:
    return keys.contact(written) if facts(parameter).contact else keys.clip(written)


def _systems(parameter: Parameter, parts: list[str]) -> list[int]:
    """The systems that the value allows, as the index has them; none for any. Of codes FHIR itself fixes it."""
    implied = facts(parameter).implied
    if len(parts) == 1:
        return [keys.IMPLIED] if implied == "all" else []
    if not parts[0] or implied == "none":
        return [keys.system(parts[0])]
    return [keys.IMPLIED] if implied == "all" else [keys.system(parts[0]), keys.IMPLIED]


def _shown(parameter: Parameter, text: str) -> Match:
    where, args = parameter_is(parameter)
    folded = keys.folded(text)
    if not folded:
        raise bad(parameter.code)
    start = like(folded) + "%"
    return Match("token", where + " AND ({x}.text LIKE %s ESCAPE '!' OR {x}.text LIKE %s ESCAPE '!')", (*args, start, "% " + start))  # fmt: skip


def _of_type(parameter: Parameter, value: str) -> Match:
    parts = [plain(part) for part in cut(value, "|")]
    if len(parts) != 3 or not all(parts) or not any(path.type == "Identifier" for path in parameter.paths):
        raise bad(parameter.code)
    where, args = parameter_is(parameter, -1)
    where += " AND {x}.code = %s AND {x}.system = %s"
    return Match("token", where, (*args, keys.clip(f"{parts[1]}|{parts[2]}"), keys.system(parts[0])))


def identifier(parameter: Parameter, value: str) -> list[Match]:
    """The identifier of a reference, which is indexed among the tokens under the reference's own id."""
    where, args = parameter_is(parameter)
    *system, code = [plain(part) for part in cut(value, "|")]
    if len(system) > 1 or not (code or any(system)):
        raise bad(parameter.code)
    if code:
        where, args = where + " AND {x}.code = %s", (*args, keys.clip(code))
    if system:
        where, args = where + " AND {x}.system = %s", (*args, keys.system(system[0]))
    return [Match("token", where, args)]


def string(parameter: Parameter, modifier: str, value: str) -> list[Match]:
    """The beginning, whatever the case and accents; :contains anywhere; :exact as written."""
    written = plain(value)
    folded = keys.folded(written)
    where, args = parameter_is(parameter)
    if modifier == "exact":
        return [Match("string", where + " AND {x}.folded = %s AND {x}.exact = %s", (*args, folded, written))]
    if not folded:
        raise bad(parameter.code)
    if modifier == "contains":
        return [Match("string", where + " AND {x}.folded LIKE %s ESCAPE '!'", (*args, f"%{like(folded)}%"))]
    if modifier:
        raise bad_modifier(parameter.code, modifier)
    return [
        Match("string", where + " AND {x}.folded >= %s AND {x}.folded < %s", (*args, folded, folded + LAST))
    ]


def uri(parameter: Parameter, modifier: str, value: str) -> list[Match]:
    """The same URI; :below those that begin with it; :above those that it begins with."""
    written = keys.clip(plain(value))
    where, args = parameter_is(parameter)
    if modifier == "above":
        parts = written.split("/")
        heads = ["/".join(parts[:n]) for n in range(1, len(parts) + 1)]
        marks = ", ".join(["%s"] * len(heads))
        return [Match("uri", where + f" AND {{x}}.value IN ({marks})", (*args, *heads))]
    if modifier not in ("", "below"):
        raise bad_modifier(parameter.code, modifier)
    found = [Match("uri", where + " AND {x}.value = %s", (*args, written))]
    canonical = any(path.type == "canonical" for path in parameter.paths)
    for mark in ["/"] * (modifier == "below") + ["|"] * canonical:
        head = written + mark
        found.append(
            Match("uri", where + " AND {x}.value >= %s AND {x}.value < %s", (*args, head, head + LAST))
        )
    return found
