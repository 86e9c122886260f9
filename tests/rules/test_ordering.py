"""The order in which a doctor keeps the problems: it leaves out nothing, and nobody else's list decides."""

from __future__ import annotations

from typing import Any

import pytest

from carnet.record.validate import validate
from carnet.rules import ordering
from carnet.rules.synthesis import synthesis
from tests.rules.test_accepted import HTA, SCENE, made, stored

THREE = ["Condition/a", "Condition/b", "Condition/c"]


@pytest.mark.parametrize(
    ("which", "step", "after"),
    [("b", "up", "bac"), ("b", "down", "acb"), ("a", "up", "abc"), ("c", "down", "abc"), ("c", "up", "acb")],
)
def test_a_line_moves_by_one(which: str, step: Any, after: str) -> None:
    assert ordering.moved(THREE, f"Condition/{which}", step) == [f"Condition/{one}" for one in after]


def test_the_synthesis_follows_it_and_shows_the_others_after() -> None:
    named = {"a": "2001", "b": "2002", "c": "2003"}
    listed = [
        stored(made({**HTA, "label": id, "cim10": f"I1{n}"}) | {"onsetDateTime": year}, id)
        for n, (id, year) in enumerate(named.items())
    ]
    order = {**ordering.order("emile", THREE[2:0:-1], by={"display": "Dr Alice"}, at=SCENE.at), "id": "order"}
    validate(order)
    shown = synthesis([*listed, order], today=SCENE.day).problems
    assert [line.text for line in shown] == ["c", "b", "a"]
    foreign = {key: value for key, value in order.items() if key != "identifier"}
    assert [line.text for line in synthesis([*listed, foreign], today=SCENE.day).problems] == ["a", "b", "c"]
