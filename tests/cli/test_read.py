"""`carnet read`: text or JSON lines in, one JSON line per note out, without any cell."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from carnet.cli.main import main


def answers(path: Path, capsys: pytest.CaptureFixture[str], *options: str) -> list[dict[str, Any]]:
    assert main(["read", *options, str(path)]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def written(folder: Path, content: str) -> Path:
    path = folder / "notes.jsonl"
    path.write_text(content, "utf-8")
    return path


def test_a_text_gives_one_line_of_facts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    [answer] = answers(written(tmp_path, "TA 14/8.\nPas de fièvre"), capsys)
    pressure, fever = answer["facts"]
    assert pressure["value"] == {"systolic": 140, "diastolic": 80}
    assert (fever["quote"], fever["start"], fever["end"], fever["status"]) == ("fièvre", 16, 22, "negated")


def test_each_json_line_is_a_note_with_its_context(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    notes = [
        {"id": "n1", "context": {"age": 4, "sex": "M", "date": "2026-11-20"}, "text": "rdv le 27/11"},
        {"id": "n2", "text": ""},
    ]
    lines = "\n".join(json.dumps(note) for note in notes)
    first, second = answers(written(tmp_path, lines), capsys)
    assert (first["id"], first["facts"][0]["in_days"]) == ("n1", 7)
    assert second == {"id": "n2", "facts": []}


def test_a_prescription_line_is_read_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = json.dumps({"id": "p1", "text": "Amlodipine 5 mg 1 cp le matin qsp 3 mois AR 2 NS"})
    [answer] = answers(written(tmp_path, line), capsys, "--rx")
    read = answer["pred"]
    assert (read["drug"], read["strength"], read["duration_days"]) == ("amlodipine", "5 mg", 90)
    assert (read["refills"], read["non_substitutable"]) == (2, True)
    assert read["doses"] == [
        {"amount": 1, "unit": "cp", "when": ["MORN"], "times_per_day": 1, "period_days": 1}
    ]


@pytest.mark.parametrize(
    ("content", "says"),
    [('{"id": "n1"}', "ligne 1"), ('{"id": 1, "text": "x"}\n{oops', "ligne 2"), ('{"text": 3}', "text")],
)
def test_what_is_no_note_is_refused_with_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, says: str
) -> None:
    assert main(["read", str(written(tmp_path, content))]) == 1
    assert says in capsys.readouterr().err


def test_a_missing_file_or_one_that_is_no_text_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["read", str(tmp_path / "none.txt")]) == 1
    (tmp_path / "picture").write_bytes(b"\xff\xd8\xff")
    assert main(["read", str(tmp_path / "picture")]) == 1
    assert "UTF-8" in capsys.readouterr().err
