"""What the door answers: method and shape of the address, and the function that handles it. The CapabilityStatement is
told from this table; nothing else decides what exists."""

from __future__ import annotations

from carnet.api import bundle, capability, history, openapi, outcome, read, search, validate, write
from carnet.api.exchange import Answer, Asked, Handler
from carnet.api.refusals import NoMethod
from carnet.fhir.errors import NotFound
from carnet.record.validate import types


def _bundle(asked: Asked) -> Answer:
    return bundle.process(asked, answered)


def _metadata(asked: Asked) -> Answer:
    return capability.statement(asked, TABLE)


def _openapi(asked: Asked) -> Answer:
    return openapi.document(asked, TABLE)


# Shapes: `type`, `id` and `version` stand for any; what FHIR or Carnet names itself stands as it is. The name of a type
# in place of `type` goes before it.
TABLE: dict[str, dict[str, Handler]] = {
    "": {"GET": search.across_types, "POST": _bundle},
    "metadata": {"GET": _metadata},
    "openapi.json": {"GET": _openapi},
    "_search": {"POST": search.across_types},
    "_history": {"GET": history.of_all},
    "type": {
        "GET": search.by_type,
        "POST": write.create,
        "PUT": write.update_matching,
        "PATCH": write.patch_matching,
        "DELETE": write.delete_matching,
    },
    "type/_search": {"POST": search.by_type},
    "type/_history": {"GET": history.of_type},
    "type/$validate": {"POST": validate.validate},
    "type/id": {"GET": read.current, "PUT": write.update, "PATCH": write.patch, "DELETE": write.delete},
    "type/id/_history": {"GET": history.of_one},
    "type/id/_history/version": {"GET": read.version},
    "type/id/$validate": {"POST": validate.validate},
    "Patient/id/type": {"GET": search.in_compartment},
    "Patient/id/*": {"GET": search.in_compartment},
    "Patient/id/type/_search": {"POST": search.in_compartment},
    "Patient/id/type/$lastn": {"GET": search.last, "POST": search.last},
    "Patient/id/$everything": {"GET": search.everything, "POST": search.everything},
    "Observation/$lastn": {"GET": search.last, "POST": search.last},
}
# What answers without a token: facts about the program only.
OPEN_TO_ALL = frozenset({"metadata", "openapi.json"})
_NAMES = ("type", "id", "type", "version")  # what stands at each place of an address


def answered(asked: Asked) -> Answer:
    """The answer to one request; refusals and failures are answers too."""
    try:
        return handler(asked.method, asked.path)(asked)
    except Exception as error:
        return outcome.of(error, where(asked.path))


def handler(method: str, path: tuple[str, ...]) -> Handler:
    """The function for this address. Raises NotFound, NoMethod."""
    methods = methods_of(path)
    found = methods.get("GET" if method == "HEAD" else method)
    if found is None:
        raise NoMethod("Cette adresse ne connaît pas cette méthode.", [*methods, "HEAD", "OPTIONS"])
    return found


def methods_of(path: tuple[str, ...]) -> dict[str, Handler]:
    """What this address can do. Raises NotFound when there is no such address."""
    tail = tuple(_name(place, part) for place, part in enumerate(path) if place)
    for first in _firsts(path):
        found = TABLE.get("/".join((*first, *tail)))
        if found is not None:
            return found
    raise NotFound("Cette adresse n'existe pas.")


def _firsts(path: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    if not path:
        return ((),)
    if path[0] in types():
        return (path[:1], ("type",))
    if path[0] in TABLE:
        return (path[:1],)
    raise NotFound("Ce type de ressource n'existe pas dans FHIR R4.")


def _name(place: int, part: str) -> str:
    if part[:1] in ("_", "$", "*"):
        return part
    if place == 2 and part not in types():
        return "?"
    return _NAMES[place] if place < len(_NAMES) else "?"


def where(path: tuple[str, ...]) -> str:
    """What a request is about, for errors that name no place: its type, or any resource."""
    return path[0] if path and path[0] in types() else "Resource"
