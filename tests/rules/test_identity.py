"""What a Patient says of who it is: traits, numbers in common, and what cannot be one person's."""

from __future__ import annotations

from typing import Any

import pytest

from carnet.rules.identity import contradictions, fold, is_named, share_number, traits

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


@pytest.mark.parametrize(
    ("known", "arriving", "shares"),
    [
        (person(INS), person((TEST, INS[1])), True),
        (person(INS), person((NIR, "2 79 03 51 215 189 89")), True),
        (person(INS), person(OTHER), False),
        (person(INS), person(), False),
        (person(IPP), person(IPP), True),
        (person(INS, IPP), person(IPP), True),
        (person(INS, IPP), person(OTHER, IPP), False),  # two hospitals number their patients from 1
        (person((ADDRESS, "urn:uuid:1")), person((ADDRESS, "urn:uuid:2")), False),
    ],
)
def test_numbers_in_common(known: dict[str, Any], arriving: dict[str, Any], shares: bool) -> None:
    assert share_number(known, arriving) == share_number(arriving, known) == shares


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
