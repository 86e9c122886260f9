"""A dose that a correction changes: what it will take the place of is told, and no earlier dose comes back in silence."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from carnet.actions import consultation, paper
from carnet.fhir.errors import Invalid
from carnet.record import gate
from carnet.rules import timeline
from carnet.rules.synthesis import Line, synthesis
from tests.actions.test_offers import begun, corrected, offered, say, sign
from tests.actions.test_one_note import signed
from tests.cast import ALICE

pytestmark = pytest.mark.usefixtures("any_cell")

BEFORE, WRONG, RIGHT = (f"Previscan 20 {dose} cp le soir" for dose in ("3/4", "1/2", "1/4"))


def treatments(patient: str, at: datetime) -> list[Line]:
    listed = gate.open_record(by=ALICE, at=at, patient=patient).all(
        "MedicationRequest", "MedicationStatement"
    )
    return synthesis([one.resource() for one in listed], today=at.date()).treatments


def wrong_dose(at: datetime) -> tuple[str, str]:
    """The patient and the note whose dose is wrong, and took the place of that of an earlier visit."""
    patient, _, _ = signed(at, BEFORE)
    _, note, _ = signed(at + timedelta(days=7), WRONG, patient=patient)
    return patient, note.id


def test_the_offer_of_a_correction_says_what_it_will_take_the_place_of(at: datetime) -> None:
    patient, note = wrong_dose(at)
    later = at + timedelta(days=7)
    again = corrected(note, patient, later, RIGHT)
    (one,) = offered(again, later, RIGHT).values()
    assert one.ends == (f"« {BEFORE} »",)
    say(again, later, "accepted", RIGHT, text=RIGHT)
    assert sign(again, later).back == ()
    (line,) = treatments(patient, later)
    assert (RIGHT in line.detail, line.doubt) == (True, "")


@pytest.mark.parametrize("is_printed", [True, False])
def test_a_changed_dose_that_nobody_accepted_never_brings_the_earlier_one_back_in_silence(
    at: datetime, is_printed: bool
) -> None:
    patient, note = wrong_dose(at)
    later = at + timedelta(days=7)
    if is_printed:
        (found,) = [
            one
            for one in gate.open_record(by=ALICE, at=later, patient=patient).all("Composition")
            if one.id == note
        ]
        encounter = found.resource()["encounter"]["reference"].partition("/")[2]
        paper.prescription(by=ALICE, at=later, patient=patient, encounter=encounter)
    done = sign(corrected(note, patient, later, RIGHT), later)
    (line,) = treatments(patient, later)
    assert BEFORE in line.detail
    assert RIGHT in line.doubt
    assert [RIGHT in one.doubt for one in done.back] == [True]
    (left,) = done.left
    consultation.take(by=ALICE, at=later, patient=patient, composition=note, key=left.key, seen=left.seen)
    (line,) = treatments(patient, later)
    assert (RIGHT in line.detail, line.doubt) == (True, "")


def test_the_doubt_goes_when_a_further_correction_says_that_dose_again(at: datetime) -> None:
    patient, note = wrong_dose(at)
    later = at + timedelta(days=7)
    sign(corrected(note, patient, later, RIGHT), later)
    done = sign(corrected(note, patient, later, "rien de changé"), later)
    assert [(BEFORE in one.detail, one.doubt) for one in treatments(patient, later)] == [(True, "")]
    assert done.back == (), "it was back already"


def test_what_comes_back_without_a_doubt_is_told_too(at: datetime) -> None:
    patient, note = wrong_dose(at)
    done = sign(corrected(note, patient, at, "erreur, rien de changé"), at)
    assert [("Previscan" in one.words, one.doubt) for one in done.back] == [(True, "")]


def test_the_same_with_another_strength(at: datetime) -> None:
    patient, _, _ = signed(at, "ramipril 10 1/j 3 mois")
    _, note, _ = signed(at, "ramipril 7,5 1/j 3 mois", patient=patient)
    then = "ramipril 5 1/j 3 mois"
    done = sign(corrected(note.id, patient, at, then), at)
    assert [one.text for one in treatments(patient, at)] == ["ramipril 10 mg"]
    (left,) = done.left
    assert left.ends == ("ramipril 10 mg",)
    consultation.take(by=ALICE, at=at, patient=patient, composition=note.id, key=left.key, seen=left.seen)
    assert [one.text for one in treatments(patient, at)] == ["ramipril 5 mg"]


def test_accepted_stops_have_nothing_to_say_in_a_correction(at: datetime) -> None:
    patient, _, _ = signed(at, "rosuvastatine 10 1/j 3 mois\namlodipine 5 1/j 3 mois")
    stops = "stop rosuvastatine, stop amlodipine\nTA 14/8"
    _, note, _ = signed(at, stops, patient=patient)
    text = f"{stops}\nrevu"
    again = corrected(note.id, patient, at, text)
    assert [one.known for one in offered(again, at, text).values()] == [True, True, True]
    sign(again, at)
    assert treatments(patient, at) == []


def test_a_suspicion_that_a_correction_affirms_is_offered_and_affirmed(at: datetime) -> None:
    patient, note, _ = signed(at, "Susp TVP")
    again = corrected(note.id, patient, at, "TVP")
    (one,) = offered(again, at, "TVP").values()
    assert not one.known
    say(again, at, "accepted", "TVP", text="TVP")
    sign(again, at)
    (problem,) = gate.open_record(by=ALICE, at=at, patient=patient).all("Condition")
    assert problem.resource()["verificationStatus"]["coding"][0]["code"] == "confirmed"


def test_what_was_refused_stands_struck_in_the_correction_and_is_taken_back_by_one_key(at: datetime) -> None:
    text = "tramadol 50 1 cp x3/j 5 j\nTA 14/8"
    draft = begun(at, text=text)
    say(draft, at, "refused", "tramadol 50 1 cp x3/j 5 j", text=text)
    note = sign(draft, at).composition.id
    again = corrected(note, draft.patient, at, text)
    drug = "tramadol 50 1 cp x3/j 5 j"
    assert offered(again, at, text)[drug].verdict == "refused"
    with pytest.raises(Invalid, match="rien à signer"):
        sign(again, at)
    assert say(again, at, "", drug, text=text)[drug].verdict == ""
    say(again, at, "accepted", drug, text=text)
    sign(again, at)
    assert [one.text for one in treatments(draft.patient, at)] == ["tramadol 50 mg"]


@pytest.mark.parametrize("is_printed", [True, False])
def test_the_story_says_of_a_prescription_that_its_note_took_it_back(at: datetime, is_printed: bool) -> None:
    patient, note, _ = signed(at, WRONG)
    if is_printed:
        encounter = note.resource()["encounter"]["reference"].partition("/")[2]
        paper.prescription(by=ALICE, at=at, patient=patient, encounter=encounter)
    sign(corrected(note.id, patient, at, RIGHT), at)
    reading = gate.open_record(by=ALICE, at=at, patient=patient).reading()
    told = [event.told(reading.whole) for event in timeline.outline(reading.glances)]
    (said,) = [one.text for one in told if one.kind == "prescription"]
    assert said.endswith("(retiré par sa note)")
