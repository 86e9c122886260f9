"""What is shared while one document is read: the fates, the resources made, the people, the embedded files. One
`Context` lives for one document and is thrown away."""

from __future__ import annotations

import base64
import binascii
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from carnet.documents.cda.dates import period, unreadable
from carnet.documents.cda.elements import (
    Element,
    attribute,
    child,
    identifiers,
    name,
    plain,
    templates,
    token,
)
from carnet.documents.cda.narrative import Narrative, row_html
from carnet.documents.cda.roles import role_of
from carnet.documents.reading import PART, SUBJECT, Fate, Part

Resource = dict[str, Any]
_NAMESPACE = uuid.UUID("2f3b9d0e-5c1a-5c57-9f0e-6b1de0c8a7d4")  # ours: ids depend on the document alone
TEXT_LIMIT = 20_000  # a longer text is a whole report: the document itself shows it
_PATIENT_FIELD = {"AllergyIntolerance": "patient", "Device": "patient", "FamilyMemberHistory": "patient"} | {
    "Immunization": "patient",
    "ImmunizationRecommendation": "patient",
}


@dataclass
class Context:
    """The state of one reading. Handlers only touch it through its methods."""

    document_id: str
    created: str | None
    places: Mapping[Element, str]
    narrative: Narrative
    handlers: Mapping[str, Callable[[Context, Element], Resource | None]]
    resources: list[Resource] = field(default_factory=list)
    fates: dict[Element, tuple[Fate, str, str | None]] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)
    by_reference: dict[str, Resource] = field(default_factory=dict)
    # what was already looked up: a hostile document may ask the same thing of every one of its entries
    codes: dict[Element, str | None] = field(default_factory=dict)
    rows: dict[Element, str | None] = field(default_factory=dict)
    authors: dict[Element, tuple[Resource | None, Element | None]] = field(default_factory=dict)
    people: dict[str, Resource] = field(default_factory=dict)
    made_by: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    pending: list[tuple[Resource, str, list[tuple[str, str]], set[str]]] = field(default_factory=list)

    # ---- text
    def section(self, element: Element) -> Element | None:
        return next(element.iterancestors("{*}section"), None)

    def section_code(self, element: Element) -> str | None:
        """The LOINC code of the nearest section."""
        section = self.section(element)
        return None if section is None else self._code_of(section)

    def _code_of(self, section: Element) -> str | None:
        if section not in self.codes:
            self.codes[section] = attribute(child(section, "code"), "code")
        return self.codes[section]

    def in_sections(self, element: Element, codes: frozenset[str]) -> bool:
        """Whether any section around the element has one of the codes."""
        return any(self._code_of(section) in codes for section in element.iterancestors("{*}section"))

    def narrative_of(self, element: Element | None) -> Element | None:
        """The narrative element that a text, originalText or value points to."""
        pointer = attribute(child(element, "reference"), "value")
        if element is None or not pointer or pointer == "#":
            return None
        return self.narrative.find(pointer, self.section(element))

    def text(self, element: Element | None) -> str:
        """The words of a text or originalText: of the narrative when it points there, else its own."""
        if attribute(element, "representation") == "B64":
            return ""
        found = self.narrative_of(element)
        said = plain(found) if found is not None else plain(element)
        return said if len(said) <= TEXT_LIMIT else said[:TEXT_LIMIT] + " […]"

    def statement_text(self, element: Element) -> str:
        return self.text(child(element, "text"))

    # ---- fates
    def settle(self, element: Element, fate: Fate, target: str | None = None, reason: str = "") -> None:
        """Give the statement its fate. The first one stays: a statement never has two."""
        self.fates.setdefault(element, (fate, reason, target))

    def part_of(self, element: Element, resource: Resource, reason: str = "") -> None:
        self.settle(element, "part_of", reference(resource), reason)
        self._remember(element, resource)

    def give_up(self, element: Element, reason: str) -> None:
        """Not understood, with everything below it that has no fate yet."""
        self.settle(element, "not_understood", None, reason)
        for below in element.iterdescendants("*"):
            if below in self.places:
                self.settle(below, "not_understood", None, "Dépend d'un élément qui n'a pas été compris.")

    # ---- resources
    def create(self, element: Element, type: str, fields: Resource, extra: str = "") -> Resource:
        """A new resource of the statement: id, subject, identifier and narrative are added; empty fields dropped."""
        place = self.places[element]
        resource: Resource = {"resourceType": type, "id": self.new_id(f"{type}|{place}|{extra}")}
        html = self._html(element)
        if html:
            resource["text"] = {"status": "additional", "div": html}
        resource |= {key: value for key, value in fields.items() if value not in (None, "", {}, [])}
        resource.setdefault(_PATIENT_FIELD.get(type, "subject"), {"reference": SUBJECT})
        self.resources.append(resource)
        self.by_reference[reference(resource)] = resource
        if not extra:
            self.settle(element, "created", reference(resource), self.date_warning(element))
            self._remember(element, resource)
        return resource

    def new_id(self, key: str) -> str:
        return str(uuid.uuid5(_NAMESPACE, f"{self.document_id}|{key}"))

    def _html(self, element: Element) -> str | None:
        """The row of the narrative that the statement points to, else the first row that its parts point to."""
        firsts = [
            child(element, "text"),
            child(element, "code", "originalText"),
            child(element, "value", "originalText"),
        ]
        everything = [*firsts, *(each.getparent() for each in element.iter("{*}reference"))]
        found = next((f for each in everything if (f := self.narrative_of(each)) is not None), None)
        if found is None:
            return None
        if found not in self.rows:
            self.rows[found] = row_html(found)
        return self.rows[found]

    def date_warning(self, element: Element) -> str:
        """A note for the report when a date of the statement cannot exist or ends before it starts."""
        when = child(element, "effectiveTime")
        low, high = child(when, "low"), child(when, "high")
        both = attribute(low, "value") and attribute(high, "value")
        if unreadable(when) or (both and "end" not in period(when)):
            return "Une date de cet élément n'est pas une date possible : elle n'a pas été reprise."
        return ""

    # ---- links between statements, by their HL7 ids
    def _remember(self, element: Element, resource: Resource) -> None:
        for each in identifiers(element):
            key = (each.get("system", ""), each["value"])
            self.made_by.setdefault(key, set()).add(reference(resource))

    def link_later(self, resource: Resource, field_name: str, element: Element, codes: set[str]) -> None:
        """Fill `field_name` (a list of references) once every statement is read, if the id names one Condition and
        says the same code: published documents give one id to several problems."""
        keys = [(each.get("system", ""), each["value"]) for each in identifiers(element)]
        self.pending.append((resource, field_name, keys, codes))

    def resolve_links(self) -> None:
        for resource, field_name, keys, codes in self.pending:
            targets = {target for key in keys for target in self.made_by.get(key, set())}
            same = [
                target
                for target in sorted(targets)
                if target.startswith("Condition/")
                and (not codes or codes & code_set(self.by_reference[target].get("code", {})))
            ]
            if len(same) == 1:
                resource.setdefault(field_name, []).append({"reference": same[0]})

    # ---- reading what is below
    def read(self, element: Element) -> Resource | None:
        """Read one statement by its role; None when nothing was made of it."""
        if element in self.fates:
            return None
        role = role_of(element)
        if role not in _OF_RELATIVES and is_of_somebody_else(element):
            self.give_up(element, "Concerne une autre personne que le patient : à lire dans le document.")
            return None
        handler = self.handlers.get(role or "")
        if handler is None:
            self.give_up(element, unknown_reason(element))
            return None
        made = handler(self, element)
        self.settle(element, "not_understood", None, "Contenu absent ou non codé : à lire dans le document.")
        return made

    # ---- embedded files
    def keep_part(self, holder: Element, title: str = "", key: str = "", body: bool = False) -> Part | None:
        """Keep the base64 or plain content of an ED element as a part; None when there is nothing to keep."""
        content = _content(holder)
        if not content:
            return None
        media_type = attribute(holder, "mediaType") or "application/octet-stream"
        part = Part(f"part-{len(self.parts) + 1}", media_type, content, title, key, body)
        self.parts.append(part)
        return part


_OF_RELATIVES = frozenset(("family_history", "family_condition"))


def is_of_somebody_else(element: Element) -> bool:
    """Whether the statement, or the section it stands in, names another subject: the mother of a child, a fetus."""
    section = next(element.iterancestors("{*}section"), None)
    related = [child(around, "subject", "relatedSubject") for around in (element, section)]
    return any(one is not None and attribute(child(one, "code"), "code") != "SELF" for one in related)


def code_set(said: Resource) -> set[str]:
    """`system|code` of each coding of a CodeableConcept."""
    return {f"{each.get('system', '')}|{each['code']}" for each in said.get("coding", [])}


def reference(resource: Resource) -> str:
    return f"{resource['resourceType']}/{resource['id']}"


def attachment(part: Part) -> Resource:
    """The FHIR Attachment of an embedded file; its url waits for the import to keep the bytes."""
    found = {"contentType": part.media_type, "url": PART + part.id.removeprefix("part-"), "title": part.title}
    return {key: value for key, value in found.items() if value} | {"size": len(part.content)}


def _content(holder: Element) -> bytes:
    if attribute(holder, "representation") != "B64":
        return "".join(map(str, holder.itertext())).strip().encode("utf-8")
    try:
        return base64.b64decode("".join((holder.text or "").split()), validate=True)
    except (binascii.Error, ValueError):
        return b""


def unknown_reason(element: Element) -> str:
    """Why a statement has no reader, by its templates: no patient data."""
    known = sorted(map(token, templates(element)))
    return f"Type d'élément inconnu : {name(element)}" + (f" ({', '.join(known[:3])})" if known else "") + "."
