"""`carnet read`: text or JSON lines in, one JSON line per note out, without any cell."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from carnet.cli import read
from carnet.cli.main import main

PRESSURE = "TA 14/8"


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


def pressures(answer: dict[str, Any]) -> list[int]:
    return [fact["value"]["systolic"] for fact in answer["facts"] if fact["kind"] == "vital"]


@pytest.mark.parametrize(
    "content",
    [
        json.dumps({"id": "n1", "text": PRESSURE}, indent=2),
        json.dumps([{"id": "n1", "text": PRESSURE}]),
        json.dumps([{"id": "n1", "text": PRESSURE}], indent=2),
        json.dumps({"id": "n1", "text": PRESSURE}) + "\r\n\r\n",
    ],
)
def test_json_is_read_in_every_form_that_programs_write(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str
) -> None:
    [answer] = answers(written(tmp_path, content), capsys)
    assert (answer["id"], pressures(answer)) == ("n1", [140])


@pytest.mark.parametrize("content", [f"[x] {PRESSURE}", f"[1] {PRESSURE}", f"- {PRESSURE}"])
def test_what_is_not_json_is_prose(tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str) -> None:
    [answer] = answers(written(tmp_path, content), capsys)
    assert (answer["id"], pressures(answer)) == (None, [140])


def test_prose_that_begins_as_json_does_is_read_and_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["read", str(written(tmp_path, f"{{urgent}} {PRESSURE}"))]) == 0
    told = capsys.readouterr()
    assert pressures(json.loads(told.out)) == [140]
    assert "lu comme un texte" in told.err


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('{"id": "n1"}', "ligne 1"),
        ('{"text": 3}', "text"),
        ('[{"id": 1}]', "élément 1"),
        ('{"text": "x", "context": {"age": true}}', "age"),
        ('{"text": "x", "context": {"age": "huit"}}', "age"),
        ('{"text": "x", "context": {"age": -1}}', "age"),
        ('{"text": "x", "context": {"age": 1e999}}', "age"),
        ('{"text": "x", "context": {"sex": 1}}', "sex"),
        ('{"text": "x", "context": {"date": "20/11/2026"}}', "date"),
        ('{"text": "x", "context": ["8"]}', "context"),
    ],
)
def test_what_is_no_note_is_refused_with_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, says: str
) -> None:
    assert main(["read", str(written(tmp_path, content))]) == read.NOTHING_READ
    assert says in capsys.readouterr().err


def test_a_wrong_line_is_said_with_its_number_and_the_others_are_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [
        json.dumps({"text": PRESSURE}),
        "{oops",
        '{"id": "n3", "text": "x", "context": {"age": NaN}}',
        json.dumps({"id": "n4", "text": PRESSURE}),
    ]
    assert main(["read", str(written(tmp_path, "\n".join(lines)))]) == read.SOME_REFUSED
    told = capsys.readouterr()
    assert [json.loads(line)["id"] for line in told.out.splitlines()] == [1, "n4"]
    assert [f"La ligne {number} n’est pas du JSON." in told.err for number in (1, 2, 3)] == [
        False,
        True,
        True,
    ]


def test_an_age_in_quotes_is_an_age(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    note = {"id": 1, "text": "ATCD : HTA, DT2. Pds 24 kg. Amoxicilline 500 mg x2/j 6 jours"}
    lines = [json.dumps(note | {"context": {"age": age}}) for age in (8, "8", "8,0")]
    number, quoted, comma = answers(written(tmp_path, "\n".join(lines)), capsys)
    assert number == quoted == comma


def test_several_files_give_their_notes_in_order(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = [tmp_path / name for name in ("b.txt", "none.txt", "a.txt")]
    files[0].write_text("TA 12/7", "utf-8")
    files[2].write_text(PRESSURE, "utf-8")
    assert main(["read", *map(str, files)]) == read.SOME_REFUSED
    told = capsys.readouterr()
    assert [pressures(json.loads(line)) for line in told.out.splitlines()] == [[120], [140]]
    assert "none.txt" in told.err


def test_a_missing_file_or_one_that_is_no_text_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["read", str(tmp_path / "none.txt")]) == read.NOTHING_READ
    (tmp_path / "picture").write_bytes(b"\xff\xd8\xff")
    assert main(["read", str(tmp_path / "picture")]) == read.NOTHING_READ
    assert "UTF-8" in capsys.readouterr().err


def test_a_long_text_is_read_to_its_end(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "Rien de neuf à signaler ce mois.\n" * 7_000 + PRESSURE
    [answer] = answers(written(tmp_path, text), capsys)
    [fact] = answer["facts"]
    assert text[fact["start"] : fact["end"]] == fact["quote"] == PRESSURE


@pytest.mark.parametrize(("options", "most"), [((), read.LONGEST), (("--rx",), read.LONGEST_LINE)])
def test_a_text_too_long_to_read_is_refused_at_once_and_the_next_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], most: int
) -> None:
    lines = "\n".join(json.dumps({"text": text}) for text in ("TA 14/8 " * (most // 8 + 1), PRESSURE))
    assert main(["read", *options, str(written(tmp_path, lines))]) == read.SOME_REFUSED
    told = capsys.readouterr()
    assert [json.loads(line)["id"] for line in told.out.splitlines()] == [2]
    assert "La ligne 1 dépasse" in told.err


def carnet(*args: str, given: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "carnet.cli.main", *args],
        input=given, env=os.environ | environment, capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip


def test_half_a_character_and_an_output_of_plain_letters_are_written_escaped() -> None:
    given = '{"id": "\\ud800", "text": "TA 14/8 \\ud800. fièvre"}'
    for encoding in ("utf-8", "ascii"):
        done = carnet("--json", "read", "-", given=given, PYTHONIOENCODING=encoding)
        answer = json.loads(done.stdout)
        assert (done.returncode, done.stderr, answer["id"]) == (0, "", "\ud800")
        assert "fièvre" in [fact["quote"] for fact in answer["facts"]]


def test_who_reads_only_the_first_answers_hears_no_complaint() -> None:
    notes = (json.dumps({"id": n, "text": PRESSURE}) + "\n" for n in range(2_000))
    command = [sys.executable, "-m", "carnet.cli.main", "read", "-"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdin
    assert process.stdout
    assert process.stderr
    process.stdin.write("".join(notes).encode())
    process.stdin.close()
    assert json.loads(process.stdout.readline())["id"] == 0
    process.stdout.close()
    assert (process.stderr.read(), process.wait(60)) == (b"", read.CUT)
