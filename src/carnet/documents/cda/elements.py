"""Small readings of CDA elements: children by name, nullFlavor, ids, places. No meaning, no FHIR."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

Element = etree._Element

STATEMENTS = frozenset(
    [
        "act",
        "observation",
        "procedure",
        "substanceAdministration",
        "supply",
        "encounter",
        "organizer",
        "observationMedia",
        "regionOfInterest",
    ]
)
_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_OID = re.compile(r"^[0-2](\.(0|[1-9][0-9]*)){1,60}$")
_TOKEN = re.compile(r"^([A-Z_]{1,14}|[0-9.]{1,60})$")
_UUID = re.compile(r"^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$")


def name(element: Element) -> str:
    """The local name; the pharmacy and laboratory extensions live in other namespaces under the same names."""
    return etree.QName(element).localname


def child(element: Element | None, *path: str) -> Element | None:
    """The first element down the path of local names, or None."""
    for step in path:
        if element is None:
            return None
        element = element.find("{*}" + step)
    return element


def children(element: Element | None, step: str) -> list[Element]:
    return [] if element is None else element.findall("{*}" + step)


def attribute(element: Element | None, key: str) -> str | None:
    """The attribute, stripped; None when absent or blank."""
    value = "" if element is None else (element.get(key) or "").strip()
    return value or None


def xsi_type(element: Element) -> str | None:
    """`PQ` of xsi:type="PQ" or xsi:type="cda:PQ"."""
    written = attribute(element, _TYPE)
    return written.rpartition(":")[2] if written else None


def plain(element: Element | None) -> str:
    """All the text inside, blanks collapsed."""
    return "" if element is None else " ".join("".join(map(str, element.itertext())).split())


def is_null(element: Element | None) -> bool:
    return element is None or attribute(element, "nullFlavor") is not None


def statements_under(element: Element) -> Iterator[tuple[Element, Element]]:
    """(the relation, the statement) for each statement directly below: entryRelationship, component, entry."""
    for relation in element:
        for found in relation:
            if name(found) in STATEMENTS:
                yield relation, found


def templates(element: Element) -> set[str]:
    return {root for each in children(element, "templateId") if (root := attribute(each, "root"))}


def uri(root: str | None) -> str | None:
    """`urn:oid:…` or `urn:uuid:…` of an HL7 root; None when it is neither."""
    if root and _OID.match(root):
        return "urn:oid:" + root
    return "urn:uuid:" + root.lower() if root and _UUID.match(root) else None


def identifiers(element: Element, step: str = "id") -> list[dict[str, str]]:
    """FHIR Identifiers of the id elements; an id without extension is itself the value (RFC 3986)."""
    result: list[dict[str, str]] = []
    for each in children(element, step):
        system, extension = uri(attribute(each, "root")), attribute(each, "extension")
        if system and extension:
            result.append({"system": system, "value": extension})
        elif system:
            result.append({"system": "urn:ietf:rfc:3986", "value": system})
        elif extension:
            result.append({"value": extension})
    return result


def token(written: str | None) -> str:
    """A technical word (type, mood, template) fit for a report; "?" for anything that could hold a person's words."""
    return written if written and _TOKEN.match(written) else "?"


def document_id(element: Element | None) -> str | None:
    """One text for an id: `root` or `root^extension`."""
    root, extension = attribute(element, "root"), attribute(element, "extension")
    return "^".join(part for part in (root, extension) if part) or None


def places(root: Element) -> dict[Element, str]:
    """The path of each clinical statement, by indexes: `/ClinicalDocument/component[1]/…/act[1]`."""
    result: dict[Element, str] = {}
    pending: list[tuple[Element, str]] = [(root, "/" + name(root))]
    while pending:
        element, path = pending.pop()
        if name(element) in STATEMENTS:
            result[element] = path
        seen: dict[str, int] = {}
        for below in element:
            step = name(below)
            seen[step] = seen.get(step, 0) + 1
            pending.append((below, f"{path}/{step}[{seen[step]}]"))
    return result
