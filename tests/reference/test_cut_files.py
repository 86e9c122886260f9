"""Official files that a download cut short: nothing is replaced, and the sentence says which file and what to do."""

from __future__ import annotations

import gzip
import shutil
from pathlib import Path

import pytest

from carnet.cli.main import main
from carnet.reference import build, official_files
from carnet.reference.specialities import Speciality

FILES = ("CIS_bdpm", "CIS_COMPO_bdpm", "CIS_CPD_bdpm", "CIS_GENER_bdpm", "CIS_MITM")


@pytest.fixture
def plain(shared_data: Path, tmp_path: Path) -> Path:
    """The official files, unpacked."""
    folder = tmp_path / "official"
    folder.mkdir()
    for path in (shared_data / "drugs").glob("CIS_*.gz"):
        (folder / path.stem).write_bytes(gzip.decompress(path.read_bytes()))
    return folder


@pytest.fixture
def in_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The table that this practice built before."""
    monkeypatch.setattr("django.conf.settings.REFERENCE", tmp_path)
    table = tmp_path / "specialities.tsv"
    table.write_text("the table in place\n", "utf-8")
    return table


def cut(folder: Path, name: str, keep: int) -> None:
    path = next(one for one in folder.iterdir() if one.name.split(".")[0] == name)
    path.write_bytes(path.read_bytes()[:keep])


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("keep", [30_000, 300_000])
def test_a_cut_file_is_named_and_nothing_is_replaced(
    name: str, keep: int, plain: Path, in_place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cut(plain, name, keep)
    assert main(["reference", "build", str(plain)]) == 1
    said = capsys.readouterr().err
    assert f"{name} semble coupé" in said
    assert "Rien n'a été changé. Téléchargez-le de nouveau" in said
    assert in_place.read_text("utf-8") == "the table in place\n"


def test_files_cut_all_at_once_are_refused(plain: Path, in_place: Path) -> None:
    for name in FILES:
        cut(plain, name, 30_000)
    assert main(["reference", "build", str(plain)]) == 1
    assert in_place.read_text("utf-8") == "the table in place\n"


def test_a_packed_file_that_is_cut_is_named(
    shared_data: Path, tmp_path: Path, in_place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "packed"
    shutil.copytree(shared_data / "drugs", folder)
    folder.chmod(0o755)
    path = next(folder.glob("CIS_COMPO_bdpm*"))
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(content[:200_000])
    assert main(["reference", "build", str(folder)]) == 1
    assert "CIS_COMPO_bdpm semble coupé" in capsys.readouterr().err


def test_files_that_speak_of_other_specialities_are_refused(plain: Path, in_place: Path) -> None:
    path = next(one for one in plain.iterdir() if one.name.startswith("CIS_MITM"))
    path.write_bytes(b"".join(b"5" + line[1:] for line in path.read_bytes().splitlines(keepends=True)))
    with pytest.raises(official_files.Malformed, match="CIS_MITM et CIS_bdpm ne vont pas ensemble"):
        build.build(plain)


def test_a_table_is_never_replaced_by_less_than_half_of_it(tmp_path: Path) -> None:
    one = Speciality("1", "X", "", "x", "5 mg", "comprimé", "orale", "", "town", "yes")
    table = tmp_path / "specialities.tsv"
    build.write([one] * 100, table, edition="2026-01-01")
    before = table.read_bytes()
    with pytest.raises(official_files.Malformed, match="49 spécialités, la table en place en a 100"):
        build.write([one] * 49, table, edition="2026-02-01", held=100)
    assert table.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["specialities.tsv"], "no scratch is left"


def test_a_write_that_fails_leaves_the_table_as_it_was(tmp_path: Path) -> None:
    table = tmp_path / "specialities.tsv"
    table.write_text("the table in place\n", "utf-8")
    with pytest.raises(TypeError):
        build.write([None], table, edition="2026-02-01")  # type: ignore[list-item]
    assert table.read_text("utf-8") == "the table in place\n"
    assert [path.name for path in tmp_path.iterdir()] == ["specialities.tsv"]


@pytest.mark.parametrize("kind", ["absent", "file"])
def test_what_is_no_folder_is_refused_in_words(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = tmp_path / kind
    if kind == "file":
        given.write_bytes(b"1")
    assert main(["reference", "build", str(given)]) == 1
    said = capsys.readouterr().err
    assert "Il n'y a pas de dossier" in said
    assert "erreur imprévue" not in said


def test_progress_is_told_in_a_pipe_too(
    plain: Path, cell_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["reference", "build", str(plain)]) == 0
    assert "lecture des fichiers officiels…\n" in capsys.readouterr().err
