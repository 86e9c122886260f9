"""The door with real tokens: let in, by role, until revoked or over."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from carnet.accounts import throttle
from carnet.actions import program, token
from carnet.api import door
from carnet.record import clock, gate
from tests.api.asking import Said
from tests.cast import ALICE, EMILE
from tests.house import stories


@pytest.fixture(autouse=True)
def _fresh(any_cell: Path, at: datetime) -> Iterator[None]:
    throttle.tokens.clear()
    token.forget()
    stories.owner(at)
    yield
    throttle.tokens.clear()
    token.forget()


def ask(method: str, path: str, secret: str, body: bytes = b"", **more: Any) -> Said:
    said: list[Any] = []
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": f"/fhir/{path}",
        "HTTP_HOST": "localhost",
        "HTTP_AUTHORIZATION": f"Bearer {secret}",
        "CONTENT_TYPE": "application/fhir+json",
        "CONTENT_LENGTH": str(len(body)),
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        **more,
    }
    content = b"".join(door.application(environ, lambda *answer: said.extend(answer)))
    return Said(int(said[0].split()[0]), dict(said[1]), content)


def test_an_application_acts_under_its_own_name(any_cell: Path) -> None:
    issued = program.issue(by=ALICE, at=clock.now(), name="Laboratoire", role="associate")
    with gate.write(by=ALICE, at=clock.now(), action="test.patient") as work:
        patient = work.create(EMILE)
    assert ask("GET", patient.reference, issued.secret).status == 200
    row = gate.audit_page(by=ALICE, limit=1)[0]
    assert (row.action, row.actor, row.patient) == ("read", issued.access.id, patient.id)
    weight = (
        b'{"resourceType":"Observation","status":"final","code":{"text":"Poids"},"subject":{"reference":"%s"}}'
        % patient.reference.encode()
    )
    made = ask("POST", "Observation", issued.secret, weight).json
    target = f"Observation/{made['id']}/_history/1"
    record = gate.open_record(by=ALICE, at=clock.now(), patient=patient.id)
    (about,) = [one.resource() for one in record.all("Provenance") if target.encode() in one.body]
    assert about["agent"][0]["who"]["identifier"]["value"] == issued.access.id


def test_a_role_limits_its_token(any_cell: Path) -> None:
    issued = program.issue(by=ALICE, at=clock.now(), name="Agenda", role="secretary")
    assert ask("GET", "Observation/x", issued.secret).status == 403
    assert ask("GET", "Patient/x", issued.secret).status == 404


def test_revoked_it_opens_nothing_more(any_cell: Path) -> None:
    issued = program.issue(by=ALICE, at=clock.now(), name="Laboratoire", role="owner")
    assert ask("GET", "Patient/x", issued.secret).status == 404
    program.revoke(by=ALICE, at=clock.now(), id=issued.access.id)
    said = ask("GET", "Patient/x", issued.secret)
    assert (said.status, said.json["issue"][0]["code"]) == (401, "login")
    assert said.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_guess_opens_nothing_and_is_never_repeated(
    any_cell: Path, caplog: pytest.LogCaptureFixture
) -> None:
    said = ask("GET", "Patient/x", "carnet_guessed")
    assert said.status == 401
    assert b"guessed" not in said.body
    assert "guessed" not in caplog.text
    for _ in range(30):
        said = ask("GET", "Patient/x", "carnet_guessed")
    assert said.status == 429
    assert int(said.headers["Retry-After"]) > 0
