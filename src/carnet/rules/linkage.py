"""What the record remembers of two identities: a FHIR Linkage per pair says that they were merged, separated, or are
two people, and which facts a person has still to assign. Pure; it decides nothing and moves nothing by itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from carnet.fhir import codes, references
from carnet.rules import identity, person
from carnet.rules.matching import Match
from carnet.rules.received import tagged, untagged

Resource = dict[str, Any]

MERGED, SEPARATED, TWO_PEOPLE = "merged", "separated", "two-people"
STATES = (MERGED, SEPARATED, TWO_PEOPLE)
# Beside the state, what the matcher proposes: tags of pairs that nobody has decided about.
ALARM = "double-alarm"
LIKELY = {"certain": "double-certain", "probable": "double-probable"}
_PROPOSED = (ALARM, *LIKELY.values())
SCORE = "urn:carnet:likeness"  # extension: the bits of the match, rounded
ADDED = "urn:carnet:added-since"  # extension: a fact written while the two were one, to assign
CHANGED = (
    "urn:carnet:changed-since"  # extension: a fact of before, changed while the two were one, to look at
)
# An INS of these states was checked against the national register: two of them are two people.
_CHECKED = frozenset({"VALI", "QUAL"})


@dataclass(frozen=True, slots=True)
class Later:
    """A fact written while two records were one: `Type/id`, and whether it did not exist before."""

    reference: str
    is_new: bool


def pair_id(one: str, other: str) -> str:
    """The id of the Linkage of these two patients, in whatever order."""
    return "pair-" + sha256(" ".join(sorted((one, other))).encode()).hexdigest()[:40]


def is_pair(id: str) -> bool:
    """Whether this id is that of a pair: another practice's Linkage says nothing of ours."""
    return id.startswith("pair-")


def linkage(keep: str, other: str, state: str, later: Iterable[Later] = ()) -> Resource:
    """The Linkage of two patients; `keep` is the one whose identity survives, or survived."""
    made: Resource = {
        "resourceType": "Linkage",
        "id": pair_id(keep, other),
        "active": state == MERGED,
        "item": [
            {"type": "source", "resource": {"reference": f"Patient/{keep}"}},
            {"type": "alternate", "resource": {"reference": f"Patient/{other}"}},
        ],
    }
    return with_later(tagged(made, state) if state else made, later)


def proposed(linkage: Resource, match: Match | None) -> Resource:
    """The same, proposed as a double for this reason, or, without one, no longer proposed."""
    for tag in _PROPOSED:
        linkage = untagged(linkage, tag)
    others = [one for one in linkage.get("extension", []) if one.get("url") != SCORE]
    kind = match and (ALARM if match.alarm else LIKELY.get(match.verdict))
    if match and kind:
        others.append({"url": SCORE, "valueInteger": round(match.score)})
        linkage = tagged(linkage, kind)
    rest = {name: value for name, value in linkage.items() if name != "extension"}
    return {**rest, "extension": others} if others else rest


def kind(linkage: Resource) -> str:
    """alarm, certain or probable; empty when the pair is not proposed."""
    return next((tag.removeprefix("double-") for tag in _PROPOSED if codes.has_tag(linkage, tag)), "")


def score(linkage: Resource) -> int:
    """How alike the two are, in bits."""
    return next(
        (int(one["valueInteger"]) for one in linkage.get("extension", []) if one.get("url") == SCORE), 0
    )


def with_later(linkage: Resource, later: Iterable[Later]) -> Resource:
    """The same, with these facts to assign."""
    listed = [
        {"url": ADDED if one.is_new else CHANGED, "valueReference": {"reference": one.reference}}
        for one in dict.fromkeys(later)
    ] + [one for one in linkage.get("extension", []) if one.get("url") == SCORE]
    rest = {name: value for name, value in linkage.items() if name != "extension"}
    return {**rest, "extension": listed} if listed else rest


def in_state(linkage: Resource, state: str) -> Resource:
    """The same, in another state."""
    for other in STATES:
        linkage = untagged(linkage, other)
    return {**tagged(linkage, state), "active": state == MERGED}


def state(linkage: Resource) -> str:
    """merged, separated or two-people; empty when nobody decided yet."""
    return next((one for one in STATES if codes.has_tag(linkage, one)), "")


def sides(linkage: Resource) -> tuple[str, str]:
    """The patient whose identity survived, and the other."""
    keep, other = (one["resource"]["reference"].removeprefix("Patient/") for one in linkage["item"])
    return keep, other


def later(linkage: Resource) -> list[Later]:
    """What a person has still to assign."""
    return [
        Later(one["valueReference"]["reference"], one["url"] == ADDED)
        for one in linkage.get("extension", [])
        if one.get("url") in (ADDED, CHANGED)
    ]


def conflict(ours: Sequence[Resource], theirs: Sequence[Resource]) -> bool:
    """Whether the two sides bear different INS that were both checked: two people, never to be merged."""
    mine, others = _checked_ins(ours), _checked_ins(theirs)
    return bool(mine and others and not mine & others)


def _checked_ins(patients: Sequence[Resource]) -> set[str]:
    return {number for one in patients if person.reliability(one) in _CHECKED for number in identity.ins(one)}


def moved(resource: Resource, of: Iterable[str], to: str) -> Resource:
    """The same fact about the patient `to`, wherever it named one of the patients `of`."""
    made = deepcopy(resource)
    for node in references.walk(made):
        pair = references.split(node["reference"])
        if pair and pair[0] == "Patient" and pair[1] in set(of):
            node["reference"] = f"Patient/{to}"
            node.pop("display", None)
            node.pop("identifier", None)
    return made


def units(facts: Mapping[str, Resource], provenances: Iterable[Resource]) -> list[frozenset[str]]:
    """The facts (`Type/id` → resource) that belong together: one names the other, or one action wrote both. They are
    assigned together, so that no visit stays with one patient and its note with the other."""
    ties = [{name, *named(resource)} & facts.keys() for name, resource in facts.items()]
    ties += [named(one.get("target")) & facts.keys() for one in provenances]
    found: list[frozenset[str]] = []
    for tie in ties:
        if tie:
            apart = [unit for unit in found if not unit & tie]
            found = [*apart, frozenset(tie).union(*(unit for unit in found if unit & tie))]
    return found


def named(node: Any) -> set[str]:
    """`Type/id` of every local reference in it."""
    pairs = (references.split(one["reference"]) for one in references.walk(node))
    return {"/".join(pair) for pair in pairs if pair}
