"""The story of a record: what belongs together is one event, nothing replaced or dismissed is told, newest first."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from carnet.fhir import codes
from carnet.rules import note, results, timeline


def observation(
    id: str, code: str, words: str, value: str, day: str = "2025-03-03", **more: Any
) -> dict[str, Any]:
    return {
        "resourceType": "Observation", "id": id, "status": "final", "effectiveDateTime": day,
        "code": {"coding": [{"system": codes.LOINC, "code": code}], "text": words},
        "valueQuantity": {"value": Decimal(value), "unit": "u"}, **more,
    }  # fmt: skip


def consultation(id: str, text: str, day: str) -> dict[str, Any]:
    div = note.narrative(text)
    return {
        "resourceType": "Composition", "id": id, "date": day, "title": "Consultation", "author": [{"display": "Dr Alice"}],
        "extension": note.extensions(text), "text": {"status": "generated", "div": div},
    }  # fmt: skip


def tagged(resource: dict[str, Any], tag: str, source: str = "") -> dict[str, Any]:
    meta: dict[str, Any] = {"tag": [{"system": codes.TAG, "code": tag}]}
    return {**resource, "meta": meta | ({"source": source} if source else {})}


def kinds(*resources: dict[str, Any]) -> list[str]:
    return [entry.kind for entry in timeline.entries(resources)]


def test_newest_first_whatever_the_precision_and_the_zone_of_dates() -> None:
    told = timeline.entries(
        [
            consultation("a", "x", "2025"),
            consultation("b", "x", "2025-03-03T00:30:00+02:00"),
            consultation("c", "x", "2025-03-03"),
            consultation("d", "x", "no date"),
        ]
    )
    assert [entry.id for entry in told] == ["c", "b", "a", "d"]


def test_a_date_that_no_calendar_reaches_is_no_end_of_the_record() -> None:
    """Programs that know no date write the first moment there is, in the zone where they run."""
    first = observation("a", "1", "Avant", "1", "0001-01-01T00:00:00+01:00")
    last = observation("b", "2", "Après", "1", "9999-12-31T23:59:59-12:00")
    told = timeline.entries([first, last, observation("c", "3", "Entre", "1")])
    assert [entry.id for entry in told] == ["b", "c", "a"]


def test_a_report_and_its_values_are_one_event_out_of_range_first() -> None:
    report = {
        "resourceType": "DiagnosticReport", "id": "r", "status": "final", "code": {"text": "Biologie"},
        "effectiveDateTime": "2025-03-03", "result": [{"reference": "Observation/na"}, {"reference": "Observation/k"}],
    }  # fmt: skip
    high = {"referenceRange": [{"low": {"value": 3}, "high": {"value": 5}}]}
    (told,) = timeline.entries([report, observation("na", "2951-2", "Sodium", "140"), observation("k", "2823-3", "Potassium", "6.1", **high)])  # fmt: skip
    assert [(value.label, value.flag) for value in told.values] == [("Potassium", "high"), ("Sodium", "")]


def test_measures_of_one_day_are_one_event_and_a_pressure_is_one_value() -> None:
    pressure = {
        "resourceType": "Observation", "id": "ta", "status": "final", "effectiveDateTime": "2025-03-03T10:00:00Z",
        "code": {"coding": [{"system": codes.LOINC, "code": "85354-9"}]},
        "component": [
            {"code": {"coding": [{"system": codes.LOINC, "code": code}]}, "valueQuantity": {"value": value, "unit": "mmHg"}}
            for code, value in (("8480-6", 148), ("8462-4", 92))
        ],
    }  # fmt: skip
    (told,) = timeline.entries([observation("w", "29463-7", "Poids", "81.0"), pressure])
    assert [(value.label, value.words) for value in told.values] == [("TA", "148/92 mmHg"), ("Poids", "")]


def test_the_lines_prescribed_together_are_one_event() -> None:
    lines = [
        {
            "resourceType": "MedicationRequest", "id": str(n), "status": "active", "intent": "order",
            "authoredOn": "2025-03-03", "medicationCodeableConcept": {"text": f"Médicament {n}"},
        }
        for n in range(3)
    ]  # fmt: skip
    assert kinds(*lines) == ["prescription"]


def test_a_prescription_and_its_paper_are_one_event() -> None:
    request = {
        "resourceType": "MedicationRequest", "id": "m", "status": "active", "authoredOn": "2025-03-01",
        "medicationCodeableConcept": {"text": "amlodipine 5 mg"}, "groupIdentifier": {"value": "visit"},
        "dosageInstruction": [{"text": "1 comprimé par jour"}],
    }  # fmt: skip
    later = {**request, "id": "n", "medicationCodeableConcept": {"text": "paracétamol 1 g"}}
    paper = {
        "resourceType": "DocumentReference", "id": "d", "status": "current", "date": "2025-03-01",
        "type": {"coding": [{"system": codes.LOINC, "code": "57833-6"}], "text": "Ordonnance"}, "content": [],
        "context": {"related": [{"reference": "MedicationRequest/m"}]},
    }  # fmt: skip
    (told,) = timeline.entries([request, paper])
    assert (told.reference, told.kind) == ("DocumentReference/d", "prescription")
    assert told.text == "amlodipine 5 mg · 1 comprimé par jour"
    assert len(timeline.entries([request, later, paper])) == 2, "what is not on the paper is told beside it"
    (alone,) = timeline.entries([request, {**paper, "status": "superseded"}])
    assert alone.reference == "MedicationRequest/m"
    received = tagged(paper, codes.RECEIVED)
    assert len(timeline.entries([request, received])) == 2, (
        "no document from outside hides what we prescribed"
    )


def test_replaced_dismissed_and_wrong_things_are_not_told() -> None:
    wrong = {**observation("x", "1", "X", "1"), "status": "entered-in-error"}
    replaced = tagged(observation("y", "1", "Y", "1"), codes.SUPERSEDED)
    dismissed = tagged(
        {"resourceType": "Procedure", "id": "z", "status": "completed", "code": {"text": "Z"}},
        codes.DISMISSED,
    )
    assert kinds(wrong, replaced, dismissed) == []


def test_what_a_document_says_is_told_by_the_document() -> None:
    document = {
        "resourceType": "DocumentReference", "id": "d", "status": "current", "date": "2025-03-03T00:00:00Z",
        "type": {"coding": [{"code": "11502-2"}], "text": "Compte rendu d'examens biologiques"},
        "content": [{"attachment": {"contentType": "application/xml"}}],
    }  # fmt: skip
    value = tagged(observation("k", "2823-3", "Potassium", "6.1"), codes.RECEIVED, "DocumentReference/d")
    (told,) = timeline.entries([document, value])
    assert (told.kind, [one.label for one in told.values]) == ("result", ["Potassium"])


def test_every_word_typed_must_be_there_without_accents() -> None:
    told = timeline.outline(
        [consultation("a", "Œdème des membres inférieurs", "2025"), consultation("b", "Toux", "2024")]
    )
    assert [event.reference for event in timeline.matching(told, text="oedeme INFERIEURS")] == [
        "Composition/a"
    ]
    assert timeline.matching(told, text="oedeme toux") == []
    assert timeline.matching(told, text=" ") == told


def test_a_note_changed_behind_our_back_is_marked() -> None:
    moved = consultation("a", "TA 14/8", "2025")
    moved["extension"][0]["valueString"] = "TA 18/8"
    assert timeline.entries([moved])[0].broken
    assert not timeline.entries([consultation("a", "TA 14/8", "2025")])[0].broken


def test_the_reason_is_read_from_the_note_and_not_asked_twice() -> None:
    assert note.reason("Bonjour\n motif : toux sèche \nsuite") == "toux sèche"
    assert note.reason("Sans motif particulier : rien") == ""
    assert note.without_reason("Motif : toux\nAuscultation libre") == "Auscultation libre"


def test_a_filtration_rate_below_sixty_is_low_without_a_range() -> None:
    (value,) = results.values([observation("d", "62238-1", "DFG", "41")])
    assert value.flag == "low"


def test_two_units_of_one_analyte_are_two_curves() -> None:
    grams = {
        **observation("a", "2345-7", "Glycémie", "1.02"),
        "valueQuantity": {"value": Decimal("1.02"), "unit": "g/L"},
    }
    moles = {
        **observation("b", "2345-7", "Glycémie", "5.6"),
        "valueQuantity": {"value": Decimal("5.6"), "unit": "mmol/L"},
    }
    assert [one.unit for one in results.series(results.values([grams, moles]))] == ["g/L", "mmol/L"]


def test_medicines_stand_in_the_order_of_their_note() -> None:
    """The record gives them newest first, which is the note read backwards."""

    def prescribed(name: str, start: int) -> dict[str, Any]:
        parts = [
            {"url": "note", "valueReference": {"reference": "Composition/n/_history/1"}},
            {"url": "start", "valueUnsignedInt": start}, {"url": "end", "valueUnsignedInt": start + 5},
        ]  # fmt: skip
        return {
            "resourceType": "MedicationRequest", "id": name, "status": "active", "intent": "order",
            "authoredOn": "2026-11-22T09:00:00.000000Z", "extension": [{"url": codes.SPAN, "extension": parts}],
            "groupIdentifier": {"value": "v"}, "medicationCodeableConcept": {"text": name},
        }  # fmt: skip

    (told,) = timeline.entries([prescribed("third", 30), prescribed("second", 9), prescribed("first", 2)])
    assert told.text == "first\nsecond\nthird"
