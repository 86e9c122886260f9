"""The cell of a practice: create it, open it, hold it for one server, close it. A cell is a folder with an
encrypted database, documents, keys and the second place of the journal."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from django.core.management import call_command
from django.db import DatabaseError, connection, connections
from django.db.migrations.executor import MigrationExecutor

from carnet.accounts.models import Practice
from carnet.fhir.errors import Conflict, Damaged, DiskFull, NewerSchema, Unavailable
from carnet.record import clock, commit, gate, keeper, reserve, writer
from carnet.record.actor import operator
from carnet.store import blobs, keys
from carnet.store.sqlcipher.base import FILE as DATABASE

CREATING = ".creating"
LOCK = "lock"
# Two threads that make or open a cell at once (a second click) would clear or migrate under each other.
_opening = Lock()
_MADE_HERE = (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", blobs.FOLDER, "audit.head", reserve.FILE)


def is_created(home: Path) -> bool:
    """Whether there is a cell at `home`, open or not."""
    return (home / keys.FILE).exists()


def is_open() -> bool:
    """Whether this process has a cell open."""
    return keys.is_open()


def practice() -> Practice:
    """The practice of the open cell."""
    return Practice.objects.get()


def practice_id() -> str:
    """The id of the open cell's practice, without a question to the database. Raises Unavailable."""
    return keys.current().practice


def new_recovery_key() -> str:
    """A recovery key for `create`, for a person to write down before anything exists."""
    return keys.new_recovery_key()


def has_passphrase(home: Path) -> bool:
    """Whether the cell opens with a passphrase; else with its recovery key only."""
    return any(wrap.get("by") == "passphrase" for wrap in keys.load(home)["wraps"])


def create(home: Path, *, passphrase: str | None, practice: str, recovery_key: str | None = None) -> str:
    """Make a new cell and open it; returns the recovery key, shown once. The key file is written last: a
    creation that is killed leaves no cell, and the next one clears what it left."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _opening, serve_lock(home):
        return _create(home, passphrase, practice, recovery_key)


def _create(home: Path, passphrase: str | None, practice: str, recovery_key: str | None) -> str:
    if is_created(home):
        raise Conflict("Il y a déjà un cabinet dans ce dossier. Rien n'a été modifié.")
    _clear_the_way(home)
    cell, practice_id = clock.new_id(), clock.new_id()
    keyring, held, recovery = keys.new(
        home, cell=cell, practice=practice_id, passphrase=passphrase, recovery=recovery_key
    )
    _use(keyring)
    try:
        call_command("migrate", verbosity=0, interactive=False)
        Practice.objects.create(id=practice_id, name=practice, created=clock.now())
        gate.audit_event(by=operator(practice_id), at=clock.now(), action="cell.create")
        reserve.hold()
        keys.write(home, held)
        (home / CREATING).unlink()
    except BaseException:
        close()
        raise
    return recovery


def _clear_the_way(home: Path) -> None:
    marker = home / CREATING
    if not marker.exists() and any((home / name).exists() for name in _MADE_HERE):
        raise Damaged(
            "Ce dossier contient une base mais plus son fichier de clés. Rien n'a été modifié. "
            "Restaurez le fichier de clés depuis une sauvegarde."
        )
    for name in _MADE_HERE:
        path = home / name
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    try:
        marker.touch(mode=0o600)
        keys.sync_folder(home)
    except OSError as error:
        raise DiskFull("Impossible d'écrire dans ce dossier : disque plein ou droits manquants.") from error


def unlock(home: Path, *, secret: str) -> None:
    """Open the cell with its passphrase or recovery key, for this process. A cell of an older Carnet is
    brought up to date first, which no other server may hold. Raises WrongKey, Damaged, NewerSchema, NotFound."""
    keyring = keys.unwrap(home, secret)
    with _opening:
        _open(home, keyring)


def _open(home: Path, keyring: keys.Keyring) -> None:
    if connection.vendor == "sqlite" and not (home / DATABASE).exists():
        raise Damaged("La base du cabinet a disparu de son dossier. Restaurez une sauvegarde.")
    before = keys.current() if keys.is_open() else None
    _use(keyring)
    try:
        _check_schema(home)
        _check_practice(keyring)
    except BaseException:
        _use(before)
        raise
    reserve.hold()


def _check_schema(home: Path) -> None:
    try:
        executor = MigrationExecutor(connection)
        known = set(executor.loader.disk_migrations)
        applied = set(executor.loader.applied_migrations)
    except DatabaseError as error:
        raise commit.words(error) from error
    if applied - known:
        raise NewerSchema(
            "Ce cabinet a été écrit par une version plus récente de Carnet. "
            "Rien n'a été modifié. Mettez Carnet à jour, puis recommencez."
        )
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        with serve_lock(home):
            call_command("migrate", verbosity=0, interactive=False)


def _check_practice(keyring: keys.Keyring) -> None:
    try:
        known = Practice.objects.values_list("id", flat=True).first()
    except DatabaseError as error:
        raise commit.words(error) from error
    if known != keyring.practice:
        raise Damaged("Cette base n'est pas celle de ce cabinet. Rien n'a été modifié.")


def close() -> None:
    """Forget the keys and close this thread's connection."""
    _use(None)


def _use(keyring: keys.Keyring | None) -> None:
    connections.close_all()
    writer.close()
    keys.use(keyring)
    keeper.close()


def rewrap(home: Path, *, old: str, new: str) -> None:
    """A new passphrase for the practice. Old backups still open with the old one."""
    keys.rewrap(home, old=old, new=new)


_served: set[Path] = set()  # the cells that this process, or the one it was forked from, holds


@contextmanager
def serve_lock(home: Path) -> Iterator[None]:
    """Hold the cell as its one server; again inside is no harm. Raises Unavailable when another process does."""
    if home in _served:
        yield
        return
    descriptor = os.open(home / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _hold(descriptor)
        _served.add(home)
        yield
    finally:
        _served.discard(home)
        os.close(descriptor)


def _hold(descriptor: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise Unavailable(
            "Ce cabinet est déjà ouvert par un autre serveur Carnet. Arrêtez-le, puis recommencez."
        ) from error
