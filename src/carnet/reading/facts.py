"""A fact read in a text: what it is, where it stands, how sure the reader is. It never holds a copy of the text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Values = dict[str, Any]

VITAL, LAB, CONDITION, MEDICATION, ALLERGY = "vital", "lab", "condition", "medication", "allergy"
FOLLOW_UP, ORDER, TOBACCO, ALCOHOL, IMMUNIZATION = "follow_up", "order", "tobacco", "alcohol", "immunization"


@dataclass(frozen=True, slots=True)
class Fact:
    """`start` and `end` count code points of the text that was read; `confidence` is between 0 and 1."""

    kind: str
    start: int
    end: int
    confidence: float = 0.9
    values: Values = field(default_factory=dict)

    def overlaps(self, start: int, end: int) -> bool:
        return self.start < end and start < self.end

    def as_json(self, text: str) -> Values:
        """The shape that `carnet read` writes."""
        place: Values = {"kind": self.kind, "quote": text[self.start : self.end], "start": self.start}
        return place | {"end": self.end, "confidence": round(self.confidence, 2)} | self.values


@dataclass(frozen=True, slots=True)
class Context:
    """Who and when, as far as it is known: age in years, sex F or M, the day of the note (ISO)."""

    age: float | None = None
    sex: str | None = None
    date: str | None = None
