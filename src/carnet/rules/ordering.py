"""The order in which doctors keep a patient's problems: one List (R4) of ours in the record. Pure. It leaves out nothing:
what it does not name stands after, oldest first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Literal

from carnet.fhir import codes, dates

Resource = dict[str, Any]
Step = Literal["up", "down"]

_SYSTEM, _NAME = "urn:carnet:order", "problems"
_PROBLEM_LIST = "11450-4"  # LOINC
_BY_HAND = {"system": "http://terminology.hl7.org/CodeSystem/list-order", "code": "user"}


def kept(resources: Iterable[Resource]) -> Resource | None:
    """The List that holds the order; another program's list of problems is not it."""
    return next((one for one in resources if one["resourceType"] == "List" and _is_ours(one)), None)


def places(order: Resource | None) -> dict[str, int]:
    """`Condition/id` → its place."""
    entries = (order or {}).get("entry", [])
    return {str(one["item"].get("reference", "")): place for place, one in enumerate(entries)}


def moved(references: Sequence[str], reference: str, step: Step) -> list[str]:
    """These lines with one of them a step higher or lower; as they were at the end of the list."""
    listed = [*references]
    here = listed.index(reference)
    there = max(0, min(len(listed) - 1, here + (1 if step == "down" else -1)))
    listed.insert(there, listed.pop(here))
    return listed


def order(patient: str, references: Iterable[str], *, by: Resource, at: datetime) -> Resource:
    """The List to keep."""
    return {
        "resourceType": "List",
        "identifier": [{"system": _SYSTEM, "value": _NAME}],
        "status": "current",
        "mode": "working",
        "title": "Problèmes",
        "code": {"coding": [{"system": codes.LOINC, "code": _PROBLEM_LIST}]},
        "subject": {"reference": f"Patient/{patient}"},
        "date": dates.instant(at),
        "source": by,
        "orderedBy": {"coding": [_BY_HAND]},
        "entry": [{"item": {"reference": one}} for one in references],
    }


def _is_ours(resource: Resource) -> bool:
    named = [(one.get("system"), one.get("value")) for one in resource.get("identifier", [])]
    return (_SYSTEM, _NAME) in named and resource.get("status") == "current"
