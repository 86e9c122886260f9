"""Documents kept whole, read through the FHIR door by who may read what names them."""

from __future__ import annotations

import base64
from datetime import datetime
from pathlib import Path

import pytest

from carnet.record import gate
from tests.api.asking import ask
from tests.cast import ALICE, EMILE

CONTENT = b"%PDF-1.7 Quetzalkowski"


@pytest.fixture
def name(any_cell: Path, at: datetime) -> str:
    """The name of a file that a document of Émile's holds."""
    return kept(at, "application/pdf")


def kept(at: datetime, kind: str) -> str:
    with gate.write(by=ALICE, at=at, action="test.document") as work:
        patient = work.create(EMILE)
        blob = work.keep_blob(CONTENT)
        work.create(
            {
                "resourceType": "DocumentReference",
                "status": "current",
                "subject": {"reference": patient.reference},
                "content": [{"attachment": {"contentType": kind, "url": f"Binary/{blob}"}}],
            }
        )
    return blob


def test_a_document_comes_as_it_is_or_as_a_binary(name: str) -> None:
    said = ask("GET", f"Binary/{name}", accept="application/pdf")
    assert (said.status, said.body, said.headers["Content-Type"]) == (200, CONTENT, "application/pdf")
    assert said.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert ask("GET", f"Binary/{name}").body == CONTENT
    binary = ask("GET", f"Binary/{name}", accept="application/fhir+json").json
    assert base64.b64decode(binary["data"]) == CONTENT
    assert (binary["resourceType"], binary["contentType"]) == ("Binary", "application/pdf")
    row = gate.audit_page(by=ALICE, limit=1)[0]
    assert row.action == "read"
    assert row.entities == (f"{binary['securityContext']['reference']}/1",)
    assert row.patient is not None


def test_nobody_else_reads_it(name: str) -> None:
    assert ask("GET", f"Binary/{name}", by="").status == 401
    assert ask("GET", f"Binary/{name}", by="dalia").status == 404
    assert ask("GET", f"Binary/{'0' * 64}").status == 404
    assert ask("GET", f"Binary/{name}", by="chloe").body == CONTENT  # documents are the secretary's work


def test_a_file_that_nothing_names_any_more_is_not_given(name: str) -> None:
    binary = ask("GET", f"Binary/{name}", accept="application/fhir+json").json
    assert ask("DELETE", binary["securityContext"]["reference"]).status == 204
    assert ask("GET", f"Binary/{name}").status == 404


def test_a_kind_that_is_none_makes_no_header(open_cell: Path, at: datetime) -> None:
    said = ask("GET", f"Binary/{kept(at, 'text/html evil')}")
    assert said.headers["Content-Type"] == "application/octet-stream"


def test_a_binary_resource_is_read_like_any_other(any_cell: Path) -> None:
    binary = {"resourceType": "Binary", "contentType": "text/plain", "data": "QQ=="}
    made = ask("POST", "Binary", binary).json
    assert ask("GET", f"Binary/{made['id']}").json == made
    assert ask("GET", f"Binary/{made['id']}", by="chloe").status == 403
