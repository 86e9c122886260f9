"""The problem list kept by a doctor: moved by one gesture, taken back exactly, never for another patient."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from carnet.actions import problem
from carnet.fhir.errors import Conflict, Invalid, Malformed, NotFound, Refused
from carnet.record import gate
from carnet.rules.synthesis import Synthesis, synthesis
from tests.cast import ALICE, CHLOE, DALIA
from tests.house.stories import emile, problem_listed

pytestmark = pytest.mark.usefixtures("any_cell")


def shown(patient: str, at: datetime) -> Synthesis:
    record = gate.open_record(by=ALICE, at=at, patient=patient)
    return synthesis([one.resource() for one in record.all()], today=at.date())


def condition(story: dict[str, Any], at: datetime) -> dict[str, Any]:
    return gate.read(by=ALICE, at=at, type="Condition", id=story["id"]).resource()


def without_version(resource: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in resource.items() if key != "meta"}


def test_a_resolved_problem_goes_to_the_history_and_comes_back(at: datetime) -> None:
    story = problem_listed(at)
    before = condition(story, at)
    kept = problem.move(by=ALICE, at=at, **story)
    assert [line.text for line in shown(story["patient"], at).history] == ["Hypertension artérielle"]
    assert condition(story, at)["abatementDateTime"] == at.date().isoformat()
    again = story | {"if_version": kept.version, "to": problem.OPPOSITE["resolved"]}
    problem.move(by=ALICE, at=at, **again)
    assert [line.text for line in shown(story["patient"], at).problems] == ["Hypertension artérielle"]
    assert without_version(condition(story, at)) == without_version(before)


def test_undoing_an_activation_gives_its_old_end_back(at: datetime) -> None:
    story = problem_listed(at)
    kept = problem.move(by=ALICE, at=at, **story, ended="2019")
    ended = condition(story, at)
    kept = problem.move(by=ALICE, at=at, **(story | {"if_version": kept.version, "to": "active"}))
    problem.move(by=ALICE, at=at, **(story | {"if_version": kept.version}), ended=problem.end_of(ended))
    assert condition(story, at)["abatementDateTime"] == "2019"


def test_an_illness_of_one_visit_becomes_a_problem(at: datetime) -> None:
    story = problem_listed(at) | {"to": "problem"}
    problem.move(by=ALICE, at=at, **story)
    (category,) = condition(story, at)["category"]
    assert category["coding"][0]["code"] == "problem-list-item"


def test_two_who_change_it_at_once_are_told(at: datetime) -> None:
    story = problem_listed(at)
    problem.move(by=ALICE, at=at, **story)
    with pytest.raises(Conflict):
        problem.move(by=ALICE, at=at, **story)


def test_another_patient_s_page_does_not_move_it(at: datetime) -> None:
    story = problem_listed(at) | {"patient": emile(at)}
    with pytest.raises((Invalid, NotFound)):
        problem.move(by=ALICE, at=at, **story)


@pytest.mark.parametrize("other", [CHLOE, DALIA])
def test_only_a_doctor_of_the_practice_moves_it(at: datetime, other: Any) -> None:
    story = problem_listed(at)
    with pytest.raises((Refused, NotFound)):
        problem.move(by=other, at=at, **story)


def two_problems(at: datetime) -> tuple[str, list[str]]:
    story = problem_listed(at)
    other = condition(story, at) | {"code": {"text": "Diabète"}, "onsetDateTime": "2019"}
    with gate.write(by=ALICE, at=at, action="test.problem", patient=story["patient"]) as work:
        kept = work.create({key: value for key, value in other.items() if key not in ("id", "meta")})
    return story["patient"], [story["id"], kept.id]


def order(patient: str, at: datetime) -> list[str]:
    return [line.reference.partition("/")[2] for line in shown(patient, at).problems]


def test_a_problem_goes_up_and_down_and_the_record_keeps_it(at: datetime) -> None:
    patient, (hypertension, diabetes) = two_problems(at)
    assert order(patient, at) == [diabetes, hypertension], "the oldest known first"
    place = problem.arrange(by=ALICE, at=at, patient=patient, id=hypertension, step="up")
    assert place == (1, 2)
    assert order(patient, at) == [hypertension, diabetes]
    assert problem.arrange(by=ALICE, at=at, patient=patient, id=hypertension, step="up") == (1, 2)
    problem.arrange(by=ALICE, at=at, patient=patient, id=hypertension, step="down")
    assert order(patient, at) == [diabetes, hypertension]
    with gate.write(by=ALICE, at=at, action="test.read", patient=patient) as work:
        (kept,) = work.record(patient, "List")
    assert kept.version == 3


def test_only_an_active_problem_of_this_patient_is_arranged(at: datetime) -> None:
    story = problem_listed(at)
    with pytest.raises(NotFound):
        problem.arrange(by=ALICE, at=at, patient=emile(at), id=story["id"], step="up")
    problem.move(by=ALICE, at=at, **story)
    with pytest.raises(NotFound):
        problem.arrange(by=ALICE, at=at, patient=story["patient"], id=story["id"], step="up")


def test_when_it_began_is_changed_and_given_back(at: datetime) -> None:
    story = {key: value for key, value in problem_listed(at).items() if key != "to"}
    before = condition(story, at)
    kept = problem.begin(by=ALICE, at=at, **story, since="2009-05")
    assert shown(story["patient"], at).problems[0].since == "2009-05"
    problem.begin(by=ALICE, at=at, **(story | {"if_version": kept.version}), back=problem.onset_of(before))
    assert without_version(condition(story, at)) == without_version(before)


@pytest.mark.parametrize(
    "onset",
    [
        {"onsetString": "dans l’enfance"},
        {"onsetPeriod": {"start": "1998", "end": "1999"}},
        {"onsetDateTime": "2019-05-03T10:00:00+02:00"},
        {"onsetAge": {"value": Decimal("7.50"), "unit": "ans"}},
    ],
)
def test_a_beginning_told_otherwise_is_given_back_as_it_was(at: datetime, onset: dict[str, Any]) -> None:
    story = {key: value for key, value in problem_listed(at).items() if key != "to"}
    with gate.write(by=ALICE, at=at, action="test.onset", patient=story["patient"]) as work:
        kept = work.update({**work.get("Condition", story["id"]).resource(), **onset}, if_version=1)
    before = condition(story, at)
    story |= {"if_version": kept.version}
    kept = problem.begin(by=ALICE, at=at, **story, since="2009")
    problem.begin(by=ALICE, at=at, **(story | {"if_version": kept.version}), back=problem.onset_of(before))
    assert without_version(condition(story, at)) == without_version(before)


@pytest.mark.parametrize("since", ["2009-13", "hier", "20", "2999", "<b>", "2009-05-99"])
def test_what_is_no_day_changes_nothing(at: datetime, since: str) -> None:
    story = {key: value for key, value in problem_listed(at).items() if key != "to"}
    with pytest.raises((Invalid, Malformed)):
        problem.begin(by=ALICE, at=at, **story, since=since)
    assert "onsetDateTime" not in condition(story, at)


@pytest.mark.parametrize("other", [CHLOE, DALIA])
def test_only_a_doctor_of_the_practice_orders_and_dates(at: datetime, other: Any) -> None:
    story = problem_listed(at)
    with pytest.raises((Refused, NotFound)):
        problem.arrange(by=other, at=at, patient=story["patient"], id=story["id"], step="up")
    with pytest.raises((Refused, NotFound)):
        problem.begin(by=other, at=at, patient=story["patient"], id=story["id"], if_version=1, since="2009")
