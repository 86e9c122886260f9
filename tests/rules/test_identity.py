"""When a document's patient is a patient of the practice: certain, another person, or for a person to decide."""

from __future__ import annotations

from typing import Any

import pytest

from carnet.rules.identity import compare, contradictions, fold, is_named, traits

NIR, TEST, LOCAL = "urn:oid:1.2.250.1.213.1.4.8", "urn:oid:1.2.250.1.213.1.4.10", "urn:oid:1.2.3"
ADDRESS = "urn:carnet:source-address"


def person(*identifiers: tuple[str, str], **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Patient", "gender": "female", "birthDate": "1979-03-28",
        "name": [{"use": "official", "family": "Pat-Trois", "given": ["Dominique"]}],
        "identifier": [{"system": system, "value": value} for system, value in identifiers], **more,
    }  # fmt: skip


INS = (NIR, "279035121518989")
OTHER = (NIR, "262115412345611")
IPP = (LOCAL, "12")
SAME, UNSURE, ANOTHER = "same", "unsure", "other"
MARRIED = [
    {"use": "usual", "family": "Martin"},
    {"use": "official", "family": "PAT TROIS", "given": ["dominique"]},
]


@pytest.mark.parametrize(
    ("known", "arriving", "verdict"),
    [
        (person(INS), person(INS), SAME),
        (person(INS), person((TEST, INS[1])), SAME),
        (person(INS), person((NIR, "2 79 03 51 215 189 89")), SAME),
        (person(INS), person(INS, name=MARRIED), SAME),
        (person(INS), person(INS, birthDate="1979-03"), UNSURE),
        (person(INS), person(INS, birthDate="1979-03-29"), UNSURE),
        (person(INS), person(INS, gender="male"), UNSURE),
        (person(INS), person(INS, gender="unknown"), UNSURE),
        (person(INS), {"resourceType": "Patient", "identifier": [{"system": NIR, "value": INS[1]}]}, UNSURE),
        (person(INS), person(OTHER), ANOTHER),
        (person(INS), person(), ANOTHER),  # the traits alone never decide
        (person(INS, IPP), person(OTHER, IPP), ANOTHER),  # two hospitals number their patients from 1
        (person(IPP), person(IPP), SAME),
        (person(INS, IPP), person(IPP), SAME),
        (person(IPP), person(IPP, gender="male"), UNSURE),
        (person((ADDRESS, "urn:uuid:1")), {"identifier": [{"system": ADDRESS, "value": "urn:uuid:1"}]}, SAME),
        (
            person((ADDRESS, "urn:uuid:1")),
            {"identifier": [{"system": ADDRESS, "value": "urn:uuid:2"}]},
            ANOTHER,
        ),
    ],
)
def test_verdicts(known: dict[str, Any], arriving: dict[str, Any], verdict: str) -> None:
    assert compare(known, arriving) == verdict


def test_folding() -> None:
    assert fold("Œuvrard-d’Été") == "OEUVRARD D ETE"
    assert fold("JEAN–PIERRE  ") == "JEAN PIERRE"


def test_traits_are_complete_or_nothing() -> None:
    assert traits(person()) is not None
    assert traits(person(birthDate="1979")) is None
    assert traits(person(name=[{"family": "X"}])) is None


def test_a_provisional_record_needs_a_name_and_one_more() -> None:
    assert is_named(person())
    assert is_named({"name": [{"family": "X"}], "birthDate": "1979"})
    assert not is_named({"name": [{"family": "X"}]})
    assert not is_named({"birthDate": "1979-03-28"})


@pytest.mark.parametrize(
    ("arriving", "traits"),
    [
        ({}, []),
        ({"birthDate": "1955"}, []),
        ({"gender": "unknown", "birthDate": ""}, []),
        ({"name": [{"family": "Blandin-Roy", "given": ["Émile Jean"]}]}, []),
        ({"name": [{"family": "BLANDIN", "given": ["JEAN", "EMILE"]}]}, []),
        ({"name": []}, []),
        ({"name": [{"family": "Émile", "given": ["Blandin"]}]}, ["nom", "prénom"]),
        ({"name": [{"family": "Blandin", "given": ["Luc", "Jean"]}]}, ["prénom"]),
        ({"name": [{"family": "Caron", "given": ["Émile"]}]}, ["nom"]),
        ({"birthDate": "1956-04-03"}, ["date de naissance"]),
        ({"gender": "female"}, ["sexe"]),
    ],
    ids=["same", "year alone", "not said", "married name", "second name", "nameless", "names swapped", "twin", "other name", "other day", "other sex"],
)  # fmt: skip
def test_what_cannot_be_one_person_s(arriving: dict[str, Any], traits: list[str]) -> None:
    known = {
        "gender": "male", "birthDate": "1955-04-03",
        "name": [{"use": "official", "family": "Blandin", "given": ["Émile", "Jean"]}],
    }  # fmt: skip
    assert contradictions(known, {**known, **arriving}) == traits


def test_twins_with_a_compound_name_are_two() -> None:
    anne, claire = (
        {"name": [{"family": "Roy", "given": [given]}]} for given in ("Marie-Anne", "Marie-Claire")
    )
    assert contradictions(anne, claire) == ["prénom"]
