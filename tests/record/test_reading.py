"""A page reads a record lightly, and tells exactly what a full reading tells: no event, no fact, no alarm is lost, no
number is written otherwise than it was."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carnet.demo import bulk
from carnet.fhir import codes, json
from carnet.record import gate
from carnet.record.reading import Reading
from carnet.rules import alarms, measure, note, received, results, synthesis, timeline
from carnet.rules.measure import Measure, Observed
from carnet.store.resource import Row
from tests.cast import ALICE

Resource = dict[str, Any]
TODAY = date(2026, 11, 21)
DAYS = st.sampled_from(("2024", "2025-03", "2025-03-03", "2025-03-03T08:30:00.000000Z", "2025-03-03T08:30:00.500000Z", "2025-03-03T09:30:00+02:00", "2026-06-29T09:05:00.000000Z"))  # fmt: skip
NUMBERS = st.sampled_from(
    ["0", "1.0", "1.00", "0.10", "6.1", "120", "1e2", "123456789012345678901", "0.1000000000000000055"]
)
TAGS = st.sampled_from((None, None, None, codes.RECEIVED, codes.TAKEN_UP, codes.JOINED, codes.DISMISSED, codes.SUPERSEDED))  # fmt: skip
SOURCES = st.sampled_from((None, None, "DocumentReference/r0", "DocumentReference/r1", "Composition/r2"))
CODES = st.sampled_from(("2823-3", "62238-1", "14682-9", "8480-6"))
STATUS = st.sampled_from(("final", "final", "final", "entered-in-error", "cancelled"))


# What makes another thing of an observation than a measure of the patient, that day.
MORE = st.sampled_from(
    (
        *[{}] * 8,
        {"hasMember": [{"reference": "Observation/r0"}, {"reference": "Observation/r1"}]},
        {"bodySite": {"text": "bras gauche"}},
        {"focus": [{"reference": "RelatedPerson/x"}]},
        {"interpretation": [{"coding": [{"code": "R"}]}]},
        {"interpretation": [{"coding": [{"code": "H"}]}]},
        {"extension": [{"url": "urn:other", "valueQuantity": {"value": 3}}]},
        {"note": [{"text": 'dit : "tag":[] et "hasMember":['}]},
    )
)


def coded(system: str, code: str) -> Resource:
    return {"coding": [{"system": system, "code": code, "display": f"mot {code}"}]}


@st.composite
def observation(draw: st.DrawFn) -> Resource:
    value = {"value": Decimal(draw(NUMBERS)), "unit": "mmol/L"}
    category = draw(st.sampled_from(("laboratory", "laboratory", "vital-signs", "social-history")))
    made: Resource = {
        "resourceType": "Observation", "status": draw(STATUS), "category": [coded(codes.OBSERVATION_CATEGORY, category)],
        "code": coded(codes.LOINC, draw(CODES)), "effectiveDateTime": draw(DAYS),
    }  # fmt: skip
    shape = draw(st.sampled_from(("quantity", "quantity", "range", "component", "none")))
    if shape in ("quantity", "range"):
        made["valueQuantity"] = value
    if shape == "range":
        made["referenceRange"] = [{"low": {"value": Decimal("3.50")}, "high": {"value": Decimal("5.10")}}]
    if shape == "component":
        made["component"] = [{"code": coded(codes.LOINC, "8462-4"), "valueQuantity": value}]
    return made | draw(MORE)


@st.composite
def report(draw: st.DrawFn) -> Resource:
    links = draw(st.lists(st.integers(0, 11), max_size=4))
    return {
        "resourceType": "DiagnosticReport", "status": draw(STATUS), "code": {"text": "Ionogramme"},
        "effectiveDateTime": draw(DAYS), "result": [{"reference": f"Observation/r{n}"} for n in links],
    }  # fmt: skip


@st.composite
def fact(draw: st.DrawFn) -> Resource:
    type_ = draw(st.sampled_from(("Condition", "AllergyIntolerance", "Immunization", "Procedure", "MedicationRequest", "MedicationStatement")))  # fmt: skip
    concept, day = coded(codes.CIM10, draw(st.sampled_from(("I10", "E11")))), draw(DAYS)
    named = received.CODED[type_]
    made: Resource = {"resourceType": type_, named: concept, "authoredOn": day, "onsetDateTime": day}
    made["status"] = draw(st.sampled_from(("active", "completed", "stopped", "entered-in-error")))
    dose = {"value": Decimal(draw(NUMBERS)), "unit": "cp"}
    made["dosage" if type_ == "MedicationStatement" else "dosageInstruction"] = [
        {"doseAndRate": [{"doseQuantity": dose}]}
    ]
    return made


@st.composite
def text(draw: st.DrawFn) -> Resource:
    words = draw(st.sampled_from(("TA 14/8", "Motif : toux", "")))
    return {
        "resourceType": "Composition", "date": draw(DAYS), "title": "Consultation",
        "encounter": {"reference": f"Encounter/r{draw(st.integers(0, 11))}"}, "extension": note.extensions(words),
    }  # fmt: skip


@st.composite
def other(draw: st.DrawFn) -> Resource:
    day = draw(DAYS)
    return draw(
        st.sampled_from(
            [
                {"resourceType": "Encounter", "status": "finished", "period": {"start": day}},
                {"resourceType": "DocumentReference", "status": "current", "date": day, "content": [{"attachment": {}}]},
                {"resourceType": "Provenance", "target": [{"reference": "Condition/r3"}]},
                {
                    "resourceType": "Provenance", "target": [{"reference": "Condition/r3"}],
                    "entity": [{"role": "source", "what": {"reference": "DocumentReference/r0"}}],
                },
            ]
        )
    )  # fmt: skip


@st.composite
def records(draw: st.DrawFn) -> list[Resource]:
    listed = draw(
        st.lists(st.one_of(observation(), observation(), report(), fact(), text(), other()), max_size=12)
    )
    made = []
    for number, one in enumerate(listed):
        tag, source = draw(TAGS), draw(SOURCES)
        meta: Resource = {"versionId": "1", "lastUpdated": "2026-11-21T21:38:53.935690Z"}
        meta |= {"tag": [{"system": codes.TAG, "code": tag}]} if tag else {}
        meta |= {"source": source} if source else {}
        made.append({"resourceType": one["resourceType"], "id": f"r{number}", "meta": meta, **one})
    return made


def kept(record: list[Resource]) -> list[Row]:
    return [
        Row(number, one["resourceType"], one["id"], 1, "p", number, False, json.dumps(one))
        for number, one in enumerate(record)
    ]


@settings(max_examples=300, deadline=None)
@given(records())
def test_a_light_reading_tells_what_a_full_one_tells(record: list[Resource]) -> None:
    rows = kept(record)
    reading, whole = Reading(rows), [json.loads(row.body) for row in rows]
    events = timeline.outline(reading.glances)
    # repr: 1.0, 1.00 and 1 are equal numbers, and three different results
    assert repr([event.told(reading.whole) for event in events]) == repr(timeline.entries(whole))
    assert [(event.kind, event.reference, event.date) for event in events] == [
        (entry.kind, entry.reference, entry.date) for entry in timeline.entries(whole)
    ]
    for words in ("mot 8480-6", "TA", "2025", "mesures 03", "rien"):
        found = [event.told(reading.whole) for event in timeline.matching(events, text=words)]
        same = timeline.matching(timeline.outline(whole), text=words)
        assert repr(found) == repr([event.told() for event in same])
    moments = [timeline.moment(event.date) for event in events]
    assert moments == sorted(moments, reverse=True)
    told = [*map(reading.whole, filter(synthesis.tells, reading.facts))]
    assert repr(synthesis.synthesis(told, today=TODAY)) == repr(synthesis.synthesis(whole, today=TODAY))
    assert repr(alarms.allergies(reading.facts)) == repr(alarms.allergies(whole))
    assert [one["id"] for one in reading.facts if received.is_to_take(one)] == [
        one["id"] for one in whole if received.is_to_take(one)
    ]
    observations = [one for one in whole if one["resourceType"] == "Observation"]
    for light, heavy in zip(reading.observed, observations, strict=True):
        assert reading.whole(light) == heavy
        assert measure.date_of(light) == results.date_of(heavy)
        assert measure.source_of(light) == received.source(heavy)
        assert measure.is_coded(light) == received.is_coded(heavy)
        assert measure.loinc_of(light) == results.loinc(heavy["code"])


@settings(max_examples=300, deadline=None)
@given(records(), st.integers(1, 3))
def test_the_last_dates_of_each_analyte_are_the_last_of_its_curve(record: list[Resource], dates: int) -> None:
    reading = Reading(kept(record))
    few = results.series(results.values(map(reading.whole, measure.latest([*reading.observed], dates))))
    every = results.series(results.values(map(reading.whole, reading.observed)))
    assert [one.latest for one in few] == [one.latest for one in every]
    assert [_end(one, dates) for one in few] == [_end(one, dates) for one in every]


def _end(one: results.Series, dates: int) -> list[results.Value]:
    last = sorted({value.date for value in one.values})[-dates:]
    return [value for value in one.values if value.date in last]


@given(records())
def test_every_resource_can_be_found_as_it_was_written(record: list[Resource]) -> None:
    reading = Reading(kept(record))
    shown = {one.id if isinstance(one, Measure) else one["id"] for one in reading.glances}
    for one in record:
        silent = one["resourceType"] == "Provenance" and "entity" not in one
        assert (one["id"] in shown) != silent
        found = reading.find(one["resourceType"], one["id"])
        assert (found is None) == silent
        assert found is None or found.body == json.dumps(one)


@pytest.mark.usefixtures("any_cell")
def test_both_databases_give_the_record_newest_first_as_it_was_written(at: datetime) -> None:
    bulk.fill(by=ALICE, at=at, patients=1, resources=40)
    id = bulk.patient_id(0)
    reading = gate.open_record(by=ALICE, at=at, patient=id).reading()
    names = [one.id if isinstance(one, Measure) else one["id"] for one in reading.glances]
    assert names == [f"{id}-{number:04}" for number in reversed(range(40))] + [id]
    assert any(isinstance(one, Measure) for one in reading.observed)
    for one in reading.stored("Observation"):
        assert isinstance(one.body, bytes)
        assert repr(reading.whole(_glance(reading, one.id))) == repr(json.loads(one.body))


def _glance(reading: Reading, id: str) -> Observed:
    return next(one for one in reading.observed if (one.id if isinstance(one, Measure) else one["id"]) == id)


def test_a_number_is_shown_as_it_was_written() -> None:
    written = (
        b'{"resourceType":"Observation","id":"a","valueQuantity":{"value":1.00},"n":123456789012345678901}'
    )
    reading = Reading([Row(1, "Observation", "a", 1, "p", 1, False, written)])
    assert reading.glances[0]["valueQuantity"]["value"] == 1.0
    assert repr(reading.whole(reading.glances[0])["valueQuantity"]["value"]) == "Decimal('1.00')"
    assert reading.whole(reading.glances[0])["n"] == 123456789012345678901


def test_numbers_in_a_list_are_kept_too() -> None:
    assert repr(json.kept(b'{"a":[1.00,2],"b":[-0.50]}')) == repr(json.loads(b'{"a":[1.00,2],"b":[-0.50]}'))
    assert repr(json.kept(b'{"a":[1,2],"b":"[3.00]"}')) == repr(json.loads(b'{"a":[1,2],"b":"[3.00]"}'))
