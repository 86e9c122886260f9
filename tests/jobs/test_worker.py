"""The queue's worker survives whatever a job does."""

from __future__ import annotations

import pytest

from carnet.jobs import periodic, worker


@pytest.mark.usefixtures("open_cell")
@pytest.mark.parametrize("error", [ValueError, OSError, TypeError])
def test_the_worker_survives_any_job(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def stumble(at: object) -> None:
        raise error("Durand")

    monkeypatch.setattr(periodic, "tick", stumble)
    worker._turn()
    assert error.__name__ in caplog.text
    assert "Durand" not in caplog.text
