"""The status of an identity (provisional, recovered, validated, qualified): what raises it, what lowers it, and
when the national number may leave the practice. A table decides (tables/identity_status.toml); nobody else."""

from __future__ import annotations

from typing import Any

from carnet.rules import tables

_TABLE: dict[str, dict[str, Any]] = tables.toml("identity_status")
STATUSES = tuple(_TABLE["status"])
PROOFS = {name: str(row["words"]) for name, row in _TABLE["proof"].items()}
EVENTS = {name: str(row["words"]) for name, row in _TABLE["event"].items()}
PROVISIONAL = "PROV"


def after(status: str, event: str, *, doubtful: bool = False) -> str:
    """The status once `event` has happened; a doubtful or fictitious identity never rises. Raises KeyError for an
    unknown status or event."""
    _TABLE["status"][status]
    reached = str(_TABLE["event"][event].get(status, status))
    return PROVISIONAL if doubtful else reached


def after_proof(status: str, proof: str, *, doubtful: bool = False) -> str:
    """The status once this paper was seen with the same traits; only a paper of high trust changes it."""
    high = bool(_TABLE["proof"][proof]["high"])
    return after(status, "proof-seen", doubtful=doubtful) if high else status


def may_send_ins(status: str) -> bool:
    """Whether the number may be written in what leaves the practice: with a qualified identity only."""
    return bool(_TABLE["status"].get(status, {}).get("may_send_ins", False))


def words(status: str) -> str:
    """The status as a person reads it; empty when it is none of the four."""
    return str(_TABLE["status"].get(status, {}).get("words", ""))
