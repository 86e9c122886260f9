"""The journal: append-only, each row chained to the one before by an HMAC, head and count kept in a second
place so that a cut shows. Ids only; never a name, a value or a text."""

from __future__ import annotations

import fcntl
import hmac
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection

from carnet.fhir import dates
from carnet.record.actor import Actor
from carnet.store import keys

HEAD = "audit.head"
GENESIS = bytes(32)
Head = tuple[int, bytes]
COLUMNS = "seq, at, actor, role, purpose, action, outcome, patient, entities, mac"
_INSERT = f"INSERT INTO store_audit ({COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"  # noqa: S608
# The texts that the macs are made of: never change them.
_TEXT = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode
_ENTITIES = json.JSONEncoder(separators=(",", ":")).encode
_PAGE = 5000
_HEAD_SIZE = 161


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One remembered action. `at` in microseconds; `entities` such as `Observation/x/3`; mac 32 bytes."""

    seq: int
    at: int
    actor: str
    role: str
    purpose: str
    action: str
    outcome: str
    patient: str | None
    entities: tuple[str, ...]
    mac: bytes

    @property
    def when(self) -> datetime:
        """The moment of the action."""
        return dates.from_micros(self.at)


def append(
    *,
    by: Actor,
    at: int,
    action: str,
    outcome: str,
    patient: str | None,
    entities: Sequence[str],
    after: Head | None = None,
) -> Head:
    """Add a row inside the caller's transaction; returns the new head. The caller publishes it after the commit.
    `after`: the head before it, when this same transaction knows it already."""
    seq, previous = after or last_head()
    row = AuditRow(seq + 1, at, by.id, by.role, by.purpose, action, outcome, patient, tuple(entities), b"")
    columns = _columns(row)
    mac = _mac_of(previous, columns)
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [*columns, mac])
    return row.seq, mac


def last_head() -> Head:
    """The head as it is in the journal; nobody else moves it before this transaction ends."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_advisory_xact_lock(4276001)")
        cursor.execute("SELECT seq, mac FROM store_audit ORDER BY seq DESC LIMIT 1")
        seq, mac = cursor.fetchone() or (0, GENESIS)
    return seq, bytes(mac)


def _columns(row: AuditRow) -> list[str | int | None]:
    return [
        row.seq, row.at, row.actor, row.role, row.purpose, row.action, row.outcome, row.patient,
        _ENTITIES(row.entities),
    ]  # fmt: skip


def _mac(previous: bytes, row: AuditRow) -> bytes:
    return _mac_of(previous, _columns(row))


def _mac_of(previous: bytes, columns: list[str | int | None]) -> bytes:
    return hmac.digest(keys.current().audit, previous + _TEXT(columns).encode(), "sha256")


def publish(seq: int, mac: bytes, after: Head | None = None) -> None:
    """Note the head and count in the second place, after the commit; never moves back. Survives a killed
    process; after a power cut it may lag behind, which still anchors every row up to it.

    Only the first row makes the file, and it moves on only from a row that is in the journal: once it disagrees
    it stays as it is, so that going on working does not cover a cut. `after`: a head that the journal held in the
    transaction that made this one."""
    descriptor = os.open(_head_path(), os.O_RDWR | (os.O_CREAT if seq == 1 else 0), 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        known = _sealed(os.pread(descriptor, _HEAD_SIZE, 0))
        if seq == 1 if known is None else known[0] < seq and (known == after or _is_row(*known)):
            os.pwrite(descriptor, _seal(f"{seq} {mac.hex()}".encode()).ljust(_HEAD_SIZE - 1) + b"\n", 0)
            if seq == 1:
                os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _is_row(seq: int, mac: bytes) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT mac FROM store_audit WHERE seq = %s", [seq])
        found = cursor.fetchone()
    return found is not None and hmac.compare_digest(_bytes(found[0]), mac)


def _seal(record: bytes) -> bytes:
    seal = hmac.digest(keys.current().audit, b"head " + record, "sha256").hex().encode()
    return record + b" " + seal


def _sealed(written: bytes) -> tuple[int, bytes] | None:
    """(count, mac) when the seal is ours."""
    record = b" ".join(written.split()[:2])
    if not hmac.compare_digest(_seal(record), written.strip()):
        return None
    seq, mac = record.decode().split()
    return int(seq), bytes.fromhex(mac)


def _head_path() -> Path:
    return keys.current().home / HEAD


def head() -> tuple[int, bytes] | None:
    """(count, mac) from the second place; None when it is missing or was altered."""
    try:
        return _sealed(_head_path().read_bytes())
    except OSError:
        return None


def rows(
    *, before: int | None, limit: int, patients: Sequence[str] | None = None, actor: str | None = None
) -> list[AuditRow]:
    """A page of the journal, newest first; `before` is the last seq of the page above."""
    where: list[str] = ["seq < %s"]
    args: list[str | int] = [before if before is not None else 1 << 62]
    for column, wanted in (("patient", patients), ("actor", None if actor is None else [actor])):
        if wanted is not None:
            where.append(f"{column} IN ({', '.join(['%s'] * len(wanted))})")
            args += wanted
    return _select(f"WHERE {' AND '.join(where)} ORDER BY seq DESC LIMIT {int(limit)}", args)


def last(action: str) -> AuditRow | None:
    """The latest row of this action, whoever did it."""
    return next(iter(_select("WHERE action = %s ORDER BY seq DESC LIMIT 1", [action])), None)


def recent_patients(actor: str, action: str, limit: int) -> list[str]:
    """Patient ids this actor did `action` on, the latest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT patient FROM (SELECT patient, seq FROM store_audit WHERE actor = %s AND action = %s"
            " AND patient IS NOT NULL ORDER BY seq DESC LIMIT 500) AS latest"
            " GROUP BY patient ORDER BY MAX(seq) DESC LIMIT %s",
            [actor, action, limit],
        )
        return [patient for (patient,) in cursor.fetchall()]


def was_done(actor: str, action: str, patient: str, *, since: int, until: int) -> bool:
    """Whether one of this actor's latest rows is `action` on this patient, between two moments (microseconds)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COUNT(*) FROM (SELECT patient, at FROM store_audit WHERE actor = %s AND action = %s"
            " AND outcome = 'success' ORDER BY seq DESC LIMIT 200) AS latest"
            " WHERE patient = %s AND at BETWEEN %s AND %s",
            [actor, action, patient, since, until],
        )
        return bool(cursor.fetchone()[0])


def _select(tail: str, args: Sequence[str | int]) -> list[AuditRow]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {COLUMNS} FROM store_audit {tail}", list(args))  # noqa: S608
        return [_row(*values) for values in cursor.fetchall()]


def _row(*values: Any) -> AuditRow:
    seq, at, actor, role, purpose, action, outcome, patient, entities, mac = values
    return AuditRow(seq, at, actor, role, purpose, action, outcome, patient, _entities(entities), _bytes(mac))


def _bytes(mac: Any) -> bytes:
    """The mac as stored; whatever else was put in its place is not one."""
    return bytes(mac) if isinstance(mac, (bytes, memoryview)) else b""


def _entities(text: str) -> tuple[str, ...]:
    try:
        return tuple(json.loads(text))
    except (TypeError, ValueError):
        return ("illisible",)  # the chain will not hold on this row, and check names it


def verify() -> Iterator[str]:
    """Each finding as a French sentence naming the place; nothing when the chain and its second place agree."""
    anchor, previous, expected = head(), GENESIS, 1
    anchored = anchor is None
    for row in _all():
        if row.seq != expected:
            yield f"Journal : les lignes {expected} à {row.seq - 1} manquent."
            return
        if not hmac.compare_digest(_mac(previous, row), row.mac):
            yield f"Journal : la ligne {row.seq} a été modifiée."
            return
        if anchor and row.seq == anchor[0]:
            anchored = hmac.compare_digest(row.mac, anchor[1])
        previous, expected = row.mac, expected + 1
    yield from _ends(anchor, anchored, expected - 1)


def _ends(anchor: tuple[int, bytes] | None, anchored: bool, count: int) -> Iterator[str]:
    if not count:
        yield "Journal : il est vide, alors que la création du cabinet y laisse une ligne."
    if anchor is None and count:
        yield f"Journal : le second registre ({HEAD}) manque ou a été modifié."
    elif anchor and not anchored:
        yield f"Journal : {count} lignes, le second registre en connaît {anchor[0]} : la fin manque ou diffère."


def _all() -> Iterator[AuditRow]:
    after = 0
    while True:
        page = _select(f"WHERE seq > %s ORDER BY seq LIMIT {_PAGE}", [after])
        yield from page
        if len(page) < _PAGE:
            return
        after = page[-1].seq
