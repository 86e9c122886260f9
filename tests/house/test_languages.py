"""Every French sentence of the product has its English one."""

from __future__ import annotations

import subprocess
import sys

from tests.house.sources import ROOT


def test_every_sentence_is_translated() -> None:
    command = [sys.executable, "tools/extract_messages.py", "--check"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert said.returncode == 0, (
        f"run: make translations, then write what is missing\n{said.stdout}{said.stderr}"
    )
