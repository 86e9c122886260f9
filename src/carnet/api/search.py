"""Searches: of a type, across types, in a patient's compartment; whole records; latest results."""

from __future__ import annotations

import json
from dataclasses import replace

from carnet.api import exchange, searchset, subset
from carnet.api.exchange import Answer, Asked
from carnet.api.refusals import Asks
from carnet.fhir import search_parameters
from carnet.fhir.errors import NotFound
from carnet.record import gate, seal
from carnet.record.finding import Found, Whole

Query = list[tuple[str, str]]
_SEALED = "s."  # begins a page whose criteria stand in it, unreadable
_OF_RECORD = ("_count", "_page", "_since", "_type")


def by_type(asked: Asked) -> Answer:
    """GET Type?…, POST Type/_search."""
    return _search(asked, asked.path[0], None)


def across_types(asked: Asked) -> Answer:
    """GET ?_type=…, POST _search."""
    return _search(asked, "", None)


def in_compartment(asked: Asked) -> Answer:
    """GET Patient/id/Type?…, Patient/id/*?…"""
    _, patient, type_ = asked.path[:3]
    return _search(asked, "" if type_ == "*" else type_, patient)


def _search(asked: Asked, type: str, within: str | None) -> Answer:
    query = _query(asked)
    part = subset.read(query)
    found = gate.find(
        by=asked.by,
        at=asked.at,
        type=type,
        params=_params(query, type, asked.base, part),
        within=within,
        lenient=asked.prefers("handling") == "lenient",
    )
    return _told(asked, found, part, [pair for pair in query if pair[0] in subset.NAMES])


def _query(asked: Asked) -> Query:
    """The parameters of the address and of the form, or those that a sealed page stands for. Raises Asks, BadSearch."""
    if len(asked.query) == 1 and asked.query[0][0] == "_page" and asked.query[0][1].startswith(_SEALED):
        return [
            (name, value) for name, value in json.loads(seal.opened(asked.query[0][1].removeprefix(_SEALED)))
        ]
    if asked.method != "POST" or asked.path[-1:] != ("_search",):
        return asked.query
    try:
        return [*asked.query, *exchange.pairs(asked.body.decode("utf-8"))]
    except UnicodeDecodeError as error:
        raise Asks("Le formulaire de cette recherche est illisible.", "http.query") from error


def _params(query: Query, type: str, base: str, part: subset.Subset) -> Query:
    """What is for the store: without what only the answer needs, without our own address before references."""
    found = [(name, _local(type, name, value, base)) for name, value in query if name not in subset.NAMES]
    return [*found, ("_count", "0")] if part.summary == "count" else found


def _local(type: str, name: str, value: str, base: str) -> str:
    if base not in value:
        return value
    parameter = search_parameters.find(type, name.partition(":")[0])
    if parameter is None or parameter.kind not in ("reference", "composite"):
        return value
    return value.replace(f"{base}/", "")


def _told(asked: Asked, found: Found, part: subset.Subset, more: Query) -> Answer:
    path = "/".join((asked.base, *(name for name in asked.path if name != "_search")))
    understood = [*found.understood, *more]
    if part.summary == "count":
        understood.remove(("_count", "0"))
    links = {"self": searchset.address(path, understood)}
    if found.next is not None:
        links["next"] = searchset.address(path, _next(asked, [*understood, ("_page", found.next)]))
    return searchset.bundle(links, _entries(asked, found, part), found.total)


def _next(asked: Asked, query: Query) -> Query:
    """What was asked by POST, so that no name stands in an address, does not come back in one."""
    was_sealed = asked.query[:1] and asked.query[0][1].startswith(_SEALED)
    if asked.method != "POST" and not was_sealed:
        return query
    return [("_page", _SEALED + seal.closed(json.dumps(query)))]


def _entries(asked: Asked, found: Found, part: subset.Subset) -> list[bytes]:
    listed = searchset.entries(asked.base, found.rows, part, "match")
    if found.included:
        listed += searchset.entries(asked.base, found.included, part, "include")
    if found.ignored:
        listed.append(searchset.ignored(found.ignored))
    return listed


def everything(asked: Asked) -> Answer:
    """GET or POST Patient/id/$everything: the record whole, or in pages of `_count`."""
    query = _parameters(asked)
    part, names = subset.read(query), {*_OF_RECORD, *subset.NAMES}
    unknown = [name for name, _ in query if name not in names]
    if unknown and asked.prefers("handling") != "lenient":
        raise Asks("« {name} » n'est pas connu ici.", f"http.{unknown[0][:80]}", name=unknown[0][:80])
    given = {name: value for name, value in query if name in names}
    whole = Whole(*(given.get(name) for name in ("_type", "_since", "_count", "_page")))
    found = gate.everything(by=asked.by, at=asked.at, patient=asked.path[1], asked=whole)
    understood = [(name, value) for name, value in query if name in names and name != "_page"]
    return _told(asked, replace(found, understood=understood, ignored=unknown), part, [])


def last(asked: Asked) -> Answer:
    """GET or POST Observation/$lastn: the latest of each code, `max` of them."""
    query = _parameters(asked)
    part = subset.read(query)
    most = next((value for name, value in query if name == "max"), "1")
    if not (most.isascii() and most.isdigit() and len(most) < 4):
        raise Asks("« max » est un nombre.", "http.max")
    if asked.path[-2] != "Observation":
        raise NotFound("Cette adresse n'existe pas.")
    within = asked.path[1] if asked.path[0] == "Patient" else None
    params = [pair for pair in _params(query, "Observation", asked.base, part) if pair[0] != "max"]
    found = gate.latest(by=asked.by, at=asked.at, params=params, most=int(most), within=within)
    return _told(asked, replace(found, understood=query), part, [])


def _parameters(asked: Asked) -> Query:
    """What an operation is given: in its address, or in a Parameters resource. Raises Asks, Malformed."""
    if not asked.body:
        return asked.query
    body = asked.json()
    listed = body.get("parameter", []) if isinstance(body, dict) else None
    if not isinstance(listed, list) or body.get("resourceType") != "Parameters":
        raise Asks("Cette opération attend une ressource Parameters.", "Parameters")
    return [*asked.query, *(_parameter(one) for one in listed)]


def _parameter(one: object) -> tuple[str, str]:
    values = [value for key, value in one.items() if key.startswith("value")] if isinstance(one, dict) else []
    if len(values) != 1 or not isinstance(values[0], str | int) or not isinstance(one["name"], str):  # type: ignore[index]
        raise Asks("Un paramètre de cette opération n'a pas une valeur simple.", "Parameters.parameter")
    return one["name"], str(values[0])  # type: ignore[index]
