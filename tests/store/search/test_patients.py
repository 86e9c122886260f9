"""A patient is found by a few letters, a date, a number, in any order."""

from __future__ import annotations

from pathlib import Path

import pytest

from carnet.store.search import patients
from tests.store.search.rows import keep

INS = {"system": "urn:oid:1.2.250.1.213.1.4.8", "value": "155037512000512"}


@pytest.fixture
def three(any_cell: Path) -> None:
    telecom = [{"system": "phone", "value": "+33 6 12 34 56 78"}]
    names = {
        "emile": ("L’Hermitte", ["Émile", "Jean-Pierre"], "1955-03-12"),
        "fatou": ("Œuvrard", ["Fatou"], "1955-12-01"),
        "dupont": ("Émilienne", ["Zoé"], "2012-03-12"),
    }
    for n, (id, (family, given, birth)) in enumerate(names.items()):
        patient = {
            "resourceType": "Patient",
            "id": id,
            "name": [{"family": family, "given": given}],
            "birthDate": birth,
        }
        keep({**patient, "identifier": [INS], "telecom": telecom} if id == "emile" else patient, updated=n)


def found(typed: str) -> list[str]:
    return [row.id for row in patients.find(typed)]


@pytest.mark.usefixtures("three")
def test_by_letters_dates_and_numbers() -> None:
    for typed in [
        "hermitte", "lherm", "L'HERM", "herm emile", "emile herm", "jeanpierre", "jean pierre l hermitte",
        "12/03/1955", "12/3/55", "12.03.1955 her", "her 1955", "03/1955",
        "1 55 03 75 120 005 12", "15503", "06 12 34", "0612345678", "+33612345678", "+33 6 12 34 56 78",
    ]:  # fmt: skip
        assert found(typed) == ["emile"], typed
    assert found("oeuv") == ["fatou"]
    assert sorted(found("1955")) == ["emile", "fatou"]
    assert found("12/03/12") == ["dupont"]


@pytest.mark.usefixtures("three")
def test_whole_words_come_first_then_the_latest() -> None:
    assert found("emile") == ["emile"]
    assert found("emil") == ["dupont", "emile"]
    assert found("é") == ["dupont", "emile"]


@pytest.mark.usefixtures("three")
def test_nothing_is_found_by_nothing() -> None:
    for typed in ["", "   ", "-", "xyz", "emile xyz", "31/02/1955", "12/03/1956 emile", "99999", "%", "'"]:
        assert found(typed) == [], typed
    assert [row.id for row in patients.find("1955", subjects=["fatou"])] == ["fatou"]
    assert patients.find("hermitte", subjects=["fatou"]) == []
    assert patients.find("1955", subjects=[]) == []
