"""Names, addresses and telecoms; professionals and organisations as Practitioner and Organization resources, one
each per document, keeping RPPS, FINESS and the name."""

from __future__ import annotations

from typing import Any

from carnet.documents.cda.context import Context, Resource, reference
from carnet.documents.cda.elements import Element, attribute, child, children, identifiers, name, plain
from carnet.documents.cda.values import concept

_PERSONS = (
    "assignedPerson",
    "associatedPerson",
    "relatedPerson",
    "guardianPerson",
    "playingEntity",
    "informationRecipient",
)
_ORGANIZATIONS = ("representedOrganization", "scopingOrganization", "scopingEntity", "receivedOrganization")
_USES = {"H": "home", "HP": "home", "HV": "home", "WP": "work", "DIR": "work", "PUB": "work", "MC": "mobile"}
_ADDRESS_USES = {
    "H": "home",
    "HP": "home",
    "HV": "home",
    "WP": "work",
    "DIR": "work",
    "PUB": "work",
    "TMP": "temp",
}
_SCHEMES = {"tel": "phone", "mailto": "email", "fax": "fax", "http": "url", "https": "url"}
_LINES = ("streetAddressLine", "additionalLocator", "unitID", "unitType", "houseNumber", "houseNumberNumeric", "streetNameType", "streetNameBase", "streetName", "deliveryAddressLine", "precinct", "postBox")  # fmt: skip


def human_name(element: Element | None) -> Resource:
    """A HumanName of everything in the name, {} when there is none."""
    if element is None:
        return {}
    parts: Resource = {
        "family": " ".join(filter(None, (plain(e) for e in children(element, "family")))),
        "given": [t for e in children(element, "given") if (t := plain(e))],
        "prefix": [t for e in children(element, "prefix") if (t := plain(e))],
        "suffix": [t for e in children(element, "suffix") if (t := plain(e))],
    }
    parts = {key: value for key, value in parts.items() if value}
    return parts or ({"text": plain(element)} if plain(element) else {})


def spoken(found: Resource) -> str:
    """How a name is said: `DR Stéphane MEDIONI`."""
    if "text" in found:
        return str(found["text"])
    title = found.get("suffix", []) or found.get("prefix", [])  # the professional title stands in the suffix
    return " ".join([*title, *found.get("given", []), *filter(None, [found.get("family")])])


def telecoms(element: Element) -> list[Resource]:
    found = []
    for each in children(element, "telecom"):
        scheme, _, rest = (attribute(each, "value") or "").partition(":")
        if not rest:
            continue
        kind = _SCHEMES.get(scheme.lower(), "other")
        value = rest if kind in ("phone", "email", "fax") else f"{scheme}:{rest}"
        use = _USES.get((attribute(each, "use") or "").split(" ")[0])
        found.append({"system": kind, "value": value.strip()} | ({"use": use} if use else {}))
    return [each for each in found if each["value"]]


def address(element: Element) -> Resource:
    """One Address, {} when it is masked or empty."""
    number = plain(child(element, "houseNumber"))
    street = " ".join(
        filter(None, (number, *(plain(child(element, s)) for s in ("streetNameType", "streetName"))))
    )
    lines = [street] + [
        plain(e)
        for s in _LINES
        if s not in ("houseNumber", "streetNameType", "streetName")
        for e in children(element, s)
    ]
    whole: Resource = {
        "use": _ADDRESS_USES.get((attribute(element, "use") or "").split(" ")[0]),
        "line": [line for line in lines if line],
        "city": plain(child(element, "city")),
        "postalCode": plain(child(element, "postalCode")),
        "state": plain(child(element, "state")),
        "country": plain(child(element, "country")),
    }
    found = {key: value for key, value in whole.items() if value}
    if not found.keys() - {"use"}:
        return found | {"text": plain(element)} if plain(element) else {}
    return found


def addresses(element: Element) -> list[Resource]:
    return [found for each in children(element, "addr") if (found := address(each))]


def agent(ctx: Context, role: Element | None) -> Resource | None:
    """A Reference to who stands in an assignedAuthor, assignedEntity, participantRole…: the professional, else the
    organisation, else the words. None when nobody is named."""
    if role is None:
        return None
    return _practitioner(ctx, role) or organization(ctx, role) or _words_only(role)


def _practitioner(ctx: Context, role: Element) -> Resource | None:
    person = next((found for step in _PERSONS if (found := child(role, step)) is not None), None)
    named = human_name(child(person, "name"))
    ids = identifiers(role)
    if not named or name(role) == "relatedEntity":
        return None
    said = spoken(named)
    key = f"{said}|{_first(ids) or _organization_name(role)}"
    made = ctx.people.get("P" + key)
    if made is None:
        speciality = concept(child(role, "code"), ctx.text)
        made = {"resourceType": "Practitioner", "id": ctx.new_id("Practitioner|" + key), "name": [named]}
        made |= {
            k: v
            for k, v in (("identifier", ids), ("telecom", telecoms(role)), ("address", addresses(role)))
            if v
        }
        made |= {"qualification": [{"code": speciality}]} if speciality else {}
        _keep(ctx, "P" + key, made)
    return {"reference": reference(made), "display": said}


def _first(ids: list[dict[str, str]]) -> str:
    """A number alone does not tell persons apart: documents exist that give one number to two names."""
    return "|".join([ids[0].get("system", ""), ids[0]["value"]]) if ids else ""


def _organization_element(role: Element) -> Element | None:
    return next((found for step in _ORGANIZATIONS if (found := child(role, step)) is not None), None)


def _organization_name(role: Element) -> str:
    return plain(child(_organization_element(role), "name"))


def organization(ctx: Context, role: Element | None) -> Resource | None:
    """A Reference to the organisation in whose name the role acts, or to the role itself when it is one."""
    if role is None:
        return None
    element = role if name(role).endswith("Organization") else _organization_element(role)
    said = plain(child(element, "name"))
    if element is None or not said:
        return None
    ids = identifiers(element)
    key = f"{said}|{_first(ids)}"
    made = ctx.people.get("O" + key)
    if made is None:
        made = {"resourceType": "Organization", "id": ctx.new_id("Organization|" + key), "name": said}
        made |= {
            k: v
            for k, v in (("identifier", ids), ("telecom", telecoms(element)), ("address", addresses(element)))
            if v
        }
        _keep(ctx, "O" + key, made)
    return {"reference": reference(made), "display": said}


def _keep(ctx: Context, key: str, made: Resource) -> None:
    ctx.people[key] = made
    ctx.resources.append(made)


def _words_only(role: Element) -> Resource | None:
    device = child(role, "assignedAuthoringDevice")
    said = " ".join(
        filter(None, (plain(child(device, s)) for s in ("manufacturerModelName", "softwareName")))
    )
    person = next((found for step in _PERSONS if (found := child(role, step)) is not None), None)
    said = said or spoken(human_name(child(person, "name")))
    return {"display": said} if said else None


def performers(ctx: Context, element: Element) -> list[Resource]:
    """References to the performers of a statement, the organisation beside the person."""
    found: list[Resource] = []
    for each in children(element, "performer"):
        role = child(each, "assignedEntity")
        found += [who for who in (agent(ctx, role), organization(ctx, role)) if who]
    return unique(found)


def author(ctx: Context, element: Element) -> tuple[Resource | None, Element | None]:
    """(who, the time element) of the nearest author of a statement: its own, else of what contains it."""
    for around in (element, *element.iterancestors()):
        found = ctx.authors.get(around) or _own_author(ctx, around)
        ctx.authors[around] = found
        if found[0]:
            return found
    return None, None


def _own_author(ctx: Context, element: Element) -> tuple[Resource | None, Element | None]:
    for each in children(element, "author"):
        who = agent(ctx, child(each, "assignedAuthor"))
        if who:
            return who, child(each, "time")
    return None, None


def unique(found: list[Resource]) -> list[Any]:
    """The same references once each, in order."""
    return list({str(sorted(each.items())): each for each in found}.values())


def person_only(who: Resource | None) -> Resource | None:
    """The reference when it names a person, None for an organisation: some FHIR fields take persons only."""
    return None if who and str(who.get("reference", "")).startswith("Organization/") else who
