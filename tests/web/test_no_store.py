"""No page stays in the browser: not on its disk, not behind its back button after sign-out."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from carnet.record import clock, gate
from tests.cast import EMILE
from tests.web.signed_in import alice


@pytest.mark.parametrize(
    "path", ["/day", "/practice/", "/patient/{id}", "/patient/nobody", "/nowhere", "/static/none"]
)
def test_no_page_is_kept(path: str, open_cell: Path, client: Client) -> None:
    by = alice(client)
    with gate.write(by=by, at=clock.now(), action="patient.create") as work:
        emile = work.create(EMILE)
    answer = client.get(path.format(id=emile.id))
    assert "no-store" in answer["Cache-Control"]


def test_nor_the_doors(open_cell: Path, client: Client) -> None:
    assert "no-store" in client.get("/sign-in")["Cache-Control"]
    alice(client)
    client.post("/lock")
    assert "no-store" in client.get("/day")["Cache-Control"]


def test_but_the_program_s_own_files_are(open_cell: Path, client: Client) -> None:
    answer = client.get("/static/shell/frame.css")
    assert answer.status_code == 200
    assert "no-store" not in answer["Cache-Control"]
