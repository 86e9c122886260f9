"""Wordings: typed once, mine or shared, never code, never another practice's."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from carnet.actions import wordings
from carnet.fhir.errors import Conflict, Invalid, NotFound, Refused
from carnet.record import gate
from tests.cast import ALICE, BRUNO, CHLOE, DALIA

pytestmark = pytest.mark.usefixtures("open_cell")
HTA: dict[str, Any] = {"kind": "snippet", "name": "hta", "text": "HTA équilibrée sous traitement.\nTA "}


def test_a_snippet_expands_to_its_text(at: datetime) -> None:
    wordings.save(by=ALICE, at=at, **HTA)
    assert wordings.snippets(by=ALICE) == {"hta": "HTA équilibrée sous traitement.\nTA"}


def test_mine_stays_mine_until_shared(at: datetime) -> None:
    kept = wordings.save(by=ALICE, at=at, **HTA)
    assert wordings.snippets(by=BRUNO) == {}
    wordings.save(by=ALICE, at=at, **HTA, shared=True, id=kept.id, if_version=kept.version)
    assert "hta" in wordings.snippets(by=BRUNO)


def test_my_snippet_wins_over_a_shared_one_of_the_same_name(at: datetime) -> None:
    wordings.save(by=ALICE, at=at, **HTA, shared=True)
    wordings.save(by=BRUNO, at=at, **{**HTA, "text": "Le mien"})
    assert wordings.snippets(by=BRUNO) == {"hta": "Le mien"}
    assert wordings.snippets(by=ALICE)["hta"].startswith("HTA")


def test_a_colleagues_wording_is_not_changed_nor_taken_away(at: datetime) -> None:
    kept = wordings.save(by=ALICE, at=at, **HTA, shared=True)
    with pytest.raises(Refused):
        wordings.save(by=BRUNO, at=at, **HTA, id=kept.id, if_version=kept.version)
    with pytest.raises(Refused):
        wordings.remove(by=BRUNO, at=at, id=kept.id)
    wordings.remove(by=ALICE, at=at, id=kept.id)
    assert wordings.seen(by=ALICE) == []


def test_two_windows_do_not_overwrite_each_other(at: datetime) -> None:
    kept = wordings.save(by=ALICE, at=at, **HTA)
    wordings.save(by=ALICE, at=at, **{**HTA, "text": "un"}, id=kept.id, if_version=kept.version)
    with pytest.raises(Conflict):
        wordings.save(by=ALICE, at=at, **{**HTA, "text": "deux"}, id=kept.id, if_version=kept.version)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "virus"},
        {"name": ""},
        {"name": "deux mots"},
        {"name": "x" * 31},
        {"text": " \n"},
        {"text": "x" * 20_001},
        {"kind": "letter", "text": "{inconnu}"},
    ],
)
def test_what_cannot_be_kept_is_said(at: datetime, wrong: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        wordings.save(by=ALICE, at=at, **{**HTA, **wrong})
    assert wordings.seen(by=ALICE) == []


def test_braces_in_a_snippet_are_only_braces(at: datetime) -> None:
    wordings.save(by=ALICE, at=at, **{**HTA, "text": "{% load x %}{{ settings }}{nom}"})
    assert wordings.snippets(by=ALICE) == {"hta": "{% load x %}{{ settings }}{nom}"}


def test_only_doctors_of_the_practice(at: datetime) -> None:
    wordings.save(by=ALICE, at=at, **HTA, shared=True)
    with pytest.raises(Refused):
        wordings.seen(by=CHLOE)
    with pytest.raises(NotFound):
        wordings.seen(by=DALIA)


@pytest.mark.parametrize(
    "extension",
    [
        {"valueString": "x"},
        {"extension": [{"url": "kind", "valueCode": "snippet"}]},
        {"extension": [{"url": "name", "valueString": "x"}, {"url": "text", "valueString": "y"}]},
        {
            "extension": [
                {"url": "kind", "valueCode": "sick_leave"},
                {"url": "name", "valueString": "A"},
                {"url": "text", "valueString": "{oops"},
                {"url": "shared", "valueBoolean": True},
            ]
        },
    ],
)
def test_one_that_a_program_wrote_badly_keeps_nobody_from_writing(
    at: datetime, extension: dict[str, Any]
) -> None:
    wordings.save(by=ALICE, at=at, **HTA)
    with gate.write(by=BRUNO, at=at, action="test.odd") as work:
        code = {"coding": [{"system": "urn:carnet:basic", "code": "wording"}]}
        odd = {"url": "urn:carnet:wording", **extension}
        work.create({"resourceType": "Basic", "code": code, "extension": [odd]})
    assert wordings.snippets(by=ALICE).keys() == {"hta"}
    assert [one.name for one in wordings.seen(by=ALICE)] == ["hta"]
