"""The same over HL7's own R4 examples, which lie outside: CARNET_EXAMPLES names the folder of the unpacked package
hl7.fhir.r4.examples. Where our values are not those of the published expression, the reason stands here."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from tools.r4_examples import examples

from carnet.fhir import search_parameters
from carnet.store.search import extract
from tests.store.search import test_published as published

# (type, code) of a parameter → what its expression also yields and its kind cannot hold: we leave it out.
LEFT_OUT = {
    ("CarePlan", "activity-date"): "scheduledString: a free text is no date",
    ("Consent", "source-reference"): "sourceAttachment: a file is no reference",
    ("Immunization", "date"): "occurrenceString: a free text is no date",
    ("Observation", "combo-value-quantity"): "SampledData: a series of samples is no amount",
    ("Observation", "component-value-quantity"): "SampledData: a series of samples is no amount",
}


@pytest.fixture
def hl7_examples() -> list[Any]:
    folder = os.environ.get("CARNET_EXAMPLES", "")
    if not Path(folder, "Patient-example.json").is_file():
        pytest.skip("set CARNET_EXAMPLES to the unpacked package hl7.fhir.r4.examples")
    return [json.loads(content) for content in examples(Path(folder)).values()]


@published.needs_definitions
def test_values_are_those_of_the_published_expressions(
    hl7_examples: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    expressions, recorded = published._expressions(), published._record(monkeypatch)
    same, different = 0, Counter[tuple[str, str]]()
    for resource in hl7_examples:
        type = resource["resourceType"]
        recorded.clear()
        rows = extract.rows(resource)
        for code, parameter in search_parameters.of(type).items():
            expression = expressions.get((parameter.type, code))
            if expression is None or parameter.kind in ("composite", "special"):
                continue
            ours = published.ours(parameter, recorded, rows)
            theirs = published.theirs(parameter, expression, type, resource)
            if ours == theirs:
                same += len(theirs)
            elif (type, code) not in LEFT_OUT or not ours < theirs:
                different[type, code] += 1
    extract._tree.cache_clear()
    assert different == {}
    assert len(hl7_examples) > 700
    assert same > 6000
