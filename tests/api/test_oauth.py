"""An application proves its secret and gets a short token, as RFC 6749 says; nothing else of OAuth answers."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta

import pytest
from django.test import Client
from oauth2_provider.models import AccessToken, Application

from carnet.accounts import throttle
from carnet.accounts.models import Person, Token
from carnet.actions import program, token
from carnet.fhir.errors import NotSignedIn
from carnet.record import clock, gate
from tests.cast import ALICE
from tests.house import stories

pytestmark = pytest.mark.usefixtures("open_cell")
ASKS = {"grant_type": "client_credentials"}


@pytest.fixture(autouse=True)
def _owner_at_work(open_cell: object, at: datetime) -> None:
    throttle.clients.clear()
    throttle.tokens.clear()
    token.forget()
    stories.owner(at)


@pytest.fixture
def issued() -> program.Issued:
    return program.issue(by=ALICE, at=clock.now(), name="Laboratoire", role="associate", client=True)


def basic(client: str | None, secret: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{client}:{secret}".encode()).decode()}


def test_a_secret_for_a_short_token(client: Client, issued: program.Issued) -> None:
    answer = client.post("/oauth/token", ASKS, headers=basic(issued.client, issued.secret))
    said = answer.json()
    assert answer.status_code == 200
    assert (said["token_type"], said["expires_in"], said["scope"]) == ("Bearer", 900, "system/*.*")
    assert "refresh_token" not in said
    assert answer["Cache-Control"] == "no-store"
    actor = token.actor_of(said["access_token"], at=clock.now())
    assert (actor.id, actor.kind, actor.role) == (issued.access.id, "app", "associate")
    with pytest.raises(NotSignedIn):
        token.actor_of(said["access_token"], at=clock.now() + timedelta(seconds=901))


def test_the_secret_in_the_form(client: Client, issued: program.Issued) -> None:
    form = {**ASKS, "client_id": issued.client, "client_secret": issued.secret}
    assert client.post("/oauth/token", form).status_code == 200


def test_each_exchange_is_in_the_journal(client: Client, issued: program.Issued) -> None:
    client.post("/oauth/token", ASKS, headers=basic(issued.client, issued.secret))
    row = gate.audit_page(by=ALICE, limit=1)[0]
    assert (row.action, row.actor) == ("program.exchange", issued.access.id)


def test_no_token_and_no_secret_is_kept_in_clear(client: Client, issued: program.Issued) -> None:
    said = client.post("/oauth/token", ASKS, headers=basic(issued.client, issued.secret)).json()
    assert not AccessToken.objects.exists()
    assert Application.objects.get().client_secret.startswith("argon2")
    assert [one.digest for one in Token.objects.all()] == [token.digest(said["access_token"])]


def test_shut_out_its_tokens_and_its_secret_open_nothing(client: Client, issued: program.Issued) -> None:
    said = client.post("/oauth/token", ASKS, headers=basic(issued.client, issued.secret)).json()
    program.revoke(by=ALICE, at=clock.now(), id=issued.access.id)
    with pytest.raises(NotSignedIn):
        token.actor_of(said["access_token"], at=clock.now())
    answer = client.post("/oauth/token", ASKS, headers=basic(issued.client, issued.secret))
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_a_token_never_outlives_its_access(client: Client) -> None:
    at = clock.now() - timedelta(days=1, seconds=-60)
    ends = program.issue(by=ALICE, at=at, name="Laboratoire", days=1, client=True)
    said = client.post("/oauth/token", ASKS, headers=basic(ends.client, ends.secret)).json()
    assert 0 < said["expires_in"] <= 60


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"grant_type": "password", "username": "a", "password": "b"}, "unsupported_grant_type"),
        ({"grant_type": "authorization_code", "code": "x"}, "unsupported_grant_type"),
        ({"grant_type": "refresh_token", "refresh_token": "x"}, "unsupported_grant_type"),
        ({**ASKS, "scope": "system/*.* patient/*.*"}, "invalid_scope"),
        ({}, "invalid_request"),
    ],
)
def test_nothing_but_client_credentials(
    form: dict[str, str], error: str, client: Client, issued: program.Issued
) -> None:
    answer = client.post("/oauth/token", form, headers=basic(issued.client, issued.secret))
    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert not Token.objects.exists()


def test_wrong_secrets_cost_time_and_shut_nobody_out(client: Client, issued: program.Issued) -> None:
    other = program.issue(by=ALICE, at=clock.now(), name="Autre", client=True)
    answers = [client.post("/oauth/token", ASKS, headers=basic(issued.client, "wrong")) for _ in range(7)]
    assert answers[0].status_code == 401
    assert answers[0].json()["error"] == "invalid_client"
    assert (answers[-1].status_code, answers[-1].has_header("Retry-After")) == (429, True)
    assert client.post("/oauth/token", ASKS, headers=basic(other.client, other.secret)).status_code == 200


def test_no_other_address_of_oauth_answers(client: Client) -> None:
    client.force_login(Person.objects.get())
    for path in ("oauth/authorize", "oauth/revoke_token", "oauth/introspect", "oauth/register", "o/token/"):
        assert client.get(f"/{path}").status_code == 404
    assert client.get("/oauth/token").status_code == 405


def test_a_hostile_form_is_refused(client: Client) -> None:
    for headers in (
        {"Authorization": "Basic \u00ff"},
        {"Authorization": "Basic !!!"},
        {"Authorization": "Bearer x"},
    ):
        assert client.post("/oauth/token", ASKS, headers=headers).status_code == 401
    answer = client.post("/oauth/token", b"\x00\xff", content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 400
