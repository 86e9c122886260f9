"""`carnet token`: a program is let in before anybody works here, beside a running server; it is shut out by its name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.db import connections

from carnet.actions import token
from carnet.cli.main import main
from carnet.fhir.errors import NotSignedIn
from carnet.record import cell, clock
from tests.conftest import PASSPHRASE


@pytest.fixture
def command(
    cell_home: Path, settings: object, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> object:
    settings.HOME = cell_home  # type: ignore[attr-defined]
    monkeypatch.setenv("CARNET_PASSPHRASE", PASSPHRASE)
    monkeypatch.setenv("CARNET_HOME", str(cell_home))
    token.forget()

    def run(*arguments: str) -> str:
        assert main(["--home", str(cell_home), "token", *arguments]) == 0
        return capsys.readouterr().out

    yield run
    cell.close()
    connections.close_all()


def test_a_token_with_the_owner_s_rights(command: object) -> None:
    secret = json.loads(command("essai", "--json"))["token"]  # type: ignore[operator]
    actor = token.actor_of(secret, at=clock.now())
    assert (actor.role, actor.name) == ("owner", "essai")


def test_beside_a_running_server(command: object, cell_home: Path) -> None:
    with cell.serve_lock(cell_home):
        assert "carnet_" in command("essai", "--role", "secretary", "--days", "3")  # type: ignore[operator]


def test_a_client_of_oauth(command: object) -> None:
    assert set(json.loads(command("labo", "--oauth", "--json"))) == {"client_id", "client_secret"}  # type: ignore[operator]


def test_listed_without_secrets_and_shut_out_by_name(command: object) -> None:
    secret = json.loads(command("essai", "--json"))["token"]  # type: ignore[operator]
    listed = command("--list", "--json")  # type: ignore[operator]
    assert secret not in listed
    assert [one["name"] for one in json.loads(listed)] == ["essai"]
    command("--revoke", "essai")  # type: ignore[operator]
    with pytest.raises(NotSignedIn):
        token.actor_of(secret, at=clock.now())


def test_nobody_of_that_name(command: object, cell_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--home", str(cell_home), "token", "--revoke", "personne"]) == 1
    assert "carnet token --list" in capsys.readouterr().err
    assert main(["--home", str(cell_home), "token"]) == 1
