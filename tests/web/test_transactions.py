"""An error in the middle of a request: a page in words, no transaction left open, and the next request works."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import DataError, OperationalError, connection
from django.test import Client

from carnet.record import gate
from carnet.record.work import Work
from tests.web.signed_in import alice

NAME = "Durand 0612345678"


def fails(error: Exception) -> Callable[..., object]:
    def create(self: Work, resource: dict[str, object], **_: object) -> object:
        self.keep_blob(b"something written before the error")
        raise error

    return create


@pytest.mark.usefixtures("any_cell")
@pytest.mark.parametrize(
    ("error", "status"),
    [
        (RuntimeError(NAME), 500),
        (OperationalError("database is locked"), 503),
        (OperationalError("database or disk is full"), 507),
        (OperationalError("disk I/O error"), 503),
        (DataError(f"invalid byte sequence in {NAME}"), 400),
        (OSError(28, "No space left on device"), 507),
        (OSError(5, NAME), 500),
    ],
)
def test_no_transaction_outlives_its_request(
    error: Exception,
    status: int,
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    by = alice(client)
    client.raise_request_exception = False
    before = len(gate.audit_page(by=by))
    with monkeypatch.context() as patch:
        patch.setattr(Work, "create", fails(error))
        answer = client.post("/day/tasks", {"text": "Rappeler le laboratoire"})
    assert answer.status_code == status
    assert "Durand" not in answer.content.decode() + capsys.readouterr().err
    assert not connection.in_atomic_block
    assert connection.get_autocommit()
    raw = connection.connection
    assert not (raw.in_transaction if connection.vendor == "sqlite" else raw.info.transaction_status)
    assert len(gate.audit_page(by=by)) == before
    assert client.post("/day/tasks", {"text": "Rappeler le laboratoire"}).status_code < 400


@pytest.mark.usefixtures("any_cell")
def test_an_error_of_the_database_while_reading_is_words_too(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice(client)
    client.raise_request_exception = False

    def locked(**_: object) -> object:
        raise OperationalError("database is locked")

    monkeypatch.setattr(gate, "across", locked)
    answer = client.get("/day")
    assert answer.status_code == 503
    assert "occupé" in answer.content.decode()
