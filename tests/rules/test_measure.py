"""What is taken for a plain measure says nothing more than that; whatever says more is read in full, so that nothing of it
is lost."""

from __future__ import annotations

import time
from decimal import Decimal
from typing import Any

import pytest

from carnet.fhir import codes, json
from carnet.rules.measure import Measure, measure

Resource = dict[str, Any]
SPAN = [
    {"url": "note", "valueReference": {"reference": "Composition/n/_history/1"}},
    {"url": "start", "valueUnsignedInt": 3},
    {"url": "end", "valueUnsignedInt": 9},
]


def observation(**more: Any) -> Resource:
    """A weight as the record keeps it; an element of `more` stands where it was, None takes it away."""
    made = {
        "resourceType": "Observation",
        "id": "a",
        "meta": {"versionId": "1", "lastUpdated": "2026-11-21T21:38:53.935690Z"},
        "text": None,
        "extension": None,
        "status": "final",
        "category": [category("vital-signs")],
        "code": {"coding": [{"system": codes.LOINC, "code": "29463-7"}], "text": "Poids"},
        "subject": {"reference": "Patient/p"},
        "effectiveDateTime": "2026-11-10T08:30:00.000000Z",
        "performer": None,
        "valueQuantity": {"value": Decimal("81.50"), "unit": "kg"},
        **more,
    }
    return {name: value for name, value in made.items() if value is not None}


def category(code: str) -> Resource:
    return {"coding": [{"system": codes.OBSERVATION_CATEGORY, "code": code}]}


def letter(code: str) -> list[Resource]:
    return [{"coding": [{"code": code}]}]


def taken(resource: Resource) -> Measure | None:
    return measure("a", json.dumps(resource))


def test_a_weight_is_a_measure() -> None:
    found = taken(observation())
    assert found
    assert (found.id, found.date, found.source, found.loinc) == (
        "a",
        "2026-11-10T08:30:00.000000Z",
        "",
        "29463-7",
    )
    assert json.kept(found.body) == observation()


PRESSURE = [
    {"code": {"coding": [{"system": codes.LOINC, "code": code}]}, "valueQuantity": {"value": value}}
    for code, value in (("8480-6", 148), ("8462-4", 92))
]


@pytest.mark.parametrize(
    "more",
    [
        {"valueQuantity": None, "component": PRESSURE},
        {"extension": [{"url": codes.SPAN, "extension": SPAN}]},
        {"meta": {"source": "DocumentReference/d#3", "tag": [{"system": codes.TAG, "code": codes.RECEIVED}]}},
        {"text": {"status": "additional", "div": '<div xmlns="http://www.w3.org/1999/xhtml">81</div>'}},
        {"interpretation": letter("H"), "referenceRange": [{"low": {"value": 50}, "text": "adulte"}]},
        {"performer": [{"reference": "Practitioner/x", "display": "Dr Ève « O'Brien »"}]},
        {"category": None},
    ],
)
def test_so_is_what_says_who_from_which_words_and_whether_it_is_usual(more: Resource) -> None:
    assert taken(observation(**more))


@pytest.mark.parametrize(
    "more",
    [
        {"status": "entered-in-error"},
        {"status": "cancelled"},
        {"meta": {"tag": [{"system": codes.TAG, "code": codes.SUPERSEDED}]}},
        {"meta": {"tag": [{"system": codes.TAG, "code": codes.DISMISSED}]}},
        {"meta": {"tag": [{"system": codes.TAG, "code": codes.RECEIVED}, {"code": codes.JOINED}]}},
        {"category": [category("social-history")]},
        {"category": [category("laboratory"), category("social-history")]},
        {"interpretation": letter("R")},
        {"valueQuantity": None},
        {"valueQuantity": {"comparator": "<", "value": 3}},
        {"valueQuantity": {"unit": "kg"}},
        {"valueQuantity": None, "valueString": "81 kg"},
        {
            "valueQuantity": None,
            "component": [*PRESSURE, {"code": {"text": "position"}, "valueString": "assis"}],
        },
        {"hasMember": [{"reference": "Observation/b"}]},
        {"bodySite": {"text": "bras gauche"}},
        {"focus": [{"reference": "RelatedPerson/x"}]},
        {"contained": [observation()]},
        {"extension": [{"url": "urn:other", "valueQuantity": {"value": 3}}], "valueQuantity": None},
        {"effectiveDateTime": None, "effectivePeriod": {"start": "2026-11-10"}},
        {"code": {"text": 'x","code":{"text":"y"'}, "bodySite": {"text": "z"}},
    ],
)
def test_whatever_says_more_is_read_in_full(more: Resource) -> None:
    assert taken(observation(**more)) is None


def test_words_that_look_like_json_are_read_in_full_but_in_a_narrative() -> None:
    words = 'x","hasMember":[{"a":"b\\"'
    assert taken(observation(code={"text": words})) is None
    assert taken(observation(subject={"reference": "Patient/p", "display": 'dit "Titi"'})) is None
    assert taken(observation(text={"status": "additional", "div": words}))
    assert taken(observation(text={"status": "additional", "div": words}, code={"text": words})) is None


def test_two_units_and_two_names_are_two_kinds() -> None:
    kinds = [
        taken(observation()),
        taken(observation(valueQuantity={"value": 81, "unit": "lb"})),
        taken(observation(code={"text": "Poids"})),
        taken(observation(valueQuantity=None, component=PRESSURE)),
    ]
    assert len({one.kind for one in kinds if one}) == 4
    later = taken(observation(valueQuantity={"value": 83, "unit": "kg"}, effectiveDateTime="2026-11-11"))
    assert {one.kind for one in (later, kinds[0]) if one} == {one.kind for one in kinds[:1] if one}


@pytest.mark.parametrize("more", [b'{"coding":[{"code":"x"}]},', b'\\"', b'"text":"', b"{", b"[["])
def test_what_does_not_match_is_given_up_at_once(more: bytes) -> None:
    head, _, tail = json.dumps(observation()).partition(b'"category":[')
    before = time.process_time()
    assert measure("a", head + b'"category":[' + more * 50_000 + b"!" + tail) is None
    assert time.process_time() - before < 1
