"""A browser already signed in, for the tests of screens; the doors themselves are tested in test_sign_in.py."""

from __future__ import annotations

from datetime import datetime

from django.test import Client

from carnet.accounts import presence
from carnet.accounts.models import Person, Role
from carnet.actions.sign_in import actor_of
from carnet.record import cell, clock
from carnet.record.actor import Actor
from tests.web.doors import make_alice

HTMX = {"HTTP_HX_REQUEST": "true"}


def alice(client: Client) -> Actor:
    """Dr Alice, owner, in front of this browser."""
    return sits_down(client, make_alice(clock.now()))


def chloe(client: Client) -> Actor:
    """Chloé, of the secretariat. The practice must have its owner first."""
    return sits_down(client, person("chloe@tilleuls.fr", "Chloé Petit", Role.SECRETARY))


def person(sign_in_name: str, display_name: str, role: str) -> Person:
    return Person.objects.create_person(
        sign_in_name=sign_in_name,
        display_name=display_name,
        role=role,
        password="glycine-marteau-27-vent",
        created=clock.now(),
    )


def sits_down(client: Client, somebody: Person, at: datetime | None = None) -> Actor:
    client.force_login(somebody)
    session = client.session
    presence.begin(session, at=at or clock.now())
    session.save()
    return actor_of(somebody, practice=cell.practice().id)
