"""CISP-2 as a file that the practice brings: from then on accepted problems have their rubric too."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from carnet.actions import classification, consultation, offers
from carnet.fhir import codes
from carnet.fhir.errors import NotFound, Refused
from carnet.record import gate
from carnet.record.actor import outsider
from tests.cast import ALICE, CHLOE
from tests.house.stories import emile

FILE = b"CISP-2;Libell\xc3\xa9;CIM-10\nK86;Hypertension;I10\nT90;Diab\xc3\xa8te;E11\nR74;Rhume;J00\nR83;Autre;J00\n"
NOTE = "HTA connue. DT2. rhume ce jour. pas de fièvre"


def signed(at: datetime, patient: str, text: str = NOTE, again: str = "") -> str:
    """Everything offered is accepted, and the note signed; `again` corrects one that was."""
    if again:
        draft = consultation.restore(by=ALICE, at=at, patient=patient, composition=again, text=text)
    else:
        draft = consultation.open(by=ALICE, at=at, patient=patient)
    kept = consultation.save(by=ALICE, patient=patient, draft=draft.id, revision=draft.revision, text=text)
    read = offers.read(by=ALICE, day=at.date(), draft=kept, text=text)
    keys = [one.key for one in read]
    offers.mark(by=ALICE, day=at.date(), draft=kept, text=text, keys=keys, verdict="accepted")
    made = consultation.sign(by=ALICE, at=at, patient=patient, draft=kept.id, revision=kept.revision)
    return made.composition.id


def rubrics(at: datetime, patient: str) -> dict[str, str]:
    found = gate.open_record(by=ALICE, at=at, patient=patient).all("Condition")
    return {
        coding["code"]: str(one.resource()["code"]["text"])
        for one in found
        for coding in one.resource()["code"]["coding"]
        if coding["system"] == codes.CISP2
    }


def test_accepted_problems_have_their_rubric(any_cell: Path, at: datetime) -> None:
    patient = emile(at)
    report = classification.bring(by=ALICE, at=at, content=FILE)
    assert (report.codes, report.unread) == (3, 0)
    signed(at, patient)
    assert rubrics(at, patient).keys() == {"K86", "T90"}, "J00 has two rubrics: nothing chooses"
    state = classification.state(by=ALICE)
    assert state is not None
    assert (state.rubrics, state.codes, state.several) == (2, 2, 1)


def test_a_corrected_note_makes_no_problem_twice_because_a_file_came_between(
    open_cell: Path, at: datetime
) -> None:
    patient = emile(at)
    note = signed(at, patient)
    before = len(gate.open_record(by=ALICE, at=at, patient=patient).all("Condition"))
    classification.bring(by=ALICE, at=at, content=FILE)
    signed(at, patient, f"{NOTE}, ni toux", again=note)
    assert len(gate.open_record(by=ALICE, at=at, patient=patient).all("Condition")) == before + 1


def test_without_a_file_nothing_is_added_and_it_can_be_taken_out(open_cell: Path, at: datetime) -> None:
    patient = emile(at)
    with pytest.raises(NotFound):
        classification.remove(by=ALICE, at=at)
    classification.bring(by=ALICE, at=at, content=FILE)
    classification.remove(by=ALICE, at=at)
    assert classification.state(by=ALICE) is None
    signed(at, patient)
    assert not rubrics(at, patient)
    classification.bring(by=ALICE, at=at, content=FILE)
    assert classification.state(by=ALICE) is not None


def test_the_secretary_and_the_outsider_bring_nothing(open_cell: Path, at: datetime) -> None:
    with pytest.raises(Refused):
        classification.bring(by=CHLOE, at=at, content=FILE)
    with pytest.raises(NotFound):
        classification.bring(by=outsider("x"), at=at, content=FILE)


def test_a_map_of_another_shape_gives_no_rubric_and_stops_no_signature(open_cell: Path, at: datetime) -> None:
    with gate.write(by=ALICE, at=at, action="test.map") as work:
        work.create({"resourceType": "ConceptMap", "status": "active"}, id="cisp-2")
    patient = emile(at)
    signed(at, patient)
    assert not rubrics(at, patient)
