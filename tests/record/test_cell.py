"""A cell: made whole or not at all, opened by its two keys only, and clear about every way it can be wrong."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection, connections

from carnet.fhir.errors import (
    Conflict,
    Damaged,
    DiskFull,
    Invalid,
    NewerSchema,
    NotFound,
    WrongKey,
)
from carnet.record import audit, cell, check, gate, group, reserve, writer
from carnet.record.actor import operator
from carnet.store import blobs, keys
from carnet.store.sqlcipher.base import FILE as DATABASE
from tests.cast import ALICE, EMILE, PRACTICE
from tests.conftest import PASSPHRASE

pytestmark = pytest.mark.usefixtures("unblocked")


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    cell.close()


def test_the_passphrase_and_the_recovery_key_open_it(tmp_path: Path) -> None:
    recovery = cell.create(tmp_path / "c", passphrase=PASSPHRASE, practice="Cabinet")
    for secret in (PASSPHRASE, recovery, f"  {recovery.lower()} "):
        cell.close()
        cell.unlock(tmp_path / "c", secret=secret)
        assert cell.practice().name == "Cabinet"


def test_a_wrong_key_opens_nothing_and_harms_nothing(cell_home: Path) -> None:
    before = (cell_home / keys.FILE).read_bytes()
    with pytest.raises(WrongKey):
        cell.unlock(cell_home, secret="cheval correct batterie")
    assert not cell.is_open()
    assert (cell_home / keys.FILE).read_bytes() == before
    cell.unlock(cell_home, secret=PASSPHRASE)


def test_a_new_passphrase_closes_the_door_to_the_old_one(cell_home: Path) -> None:
    cell.rewrap(cell_home, old=PASSPHRASE, new="une autre phrase, bien longue")
    with pytest.raises(WrongKey):
        cell.unlock(cell_home, secret=PASSPHRASE)
    cell.unlock(cell_home, secret="une autre phrase, bien longue")


def test_a_short_passphrase_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    with pytest.raises(Invalid):
        cell.create(tmp_path / "c", passphrase="court", practice="Cabinet")
    assert not cell.is_created(tmp_path / "c")


def test_a_cell_is_never_made_over_another(cell_home: Path) -> None:
    with pytest.raises(Conflict):
        cell.create(cell_home, passphrase=PASSPHRASE, practice="Cabinet")


def test_a_database_without_its_key_file_is_never_cleared_away(cell_home: Path) -> None:
    (cell_home / keys.FILE).unlink()
    before = (cell_home / DATABASE).read_bytes()
    with pytest.raises(Damaged):
        cell.create(cell_home, passphrase=PASSPHRASE, practice="Cabinet")
    assert (cell_home / DATABASE).read_bytes() == before


def test_a_creation_that_was_killed_leaves_no_cell_and_can_be_done_again(tmp_path: Path) -> None:
    home = tmp_path / "c"
    cell.create(home, passphrase=PASSPHRASE, practice="Cabinet")
    cell.close()
    (home / keys.FILE).unlink()  # as if killed just before the key file, which is written last
    (home / cell.CREATING).touch()
    assert not cell.is_created(home)
    cell.create(home, passphrase=PASSPHRASE, practice="Cabinet")
    assert check.check().ok


def test_a_second_click_does_not_make_the_cell_twice(tmp_path: Path) -> None:
    home, made, refused = tmp_path / "cell", [], []

    def create() -> None:
        try:
            made.append(cell.create(home, passphrase=PASSPHRASE, practice="Cabinet"))
        except Conflict as error:
            refused.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=create) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(made), len(refused)) == (1, 2)
    cell.close()
    cell.unlock(home, secret=PASSPHRASE)
    assert check.check().ok


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        cell.unlock(tmp_path, secret=PASSPHRASE)


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"not json", b"[1]", b'{"wraps": [{}], "format": 1, "cell": "x", "practice": "y"}'],
)
def test_a_damaged_key_file_says_so(cell_home: Path, content: bytes) -> None:
    (cell_home / keys.FILE).write_bytes(content)
    with pytest.raises((Damaged, NewerSchema, WrongKey)):
        cell.unlock(cell_home, secret=PASSPHRASE)


def test_a_damaged_database_says_so(cell_home: Path) -> None:
    raw = bytearray((cell_home / DATABASE).read_bytes())
    raw[100:600] = os.urandom(500)
    (cell_home / DATABASE).write_bytes(raw)
    with pytest.raises(Damaged):
        cell.unlock(cell_home, secret=PASSPHRASE)
    assert not cell.is_open()
    assert (cell_home / DATABASE).read_bytes() == bytes(raw)


def test_damage_deep_in_the_database_is_found_by_check(open_cell: Path) -> None:
    connections.close_all()
    raw = bytearray((open_cell / DATABASE).read_bytes())
    raw[-40_000:-39_900] = os.urandom(100)
    (open_cell / DATABASE).write_bytes(raw)
    assert not check.check().ok


def test_a_lost_database_is_not_made_anew(cell_home: Path) -> None:
    (cell_home / DATABASE).unlink()
    with pytest.raises(Damaged):
        cell.unlock(cell_home, secret=PASSPHRASE)
    assert not (cell_home / DATABASE).exists()


def test_the_database_of_another_practice_is_not_taken(cell_home: Path, tmp_path: Path) -> None:
    cell.create(tmp_path / "other", passphrase=PASSPHRASE, practice="Autre")
    cell.close()
    shutil.copy(tmp_path / "other" / DATABASE, cell_home / DATABASE)
    with pytest.raises(Damaged):
        cell.unlock(cell_home, secret=PASSPHRASE)


def test_a_cell_of_a_later_carnet_is_left_alone(cell_home: Path) -> None:
    cell.unlock(cell_home, secret=PASSPHRASE)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('store', '9999_later', '2030-01-01')"
        )
    cell.close()
    with pytest.raises(NewerSchema):
        cell.unlock(cell_home, secret=PASSPHRASE)


def test_one_server_per_cell(cell_home: Path) -> None:
    with cell.serve_lock(cell_home):
        assert _another_process_may_serve(cell_home) is False
        with cell.serve_lock(cell_home):  # the server itself, opening the cell from its page
            pass
        assert _another_process_may_serve(cell_home) is False
    assert _another_process_may_serve(cell_home) is True


def _another_process_may_serve(home: Path) -> bool:
    taken = subprocess.run(["flock", "--nonblock", str(home / cell.LOCK), "true"])
    return taken.returncode == 0


def test_a_full_database_writes_nothing_and_says_so(open_cell: Path, at: datetime) -> None:
    with gate.write(by=ALICE, at=at, action="patient.create") as work:
        emile = work.create(EMILE)
    with group.turn(), writer.lent(), connection.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0]}")
    note = {
        "resourceType": "Basic",
        "code": {"text": "x" * 50_000},
        "subject": {"reference": emile.reference},
    }
    with pytest.raises(DiskFull), gate.write(by=ALICE, at=at, action="x") as work:
        work.create(note)
    writer.close()
    assert gate.open_record(by=ALICE, at=at, patient=emile.id).all("Basic") == []
    assert check.check().ok


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root")
def test_on_a_full_disk_records_can_still_be_opened(
    cell_template: Path, cell_home: Path, at: datetime
) -> None:
    disk = cell_home.parent / "disk"
    disk.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(disk)], capture_output=True
    ).returncode:
        pytest.skip("this machine does not let tests mount a small disk")
    try:
        home = disk / "cell"
        shutil.copytree(cell_home, home)
        _fill_and_read(home, at)
    finally:
        cell.close()
        subprocess.run(["umount", str(disk)], check=True)


def _fill_and_read(home: Path, at: datetime) -> None:
    cell.unlock(home, secret=PASSPHRASE)
    with gate.write(by=ALICE, at=at, action="patient.create") as work:
        emile = work.create(EMILE)
    other = home.parent / "other-files"
    with other.open("wb", buffering=0) as file, pytest.raises(OSError, match="No space"):
        while True:
            file.write(bytes(1 << 12))
    _write_until_full(at)
    assert reserve.is_held()
    for _ in range(300):
        assert gate.open_record(by=ALICE, at=at, patient=emile.id).patient.id == emile.id
    assert not reserve.is_held()
    other.unlink()
    assert check.check().ok


def _write_until_full(at: datetime) -> None:
    with pytest.raises(DiskFull):
        for _ in range(2000):
            with gate.write(by=ALICE, at=at, action="x") as work:
                work.create({**EMILE, "name": [{"family": "x" * 9000}]})


@pytest.mark.usefixtures("open_cell")
def test_temporary_tables_stay_in_memory_and_every_commit_is_synced() -> None:
    def look() -> None:
        with connection.cursor() as cursor:
            for pragma, expected in (("temp_store", 2), ("synchronous", 2), ("journal_mode", "wal")):
                cursor.execute(f"PRAGMA {pragma}")
                assert cursor.fetchone()[0] == expected

    look()
    with group.turn(), writer.lent():
        look()


def test_a_rare_name_is_in_no_byte_under_the_cell(open_cell: Path, at: datetime) -> None:
    rare = {**EMILE, "name": [{"family": "Quxzwylm", "given": ["Zébulonnie"]}]}
    with gate.write(by=ALICE, at=at, action="patient.create") as work:
        kept = work.create(rare)
        work.keep_blob("Compte rendu de Mme Quxzwylm Zébulonnie".encode())
        work.open_draft(kept.id, text="Mme Quxzwylm va bien")
    held = b"".join(path.read_bytes() for path in open_cell.rglob("*") if path.is_file())
    assert len(held) > 100_000
    for word in ("Quxzwylm", "QUXZWYLM", "quxzwylm", "Zébulonnie", "zebulonnie"):
        for encoding in ("utf-8", "utf-16-le", "latin-1"):
            assert word.encode(encoding) not in held


@pytest.mark.usefixtures("open_cell")
def test_a_document_is_kept_to_the_byte_and_its_damage_is_found(at: datetime) -> None:
    content = os.urandom(3 * blobs.CHUNK + 17)
    with gate.write(by=ALICE, at=at, action="x") as work:
        name = work.keep_blob(content)
    assert blobs.read(name) == content
    path = keys.current().home / blobs.FOLDER / name[:2] / name
    sealed = bytearray(path.read_bytes())
    sealed[blobs.CHUNK + 500] ^= 1
    path.write_bytes(sealed)
    with pytest.raises(Damaged):
        blobs.read(name)
    assert [finding for finding in check.check().findings if name[:12] in finding]
    path.unlink()
    assert not check.check().ok


@pytest.mark.usefixtures("open_cell")
def test_a_damaged_document_that_comes_again_is_whole_again() -> None:
    name = blobs.keep(b"a letter")
    path = keys.current().home / blobs.FOLDER / name[:2] / name
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(Damaged):
        blobs.read(name)
    assert blobs.keep(b"a letter") == name
    assert blobs.read(name) == b"a letter"


@pytest.mark.usefixtures("open_cell")
@pytest.mark.parametrize("name", ["", "..", "../../keys.json", "/etc/passwd", "a" * 63, "A" * 64])
def test_only_names_of_documents_are_looked_for(name: str) -> None:
    with pytest.raises(NotFound):
        blobs.read(name)


@pytest.mark.usefixtures("open_cell")
def test_chunks_cannot_be_swapped_or_cut(at: datetime) -> None:
    name = blobs.keep(bytes(blobs.CHUNK) + bytes([1]) * blobs.CHUNK)
    path = keys.current().home / blobs.FOLDER / name[:2] / name
    sealed, head = path.read_bytes(), len(blobs.MAGIC) + 8
    first, second = sealed[head : head + blobs.SEALED], sealed[head + blobs.SEALED :]
    for wrong in (sealed[:head] + second + first, sealed[:head] + first, sealed[: head + 3], b""):
        path.write_bytes(wrong)
        with pytest.raises(Damaged):
            blobs.read(name)


def rows_of_the_journal(at: datetime, count: int = 12) -> None:
    for _ in range(count):
        gate.audit_event(by=ALICE, at=at, action="read", entities=["Patient/x/1"])


def broken(sql: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
    return list(audit.verify())


@pytest.mark.usefixtures("any_cell")
@pytest.mark.parametrize(
    ("sql", "place"),
    [
        ("DELETE FROM store_audit WHERE seq = 1", "1"),
        ("DELETE FROM store_audit WHERE seq = 7", "7"),
        ("DELETE FROM store_audit WHERE seq = (SELECT MAX(seq) FROM store_audit)", "12 lignes"),
        ("DELETE FROM store_audit", "vide"),
        ("UPDATE store_audit SET actor = 'dalia' WHERE seq = 5", "5"),
        ("UPDATE store_audit SET at = at + 1 WHERE seq = 5", "5"),
        ("UPDATE store_audit SET role = 'Owner' WHERE seq = 5", "5"),
        ("UPDATE store_audit SET purpose = '' WHERE seq = 5", "5"),
        ("UPDATE store_audit SET action = 'Read' WHERE seq = 5", "5"),
        ("UPDATE store_audit SET outcome = 'failure' WHERE seq = 5", "5"),
        ("UPDATE store_audit SET patient = 'x' WHERE seq = 5", "5"),
        ("UPDATE store_audit SET entities = '[' WHERE seq = 5", "5"),
        ("UPDATE store_audit SET entities = '[\"Patient/x/2\"]' WHERE seq = 13", "13"),
        ("UPDATE store_audit SET mac = (SELECT mac FROM store_audit WHERE seq = 4) WHERE seq = 5", "5"),
    ],
)
def test_a_journal_that_was_touched_is_found_and_the_place_named(sql: str, place: str, at: datetime) -> None:
    rows_of_the_journal(at)
    assert list(audit.verify()) == []
    findings = broken(sql)
    assert findings
    assert place in findings[0]


@pytest.mark.usefixtures("any_cell")
def test_the_second_place_cannot_be_removed_or_changed_unseen(at: datetime) -> None:
    rows_of_the_journal(at)
    head = keys.current().home / audit.HEAD
    kept = head.read_bytes()
    for wrong in (b"", b"3 00 00", kept.replace(b"1", b"2", 1), kept[:40]):
        head.write_bytes(wrong)
        assert list(audit.verify())
    head.unlink()
    assert list(audit.verify())
    head.write_bytes(kept)
    assert list(audit.verify()) == []


@pytest.mark.usefixtures("any_cell")
def test_going_on_working_does_not_cover_a_cut(at: datetime) -> None:
    rows_of_the_journal(at)
    assert broken("DELETE FROM store_audit WHERE seq > 6")
    rows_of_the_journal(at + timedelta(days=1), count=20)
    assert "le second registre en connaît 13" in "".join(audit.verify())


@pytest.mark.usefixtures("any_cell")
def test_a_second_place_that_was_removed_is_not_made_anew(at: datetime) -> None:
    rows_of_the_journal(at)
    (keys.current().home / audit.HEAD).unlink()
    rows_of_the_journal(at)
    assert "second registre" in "".join(audit.verify())


@pytest.mark.usefixtures("open_cell")
@pytest.mark.parametrize("wrong", ["'not a mac'", "12", "x''"])
def test_a_mac_that_is_none_is_a_finding(wrong: str, at: datetime) -> None:
    rows_of_the_journal(at)
    assert "ligne 5" in broken(f"UPDATE store_audit SET mac = {wrong} WHERE seq = 5")[0]


@pytest.mark.usefixtures("any_cell")
def test_an_action_never_runs_inside_another(at: datetime) -> None:
    """Its head would be announced while it may still be undone."""
    with pytest.raises(RuntimeError), gate.write(by=ALICE, at=at, action="outer") as work:
        work.create(EMILE)
        gate.audit_event(by=ALICE, at=at, action="inner")
    assert list(audit.verify()) == []


@pytest.mark.usefixtures("open_cell")
def test_what_is_committed_is_done_even_if_the_second_place_cannot_be_written(
    at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(audit, "_head_path", lambda: keys.current().home / "no folder" / "head")
        with gate.write(by=ALICE, at=at, action="patient.create") as work:
            emile = work.create(EMILE)
    assert gate.read(by=ALICE, at=at, type="Patient", id=emile.id).version == 1
    assert list(audit.verify()) == []


@pytest.mark.usefixtures("open_cell")
def test_a_full_disk_says_so_for_documents_and_drafts(at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    with gate.write(by=ALICE, at=at, action="x") as work:
        draft = work.open_draft(work.create(EMILE).id)
    with monkeypatch.context() as patch, pytest.raises(DiskFull):
        patch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(errno.ENOSPC, "full")))
        with gate.write(by=ALICE, at=at, action="x") as work:
            work.keep_blob(b"a letter")
    assert blobs.names() == []
    with group.turn(), writer.lent(), connection.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0]}")
    with pytest.raises(DiskFull):
        gate.save_draft(by=ALICE, id=draft.id, revision=0, text="x" * 500_000)
    assert gate.draft(by=ALICE, id=draft.id).text == ""


@pytest.mark.usefixtures("open_cell")
def test_the_operator_is_an_actor_of_this_practice_only(at: datetime) -> None:
    gate.audit_event(by=operator(PRACTICE), at=at, action="x")
    with pytest.raises(NotFound):
        gate.open_record(by=operator("another"), at=at, patient="x")
