"""CISP-2, for a practice that has the right to use it: its file of correspondences in, and from then on the rubric beside
the CIM-10 code of each accepted problem. Carnet brings no rubric of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from carnet.documents import correspondence
from carnet.record import access, gate
from carnet.record.actor import Actor
from carnet.record.work import Work
from carnet.rules import classification

Resource = dict[str, Any]
_TYPE = "ConceptMap"


@dataclass(frozen=True, slots=True)
class State:
    """What was brought: CISP-2 rubrics, CIM-10 codes that have one, and those that have several and so get none."""

    rubrics: int
    codes: int
    several: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Report:
    """What one file gave; `unread` counts its lines that were not read whole."""

    codes: int
    unread: int


def state(*, by: Actor) -> State | None:
    """As it stands; None where no file was brought."""
    found = gate.across(by=by, type=_TYPE, params=[("_id", classification.MAP)], limit=1)
    if not found:
        return None
    known = classification.rubrics(found[0].body)
    single = [cisp for cisp, _label in known.values() if cisp]
    return State(len(set(single)), len(single), len(known) - len(single), found[0].updated)


def bring(*, by: Actor, at: datetime, content: bytes) -> Report:
    """Keep the correspondences of a file, in place of those before. Raises Malformed, Refused."""
    check_write(by)
    table = correspondence.read(content)
    made = classification.concept_map((one.cim10, one.cisp, one.label) for one in table.pairs)
    with gate.write(by=by, at=at, action="classification.bring") as work:
        before = work.exists(_TYPE, classification.MAP)
        if before:
            work.update(made, if_version=before.version)
        else:
            work.create(made, id=classification.MAP)
    return Report(len(made["group"][0]["element"]), table.unread)


def remove(*, by: Actor, at: datetime) -> None:
    """Take the file away: codes already written stay. Raises NotFound, Refused."""
    check_write(by)
    with gate.write(by=by, at=at, action="classification.remove") as work:
        work.delete(_TYPE, classification.MAP)


def coded(work: Work, *made: Sequence[Resource]) -> list[list[Resource]]:
    """In the transaction that signs: these lists, problems with the rubric that the practice's file gives them."""
    has_problem = any(one["resourceType"] == "Condition" for listed in made for one in listed)
    brought = work.exists(_TYPE, classification.MAP) if has_problem else None
    known = classification.rubrics(brought.body) if brought else {}
    return [[classification.coded(one, known) for one in listed] for listed in made]


def check_write(by: Actor) -> None:
    """Doctors of the practice bring its classification."""
    access.check_doctor(by, _("Seul un médecin du cabinet importe une classification. Rien n’a été changé."))
