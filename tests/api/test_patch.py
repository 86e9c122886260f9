"""JSON Patch and merge patch as pure functions: what RFC 6902 and RFC 7396 say, and what a record adds to them."""

from __future__ import annotations

from typing import Any

import pytest

from carnet.api import patch
from carnet.fhir import json
from carnet.fhir.errors import Invalid, Malformed, TooBig

PATIENT = {
    "resourceType": "Patient",
    "id": "emile",
    "active": True,
    "name": [{"family": "Durand", "given": ["Émile", "Jean"]}, {"text": "Milou"}],
    "telecom": [{"system": "phone", "value": "0549000000", "rank": 1}],
}


def changed(*operations: dict[str, Any]) -> dict[str, Any]:
    return patch.apply(PATIENT, list(operations))


@pytest.mark.parametrize(
    ("operation", "name", "expected"),
    [
        ({"op": "add", "path": "/gender", "value": "male"}, "gender", "male"),
        ({"op": "add", "path": "/active", "value": False}, "active", False),
        ({"op": "add", "path": "/name/0", "value": {"text": "E"}}, "name", [{"text": "E"}, *PATIENT["name"]]),
        ({"op": "add", "path": "/name/2", "value": {"text": "E"}}, "name", [*PATIENT["name"], {"text": "E"}]),
        ({"op": "add", "path": "/name/-", "value": {"text": "E"}}, "name", [*PATIENT["name"], {"text": "E"}]),
        (
            {"op": "replace", "path": "/name/1/text", "value": "M"},
            "name",
            [PATIENT["name"][0], {"text": "M"}],
        ),
        ({"op": "replace", "path": "/name/1", "value": {}}, "name", [PATIENT["name"][0], {}]),
        ({"op": "remove", "path": "/name/0"}, "name", [{"text": "Milou"}]),
        ({"op": "remove", "path": "/active"}, "active", None),
        ({"op": "move", "from": "/name/0", "path": "/name/1"}, "name", PATIENT["name"][::-1]),
        ({"op": "move", "from": "/name", "path": "/name"}, "name", PATIENT["name"]),
        ({"op": "copy", "from": "/name/1", "path": "/name/0"}, "name", [{"text": "Milou"}, *PATIENT["name"]]),
        ({"op": "test", "path": "/telecom/0/rank", "value": 1}, "active", True),
        ({"op": "add", "path": "/a~1b~01", "value": 1}, "a/b~1", 1),
    ],
)
def test_each_operation_does_what_its_rfc_says(operation: Any, name: str, expected: Any) -> None:
    assert changed(operation).get(name) == expected
    assert PATIENT["active"] is True
    assert len(PATIENT["name"]) == 2


def test_operations_see_what_those_before_them_did() -> None:
    made = changed(
        {"op": "copy", "from": "/name/0", "path": "/name/-"},
        {"op": "replace", "path": "/name/2/given/0", "value": "Paul"},
    )
    assert [name.get("given", [""])[0] for name in made["name"]] == ["Émile", "", "Paul"]


def test_numbers_that_nobody_touched_stay_as_written() -> None:
    body = json.loads(b'{"resourceType": "Observation", "id": "o", "v": 1.00, "w": [72.50]}')
    made = patch.apply(
        body,
        [{"op": "copy", "from": "/v", "path": "/x"}, {"op": "remove", "path": "/resourceType"}, *_type()],
    )
    assert json.dumps(made) == b'{"id":"o","v":1.00,"w":[72.50],"x":1.00,"resourceType":"Observation"}'


def _type() -> list[dict[str, Any]]:
    return [{"op": "add", "path": "/resourceType", "value": "Observation"}]


def test_values_are_equal_as_json_says() -> None:
    body = json.loads(b'{"resourceType": "Basic", "one": 1.0, "yes": true, "o": {"a": 1, "b": [null]}}')
    patch.apply(body, [{"op": "test", "path": "/one", "value": 1}])
    patch.apply(body, [{"op": "test", "path": "/o", "value": {"b": [None], "a": json.loads("1.00")}}])
    for place, other in (("/yes", 1), ("/one", True), ("/one", "1.0"), ("/o", {"a": 1}), ("/o/b", [])):
        with pytest.raises(Invalid):
            patch.apply(body, [{"op": "test", "path": place, "value": other}])


@pytest.mark.parametrize(
    ("operation", "place"),
    [
        ({"op": "test", "path": "/name/0/family", "value": "Dupont"}, "Patient.name[0].family"),
        ({"op": "remove", "path": "/gender"}, "Patient.gender"),
        ({"op": "replace", "path": "/gender", "value": "male"}, "Patient.gender"),
        ({"op": "remove", "path": "/name/2"}, "Patient.name[2]"),
        ({"op": "add", "path": "/name/3", "value": {}}, "Patient.name[3]"),
        ({"op": "add", "path": "/name/01", "value": {}}, "Patient.name.01"),
        ({"op": "replace", "path": "/name/-", "value": {}}, "Patient.name"),
        ({"op": "add", "path": "/name/family", "value": "X"}, "Patient.name.family"),
        ({"op": "add", "path": "/gender/text", "value": "X"}, "Patient.gender.text"),
        ({"op": "add", "path": "/active/text", "value": "X"}, "Patient.active.text"),
        ({"op": "move", "from": "/name", "path": "/name/0"}, "Patient.name[0]"),
        ({"op": "copy", "from": "/gender", "path": "/x"}, "Patient.x"),
        ({"op": "remove", "path": ""}, "Patient"),
        ({"op": "replace", "path": "/id", "value": "other"}, "Patient.id"),
        ({"op": "remove", "path": "/resourceType"}, "Patient.resourceType"),
        ({"op": "replace", "path": "", "value": [1]}, "Patient.resourceType"),
    ],
)
def test_what_does_not_apply_is_refused_with_its_place(operation: Any, place: str) -> None:
    with pytest.raises(Invalid) as refused:
        changed(operation)
    assert [issue.expression for issue in refused.value.issues] == [place]
    assert "Dupont" not in str(refused.value.issues)


@pytest.mark.parametrize(
    "operation",
    [
        {},
        "add",
        {"op": "add", "path": "/x"},
        {"op": "spam", "path": "/x", "value": 1},
        {"op": ["add"], "path": "/x", "value": 1},
        {"op": "add", "path": "x", "value": 1},
        {"op": "add", "path": None, "value": 1},
        {"op": "add", "path": "/a~2", "value": 1},
        {"op": "copy", "path": "/x"},
        {"op": "move", "path": "/x", "from": 3},
        {"op": "add", "path": "/a" * 65, "value": 1},
    ],
)
def test_what_is_no_operation_is_malformed(operation: Any) -> None:
    with pytest.raises(Malformed):
        patch.apply(PATIENT, [operation])


@pytest.mark.parametrize("body", [None, 3, "x"])
def test_what_is_no_patch_is_malformed(body: Any) -> None:
    with pytest.raises(Malformed):
        patch.apply(PATIENT, body)


def test_copies_of_copies_are_stopped() -> None:
    double = {"op": "copy", "from": "", "path": "/x"}
    with pytest.raises((TooBig, Malformed)):
        changed(*[double] * 100)
    wide = [
        {"op": "copy", "from": "/name", "path": "/name/0"},
        {"op": "copy", "from": "/name", "path": "/name/-"},
    ]
    with pytest.raises(TooBig):
        changed(*wide * 400)
    with pytest.raises(TooBig):
        changed(*[{"op": "test", "path": "/active", "value": True}] * 1001)


def test_a_merge_sets_replaces_and_removes() -> None:
    made = patch.apply(
        {**PATIENT, "contact": [{}], "maritalStatus": {"text": "M", "coding": []}},
        {"active": None, "gender": "male", "name": [{"text": "E"}], "maritalStatus": {"text": None}},
    )
    assert "active" not in made
    assert (made["gender"], made["name"], made["maritalStatus"]) == ("male", [{"text": "E"}], {"coding": []})
    with pytest.raises(Invalid):
        patch.apply(PATIENT, {"resourceType": "Basic"})
