"""One illness told at many visits is one line; an acute one that comes back after months is another episode."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from carnet.fhir import codes
from carnet.record.validate import validate
from carnet.rules.accepted.resources import change
from carnet.rules.accepted.scene import Scene, status
from carnet.rules.synthesis import synthesis
from tests.rules.test_accepted import HTA, SCENE, stored

ANGINA = {**HTA, "label": "Angine", "cim10": "J03.9"}
BACK = {**HTA, "label": "Lombalgie", "cim10": "M54.5"}


def on(day: date, note: str = "n2") -> Scene:
    at = SCENE.at + (day - SCENE.day)
    return replace(SCENE, note=f"Composition/{note}/_history/1", day=day, at=at)


def told(fact: dict[str, Any], *known: dict[str, Any], days: int, note: str = "n2") -> Any:
    return change([fact], known, on(SCENE.day + timedelta(days=days), note))


def held(fact: dict[str, Any], **more: Any) -> dict[str, Any]:
    (made,) = change([fact], [], SCENE).created
    return stored({**made, **more}, "first")


@pytest.mark.parametrize(
    ("fact", "days", "joins"),
    [
        (ANGINA, 10, True),
        (ANGINA, 60, False),
        (ANGINA, 1200, False),
        ({**HTA, "label": "Cystite", "cim10": "N30.0"}, 45, False),
        ({**HTA, "label": "Infection urinaire", "cim10": "N39.0"}, 400, False),
        (BACK, 80, True),
        (BACK, 100, False),
        (HTA, 4000, True),
        ({**HTA, "label": "Diabète de type 2", "cim10": "E11.9"}, 4000, True),
    ],
)
def test_how_long_an_illness_is_the_same_one(fact: dict[str, Any], days: int, joins: bool) -> None:
    made = told(fact, held(fact), days=days)
    assert (len(made.updated), len(made.created)) == ((1, 0) if joins else (0, 1))
    for one in [*made.updated, *map(stored, made.created)]:
        validate(one)


def test_each_visit_that_says_it_again_keeps_it_open() -> None:
    (once,) = told(BACK, held(BACK), days=80).updated
    (twice,) = told(BACK, once, days=160, note="n3").updated
    assert len(twice["evidence"]) == 3
    assert twice["onsetDateTime"] == SCENE.day.isoformat()
    assert told(BACK, twice, days=260, note="n4").updated == []


def test_an_acute_illness_that_is_over_is_not_woken() -> None:
    over = held(ANGINA, clinicalStatus=status(codes.CONDITION_CLINICAL, "resolved"))
    assert len(told(ANGINA, over, days=3).created) == 1


def test_what_a_doctor_keeps_among_the_problems_is_one_for_good() -> None:
    kept = held(BACK, category=[status(codes.CONDITION_CATEGORY, "problem-list-item")])
    assert len(told(BACK, kept, days=900).updated) == 1


def test_an_acute_illness_of_unknown_day_is_not_todays() -> None:
    undated = {
        key: value for key, value in held(ANGINA).items() if key not in ("onsetDateTime", "recordedDate")
    }
    assert len(told(ANGINA, undated, days=0).created) == 1


def test_a_joined_note_is_kept_with_its_words_and_its_day() -> None:
    (joined,) = told(BACK, held(BACK), days=30).updated
    last = {one["url"]: one for one in joined["evidence"][-1]["extension"]}
    assert last["urn:carnet:told"]["valueDate"] == "2026-12-21"
    note = last[codes.SPAN]["extension"][0]["valueReference"]["reference"]
    assert note == "Composition/n2/_history/1"


def test_an_illness_told_again_stays_in_view_from_the_last_time() -> None:
    (joined,) = told(BACK, held(BACK), days=80).updated
    seen = synthesis([joined], today=SCENE.day + timedelta(days=100)).problems
    assert [line.text for line in seen] == ["Lombalgie"]
    assert synthesis([joined], today=SCENE.day + timedelta(days=130)).problems == []


def test_a_past_illness_told_at_each_visit_is_one_line() -> None:
    past = {**HTA, "label": "Cholécystectomie", "cim10": "Z90.4", "status": "history"}
    known = held({**past, "quote": "ATCD cholécystectomie 2012"}, onsetDateTime="2012")
    assert told({**past, "quote": "cholécystectomie"}, known, days=400).created == []
    assert told({**past, "quote": "cholécystectomie 2012"}, known, days=400).created == []
    assert len(told({**past, "quote": "cholécystectomie 2019"}, known, days=400).created) == 1
    assert told({**HTA, "status": "history"}, held(HTA), days=9).created == [], "the active one says more"


def test_a_relatives_illness_is_told_once() -> None:
    father = {**HTA, "status": "family", "label": "Infarctus du myocarde", "cim10": "I21.9"}
    assert told(father, held(father), days=400).created == []
    assert len(told({**father, "label": "Cancer du côlon"}, held(father), days=400).created) == 1


def test_a_denied_illness_is_joined_by_nothing() -> None:
    denied = held({**ANGINA, "status": "negated"})
    assert len(told(ANGINA, denied, days=1).created) == 1


@pytest.mark.parametrize(
    ("first", "then", "code", "status"),
    [
        ("Prothèse totale de hanche", "Prothèse totale de genou", "Z96.6", "history"),
        ("Cholécystectomie", "Appendicectomie", "Z90.4", "history"),
        ("Amygdalectomie", "Splénectomie", "Z90.8", "history"),
        ("Tristesse de l'humeur", "Idées suicidaires", "R45.8", "affirmed"),
        ("Hypercalcémie", "Hypocalcémie", "E83.5", "affirmed"),
    ],
)
def test_two_things_of_one_code_are_two_lines(first: str, then: str, code: str, status: str) -> None:
    one, other = ({**HTA, "label": label, "cim10": code, "status": status} for label in (first, then))
    assert len(told(other, held(one), days=5).created) == 1
    assert told(one, held(one), days=5).created == []


def test_what_came_from_outside_is_joined_by_its_code_unless_the_code_is_wide() -> None:
    def outside(label: str, fact: dict[str, Any]) -> dict[str, Any]:
        made = held(fact)
        return {**made, "extension": [], "code": {**made["code"], "text": label}}

    assert told(HTA, outside("HTA essentielle", HTA), days=400).created == []
    lost = {**HTA, "label": "Appendicectomie", "cim10": "Z90.4", "status": "history"}
    assert len(told(lost, outside("Cholécystectomie", lost), days=400).created) == 1
    assert told(lost, outside("APPENDICECTOMIE", lost), days=400).created == []


def test_a_side_told_later_is_the_same_illness() -> None:
    otitis = {**HTA, "label": "Otite", "cim10": "H66.9", "quote": "otite"}
    assert told({**otitis, "quote": "otite D"}, held(otitis), days=3).created == []
