"""`carnet bench api`: every question is asked and answered, beside the floors; an answer that is no success is no figure."""

from __future__ import annotations

import json

import pytest

from carnet.bench import api, driver
from carnet.cli.main import main


@pytest.mark.slow
def test_a_small_practice_is_measured_whole(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    size = ["--patients=4", "--resources=5", "--runs=1", "--engines=sqlcipher", "--workers=1,2"]
    assert main(["bench", "api", "--json", *size]) == 0
    [measured] = json.loads(capsys.readouterr().out)
    assert set(measured["figures"]) == {*api.FLOOR_WORDS, *api.QUESTIONS}
    assert all(one["per_s"] > 0 and one["p99_ms"] >= one["median_ms"] for one in measured["figures"].values())
    assert measured["figures"]["read"]["of_floor"] > 0
    assert measured["checked"] == api.CHECKED
    assert measured["start_s"] > 0
    assert measured["memory_mb"]["most"] > 20
    assert api.table([measured]).count("\n| ") >= len(measured["figures"])


def test_a_refusal_is_no_figure() -> None:
    with pytest.raises(RuntimeError, match="503"):
        driver._length(b"http/1.1 503 service unavailable\r\ncontent-length: 2")
    assert driver._length(b"http/1.1 201 created\r\ncontent-type: x\r\ncontent-length: 12\r\nx: y") == 12


def test_a_request_says_how_long_it_is() -> None:
    sent = driver.request("POST", "/fhir/Patient", "carnet_x", b"{}")
    head, _, body = sent.partition(b"\r\n\r\n")
    assert body == b"{}"
    assert b"\r\nContent-Length: 2" in head
    assert b"\r\nAuthorization: Bearer carnet_x\r\n" in head
    assert b"Content-Length" not in driver.request("GET", "/fhir/metadata")
