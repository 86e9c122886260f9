"""The stories hold together before anything is written: names in the tables, dates, numbers, dosages, documents that
our own readers understand whole."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from carnet.demo import cda, facts, laboratory, letters, measures, people, stories, when
from carnet.demo.dice import dice
from carnet.documents import open as readers
from carnet.documents.recognise import recognise
from carnet.fhir.identifiers import is_ins, is_rpps
from carnet.rules import person

TODAY = date(2026, 11, 21)
LATER = date(2031, 3, 2)
PATIENTS = stories.patients(TODAY)
BY = {"display": "Dr Hélène Vasseur"}
AT = datetime(2026, 11, 21, 9, 0, tzinfo=when.PARIS)

every_story = pytest.mark.parametrize("story", PATIENTS, ids=[story["id"] for story in PATIENTS])


def birthday(story: dict[str, Any], today: date = TODAY) -> date:
    return when.born(story["age"], today, dice("life", story["id"]))


def test_about_sixty_patients_of_every_age() -> None:
    ages = sorted((TODAY - birthday(story)).days // 365 for story in PATIENTS)
    assert 55 <= len(PATIENTS) <= 80
    assert ages[0] == 0
    assert ages[-1] == 101
    assert len({story["id"] for story in PATIENTS}) == len(PATIENTS)
    assert sum(story["name"] == "Petit" and story["given"][0] == "Nathalie" for story in PATIENTS) == 3


@every_story
def test_the_identity_could_be_typed(story: dict[str, Any]) -> None:
    identity = people.identity(story, birthday(story)).tidied()
    assert person.wrong(identity, today=TODAY.isoformat()) == {}
    number = people.ins(story["sex"], birthday(story), identity.birthplace, 7)
    assert is_ins(number)
    assert number[7:10] == "990"  # no commune has this code: nobody has this number


@every_story
def test_words_and_codes_are_in_the_tables(story: dict[str, Any]) -> None:
    for line in story.get("problems", []) + story.get("past", []):
        assert facts.problem("p", line, over=False, at=AT, by=BY)
    for line in story.get("meds", []):
        assert facts.medicine(line)[1]
    for line in story.get("meds_past", []):
        assert facts.stopped("p", line)["effectivePeriod"]["end"]
    for line in story.get("allergy", []):
        assert facts.allergy("p", line, at=AT, by=BY)["code"]["text"]
    for _, line in story.get("labs", []):
        assert laboratory.results(story, line, 40)


@pytest.mark.parametrize("today", [TODAY, LATER])
@every_story
def test_nothing_happens_before_birth_or_after_today(story: dict[str, Any], today: date) -> None:
    born = birthday(story, today)
    told = next(s for s in stories.patients(today) if s["id"] == story["id"])
    days = [when.before(today, ago) for ago, _ in told.get("notes", []) + told.get("labs", [])]
    days += [day for day, _ in facts.vaccines(told, born, today)]
    days += [day for day, _ in measures.grown(told, born, today)]
    assert all(born <= day <= today for day in days)
    years = [int(line.split()[1]) for line in told.get("problems", []) + told.get("past", [])]
    assert all(born.year <= year <= today.year for year in years)


def test_years_move_on_with_the_day_and_numbers_stay() -> None:
    told = {story["id"]: story for story in stories.patients(LATER)}["lemaire-gerard"]
    assert "irc4 2029" in told["problems"]
    assert told["labs"][0] == ["36m", "creat 176 k 4.6 hba1c 7.9 acr 420 hb 12.6"]


def test_a_note_says_what_was_measured() -> None:
    found = measures.measured("p", "TA 148/92 FC 72 Pds 81,5\nT° 38,5 SpO2 94 TA 110/60 debout", AT)
    said = {one["code"]["text"]: one.get("valueQuantity", {}).get("value") for one in found}
    assert found[0]["component"][0]["valueQuantity"]["value"] == Decimal(148)
    assert said == {
        "Pression artérielle": None,
        "Fréquence cardiaque": Decimal(72),
        "Poids": Decimal("81.5"),
        "Température": Decimal("38.5"),
        "SpO₂": Decimal(94),
    }


@every_story
def test_measures_are_possible(story: dict[str, Any]) -> None:
    """A slip in a note would give a weight to a heart rate."""
    span = {
        "8867-4": (45, 160),
        "29463-7": (2, 140),
        "8302-2": (45, 200),
        "8310-5": (35, 41),
        "59408-5": (85, 100),
    }
    texts = [text for _, text in story.get("notes", [])]
    texts += [words for _, words in measures.grown(story, birthday(story), TODAY)]
    for text in texts:
        for one in measures.measured("p", text, AT):
            low, high = span.get(one["code"]["coding"][0]["code"], (0, 1000))
            assert low <= one.get("valueQuantity", {}).get("value", low) <= high, text


def test_filtration_is_ckd_epi() -> None:
    assert laboratory.filtration(88.4, 60, "F") == 61  # 1.0 mg/dL, CKD-EPI 2009
    assert laboratory.filtration(88.4, 60, "H") == 81


def test_children_are_vaccinated_as_france_did_then() -> None:
    story = {"id": "x", "vaccines": ["enfant"]}
    young = {name for _, name in facts.vaccines(story, date(2024, 1, 10), TODAY)}
    assert {"hexa", "pneumo", "menb", "ror", "menacwy"} <= young
    old = {name for _, name in facts.vaccines(story, date(1997, 5, 1), TODAY)}
    assert {"penta", "ror_vax"} <= old
    assert not old & {"hexa", "pneumo", "menb"}


def test_only_numbers_kept_for_fiction() -> None:
    phones = {people.identity(story, birthday(story)).phone[:8] for story in PATIENTS}
    assert phones <= {"06 39 98", "02 61 91"}
    assert all(is_rpps(cda.rpps(number)) for number in range(30))


PERSON = cda.Person("DUVAL", "Marc Henri", "", "male", date(1955, 4, 3), "49007", "155049999001233")


def test_reports_of_the_laboratory_are_understood_whole() -> None:
    content = laboratory.report(PERSON, PATIENTS[0], "creat 148 k 6.1 inr 2.9 +nfs", years=71, taken=AT)
    [read] = readers.read(recognise(content), "resultats")
    assert read.kind.code == "11502-2"
    assert {one.fate for one in read.statements} <= {"created", "part_of"}
    values = {
        one["code"]["text"]: one["valueQuantity"]["value"]
        for one in read.resources
        if one["resourceType"] == "Observation"
    }
    assert values["Potassium"] == Decimal("6.1")
    assert values["DFG estimé (CKD-EPI)"] == 40


@pytest.mark.parametrize("letter", stories.letters(TODAY), ids=lambda letter: letter["patient"])
def test_letters_are_understood_whole(letter: dict[str, Any]) -> None:
    assert letter["patient"] in {story["id"] for story in PATIENTS}
    _, content = letters.written(letter, PERSON, AT)
    [read] = readers.read(recognise(content), "courrier")
    assert {one.fate for one in read.statements} <= {"created", "part_of"}
    coded = sum(len(letter.get(kind, [])) for kind in ("problems", "medicines", "allergies"))
    assert sum(
        one["resourceType"] in ("Condition", "MedicationStatement", "AllergyIntolerance")
        for one in read.resources
    ) == (coded if letter["form"] == "cda" else 0)


def test_the_same_day_tells_the_same_story() -> None:
    def everything() -> str:
        told = stories.patients(TODAY)
        doses = [[(str(day), name) for day, name in facts.vaccines(s, birthday(s), TODAY)] for s in told]
        return json.dumps([told, doses], default=str)

    assert everything() == everything()
