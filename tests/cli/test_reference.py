"""`carnet reference build DIR`: the table of specialities, with the edition of the files it was made from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from carnet.cli.main import main


def build(folder: Path, capsys: pytest.CaptureFixture[str], *more: str) -> dict[str, object]:
    assert main(["reference", "build", str(folder), "--json", *more]) == 0
    told: dict[str, object] = json.loads(capsys.readouterr().out)
    return told


def test_the_edition_is_the_day_in_the_names_of_the_files(
    shared_data: Path, cell_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = build(shared_data / "drugs", capsys)
    assert told["edition"] == "2026-07-24"
    assert int(str(told["specialities"])) > 10_000
    assert "# Edition: 2026-07-24." in Path(str(told["file"])).read_text("utf-8")
    assert build(shared_data / "drugs", capsys, "--edition", "2026-09-01")["edition"] == "2026-09-01"


def test_a_folder_without_the_files_is_refused_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["reference", "build", str(tmp_path)]) != 0
    assert "Il manque le fichier CIS_" in capsys.readouterr().err
