"""What a corrected note takes back from papers and treatments."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from carnet.actions import offers, paper, task
from carnet.fhir.errors import Invalid
from carnet.record import gate
from tests.actions.test_offers import begun, corrected, facts, offered, say, sign
from tests.cast import ALICE

pytestmark = pytest.mark.usefixtures("any_cell")


def test_a_medicine_deleted_by_a_correction_leaves_the_paper_and_the_treatments(at: datetime) -> None:
    """Printed or not: no later paper says it again."""
    first, then = "amlodipine 5 1/j 3 mois\nhydroxyzine 25 1 le soir 15 j", "amlodipine 5 1/j 3 mois"
    draft = begun(at, text=first)
    say(draft, at, "accepted", *offered(draft, at, first), text=first)
    signed = sign(draft, at).composition
    encounter = signed.resource()["encounter"]["reference"].partition("/")[2]
    paper.prescription(by=ALICE, at=at, patient=draft.patient, encounter=encounter)
    sign(corrected(signed.id, draft.patient, at, then), at)
    (again,) = paper.prescription(by=ALICE, at=at, patient=draft.patient, encounter=encounter)
    statuses = {
        one["medicationCodeableConcept"]["text"]: one["status"]
        for one in facts(draft.patient, at)
        if one["resourceType"] == "MedicationRequest"
    }
    assert statuses == {"amlodipine 5 mg": "active", "hydroxyzine 25 mg": "stopped"}
    assert again.resource()["relatesTo"][0]["code"] == "replaces"


def statuses(patient: str, at: datetime, *types: str) -> dict[str, str]:
    """What the record holds of these types, by its words."""
    listed = gate.open_record(by=ALICE, at=at, patient=patient).all(*types)
    return {_words(one.resource()): one.resource()["status"] for one in listed}


def _words(resource: dict[str, Any]) -> str:
    named = next((resource[name]["text"] for name in _NAMED if name in resource), resource.get("description"))
    return f"{named} lot {resource['lotNumber']}" if "lotNumber" in resource else str(named)


_NAMED = ("code", "medicationCodeableConcept", "vaccineCode")


def visit(at: datetime, text: str) -> tuple[str, str]:
    """The patient and the note of a visit of which all was accepted."""
    draft = begun(at, text=text)
    say(draft, at, "accepted", *offered(draft, at, text), text=text)
    return draft.patient, sign(draft, at).composition.id


@pytest.mark.parametrize("later", [1, 320])
@pytest.mark.parametrize(
    "words",
    ["K 5,6 hier", "TA 16/9 hier soir", "HbA1c 7,2 il y a 10 j", "HbA1c 7,2 (12/01)", "rdv dans 3 mois"],
)
def test_a_correction_is_read_on_the_day_of_its_visit(at: datetime, words: str, later: int) -> None:
    """« Hier » is the day before the visit: what nobody touched keeps its day, and is offered with it."""
    patient, note = visit(at, f"{words}\nRAS")
    before = gate.open_record(by=ALICE, at=at, patient=patient).all("Observation", "Task")
    then, text = at + timedelta(days=later), f"{words}\nRien à signaler"
    draft = corrected(note, patient, then, text)
    assert [one.known for one in offered(draft, then, text).values()] == [True]
    sign(draft, then)
    after = gate.open_record(by=ALICE, at=then, patient=patient).all("Observation", "Task")
    assert [one.body for one in after] == [one.body for one in before]


def test_a_treatment_that_began_after_the_visit_ends_no_day_before_it_began(at: datetime) -> None:
    patient, note = visit(at, "RAS")
    since, then = at + timedelta(days=20), at + timedelta(days=40)
    draft = begun(since, patient, "amlodipine 5 1/j 3 mois")
    say(draft, since, "accepted", draft.text, text=draft.text)
    sign(draft, since)
    draft = corrected(note, patient, then, "stop amlodipine")
    say(draft, then, "accepted", *offered(draft, then, draft.text), text=draft.text)
    sign(draft, then)
    (ended,) = facts(patient, then)
    assert ended["status"] == "stopped"
    assert ended["dispenseRequest"]["validityPeriod"]["end"] == then.date().isoformat()


def test_a_reader_that_reads_more_takes_nothing_back(at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program of next year gives the tablets their unit and potassium another code: words that nobody touched stand,
    wherever they are by then; those that changed do not."""
    patient, note = visit(at, "amlodipine 5 1/j 3 mois\nTA 14/8\nK 4,2. Na 140\nRAS")
    sign(corrected(note, patient, at, "Revu\namlodipine 5 1/j 3 mois\nTA 14/8\nK 4,2. Na 140\nRAS"), at)
    read = offers.facts
    monkeypatch.setattr(
        offers,
        "facts",
        lambda text, who: [{**one, **_READ_ANEW.get(one["kind"], {})} for one in read(text, who)],
    )
    text = "amlodipine 5 1/j 3 mois\nTA 14/8\nK 4,2. Na 138\nRien à signaler"
    sign(corrected(note, patient, at, text), at)
    assert statuses(patient, at, "MedicationRequest", "Observation") == {
        "amlodipine 5 mg": "draft",
        "Pression artérielle": "final",
        "potassium": "final",
        "sodium": "entered-in-error",
    }


_READ_ANEW = {"medication": {"intake_unit": "cp", "dose_per_intake": 1}, "lab": {"loinc": "6298-4"}}


@pytest.mark.parametrize(
    ("asked", "denied"),
    [
        ("écho abdo", "pas d'écho abdo"),
        ("bio NFS", "bio NFS faite en ville, normale"),
        ("kiné 10 séances", "kiné 10 séances : refuse"),
        ("AT 3j", "pas d'AT 3j : refuse l'arrêt"),
    ],
)
def test_a_request_that_a_correction_denies_is_asked_no_more(at: datetime, asked: str, denied: str) -> None:
    patient, note = visit(at, asked)
    signed = sign(corrected(note, patient, at, denied), at).composition
    assert [*statuses(patient, at, "ServiceRequest").values()] == ["revoked"]
    encounter = signed.resource()["encounter"]["reference"].partition("/")[2]
    with pytest.raises(Invalid):
        paper.prescription(by=ALICE, at=at, patient=patient, encounter=encounter)


@pytest.mark.parametrize(
    ("first", "then", "kept"),
    [
        (
            "sous Xarelto 20 1/j",
            "sous Eliquis 5 x2/j",
            {"rivaroxaban 20 mg (Xarelto)": "entered-in-error", "apixaban 5 mg (Eliquis)": "active"},
        ),
        (
            "stop Xarelto 20",
            "stop Eliquis 5",
            {"rivaroxaban 20 mg (Xarelto)": "entered-in-error", "apixaban 5 mg (Eliquis)": "stopped"},
        ),
        ("sous ibuprofène 400, stop ibuprofène", "sous ibuprofène 400", {"ibuprofène 400 mg": "active"}),
        ("sous ibuprofène 400, stop ibuprofène", "RAS", {"ibuprofène 400 mg": "entered-in-error"}),
        (
            "DTP fait ce jour lot X123",
            "Prevenar 20 fait ce jour lot X123",
            {"dTP lot X123": "entered-in-error", "pneumocoque 20-valent lot X123": "completed"},
        ),
        (
            "DTP fait ce jour lot X123",
            "DTP fait ce jour lot X124",
            {"dTP lot X123": "entered-in-error", "dTP lot X124": "completed"},
        ),
        ("vaccin grippe à faire", "RAS", {"Vaccin à faire : grippe": "cancelled"}),
        ("rdv dans 3 mois", "cs dans 6 mois", {"Rdv": "cancelled", "Cs": "requested"}),
    ],
)
def test_what_stands_corrected_does_not_stand_twice(
    at: datetime, first: str, then: str, kept: dict[str, str]
) -> None:
    patient, note = visit(at, first)
    draft = corrected(note, patient, at, then)
    new = [quote for quote, one in offered(draft, at, then).items() if not one.known]
    say(draft, at, "accepted", *new, text=then)
    sign(draft, at)
    assert statuses(patient, at, "MedicationStatement", "Immunization", "Task") == kept


def test_what_another_note_said_or_did_stays(at: datetime) -> None:
    """A step that somebody has done is done; a treatment that a later visit ended is as that visit left it."""
    text = "sous Xarelto 20 1/j\nrdv dans 3 mois"
    patient, note = visit(at, text)
    (step,) = gate.open_record(by=ALICE, at=at, patient=patient).all("Task")
    task.complete(by=ALICE, at=at, id=step.id, if_version=step.version)
    for words in ("stop Xarelto", "sous metformine 1000"):
        draft = begun(at, patient, words)
        say(draft, at, "accepted", *offered(draft, at, words), text=words)
        sign(draft, at)
    sign(corrected(note, patient, at, "RAS"), at)
    assert statuses(patient, at, "MedicationStatement", "Task") == {
        "rivaroxaban 20 mg (Xarelto)": "stopped",
        "metformine 1000 mg": "active",
        "Rdv": "completed",
    }


def test_the_offer_of_a_vaccine_says_its_lot_or_its_year(at: datetime) -> None:
    text = "DTP fait ce jour, Prevenar 20 fait ce jour lot AB123\nROR fait en 2015"
    draft = begun(at, text=text)
    found = {one.words for one in offered(draft, at, text).values()}
    assert found == {
        "vaccin dTP fait ce jour",
        "vaccin pneumocoque 20-valent fait ce jour, lot AB123",
        "vaccin ROR fait en 2015",
    }


@pytest.mark.parametrize(
    ("first", "then", "left"),
    [
        (
            "DTP fait ce jour, bras gauche, lot X123",
            "DTP fait ce jour, bras gauche, lot X124",
            ["DTP fait ce jour"],
        ),
        ("bio du 12/01 : K 5,6", "bio du 13/01 : K 5,6", ["K 5,6"]),
        ("K 5,6", "K 5,6. RAS", []),
    ],
)
def test_what_is_taken_back_for_its_lot_or_its_day_is_named_as_left(
    at: datetime, first: str, then: str, left: list[str]
) -> None:
    patient, note = visit(at, first)
    signed = sign(corrected(note, patient, at, then), at)
    assert [one.fact["quote"] for one in signed.left] == left
    wrong = [
        one
        for one in statuses(patient, at, "Immunization", "Observation").values()
        if one == "entered-in-error"
    ]
    assert len(wrong) == len(left)
