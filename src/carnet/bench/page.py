"""A browser without a network: asks the whole program for a page, as a signed-in doctor."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from carnet.accounts import presence
from carnet.actions import practice
from carnet.record import clock
from carnet.record.actor import Actor


class Browser:
    """One signed-in session."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def open_record(self, patient: str) -> None:
        """Ask for a record's page; anything but the page is an error."""
        self.get(reverse("patient:record", args=[patient]))

    def get(self, path: str) -> None:
        """Ask for a page; anything but the page is an error."""
        _check(self._client.get(path).status_code, path)

    def post(self, path: str, fields: dict[str, str]) -> str:
        """Send a form; the address it leads to."""
        answer = self._client.post(path, fields)
        _check(answer.status_code, path, 302)
        return answer.headers["Location"]

    def post_part(self, path: str, fields: dict[str, str]) -> None:
        """Ask for a part of a page, as htmx does."""
        _check(self._client.post(path, fields, headers={"hx-request": "true"}).status_code, path)


def _check(status: int, path: str, wanted: int = 200) -> None:
    if status != wanted:
        raise RuntimeError(f"{path} answered {status}")


def create_owner(by: Actor) -> None:
    """Make the owner of the measured practice, if there is none."""
    if get_user_model().objects.exists():
        return
    practice.create_owner(
        by=by,
        at=clock.now(),
        given="Alice",
        family="Mesure",
        sign_in_name="alice",
        password="mesures et comparaisons",
        totp_secret="JBSWY3DPEHPK3PXP",
    )


def sign_in() -> Browser:
    """A session of the owner that has just passed both factors."""
    client = Client(SERVER_NAME="localhost")
    client.force_login(get_user_model().objects.get())
    session = client.session
    presence.begin(session, at=clock.now())
    session.save()
    return Browser(client)
