"""A short prescription is over by itself and hides nothing; what lasts ends when a person says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from carnet.rules.accepted.resources import change
from carnet.rules.synthesis import synthesis
from tests.rules.test_accepted import stored
from tests.rules.test_treatments import LATER, held, told_as

TODAY = replace(LATER, at=datetime(2027, 2, 20, 9, 30, tzinfo=UTC))
LASTING = held("lasting", drug="furosémide", strength="40 mg", duration_days=90)
DOUBLED = told_as("furosémide", "40 mg", dose_per_intake=2, duration_days=5)


def shown(*taken: dict[str, Any], days: int = 0) -> list[str]:
    day = TODAY.day + timedelta(days=days)
    return [f"{line.text}, {line.detail}" for line in synthesis(taken, today=day).treatments]


def test_a_short_course_over_a_lasting_treatment_hides_it_on_no_day() -> None:
    course = stored(change([DOUBLED], [LASTING], TODAY).created[0], "course")
    lasting = "furosémide 40 mg, 1 comprimé 1 fois par jour"
    assert [line for line in shown(course, LASTING) if "2 comprimés" in line and "pendant 5 jours" in line]
    assert lasting in shown(course, LASTING)
    assert shown(course, LASTING, days=13) == [lasting]


@pytest.mark.parametrize(
    ("days", "after", "seen"), [(6, 6, 1), (6, 13, 1), (6, 14, 0), (28, 400, 1), (90, 400, 1), (None, 400, 1)]
)
def test_a_course_is_over_by_itself_and_a_lasting_treatment_never(days: int, after: int, seen: int) -> None:
    (made,) = change([told_as("amoxicilline", "1 g", duration_days=days)], [], TODAY).created
    assert len(shown(stored(made), days=after)) == seen


def test_a_renewed_treatment_is_one_line_on_its_day() -> None:
    made = change([told_as()], [held()], TODAY)
    assert len(shown(*made.updated, stored(made.created[0], "new"))) == 1


def test_two_treatments_of_one_name_from_two_notes_are_both_shown() -> None:
    as_needed = told_as(strength="1 g", drug="paracétamol", as_needed=True, times_per_day=None)
    (made,) = change([as_needed], [], TODAY).created
    both = [held("a", drug="paracétamol", strength="1 g", times_per_day=3), stored(made, "b")]
    assert len(shown(*both)) == 2
