"""CISP-2 beside CIM-10: the correspondences that a practice brought, kept as a ConceptMap, and the code they add to a
problem. A CIM-10 code to which the file gives several rubrics gets none: nothing chooses for the doctor."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from carnet.fhir import codes, json

Resource = dict[str, Any]
Rubrics = Mapping[str, tuple[str, str]]  # CIM-10 code: CISP-2 code, its label

MAP = "cisp-2"  # the id of the one ConceptMap that holds them


def concept_map(pairs: Iterable[tuple[str, str, str]]) -> Resource:
    """The ConceptMap of (CIM-10, CISP-2, label)."""
    targets: dict[str, list[Resource]] = {}
    for cim10, cisp, label in pairs:
        target = {"code": cisp, **({"display": label} if label else {}), "equivalence": "relatedto"}
        targets.setdefault(cim10, []).append(target)
    elements = [{"code": code, "target": listed} for code, listed in sorted(targets.items())]
    return {
        "resourceType": "ConceptMap",
        "id": MAP,
        "status": "active",
        "title": "CIM-10 vers CISP-2",
        "sourceUri": codes.CIM10,
        "targetUri": codes.CISP2,
        "group": [{"source": codes.CIM10, "target": codes.CISP2, "element": elements}],
    }


@lru_cache(maxsize=2)
def rubrics(content: bytes) -> Rubrics:
    """The one rubric of each CIM-10 code; an empty pair where the ConceptMap names several. One of another
    shape, that a program may have written, gives none."""
    groups = json.kept(content).get("group", [])
    ours = [one for one in groups if (one.get("source"), one.get("target")) == (codes.CIM10, codes.CISP2)]
    return {
        str(one.get("code", "")): _only(one.get("target", []))
        for group in ours
        for one in group.get("element", [])
    }


def _only(targets: list[Resource]) -> tuple[str, str]:
    return (str(targets[0].get("code", "")), targets[0].get("display", "")) if len(targets) == 1 else ("", "")


def coded(resource: Resource, known: Rubrics) -> Resource:
    """A problem with its rubric beside its CIM-10 code, by the longest code that the file knows; as it was where it has
    one already, or none is known, and anything else."""
    coding = resource.get("code", {}).get("coding", [])
    if resource["resourceType"] != "Condition" or any(one.get("system") == codes.CISP2 for one in coding):
        return resource
    cim10 = next((str(one.get("code", "")) for one in coding if one.get("system") == codes.CIM10), "")
    cisp, label = next((known[start] for start in _starts(cim10) if start in known), ("", ""))
    if not cisp:
        return resource
    added = {"system": codes.CISP2, "code": cisp, **({"display": label} if label else {})}
    return {**resource, "code": {**resource["code"], "coding": [*coding, added]}}


def _starts(code: str) -> list[str]:
    return [code[:length] for length in range(len(code), 2, -1) if code[length - 1] != "."]


def without(concept: Resource) -> Resource:
    """What a concept says without the rubric that a file added to it."""
    kept = [one for one in concept.get("coding", []) if one.get("system") != codes.CISP2]
    return {**concept, "coding": kept} if "coding" in concept else concept
