"""What the tests of sign-in and first start share: a clock that tests move, an owner, the way through both factors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.test import Client

from carnet.accounts import totp
from carnet.accounts.models import Person
from carnet.actions import practice
from carnet.record import cell, gate
from carnet.record.actor import operator

NAME = "alice@tilleuls.fr"
PASSWORD = "glycine-marteau-27-vent"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
HTMX = {"HTTP_HX_REQUEST": "true", "HTTP_ACCEPT": "*/*"}


@dataclass
class Clock:
    """Stands for `carnet.record.clock.now`."""

    at: datetime

    def now(self) -> datetime:
        return self.at

    def passes(self, **time: float) -> None:
        self.at += timedelta(**time)


def make_alice(at: datetime) -> Person:
    return practice.create_owner(
        by=operator(cell.practice_id()),
        at=at,
        given="Alice",
        family="Martin",
        sign_in_name=NAME,
        password=PASSWORD,
        totp_secret=SECRET,
    ).person


def give_password(client: Client, name: str = NAME, password: str = PASSWORD, **extra: str):
    return client.post("/sign-in", {"sign_in_name": name, "password": password}, **extra)


def give_code(client: Client, clock: Clock, **extra: str):
    return client.post("/sign-in/code", {"code": totp.code_at(SECRET, clock.at)}, **extra)


def enter(client: Client, clock: Clock) -> None:
    give_password(client)
    assert give_code(client, clock).status_code == 302


def journal() -> list[tuple[str, str, str]]:
    """(action, outcome, actor) of the journal, oldest first, sign-in and practice only."""
    rows = gate.audit_page(by=operator(cell.practice_id()))
    kept = [row for row in rows if row.action.startswith(("sign_in.", "practice."))]
    return [(row.action, row.outcome, row.actor) for row in reversed(kept)]
