"""*Accès des applications*: a program is let in, its secret shown once; it is shut out in one gesture."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client

from carnet.accounts.models import Access
from carnet.actions import program, token
from carnet.fhir.errors import NotSignedIn
from carnet.record import clock, gate
from carnet.record.actor import Actor
from tests.web.signed_in import alice, chloe

PAGE = "/practice/programs"
ASKED = {"name": "Laboratoire", "role": "secretary", "days": "30", "kind": "token"}


@pytest.fixture
def owner(open_cell: Path, client: Client) -> Actor:
    token.forget()
    return alice(client)


def secrets(page: str) -> list[str]:
    return re.findall(r"data-secret>([^<]+)<", page)


# works


def test_let_in_the_token_is_shown_once_and_opens(owner: Actor, client: Client) -> None:
    answer = client.post(PAGE, ASKED)
    [secret] = secrets(answer.content.decode())
    assert answer["Cache-Control"] == "no-store"
    actor = token.actor_of(secret, at=clock.now())
    assert (actor.kind, actor.role, actor.name) == ("app", "secretary", "Laboratoire")
    again = client.get(PAGE).content.decode()
    assert "Laboratoire" in again
    assert secret not in again
    assert gate.audit_page(by=owner, limit=1)[0].action == "program.issue"


def test_a_client_of_oauth_gets_its_two_words(owner: Actor, client: Client) -> None:
    shown = secrets(client.post(PAGE, {**ASKED, "kind": "client"}).content.decode())
    access = Access.objects.get()
    assert access.client is not None
    assert shown[0] == access.client.client_id
    assert len(shown) == 2


def test_a_script_in_my_name(owner: Actor, client: Client) -> None:
    [secret] = secrets(client.post(PAGE, {**ASKED, "role": "own", "days": ""}).content.decode())
    assert token.actor_of(secret, at=clock.now()) == owner


def test_the_page_says_who_came_and_when(owner: Actor, client: Client) -> None:
    [secret] = secrets(client.post(PAGE, ASKED).content.decode())
    assert "jamais" in client.get(PAGE).content.decode()
    token.actor_of(secret, at=clock.now())
    assert "jamais" not in client.get(PAGE).content.decode()
    assert "1 programme entre" in client.get("/practice/").content.decode()


def test_shut_out_in_one_gesture(owner: Actor, client: Client) -> None:
    [secret] = secrets(client.post(PAGE, ASKED).content.decode())
    answer = client.post(f"{PAGE}/{Access.objects.get().id}/revoke", follow=True)
    assert "est fermé" in answer.content.decode()
    with pytest.raises(NotSignedIn):
        token.actor_of(secret, at=clock.now())


def test_the_journal_names_the_program(owner: Actor, client: Client) -> None:
    [secret] = secrets(client.post(PAGE, {**ASKED, "role": "owner"}).content.decode())
    gate.find(by=token.actor_of(secret, at=clock.now()), at=clock.now(), type="Patient", params=[])
    assert "Laboratoire" in client.get("/practice/journal").content.decode()


# refuses


@pytest.mark.parametrize("wrong", [{"role": "operator"}, {"days": "9999"}, {"kind": "x"}, {"name": " "}])
def test_a_form_that_was_tampered_with(wrong: dict[str, str], owner: Actor, client: Client) -> None:
    assert secrets(client.post(PAGE, {**ASKED, **wrong}).content.decode()) == []
    assert not Access.objects.exists()


def test_my_rights_are_no_client_s(owner: Actor, client: Client) -> None:
    answer = client.post(PAGE, {**ASKED, "role": "own", "kind": "client"})
    assert "choisissez-en un" in answer.content.decode()
    assert not Access.objects.exists()


def test_chloe_gives_her_own_rights_only(owner: Actor, client: Client) -> None:
    other = program.issue(by=owner, at=clock.now(), name="Statistiques").access
    chloe(client)
    assert secrets(client.post(PAGE, ASKED).content.decode()) == []
    [secret] = secrets(client.post(PAGE, {**ASKED, "role": "own"}).content.decode())
    assert token.actor_of(secret, at=clock.now()).role == "secretary"
    assert "Statistiques" not in client.get(PAGE).content.decode()
    assert client.post(f"{PAGE}/{other.id}/revoke").status_code == 403
    other.refresh_from_db()
    assert other.revoked is None
