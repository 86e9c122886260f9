"""Searches as the API's users write them, and what is refused."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from carnet.fhir import search_parameters
from carnet.fhir.errors import Invalid
from carnet.store.search import write
from carnet.store.search.limits import Limit
from carnet.store.search.search import search
from tests.store.search.rows import keep


def ids(type: str, *params: tuple[str, str], subjects: Any = None) -> list[str]:
    return sorted(row.id for row in search(type, params, subjects=subjects).rows)


def emile(**fields: Any) -> dict[str, Any]:
    name = [{"family": "L’Hermitte", "given": ["Émile"]}]
    return {"resourceType": "Patient", "id": "emile", "name": name, **fields}


def pressure(id: str, patient: str, systolic: int, **fields: Any) -> dict[str, Any]:
    component = {
        "code": {"coding": [{"system": "http://loinc.org", "code": "8480-6"}]},
        "valueQuantity": {"value": systolic},
    }
    return {
        "resourceType": "Observation", "id": id, "status": "final", "code": {"text": "Tension artérielle"},
        "subject": {"reference": f"Patient/{patient}"}, "component": [component], **fields,
    }  # fmt: skip


def test_a_name_is_found_whatever_its_accents(any_cell: Path) -> None:
    keep(emile())
    for typed in ["l'hermitte", "L HERM", "émile", "EMI"]:
        assert ids("Patient", ("name", typed)) == ["emile"]
    assert ids("Patient", ("name:exact", "L'Hermitte")) == []
    assert ids("Patient", ("name:exact", "L’Hermitte")) == ["emile"]
    assert ids("Patient", ("name", "ermitte")) == []
    assert ids("Patient", ("name:contains", "ermitte")) == ["emile"]


def test_identifiers_by_system_type_and_through_references(any_cell: Path) -> None:
    ins = {"system": "urn:oid:1.2.250.1.213.1.4.8", "value": "155037512000512",
           "type": {"coding": [{"system": "urn:t", "code": "INS-NIR"}]}}  # fmt: skip
    keep(emile(identifier=[ins]))
    keep(pressure("o1", "emile", 140, performer=[{"identifier": {"system": "urn:rpps", "value": "801"}}]))
    assert ids("Patient", ("identifier", "155037512000512")) == ["emile"]
    assert ids("Patient", ("identifier", f"{ins['system']}|{ins['value']}")) == ["emile"]
    assert ids("Patient", ("identifier:of-type", f"urn:t|INS-NIR|{ins['value']}")) == ["emile"]
    assert ids("Patient", ("identifier", f"urn:other|{ins['value']}")) == []
    assert ids("Observation", ("performer:identifier", "urn:rpps|801")) == ["o1"]


def test_a_composite_matches_inside_one_element_only(any_cell: Path) -> None:
    diastolic = {"code": {"coding": [{"code": "8462-4"}]}, "valueQuantity": {"value": 80}}
    keep(pressure("o1", "emile", 160))
    both = pressure("o2", "emile", 120)
    keep({**both, "component": [*both["component"], diastolic]})
    assert ids("Observation", ("component-code-value-quantity", "8480-6$gt150")) == ["o1"]
    assert ids("Observation", ("component-code-value-quantity", "8480-6$80")) == []
    assert ids("Observation", ("combo-code-value-quantity", "8462-4$80")) == ["o2"]


def test_chains_go_both_ways(any_cell: Path) -> None:
    keep(emile())
    keep(pressure("o1", "emile", 140))
    assert ids("Observation", ("subject:Patient.name", "hermitte"), ("status", "final")) == []
    assert ids("Observation", ("patient.family", "l herm")) == ["o1"]
    assert ids("Patient", ("_has:Observation:patient:component-code", "8480-6")) == ["emile"]
    assert ids("Patient", ("_has:Observation:patient:patient.name", "emile")) == ["emile"]
    assert ids("Patient", ("_has:Observation:patient:component-code", "none")) == []


def test_a_merged_patient_answers_by_every_id(any_cell: Path) -> None:
    keep(pressure("o1", "old", 140))
    keep(pressure("o2", "older", 140))
    keep(pressure("o3", "new", 140))
    with connection.cursor() as cursor:
        for pair in [("older", "old"), ("old", "new")]:
            cursor.execute("INSERT INTO store_alias (old_id, new_id) VALUES (%s, %s)", pair)
    for asked in ["old", "Patient/new", "older"]:
        assert ids("Observation", ("patient", asked)) == ["o1", "o2", "o3"]
    assert ids("Observation", ("patient", "another")) == []


def test_words_are_found_in_the_narrative_or_anywhere(any_cell: Path) -> None:
    keep(pressure("o1", "emile", 140, text={"status": "generated", "div": "<div>Œdème &amp; fièvre</div>"}))
    assert ids("Observation", ("_text", "oedeme fiev")) == ["o1"]
    assert ids("Observation", ("_content", "tension OEDÈME")) == ["o1"]
    assert ids("Observation", ("_text", "tension")) == []
    assert ids("Observation", ("_content", "div")) == []


def test_what_is_unindexed_is_found_no_more(any_cell: Path) -> None:
    pk = keep(pressure("o1", "emile", 140, text={"div": "<div>fièvre</div>"}))
    other = keep(pressure("o2", "emile", 140))
    write.unindex(pk)
    assert ids("Observation", ("patient", "emile")) == ["o2"]
    assert ids("Observation", ("_content", "fievre")) == []
    with connection.cursor() as cursor:
        for table in write.COLUMNS:
            cursor.execute(f"SELECT DISTINCT resource FROM store_{table}")
            assert {row[0] for row in cursor.fetchall()} <= {other}


def test_a_search_never_sees_past_its_limit(any_cell: Path) -> None:
    keep(emile(), subject="emile")
    keep(pressure("o1", "emile", 140), subject="emile")
    keep(pressure("o2", "fatou", 140), subject="fatou")
    everything = ("component-code", "8480-6")
    assert ids("Observation", everything, subjects=["fatou"]) == ["o2"]
    assert ids("Observation", everything, subjects=[]) == []
    page = search("Observation", [everything, ("_total", "accurate")], subjects=["fatou"])
    assert page.total == 1
    # Not through a chain either: Émile's name must not answer for what he may not see.
    assert ids("Observation", ("patient.name", "emile"), subjects=["fatou"]) == []
    assert ids("Patient", ("_has:Observation:patient:component-code", "8480-6"), subjects=["fatou"]) == []
    only_pressures = Limit("{r}.type <> %s", ("Patient",))
    assert ids("Patient", ("name", "emile"), subjects=only_pressures) == []


def test_amounts_are_found_in_another_unit(any_cell: Path) -> None:
    value = {"value": 180, "unit": "mg/dL", "system": "http://unitsofmeasure.org", "code": "mg/dL"}
    keep(
        {
            "resourceType": "Observation",
            "id": "o1",
            "status": "final",
            "code": {"text": "Glycémie"},
            "valueQuantity": value,
        }
    )
    for asked in [
        "1.8|http://unitsofmeasure.org|g/L",
        "ge1800|http://unitsofmeasure.org|mg/L",
        "180||mg/dL",
        "180",
    ]:
        assert ids("Observation", ("value-quantity", asked)) == ["o1"]
    assert ids("Observation", ("value-quantity", "1.8||g/L")) == []


def test_pages_stay_right_while_data_change(any_cell: Path) -> None:
    for n in range(6):
        keep(pressure(f"o{n}", "emile", 140))
    first = search("Observation", [("patient", "emile"), ("_count", "2")])
    assert [row.id for row in first.rows] == ["o5", "o4"]
    keep(pressure("o9", "emile", 140))
    second = search("Observation", [("patient", "emile"), ("_count", "2"), ("_page", first.next or "")])
    assert [row.id for row in second.rows] == ["o3", "o2"]


def test_totals_are_counted_when_asked(any_cell: Path) -> None:
    for n in range(5):
        keep(pressure(f"o{n}", "emile", 140))
    assert search("Observation", [("_count", "2")]).total is None
    assert search("Observation", [("_count", "2"), ("_total", "accurate")]).total == 5
    assert search("Observation", [("_count", "0")]).total == 5
    assert search("Observation", [("_count", "5")]).total == 5


@pytest.mark.parametrize(
    ("name", "value", "named"),
    [
        ("colour", "red", "colour"),
        ("code:colour", "red", "colour"),
        ("subject:Medication", "1", "Medication"),
        ("patient.colour", "1", "colour"),
        ("_has:Observation:colour:code", "1", "colour"),
        ("code-value-string$2", "x", "code-value-string$2"),
        ("date", "hier", "date"),
        ("date", "ge", "date"),
        ("value-quantity", "beaucoup", "value-quantity"),
        ("value-quantity", "5|mg", "value-quantity"),
        ("value-quantity", "NaN", "value-quantity"),
        ("code-value-quantity", "a", "code-value-quantity"),
        ("code", "", "code"),
        ("code", "a,,b", "code"),
        ("code", "a\x00b", "code"),
        ("subject:missing", "maybe", "subject"),
        ("_sort", "colour", "colour"),
        ("_count", "beaucoup", "_count"),
        ("_total", "yes", "_total"),
        ("_content", "…", "_content"),
        ("_filter", "x", "_filter"),
        ("_id:not", "x", "not"),
    ],
)
def test_what_is_not_understood_is_refused_by_name(cell_: Path, name: str, value: str, named: str) -> None:
    with pytest.raises(Invalid) as refused:
        search("Observation", [(name, value)])
    assert named in str(refused.value)


def test_a_page_token_of_another_search_is_refused(cell_: Path) -> None:
    for n in range(3):
        keep(pressure(f"o{n}", "emile", 140))
    token = search("Observation", [("_count", "1")]).next or ""
    for params in [("_page", "x"), ("_page", "W10"), ("_page", "é"), ("_page", token + "A")]:
        with pytest.raises(Invalid):
            search("Observation", [params])
    with pytest.raises(Invalid):
        search("Observation", [("status", "final"), ("_page", token)])


def test_endless_searches_are_refused(cell_: Path) -> None:
    chain = "subject:Patient._has:Observation:" * 12 + "code"
    for name, value in [
        (chain, "x"),
        ("code", ",".join("x" * 500)),
        ("_content", " ".join(f"w{n}" for n in range(99))),
    ]:
        with pytest.raises(Invalid):
            search("Observation", [(name, value)])
    with pytest.raises(Invalid):
        search("Observation", [("status", "final")] * 100)


HOSTILE = [
    "'; DROP TABLE store_resource; --",
    "%",
    "_",
    "\\",
    '"',
    "' OR '1'='1",
    "{row}",
    "{x}.id",
    "%s",
    "\ufeff\U0001f600",
    "a" * 9999,
]


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_values_find_nothing_and_break_nothing(any_cell: Path, value: str) -> None:
    keep(pressure("o1", "emile", 140))
    names = ["code", "code:text", "value-string", "value-string:contains", "subject", "subject:identifier", "date",
             "value-quantity", "_tag", "_profile", "_profile:below", "_source:above", "_id", "_content", "patient.name",
             "code-value-quantity", "_lastUpdated", "identifier:of-type"]  # fmt: skip
    for name in names:
        with suppress(Invalid):
            assert ids("Observation", (name, value)) == [], name


@pytest.mark.parametrize("value", ["xhermittex", "12\x00"])
def test_a_refusal_never_repeats_the_value(cell_: Path, value: str) -> None:
    for name in ["date", "value-quantity", "_count", "_lastUpdated", "code-value-quantity", "_page"]:
        with pytest.raises(Invalid) as refused:
            search("Observation", [(name, value)])
        assert value not in str(refused.value)


def test_every_published_parameter_can_be_searched(any_cell: Path) -> None:
    example = {"token": "a|b", "string": "a", "date": "2020", "reference": "Patient/1", "quantity": "5", "number": "5",
               "uri": "urn:x"}  # fmt: skip
    for type in sorted(search_parameters.types()):
        for code, parameter in search_parameters.of(type).items():
            if "$" in code or parameter.kind == "special":
                continue
            if parameter.kind == "composite":
                kinds = [search_parameters.of(type)[part.code].kind for part in parameter.components]
                value = "$".join(example[kind] for kind in kinds)
            else:
                value = example[parameter.kind]
                assert ids(type, (f"{code}:missing", "false"), ("_sort", code)) == []
            assert ids(type, (code, value)) == []
