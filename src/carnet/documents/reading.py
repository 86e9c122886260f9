"""What reading any document gives: its type, its patient, FHIR resources, and the fate of every statement in it.
Only frozen values; it never decides whose document it is nor what the record already knows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Fate = Literal["created", "part_of", "not_understood"]
SUBJECT = "Patient/subject"  # the patient, until the import knows whose record it is
PART = "Binary/part-"  # prefix of the url of an embedded file, until the import has kept its bytes


@dataclass(frozen=True, slots=True)
class Statement:
    """One clinical statement of the document and what became of it. `place` is a path such as
    `/ClinicalDocument/component[1]/…/observation[1]`, `section` the LOINC code of its section, `target` the
    `Type/id` of the resource that it made or belongs to. `reason` is French and holds no patient data."""

    place: str
    section: str | None
    fate: Fate
    reason: str = ""
    target: str | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """The type of the document as it says it (code, url of the system, its own words) and our French label."""

    code: str | None
    system: str | None
    title: str
    label: str


@dataclass(frozen=True, slots=True)
class Part:
    """A file inside the document (PDF, image, text), whole. Resources name it `Binary/part-1`, `part-2`…;
    `body` marks the part that is the document itself (level 1)."""

    id: str
    media_type: str
    content: bytes
    title: str = ""
    key: str = ""  # the name that the text of the document calls it by
    body: bool = False


@dataclass(frozen=True, slots=True)
class Read:
    """A document once read. Resources refer to one another as `Type/id`, to the patient as SUBJECT and to
    embedded files as `Binary/part-N`; ids depend on nothing but the document. `patient` is a FHIR Patient without
    id, None when the document names nobody."""

    format: str
    kind: Kind
    title: str
    language: str | None = None
    created: str | None = None
    patient: dict[str, Any] | None = None
    resources: list[dict[str, Any]] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    authors: list[dict[str, Any]] = field(default_factory=list)  # FHIR References with a display
    custodian: dict[str, Any] | None = None
    confidentiality: list[str] = field(default_factory=list)
    document_id: str | None = None
    set_id: str | None = None
    version: int | None = None
    replaces: list[str] = field(default_factory=list)
    text: str = ""  # what a person reads in it, for searching its words
