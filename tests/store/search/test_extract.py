"""What each kind of value becomes in the index."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from carnet.fhir import search_parameters
from carnet.store.search import keys, spans
from carnet.store.search.extract import rows

UCUM = "http://unitsofmeasure.org"


def of(kind: str, code: str, resource: dict[str, Any]) -> list[Any]:
    """The rows of one parameter, without its id."""
    id = search_parameters.of(resource["resourceType"])[code].id
    return [row[1:] for row in getattr(rows(resource), kind) if row[0] == id]


def observation(**fields: Any) -> dict[str, Any]:
    return {"resourceType": "Observation", **fields}


def test_a_concept_gives_its_codings_and_its_text_once() -> None:
    code = {
        "coding": [{"system": "http://loinc.org", "code": "8480-6", "display": "Tension"}, {"code": "TA"}],
        "text": "Tension systolique",
    }
    assert of("token", "code", observation(code=code)) == [
        (0, keys.system("http://loinc.org"), "8480-6", "tension"),
        (0, keys.NO_SYSTEM, "TA", None),
        (0, keys.NO_SYSTEM, None, "tension systolique"),
    ]


def test_items_of_a_list_at_the_top_are_numbered_from_one() -> None:
    component = [{"code": {"coding": [{"code": c}]}, "valueQuantity": {"value": 1}} for c in "ab"]
    found = observation(component=component)
    assert [row[0] for row in of("token", "component-code", found)] == [1, 2]
    assert [row[0] for row in of("quantity", "component-value-quantity", found)] == [1, 2]


@pytest.mark.parametrize(
    ("written", "low", "high"),
    [
        ("1970", 0, 365 * spans.DAY),
        ("1970-02", 31 * spans.DAY, 59 * spans.DAY),
        ("1972-02", 761 * spans.DAY, 790 * spans.DAY),
        ("1970-01-02", spans.DAY, 2 * spans.DAY),
        ("1970-01-01T00:00:01Z", 1_000_000, 2_000_000),
        ("1970-01-01T00:00:01.5Z", 1_500_000, 1_600_000),
        ("1970-01-01T01:00:00+01:00", 0, 1_000_000),
        ("1969-12-31T19:00:00.000001-05:00", 1, 2),
        ("9999-12-31", 2932896 * spans.DAY, 2932897 * spans.DAY),
        ("9999", 2932532 * spans.DAY, 2932897 * spans.DAY),
    ],
)
def test_a_date_is_as_wide_as_it_is_written(written: str, low: int, high: int) -> None:
    assert spans.span(written) == (low, high)


@pytest.mark.parametrize(
    "written", ["", "1970-13", "1970-02-30", "hier", "1970-01-01T", "١٩٧٠", "0000", None, 1970, "1970 "]
)
def test_what_is_no_date_gives_none(written: Any) -> None:
    assert spans.span(written) is None


def test_a_period_may_be_open() -> None:
    assert of("date", "date", observation(effectivePeriod={"start": "1970-01-02"})) == [
        (0, spans.DAY, spans.MAX)
    ]
    assert of("date", "date", observation(effectivePeriod={"end": "1970-01-01"})) == [
        (0, spans.MIN, spans.DAY)
    ]
    assert of("date", "date", observation(effectivePeriod={})) == []


def test_a_timing_gives_its_outer_limits() -> None:
    timing = {"event": ["1970-01-03", "1970-01-01"], "repeat": {"boundsPeriod": {"end": "1970-01-10"}}}
    assert of("date", "date", observation(effectiveTiming=timing)) == [(0, spans.MIN, 10 * spans.DAY)]


@pytest.mark.parametrize(
    ("reference", "row"),
    [
        ({"reference": "Patient/1"}, ("Patient", "1", None)),
        ({"reference": "Patient/1/_history/2"}, ("Patient", "1", "2")),
        ({"reference": "https://a.fr/fhir/Patient/1"}, ("Patient", "https://a.fr/fhir/Patient/1", None)),
        ({"reference": "urn:uuid:5", "type": "Patient"}, ("Patient", "urn:uuid:5", None)),
        ({"reference": "#inside"}, ("", "", None)),
        ({"display": "Émile"}, ("", "", None)),
    ],
)
def test_a_reference_is_of_this_record_or_a_whole_url(reference: Any, row: Any) -> None:
    assert of("reference", "subject", observation(subject=reference)) == [(0, *row)]


def test_the_identifier_of_a_reference_is_a_token() -> None:
    found = observation(subject={"identifier": {"system": "urn:x", "value": "7"}})
    assert of("token", "subject", found) == [(0, keys.system("urn:x"), "7", None)]


def test_references_of_other_types_are_left_to_the_parameters_that_take_them() -> None:
    participant = [
        {"individual": {"reference": "Practitioner/1"}},
        {"individual": {"reference": "RelatedPerson/2"}},
    ]
    encounter = {"resourceType": "Encounter", "participant": participant}
    assert len(of("reference", "participant", encounter)) == 2
    answering = search_parameters.of("Encounter")["practitioner"]
    assert answering.only == {"Practitioner"}


def test_an_amount_keeps_its_unit_and_is_also_kept_in_the_canonical_one() -> None:
    quantity = {"value": Decimal("180"), "unit": "mg/dL", "system": UCUM, "code": "mg/dL"}
    found = rows(observation(valueQuantity=quantity)).quantity
    id = search_parameters.of("Observation")["value-quantity"].id
    assert [(row[0], row[2], row[5]) for row in found] == [(id, 180.0, "mg/dL"), (-id, 1.8, "g/L")]


def test_a_compared_amount_is_open_on_its_side() -> None:
    assert of("quantity", "value-quantity", observation(valueQuantity={"value": 5, "comparator": "<"}))[0][
        1:3
    ] == (
        -spans.INFINITY,
        5.0,
    )


def test_a_patient_is_dead_or_not_whatever_was_recorded() -> None:
    for fields, expected in [
        ({}, "false"),
        ({"deceasedBoolean": True}, "true"),
        ({"deceasedDateTime": "2020"}, "true"),
    ]:
        assert of("token", "deceased", {"resourceType": "Patient", **fields})[0][2] == expected


def test_the_type_of_an_identifier_is_searched_with_its_value() -> None:
    identifier = {"type": {"coding": [{"system": "urn:t", "code": "MR"}]}, "system": "urn:x", "value": "7"}
    patient = {"resourceType": "Patient", "identifier": [identifier]}
    id = search_parameters.of("Patient")["identifier"].id
    assert (-id, 1, keys.system("urn:t"), "MR|7", None) in rows(patient).token


def test_telephone_numbers_are_compared_without_punctuation() -> None:
    patient = {"resourceType": "Patient", "telecom": [{"system": "phone", "value": "06.12 34-56 78"}]}
    assert of("token", "phone", patient)[0][2] == "0612345678"
    assert of("token", "email", patient) == []


def test_very_long_values_stay_equal_to_themselves_only() -> None:
    long = "x" * 5000
    assert len(keys.clip(long)) == keys.LIMIT
    assert keys.clip(long) != keys.clip(long + "y")


@pytest.mark.parametrize(
    "value",
    [
        None,
        5,
        "text",
        [],
        {},
        [[]],
        [None],
        [{"coding": None}],
        {"coding": [None, 5, {}]},
        True,
        Decimal("1e400"),
    ],
)
def test_values_of_another_shape_break_nothing(value: Any) -> None:
    names = [
        "code",
        "subject",
        "component",
        "effectiveDateTime",
        "effectivePeriod",
        "valueQuantity",
        "status",
        "meta",
    ]
    for name in names:
        rows(observation(**{name: value}))
