"""What the server loads once it answers: no doctor waits a second for the first offer of the day."""

from __future__ import annotations

import pytest
from django.utils.module_loading import import_string

from carnet.actions import offers
from carnet.cli import serve


def test_reading_is_loaded_by_then() -> None:
    offers._reader.cache_clear()
    urls, warm = map(import_string, serve.WARM)
    warm()
    assert offers._reader.cache_info().currsize == 1
    assert urls


def test_it_answers_before_it_loads_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    monkeypatch.setattr(serve, "_answers", lambda port: True)
    monkeypatch.setattr(serve, "_warm", lambda: done.append("warm"))
    serve._tell(1, "http://x/", lambda url: done.append(url))
    assert done == ["http://x/", "warm"]
