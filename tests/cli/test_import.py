"""`carnet import`: one JSON line per document, exit status 3 when one is refused, the same the second time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from tests.actions.test_documents import bundle, condition, emile
from tests.conftest import PASSPHRASE

KEYS = {"file", "format", "status", "patient", "resources", "statements", "not_understood", "reason"}


@pytest.fixture
def carnet(cell_home: Path) -> Any:
    """The command, on a fresh cell."""
    connections.close_all()
    env = {**os.environ, "CARNET_HOME": str(cell_home), "CARNET_PASSPHRASE": PASSPHRASE}
    env.pop("CARNET_KEY_FILE", None)

    def run(*args: str) -> tuple[int, list[dict[str, Any]]]:
        command = [sys.executable, "-m", "carnet.cli.main", "import", "--json", *args]
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=1800)
        assert "Traceback" not in done.stderr
        return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]

    return run


def test_files_and_folders_in_order(carnet: Any, tmp_path: Path) -> None:
    folder = tmp_path / "courrier" / "mars"
    folder.mkdir(parents=True)
    (folder / "b.json").write_bytes(bundle(emile(), condition()))
    (folder / "a.json").write_bytes(bundle(emile()))
    status, lines = carnet(str(tmp_path / "courrier"))
    assert status == 0
    assert [line["file"] for line in lines] == [str(folder / "a.json"), str(folder / "b.json")]
    assert all(line.keys() >= KEYS for line in lines)
    assert [line["patient"]["outcome"] for line in lines] == ["created", "existing"]
    assert lines[1]["statements"] == {"created": 1, "part_of": 0, "unchanged": 1, "not_understood": 0}


def test_an_export_in_one_file_per_type_finds_its_patients(carnet: Any, tmp_path: Path) -> None:
    ids = ["0a1b2c3d-0000-4000-8000-00000000000a", "0a1b2c3d-0000-4000-8000-00000000000b"]
    people = [{**emile(), "id": id, "identifier": []} for id in ids]
    people = [{key: value for key, value in person.items() if value} for person in people]
    facts = [{**condition(id=f"c{n}"), "subject": {"reference": f"Patient/{id}"}} for n, id in enumerate(ids)]
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "Condition.ndjson").write_text("\n".join(json.dumps(fact) for fact in facts))
    (folder / "Patient.ndjson").write_text("\n".join(json.dumps(person) for person in people))
    status, lines = carnet(str(folder))
    assert status == 0
    assert [(Path(line["file"]).name, line["patient"]["outcome"]) for line in lines] == [
        ("Patient.ndjson", "created"),
        ("Patient.ndjson", "created"),
        ("Condition.ndjson", "existing"),
        ("Condition.ndjson", "existing"),
    ]
    assert [line["status"] for line in carnet(str(folder))[1]] == ["unchanged"] * 4


def test_a_refusal_is_a_line_and_a_status(carnet: Any, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("bonjour")
    (tmp_path / "b.json").write_bytes(bundle(emile()))
    status, lines = carnet(str(tmp_path / "a.txt"), str(tmp_path / "b.json"))
    assert status == 3
    assert [line["status"] for line in lines] == ["refused", "imported"]
    assert lines[0]["reason"].startswith("Ce fichier n'est d'aucun format")


def test_a_path_that_does_not_exist_is_an_error(carnet: Any) -> None:
    status, lines = carnet("/nulle/part")
    assert (status, lines) == (1, [])


@pytest.mark.shared
def test_everything_is_accounted_for_and_the_second_time_changes_nothing(
    carnet: Any, shared_data: Path
) -> None:
    folders = [str(shared_data / "interop" / name) for name in ("cda-3.0", "cda-2.41", "fhir")]
    files = sorted(str(path) for folder in folders for path in Path(folder).rglob("*") if path.is_file())
    status, first = carnet(*folders)
    again, second = carnet(*folders)
    assert sorted({line["file"] for line in first}) == files
    assert Counter(line["status"] for line in first)["refused"] == 0
    assert status == again == 0
    for before, after in zip(first, second, strict=True):
        assert after["status"] == {"imported": "unchanged"}.get(before["status"], before["status"])
        assert sum(after["statements"].values()) == sum(before["statements"].values())
