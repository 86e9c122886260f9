"""Import directions hold: the contracts of .importlinter, no import inside a function, no signal."""

from __future__ import annotations

import ast
import configparser
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.sources import PURE, ROOT, imports, package


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = Path(sys.executable).with_name("lint-imports")
    return subprocess.run([command, "--no-cache"], cwd=folder, capture_output=True, text=True)


def test_every_import_points_downwards() -> None:
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout[-4000:]


@pytest.mark.parametrize(
    ("importer", "imported", "broken"),
    [
        ("actions.visit", "carnet.web.day", "Imports point only downwards"),
        ("web.day", "carnet.store.rows", "Only record and config import store"),
        ("actions.visit", "carnet.links.mssante", "Actions never import links"),
        ("rules.renal", "random", "Pure layers"),
        ("fhir.dates", "django", "Pure layers"),
        ("web.day", "carnet.web.patient", "Screens do not import screens"),
        ("links.mssante", "carnet.links.dmp", "Links do not import links"),
    ],
)
def test_a_wrong_import_is_caught(tmp_path: Path, importer: str, imported: str, broken: str) -> None:
    small_house(tmp_path)
    module = tmp_path / "src/carnet" / Path(*importer.split(".")).with_suffix(".py")
    module.write_text(f"import {imported}\n")
    result = run_on(tmp_path)
    assert result.returncode != 0
    assert any(broken in line and "BROKEN" in line for line in result.stdout.splitlines()), result.stdout


def test_the_small_house_itself_stands(tmp_path: Path) -> None:
    small_house(tmp_path)
    result = run_on(tmp_path)
    assert result.returncode == 0, result.stdout


def test_a_room_without_a_place_is_caught(tmp_path: Path) -> None:
    small_house(tmp_path)
    (tmp_path / "src/carnet/utils.py").write_text("")
    assert run_on(tmp_path).returncode != 0


def small_house(folder: Path) -> None:
    """A few empty rooms with the real contracts."""
    (folder / ".importlinter").write_text((ROOT / ".importlinter").read_text())
    rooms = [
        "actions.visit",
        "web.day",
        "web.patient",
        "web.shell",
        "store.rows",
        "links.mssante",
        "links.dmp",
    ]
    for room in [*rooms, "rules.renal", "fhir.dates", "documents.cda", "record.gate", "config.settings"]:
        path = folder / "src/carnet" / Path(*room.split(".")).with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        (path.parent / "__init__.py").touch()
        path.touch()
    (folder / "src/carnet/__init__.py").touch()


def run_on(folder: Path) -> subprocess.CompletedProcess[str]:
    program = "import sys; sys.path.insert(0, 'src'); from importlinter.cli import lint_imports_command as run; run()"
    return subprocess.run(
        [sys.executable, "-P", "-c", program, "--no-cache"], cwd=folder, capture_output=True, text=True
    )


def test_the_pure_layers_of_the_tests_are_those_of_the_contract() -> None:
    contracts = configparser.ConfigParser()
    contracts.read(ROOT / ".importlinter")
    listed = contracts["importlinter:contract:pure"]["source_modules"].split()
    assert listed == [f"carnet.{layer}.*" for layer in PURE]


def test_no_import_inside_a_function() -> None:
    late = [
        f"{source.place}:{inner.lineno}"
        for source in package()
        for node in source.nodes()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]
    assert late == [], "a late import hides a cycle: move the function instead"


def test_no_signals() -> None:
    used = [
        f"{source.place}:{line}"
        for source in package()
        for name, line in imports(source)
        if name.startswith(("django.dispatch", "django.db.models.signals", "django.core.signals"))
    ]
    assert used == [], "what happens is written where it happens, not in a signal"
