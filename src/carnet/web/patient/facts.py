"""How one received fact is put in a row: its section, what it adds to its name, since when. Shows, never decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_noop

from carnet.actions import received as actions
from carnet.rules import synthesis
from carnet.rules.received import TYPES, Group, is_to_take
from carnet.rules.results import concept_words
from carnet.web.patient.opening import Opened
from carnet.web.shell import wording

# Titles that the pure rules give in French; named here for the translators.
TITLES = (
    gettext_noop("Consultation"),
    gettext_noop("Résultats"),
    gettext_noop("Mesures"),
    gettext_noop("Ordonnance"),
    gettext_noop("Vaccin"),
    gettext_noop("Acte"),
)
SECTIONS = (
    (gettext_noop("Allergies"), ("AllergyIntolerance",)),
    (gettext_noop("Problèmes et antécédents"), ("Condition", "Procedure")),
    (gettext_noop("Traitements"), ("MedicationStatement", "MedicationRequest")),
    (gettext_noop("Vaccins"), ("Immunization",)),
    (gettext_noop("Famille"), ("FamilyMemberHistory",)),
    (gettext_noop("Mode de vie"), ("Observation",)),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One group on the page: its words, what it adds, the documents that say it."""

    group: Group
    detail: str
    since: str
    denied: bool
    documents: list[dict[str, Any]] = field(default_factory=list)


def by_section(rows: Sequence[Row]) -> list[tuple[str, list[Row]]]:
    """The rows under the words of their section, in the order of SECTIONS."""
    found = [(words, [row for row in rows if row.group.type in types]) for words, types in SECTIONS]
    return [(words, listed) for words, listed in found if listed]


def detail(resource: dict[str, Any]) -> str:
    """What the document adds: dosage, reaction, relative, value."""
    type_ = resource["resourceType"]
    if type_ in ("MedicationStatement", "MedicationRequest"):
        return synthesis.dosage(resource)
    if type_ == "FamilyMemberHistory":
        return concept_words(resource.get("relationship"))
    if type_ == "AllergyIntolerance":
        signs = [
            concept_words(sign)
            for one in resource.get("reaction", [])
            for sign in one.get("manifestation", [])
        ]
        return ", ".join(filter(None, signs))
    if type_ == "Observation":
        words = wording.quantity(resource.get("valueQuantity")) or concept_words(
            resource.get("valueCodeableConcept")
        )
        return words or str(resource.get("valueString") or "")
    return ""


def since(resource: dict[str, Any]) -> str:
    """The date of the fact, as written."""
    for name in (
        "onsetDateTime",
        "occurrenceDateTime",
        "performedDateTime",
        "authoredOn",
        "effectiveDateTime",
    ):
        if resource.get(name):
            return str(resource[name])
    for name in ("onsetPeriod", "performedPeriod", "effectivePeriod"):
        if (resource.get(name) or {}).get("start"):
            return str(resource[name]["start"])
    return ""


def is_denied(resource: dict[str, Any]) -> bool:
    """The document says that it is absent, or was not done."""
    verification = resource.get("verificationStatus", {}).get("coding", [])
    refuted = any(coding.get("code") == "refuted" for coding in verification)
    return refuted or resource.get("status") in ("not-done", "not-taken")


def rows_of(page: Opened) -> list[Row]:
    """What waits in this record, as the page shows it."""
    if not any(map(is_to_take, page.reading.facts)):
        return []
    documents = {
        f"DocumentReference/{one['id']}": one
        for one in page.reading.facts
        if one["resourceType"] == "DocumentReference"
    }
    return [_row(group, documents) for group in actions.waiting(page.record, page.reading.stored(*TYPES))]


def _row(group: Group, documents: dict[str, dict[str, Any]]) -> Row:
    first = group.facts[0].resource
    listed = [documents[one] for one in group.documents if one in documents]
    return Row(group, detail(first), since(first), is_denied(first), listed)
