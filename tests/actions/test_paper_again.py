"""Papers that stand: given again as they were printed, overtaken by a correction of their own note, signed by who prints,
and never of what nobody accepted."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from carnet.actions import consultation, paper, paper_words, wordings
from carnet.fhir import codes
from carnet.fhir.errors import Invalid
from carnet.record import gate
from tests.actions.test_paper import requests, waiting, words
from tests.cast import ALICE, BRUNO
from tests.house.stories import prescribed


def corrected(visit: dict[str, str], at: datetime, text: str) -> None:
    """The note of this visit says that now, and no more is accepted."""
    (note,) = gate.open_record(by=ALICE, at=at, patient=visit["patient"]).all("Composition")
    draft = consultation.amend(by=ALICE, at=at, patient=visit["patient"], composition=note.id)
    kept = consultation.save(
        by=ALICE, patient=draft.patient, draft=draft.id, revision=draft.revision, text=text
    )
    consultation.sign(by=ALICE, at=at, patient=draft.patient, draft=kept.id, revision=kept.revision)


def papers(visit: dict[str, str], at: datetime) -> list[tuple[str, str]]:
    found = gate.open_record(by=ALICE, at=at, patient=visit["patient"]).all("DocumentReference")
    return [(one.id, one.resource()["status"]) for one in found]


def test_what_another_visit_ended_changes_no_paper_of_this_one(open_cell: object, at: datetime) -> None:
    """Neither one medicine of several, nor all of them: the paper is given again as it was printed."""
    visit = prescribed(at, "metformine 500 2/j 3 mois")
    (first,) = paper.prescription(by=ALICE, at=at, **visit)
    for later, over in ((60, "metformine"), (61, "amlodipine")):
        ends(visit, at + timedelta(days=later), over)
        (again,) = paper.prescription(by=ALICE, at=at + timedelta(days=later), **visit)
        assert (again.id, again.version) == (first.id, first.version)
    assert papers(visit, at) == [(first.id, "current")]


def ends(visit: dict[str, str], at: datetime, medicine: str) -> None:
    """Another visit, which stops it."""
    with gate.write(by=ALICE, at=at, action="test.stop", patient=visit["patient"]) as work:
        for one in work.record(visit["patient"], "MedicationRequest"):
            if one.resource()["medicationCodeableConcept"]["text"].startswith(medicine):
                work.update({**one.resource(), "status": "stopped"}, if_version=one.version)


def test_a_correction_that_leaves_nothing_takes_the_paper_back(open_cell: object, at: datetime) -> None:
    visit = prescribed(at)
    (first,) = paper.prescription(by=ALICE, at=at, **visit)
    corrected(visit, at + timedelta(minutes=1), "Rien ce jour.")
    with pytest.raises(Invalid, match="retiré"):
        paper.prescription(by=ALICE, at=at + timedelta(minutes=2), **visit)
    assert papers(visit, at) == [(first.id, "superseded")]


@pytest.mark.parametrize(
    "proposed",
    [
        {"intent": "proposal"},
        {"intent": "order", "doNotPerform": True},
        {"intent": "order", "status": "active", "medicationReference": {"display": "x"}},
        {"intent": "order", "meta": {"tag": [{"system": codes.TAG, "code": codes.RECEIVED}]}},
    ],
)
def test_what_nobody_accepted_here_is_neither_printed_nor_prescribed(
    open_cell: object, at: datetime, proposed: dict[str, Any]
) -> None:
    visit = prescribed(at)
    drug = (
        {} if "medicationReference" in proposed else {"medicationCodeableConcept": {"text": "méthotrexate"}}
    )
    with gate.write(by=ALICE, at=at, action="test.proposal", patient=visit["patient"]) as work:
        made = work.create({
            "resourceType": "MedicationRequest", "status": "draft", "subject": {"reference": f"Patient/{visit['patient']}"},
            "encounter": {"reference": f"Encounter/{visit['encounter']}"}, **drug, **proposed,
        })  # fmt: skip
    (kept,) = paper.prescription(by=ALICE, at=at, **visit)
    assert "amlodipine" in words(kept, visit["patient"], at)
    assert "méthotrexate" not in words(kept, visit["patient"], at)
    record = gate.open_record(by=ALICE, at=at, patient=visit["patient"])
    assert record.get("MedicationRequest", made.id).version == 1, "it stays what it was"


def test_who_prints_signs_and_the_record_says_so(open_cell: object, at: datetime) -> None:
    """Bruno prints the visit of Alice: he prescribes, she wrote the note."""
    visit = prescribed(at, "certificat sport\nAT 3j")
    wordings.save(by=ALICE, at=at, kind="certificate", name="Sport", text="Examiné ce jour.", shared=True)
    (kept,) = paper.prescription(by=BRUNO, at=at, **visit)
    assert BRUNO.name in words(kept, visit["patient"], at)
    (request,) = requests(visit["patient"], at)
    assert (request["requester"], request["recorder"]) == (BRUNO.who(), ALICE.who())
    record = gate.open_record(by=BRUNO, at=at, patient=visit["patient"])
    waiting_ = paper.unwritten(by=BRUNO, day=at.date(), record=record, encounter=visit["encounter"])
    assert [kind for kind, _ in waiting_] == ["certificate", "sick_leave"], "he examined nobody"


def test_a_paper_that_a_colleague_gave_is_given_again_in_their_name(open_cell: object, at: datetime) -> None:
    visit = prescribed(at)
    (first,) = paper.prescription(by=ALICE, at=at, **visit)
    (again,) = paper.prescription(by=BRUNO, at=at, **visit)
    assert again.id == first.id
    assert requests(visit["patient"], at)[0]["requester"] == ALICE.who()


def test_a_letter_written_twice_for_one_request_is_one_letter(open_cell: object, at: datetime) -> None:
    visit = prescribed(at, "courrier cardio pour écho")
    ((_, request),) = waiting(visit, at)
    asked = paper_words.Asked("letter", "Bonjour", encounter=visit["encounter"], request=request)
    first = paper.letter(by=ALICE, at=at, patient=visit["patient"], asked=asked)
    second = paper.letter(by=ALICE, at=at, patient=visit["patient"], asked=replace(asked, body="Bonsoir"))
    assert sorted(papers(visit, at)) == sorted([(first.id, "superseded"), (second.id, "current")])
    assert second.resource()["relatesTo"][0]["target"]["reference"] == first.reference


def test_a_letter_that_the_note_asks_no_more_is_refused(open_cell: object, at: datetime) -> None:
    visit = prescribed(at, "courrier cardio pour écho")
    ((_, request),) = waiting(visit, at)
    corrected(visit, at + timedelta(minutes=1), "amlodipine 5 mg 1 cp 1 fois par jour 3 mois")
    asked = paper_words.Asked("letter", "Bonjour", encounter=visit["encounter"], request=request)
    with pytest.raises(Invalid, match="ne demande plus"):
        paper.letter(by=ALICE, at=at + timedelta(minutes=2), patient=visit["patient"], asked=asked)
    assert papers(visit, at) == []
