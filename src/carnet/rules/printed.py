"""Which requests of a visit go on paper, and which papers it already has. Pure. A paper is given again as it was printed,
whatever another visit ended since; only a correction of its own note makes it out of date, or a request that is new."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Protocol, TypeVar

from carnet.rules import received
from carnet.rules.accepted import treatments
from carnet.rules.passage import place_of

Resource = dict[str, Any]
Says = frozenset[str]  # references of the requests on one paper


class Kept(Protocol):
    """A document of the record."""

    def resource(self) -> Resource:
        """Its content."""


One = TypeVar("One", bound=Kept)


def says(requests: Iterable[Resource]) -> Says:
    """What a paper of these requests says."""
    return Says(_reference(one) for one in requests)


def references(document: Resource) -> list[str]:
    """Those of the requests that a paper of the record says, in its order."""
    return [str(one.get("reference", "")) for one in document.get("context", {}).get("related", [])]


def of_visit(documents: Iterable[One], encounter: str) -> dict[Says, One]:
    """The papers of one visit that stand, by what they say; one that says no request is nobody's answer."""
    found = {Says(references(one.resource())): one for one in documents if _is_of(one.resource(), encounter)}
    return {said: one for said, one in found.items() if said}


def is_ours(request: Resource) -> bool:
    """Whether a person asked for this in one of our notes: what a program or a document proposes, or says not to do, goes
    on no paper of ours."""
    return (
        place_of(request) is not None
        and request.get("intent") == "order"
        and not request.get("doNotPerform")
        and received.state(request) is None
    )


def retracted(requests: Iterable[Resource]) -> Says:
    """Those that a « stop » of their own note ended, accepted after they were printed: no paper says them any more."""
    return says(one for one in requests if treatments.is_one(one) and treatments.is_ended_by_its_note(one))


def is_prescribed(resource: Resource) -> bool:
    """Whether this is a medicine that one of our notes prescribes, and nobody took back."""
    is_medicine = resource["resourceType"] == "MedicationRequest" and is_ours(resource)
    return is_medicine and resource.get("status") in ("active", "draft")


def is_present(condition: Resource) -> bool:
    """Whether a problem is there, or suspected: not denied, not over."""
    said = [
        condition.get(name, {}).get("coding", [{}])[0].get("code")
        for name in ("clinicalStatus", "verificationStatus")
    ]
    return said[0] in ("active", "recurrence", "relapse") and said[1] not in ("refuted", "entered-in-error")


def again(held: Mapping[Says, One], wanted: Says, corrected: str, retracted: Says) -> One | None:
    """The paper that says this already: the very same, or one of which some was ended since by another visit. After a
    correction of its note (an instant), or when its own note ended some of it (`retracted`), only the very same."""
    wider = (
        one
        for said, one in held.items()
        if wanted < said and not said & retracted and not _is_before(one, corrected)
    )
    return held.get(wanted) or next(wider, None)


def stale(
    held: Mapping[Says, One],
    wanted: Collection[Says],
    asked: Iterable[Resource],
    corrected: str,
    retracted: Says,
) -> list[One]:
    """Those that another one takes the place of: one that says more; after a correction of the note, one that says
    otherwise, and one of which nothing is asked any more; one that says what its own note ended."""
    standing = {_reference(one) for one in asked if one.get("status") in ("active", "draft")}
    new = [one for one in wanted if again(held, one, corrected, retracted) is None]
    return [
        one
        for said, one in held.items()
        if said not in wanted
        and (
            any(said & more for more in new)
            or said & retracted
            or (not said & standing and _is_before(one, corrected))
        )
    ]


def _is_before(document: Kept, corrected: str) -> bool:
    """Whether its note was corrected after it was printed."""
    return bool(corrected) and str(document.resource().get("date", "")) <= corrected


def _is_of(document: Resource, encounter: str) -> bool:
    visits = [one.get("reference") for one in document.get("context", {}).get("encounter", [])]
    return document.get("status") == "current" and f"Encounter/{encounter}" in visits


def _reference(resource: Resource) -> str:
    return f"{resource['resourceType']}/{resource['id']}"
