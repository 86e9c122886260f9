"""Where a fact was written: whose record, which visit, which version of which note, by whom. Shared by all kinds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from carnet.fhir import codes, dates

Fact = dict[str, Any]
Resource = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Scene:
    """`note` names the version of the note (`Composition/id/_history/1`), `text` is its words, `at` when it is signed;
    `day` is the visit's, and `visited` its instant where a correction signs later: « hier » is the day before it."""

    patient: str
    encounter: str
    note: str
    text: str
    author: Resource
    at: datetime
    day: date
    visited: datetime | None = None

    @property
    def subject(self) -> Resource:
        """The patient, as a reference."""
        return {"reference": f"Patient/{self.patient}"}

    @property
    def visit(self) -> Resource:
        """The encounter, as a reference."""
        return {"reference": self.encounter}

    @property
    def when(self) -> str:
        """The instant of signing."""
        return dates.instant(self.at)

    @property
    def measured(self) -> str:
        """The instant of the visit, for what was measured in it."""
        return dates.instant(self.visited or self.at)


def place(fact: Fact, scene: Scene) -> list[Resource]:
    """The extension that says where in which version of the note the fact was read, in code points."""
    parts = [
        {"url": "note", "valueReference": {"reference": scene.note}},
        {"url": "start", "valueUnsignedInt": fact["start"]},
        {"url": "end", "valueUnsignedInt": fact["end"]},
    ]
    return [{"url": codes.SPAN, "extension": parts}]


def status(system: str, code: str) -> Resource:
    """A CodeableConcept of one code."""
    return {"coding": [{"system": system, "code": code}]}


def concept(text: str, system: str = "", code: str | None = None) -> Resource:
    """The doctor's words, with a code where there is one."""
    return {"coding": [{"system": system, "code": code}], "text": text} if code else {"text": text}
