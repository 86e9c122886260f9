"""What one note says of a drug in two places: a stop after its line, another dose of what is taken until now."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from carnet.actions import consultation, paper
from carnet.fhir.errors import Conflict, Invalid
from carnet.record import gate
from carnet.record.work import Stored
from carnet.rules.offers import Offer
from carnet.rules.synthesis import synthesis
from tests.actions.test_offers import begun, corrected, offered, say, sign
from tests.cast import ALICE

pytestmark = pytest.mark.usefixtures("any_cell")


def taken(patient: str, at: datetime) -> list[str]:
    """The treatments as the record shows them."""
    listed = gate.open_record(by=ALICE, at=at, patient=patient).all(
        "MedicationRequest", "MedicationStatement"
    )
    return [one.text for one in synthesis([one.resource() for one in listed], today=at.date()).treatments]


def signed(
    at: datetime, text: str, *left: str, patient: str | None = None
) -> tuple[str, Stored, dict[str, Offer]]:
    """A note of which all was accepted but what is named; its patient, and what it left by its words."""
    draft = begun(at, patient, text)
    found = [quote for quote in offered(draft, at, text) if quote not in left]
    say(draft, at, "accepted", *found, text=text)
    kept = sign(draft, at)
    return draft.patient, kept.composition, {one.words: one for one in kept.left}


def printed(patient: str, note: Stored, at: datetime) -> list[str]:
    """What stands on the prescription of that visit."""
    encounter = note.resource()["encounter"]["reference"].partition("/")[2]
    papers = paper.prescription(by=ALICE, at=at, patient=patient, encounter=encounter)
    said = {one["reference"] for each in papers for one in each.resource()["context"]["related"]}
    listed = gate.open_record(by=ALICE, at=at, patient=patient).all("MedicationRequest")
    return sorted(
        one.resource()["medicationCodeableConcept"]["text"] for one in listed if one.reference in said
    )


@pytest.mark.parametrize("first", ["Trt actuel : Ramipril 5 1-0-0", "ramipril 5 1/j 3 mois"])
def test_a_stop_after_the_line_of_the_drug_beats_it(at: datetime, first: str) -> None:
    text = f"{first}\namlodipine 5 1/j 3 mois\nToux, stop ramipril"
    found = {one.words: one for one in offered(begun(at, text=text), at, text).values()}
    assert found["arrêt : ramipril"].ends == ("ramipril 5 mg",)
    patient, note, _ = signed(at, text)
    assert taken(patient, at) == ["amlodipine 5 mg"]
    assert printed(patient, note, at) == ["amlodipine 5 mg"]


def test_a_stop_that_stands_first_is_told_and_neither_is_signed(at: datetime) -> None:
    text = "stop ramipril\nramipril 5 1/j 3 mois"
    draft = begun(at, text=text)
    found = say(draft, at, "accepted", *offered(draft, at, text), text=text)
    assert [one.unlike for one in found.values()] == [
        ("ramipril 5 mg, 1 comprimé 1 fois par jour, pendant 3 mois",),
        ("arrêt : ramipril",),
    ]
    assert not any(one.certain for one in found.values())
    with pytest.raises(Invalid, match="arrête ramipril"):
        sign(draft, at)
    assert taken(draft.patient, at) == []
    say(draft, at, "refused", "ramipril", text=text)
    sign(draft, at)
    assert taken(draft.patient, at) == ["ramipril 5 mg"]


def test_a_strength_that_is_stopped_for_another_is_no_contradiction(at: datetime) -> None:
    patient, note, _ = signed(at, "stop ramipril 5\nramipril 10 1/j 3 mois")
    assert taken(patient, at) == ["ramipril 10 mg"]
    assert printed(patient, note, at) == ["ramipril 10 mg"]


def test_a_stop_taken_after_the_signature_leaves_neither_paper_nor_treatment(at: datetime) -> None:
    text = "tramadol 50 1 cp x3/j 5 j\nparacetamol 1 g x3/j 5 j\nNausées, stop tramadol"
    patient, note, left = signed(at, text, "tramadol")
    assert printed(patient, note, at) == ["paracétamol 1 g", "tramadol 50 mg"]
    stop = left["arrêt : tramadol"]
    assert stop.ends == ("tramadol 50 mg",)
    consultation.take(by=ALICE, at=at, patient=patient, composition=note.id, key=stop.key, seen=stop.seen)
    assert taken(patient, at) == ["paracétamol 1 g"]
    assert printed(patient, note, at) == ["paracétamol 1 g"], "not the paper that was already given"
    assert printed(patient, note, at + timedelta(days=3)) == ["paracétamol 1 g"]


def test_a_drug_that_its_note_stops_is_not_taken_afterwards(at: datetime) -> None:
    text = "tramadol 50 1 cp x3/j 5 j\nNausées, stop tramadol"
    patient, note, left = signed(at, text, "tramadol 50 1 cp x3/j 5 j", "tramadol")
    drug, stop = (
        next(one for said, one in left.items() if said.startswith(word)) for word in ("tramadol", "arrêt")
    )
    consultation.take(by=ALICE, at=at, patient=patient, composition=note.id, key=stop.key, seen=stop.seen)
    with pytest.raises(Conflict, match="l'arrête"):
        consultation.take(by=ALICE, at=at, patient=patient, composition=note.id, key=drug.key, seen=drug.seen)
    assert taken(patient, at) == []
    assert signed(at, text, "tramadol 50 1 cp x3/j 5 j")[2] == {}, "nor named, once its stop was accepted"


def test_without_its_stop_the_corrected_note_prescribes_it_again(at: datetime) -> None:
    patient, note, _ = signed(at, "ramipril 5 1/j 3 mois\nToux, stop ramipril")
    again = corrected(note.id, patient, at, "ramipril 5 1/j 3 mois\nToux")
    assert [one.known for one in offered(again, at, again.text).values()] == [True, True]
    sign(again, at)
    assert taken(patient, at) == ["ramipril 5 mg"]
    sign(corrected(note.id, patient, at, "Toux"), at)
    assert taken(patient, at) == []


def test_another_dose_ends_what_the_note_tells_as_taken_until_now(at: datetime) -> None:
    text = "Traitement actuel : Furosemide 40 1-0-0, Seresta 10 0-0-1\nFurosemide 40 -> 20 1-0-0\nSeresta 10 1/2 le soir 15j puis arrêt"
    found = {one.fact["quote"]: one for one in offered(begun(at, text=text), at, text).values()}
    assert found["Furosemide 40 -> 20 1-0-0"].ends == ("furosémide 40 mg",)
    patient, note, _ = signed(at, text)
    assert taken(patient, at) == ["furosémide 20 mg", "oxazépam 10 mg (Seresta)"]
    assert printed(patient, note, at) == ["furosémide 20 mg", "oxazépam 10 mg (Seresta)"]
    _, _, left = signed(at, text, "Furosemide 40 1-0-0")
    assert left == {}, "what another dose has taken the place of is not offered again"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("sous Levothyrox 75, Levothyrox 25", ["lévothyroxine 25 µg (Levothyrox)", "lévothyroxine 75 µg (Levothyrox)"]),
        ("Levothyrox 75 1/j\nLevothyrox 25 1/j", ["lévothyroxine 25 µg (Levothyrox)", "lévothyroxine 75 µg (Levothyrox)"]),
        ("sous Levothyrox 75\n\nLevothyrox 75 1/j 3 mois\nLevothyrox 25 1/j 3 mois", ["lévothyroxine 25 µg (Levothyrox)", "lévothyroxine 75 µg (Levothyrox)"]),
        ("Traitement actuel : Lantus 10 UI le matin\nLantus 20 UI le soir", ["insuline glargine (Lantus)"] * 2),
        ("Traitement actuel : furosemide 40 1-0-0\nfurosemide 40 2 cp/j 5 j", ["furosémide 40 mg"] * 2),
    ],
)  # fmt: skip
def test_two_that_are_taken_together_stay_two(at: datetime, text: str, kept: list[str]) -> None:
    assert taken(signed(at, text)[0], at) == kept
