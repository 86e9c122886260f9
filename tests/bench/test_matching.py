"""`carnet bench matching`: figures of FEBRL files, and nothing that looks like a figure when there is nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from carnet.bench import matching
from carnet.cli.main import main
from carnet.fhir.errors import Invalid

HEAD = "rec_id, given_name, surname, street_number, address_1, suburb, postcode, date_of_birth, soc_sec_id\n"
ANNE = "rec-1-org, anne, waller, 6, tullaroop street, st james, 4011, 19081209, 6988048\n"
COPY = "rec-1-dup-0, ane, waller, 6, tullaroop street, st james, 4011, 19081209, 6988048\n"
LUKE = "rec-2-org, luke, purdon, 23, ramsay place, garbutt, 2260, 19831024, 8099933\n"


def written(folder: Path, name: str, *lines: str) -> Path:
    path = folder / name
    path.write_text(HEAD + "".join(lines), "utf-8")
    return path


def test_duplicates_in_one_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, "one.csv", ANNE, LUKE, COPY)
    assert main(["bench", "matching", "--json", str(path)]) == 0
    right = {"precision": 1.0, "recall": 1.0, "pairs": 1}
    assert json.loads(capsys.readouterr().out) == {"certain": right, "any": right}
    assert main(["bench", "matching", str(path)]) == 0
    assert "| certain | 1.0000 | 1.0000 | 1 |" in capsys.readouterr().out


def test_links_between_two_files(tmp_path: Path) -> None:
    left, right = written(tmp_path, "a.csv", ANNE, LUKE), written(tmp_path, "b.csv", COPY)
    assert matching.run([left, right])["certain"] == {"precision": 1.0, "recall": 1.0, "pairs": 1}


def test_refuses_files_that_measure_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    alone = written(tmp_path, "alone.csv", ANNE, LUKE)
    assert main(["bench", "matching", "--json", str(alone)]) == 1
    assert capsys.readouterr().out == ""
    (tmp_path / "other.csv").write_text("name\nwaller\n", "utf-8")
    for path in (tmp_path / "other.csv", tmp_path / "absent.csv"):
        with pytest.raises(Invalid):
            matching.run([path])


@pytest.mark.parametrize("name", ["dataset1", "dataset2"])
def test_the_published_files(name: str, shared_data: Path) -> None:
    """The promise: what files itself is never wrong, and a person is shown nearly all the rest."""
    figures = matching.run([shared_data / "suites" / "febrl" / f"{name}.csv"])
    assert figures["certain"]["precision"] == 1
    assert figures["certain"]["recall"] >= 0.93
    assert figures["any"]["recall"] >= 0.99
    assert figures["any"]["precision"] >= 0.95
