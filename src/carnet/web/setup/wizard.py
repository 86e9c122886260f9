"""The steps of the first start and what was answered so far, in memory until the last step makes everything at once.
Killed before that step: nothing exists. Killed during it: no cell, or a whole cell that still asks for its owner."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

from carnet.accounts import totp
from carnet.accounts.models import Person
from carnet.actions import practice
from carnet.record import cell
from carnet.record.actor import operator

Step = Literal["owner", "passphrase", "recovery-key", "password", "second-factor"]
FRESH: tuple[Step, ...] = ("owner", "passphrase", "recovery-key", "password", "second-factor")
OWNER_ONLY: tuple[Step, ...] = ("owner", "password", "second-factor")
# A cell that opens with its recovery key only (`carnet init` asks nothing): it is asked for, and a passphrase chosen.
WITHOUT_PASSPHRASE: tuple[Step, ...] = ("owner", "passphrase", "password", "second-factor")


@dataclass(slots=True)
class Wizard:
    """`fresh`: the cell itself is still to be made."""

    fresh: bool
    steps: tuple[Step, ...]
    answers: dict[str, dict[str, str]] = field(default_factory=dict, repr=False)
    recovery_key: str = field(default_factory=cell.new_recovery_key, repr=False)
    totp_secret: str = field(default_factory=totp.new_secret, repr=False)
    recovery_codes: list[str] = field(default_factory=list, repr=False)


_wizard: Wizard | None = None


def is_needed(home: Path) -> bool:
    """Whether the link is to be printed. Of a closed cell nobody can tell yet: *Ouvrir le cabinet* will."""
    return not cell.is_created(home) or (cell.is_open() and not practice.has_owner())


def current(home: Path) -> Wizard:
    """The wizard of this server process; begun when there is none."""
    global _wizard
    if _wizard is None:
        _wizard = _begun(home)
    return _wizard


def _begun(home: Path) -> Wizard:
    if not cell.is_created(home):
        return Wizard(fresh=True, steps=FRESH)
    return Wizard(fresh=False, steps=OWNER_ONLY if cell.has_passphrase(home) else WITHOUT_PASSPHRASE)


def finished() -> Wizard | None:
    """The wizard whose owner exists and whose recovery codes still wait to be read."""
    return _wizard if _wizard and _wizard.recovery_codes else None


def forget() -> None:
    """Drops every secret that was typed."""
    global _wizard
    _wizard = None


def next_step(wizard: Wizard) -> Step:
    """The first step without an answer; the last one once all are answered."""
    return next((step for step in wizard.steps if step not in wizard.answers), wizard.steps[-1])


def may_show(wizard: Wizard, step: str) -> bool:
    """Earlier steps may be read again; later ones wait for their turn."""
    return step in wizard.steps and (step in wizard.answers or step == next_step(wizard))


def last_group(recovery_key: str) -> str:
    return recovery_key.rsplit("-", 1)[-1]


def same_group(typed: str, recovery_key: str) -> bool:
    """Whether the last group was copied right; letters that the alphabet leaves out are read as people mean them."""
    read = "".join(c for c in typed.upper() if c.isalnum()).translate(str.maketrans("OIL", "011"))
    return read == last_group(recovery_key)


def keep(wizard: Wizard, step: str, answer: dict[str, str], *, home: Path) -> None:
    """Notes an answer. A passphrase for a cell that exists is set at once, which proves the recovery key: WrongKey."""
    if step == "passphrase" and not wizard.fresh:
        cell.rewrap(home, old=answer.pop("recovery_key"), new=answer["passphrase"])
    wizard.answers[step] = answer


def finish(wizard: Wizard, *, home: Path, at: datetime, used_step: int) -> Person:
    """Make the cell (unless an earlier try did) and its owner. Raises CarnetError; may then be called again."""
    owner, password = wizard.answers["owner"], wizard.answers["password"]["password"]
    _make_cell(wizard, home)
    made = practice.create_owner(
        by=operator(cell.practice_id()),
        at=at,
        practice_name=owner["practice_name"],
        given=owner["given"],
        family=owner["family"],
        sign_in_name=owner["sign_in_name"],
        rpps=owner["rpps"] or None,
        password=password,
        totp_secret=wizard.totp_secret,
        used_step=used_step,
    )
    wizard.answers.clear()
    wizard.recovery_codes = made.recovery_codes
    return made.person


def _make_cell(wizard: Wizard, home: Path) -> None:
    if wizard.fresh and not cell.is_created(home):
        cell.create(
            home,
            passphrase=wizard.answers["passphrase"]["passphrase"],
            practice=wizard.answers["owner"]["practice_name"],
            recovery_key=wizard.recovery_key,
        )
