"""INSi, as far as it can be had without a certificate: what is asked, what each answer means, and what it changes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from carnet.fhir import identifiers
from carnet.fhir.errors import Unavailable
from carnet.links.ins import mapping
from carnet.links.ins.client import Insi, NotInstalled
from carnet.links.ins.fake import Fake, numbered
from carnet.links.ins.mapping import Question
from carnet.rules import identity_status, insi, person
from carnet.rules.person import Identity
from tests.cast import EMILE

KNOWN = Identity(
    birth_name="DURAND", given="ÉMILE JEAN", birth_date="1955-04-03", gender="male", birthplace="86194",
    ins="155048619400120", ins_system="urn:oid:1.2.250.1.213.1.4.10",
)  # fmt: skip
TWIN_TOWN = Identity(
    birth_name="DURAND", given="ÉMILE", birth_date="1955-04-03", gender="male", birthplace="33063"
)


def ask(service: Insi, patient: dict[str, Any] = EMILE) -> mapping.Answer:
    asked = mapping.question(patient)
    assert asked is not None
    return service.search(asked)


def test_one_identity_comes_back_and_raises_the_status() -> None:
    answer = ask(Fake([KNOWN]))
    assert answer.outcome == "one"
    assert answer.found == KNOWN
    assert insi.is_same(EMILE, KNOWN)
    assert identity_status.after("PROV", "teleservice-found") == "RECUP"


def test_several_or_none_change_nothing_and_say_what_to_do() -> None:
    assert ask(Fake([KNOWN, TWIN_TOWN])).outcome == "several"
    none = ask(Fake([]))
    assert (none.outcome, none.found) == ("none", None)
    assert "pièce d'identité" in insi.WORDS[none.outcome]


def test_the_birthplace_narrows_the_search() -> None:
    fake = Fake([KNOWN, TWIN_TOWN])
    assert fake.search(Question("DURAND", "Émile", "male", "1955-04-03", "86194")).found == KNOWN


@pytest.mark.parametrize(
    "other",
    [
        {"birth_name": "DURANT"},
        {"birth_date": "1955-03-04"},
        {"gender": "female"},
        {"given": "PAUL"},
        {"birthplace": "33063"},
        {"ins": "262115412345611"},
        {"ins": ""},
    ],
)
def test_an_answer_about_somebody_else_never_agrees(other: dict[str, str]) -> None:
    known = person.patient(replace(KNOWN, given="Émile"))
    assert insi.is_same(known, KNOWN)
    assert not insi.is_same(known, replace(KNOWN, **other))


def test_the_fake_gives_one_number_to_one_person() -> None:
    bare = replace(KNOWN, ins="")
    assert numbered(bare) == numbered(bare)
    assert identifiers.is_ins(numbered(bare).ins)
    assert numbered(KNOWN) == KNOWN


def test_only_the_traits_are_sent() -> None:
    fake = Fake([KNOWN])
    ask(fake, {**EMILE, "telecom": [{"value": "0600000000"}], "address": [{"city": "POITIERS"}]})
    assert fake.asked == [Question("DURAND", "EMILE", "male", "1955-04-03", "")]


def test_nothing_is_asked_about_an_incomplete_identity() -> None:
    assert mapping.question({"resourceType": "Patient", "name": [{"family": "Durand"}]}) is None


@pytest.mark.parametrize("service", [NotInstalled(), Fake([], failing=True)])
def test_a_service_that_cannot_answer_says_so(service: Insi) -> None:
    with pytest.raises(Unavailable):
        ask(service)
