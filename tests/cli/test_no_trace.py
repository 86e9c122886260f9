"""What a document says lies nowhere in the clear: not in the cell, its log, its journal, the temporary folder, nor
in anything that the program prints."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.conftest import PASSPHRASE
from tests.documents.cda.test_problem import HYPERTENSION, concern, problem
from tests.documents.cda.writing import PATIENT, body, document, section

RARE = ("QUXZWYLM", "Zébulonnie", "Vombatide rarissime")


def carnet(home: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Run the program as a person would, with a temporary folder of its own and every log line on."""
    own = home.parent / "tmp"
    own.mkdir(exist_ok=True)
    environment = {
        **os.environ,
        "CARNET_HOME": str(home),
        "CARNET_PASSPHRASE": PASSPHRASE,
        "TMPDIR": str(own),
        "SQLITE_TMPDIR": str(own),
        "CARNET_LOG": "DEBUG",
    }
    environment.pop("CARNET_DATABASE_URL", None)
    command = [sys.executable, "-m", "carnet.cli.main", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, check=False)


def test_rare_names_of_a_document_are_found_in_no_byte(cell_home: Path, tmp_path: Path) -> None:
    letter = tmp_path / "letter.xml"
    patient = PATIENT.replace("BLANDIN", RARE[0]).replace("ÉMILE", RARE[1])
    words = f"<content>{RARE[2]}</content>"
    letter.write_text(
        document(body(section(concern(problem(HYPERTENSION)), text=words)), patient=patient), "utf-8"
    )
    done = carnet(cell_home, "import", "--json", str(letter))
    assert done.returncode == 0, done.stderr.decode()
    checked = carnet(cell_home, "check", "--json")
    assert checked.returncode == 0, checked.stdout.decode()
    files = [path for folder in (cell_home, tmp_path / "tmp") for path in folder.rglob("*") if path.is_file()]
    assert any(path.name == "carnet.db" for path in files)
    held = [path.read_bytes() for path in files] + [done.stdout, done.stderr, checked.stdout, checked.stderr]
    for word in RARE:
        for written in (word, word.upper(), word.lower(), word.split()[0]):
            for encoding in ("utf-8", "utf-16-le"):
                assert not any(written.encode(encoding) in content for content in held), written
