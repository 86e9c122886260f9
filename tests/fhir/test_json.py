"""Numbers of JSON come out in the letters they came in; hostile JSON is refused."""

from __future__ import annotations

import copy
from decimal import Decimal

import pytest

from carnet.fhir import json
from carnet.fhir.errors import Malformed
from carnet.record.validate import validate

NUMBERS = [
    "1e5",
    "1E-22",
    "0.00000001",
    "1.0E+2",
    "-1e-245",
    "70.50",
    "-0.0",
    "1000000000000000000",
    "0e0",
    "7",
]


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_stays_as_it_is_written(number: str) -> None:
    written = (
        '{"resourceType":"Observation","status":"final","code":{"text":"Poids"},'
        '"subject":{"reference":"Patient/1"},"valueQuantity":{"value":' + number + "}}"
    ).encode()
    value = json.loads(written)
    validate(value)
    assert json.dumps(value) == json.dumps(copy.deepcopy(value)) == written
    assert json.dumps(json.kept(written)) == written
    assert json.dumps([json.loads(number)]) == f"[{number}]".encode()


def test_a_number_of_thousands_of_figures_is_no_resource() -> None:
    with pytest.raises(Malformed):
        validate({"resourceType": "Patient", "multipleBirthInteger": Decimal("9" * 5000)})


@pytest.mark.parametrize("number", ["1e400", "-1e999999999", "1e-400", "0e999999999", "9" * 400])
def test_a_number_that_no_page_could_show_is_refused(number: str) -> None:
    """Kept once, it would close its patient's record: a parser sees infinity, or a page gets a billion figures."""
    with pytest.raises(Malformed):
        json.loads(number)
    with pytest.raises(Malformed):
        json.dumps({"value": Decimal(number)})


@pytest.mark.parametrize(
    "content", [b'{"a":1,"a":2}', b'{"a":NaN}', b'"\\ud800"', b"[" * 65 + b"]" * 65, b"\xff", b"", b"{} {}"]
)
def test_hostile_json_is_refused(content: bytes) -> None:
    with pytest.raises(Malformed):
        json.loads(content)
