"""The program itself: it finds the command, and every error is words, never a trace with values in it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from carnet.cli import check, main
from tests.conftest import PASSPHRASE


def carnet(*args: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "carnet.cli.main", *args]
    return subprocess.run(
        command, cwd=cwd, env={"PATH": "/usr/bin:/bin", "HOME": str(cwd), **environment}, capture_output=True, text=True
    )  # fmt: skip


@pytest.mark.slow
def test_a_folder_may_be_called_like_a_command(tmp_path: Path) -> None:
    made = carnet("--home", "demo", "init", "--json", cwd=tmp_path, CARNET_PASSPHRASE=PASSPHRASE)
    assert made.returncode == 0, made.stderr
    assert "recovery_key" in made.stdout
    checked = carnet("check", "--json", "--home", "demo", cwd=tmp_path, CARNET_PASSPHRASE=PASSPHRASE)
    assert (checked.returncode, '"ok": true' in checked.stdout) == (0, True), checked.stderr
    again = carnet("--home=demo", "init", cwd=tmp_path, CARNET_PASSPHRASE=PASSPHRASE)
    assert again.returncode == 1
    assert again.stderr.count("\n") == 1
    assert "déjà un cabinet" in again.stderr


@pytest.mark.parametrize("name", list(main.COMMANDS))
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main.main([name, "--help"])
    assert left.value.code == 0
    assert "--json" in capsys.readouterr().out


def test_an_error_nobody_foresaw_quotes_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stumble(args: object) -> int:
        raise ValueError("invalid literal: 'Durand'") from KeyError("Durand")

    monkeypatch.setattr(check, "run", stumble)
    assert main.main(["check"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("carnet check : erreur imprévue")
    assert "ValueError" in said
    assert "KeyError" in said
    assert "test_main.py" in said
    assert "Durand" not in said
