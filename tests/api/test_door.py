"""What the FHIR door lets in, and how it refuses."""

from __future__ import annotations

from pathlib import Path

from tests.api.asking import ask


def test_nobody_comes_in_without_a_token(open_cell: Path) -> None:
    said = ask("GET", "Patient/x", by="")
    assert said.status == 401
    assert said.headers["WWW-Authenticate"].startswith("Bearer")
    assert said.json["issue"][0]["code"] == "login"
    assert said.places == ["Patient"]


def test_an_unknown_type_is_not_found(open_cell: Path) -> None:
    said = ask("GET", "Pasta/1")
    assert (said.status, said.json["resourceType"]) == (404, "OperationOutcome")


def test_a_method_that_an_address_does_not_know_is_refused_with_those_it_knows(open_cell: Path) -> None:
    said = ask("POST", "Patient/1", {"resourceType": "Patient"})
    assert said.status == 405
    assert "PUT" in said.headers["Allow"]


def test_a_closed_practice_answers_that_it_is_closed() -> None:
    assert ask("GET", "Patient/1").status == 503


def test_a_wrong_method_is_said_before_a_wrong_form(open_cell: Path) -> None:
    assert ask("PATCH", "Patient/$validate", [], content_type="application/xml").status == 405
    assert ask("POST", "Pasta", b"<x/>", content_type="application/xml").status == 404
