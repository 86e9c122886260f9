"""The first start: a one-time link, five steps, one practice; and what remains when it is interrupted."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.test import Client

from carnet.accounts import second_factor, throttle, totp
from carnet.accounts.models import Person, Practice
from carnet.actions import practice
from carnet.record import cell
from carnet.store import keys
from carnet.web.setup import link, wizard
from carnet.web.sign_in import middleware
from tests.web.doors import Clock, give_password, journal

AT = datetime(2026, 3, 3, 8, 0, 5, tzinfo=UTC)
OWNER = {
    "practice_name": "Cabinet des Tilleuls",
    "given": "Alice",
    "family": "Martin",
    "sign_in_name": "alice@tilleuls.fr",
    "rpps": "100 0345 6786",
}
PASSPHRASE = "agrafe cheval batterie tilleul"
PASSWORD = "glycine-marteau-27-vent"


@pytest.fixture(autouse=True)
def _afresh() -> Iterator[None]:
    yield
    wizard.forget()
    link.forget()
    cell.close()
    throttle.cell_secrets.clear()
    middleware._owned.clear()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock(AT)
    monkeypatch.setattr("carnet.record.clock.now", clock.now)
    return clock


@pytest.fixture
def home(tmp_path: Path, settings, clock: Clock, unblocked: None) -> Path:
    """An empty home, as on the first day."""
    settings.HOME = tmp_path / "home"
    cell.close()
    return settings.HOME


def answer(client: Client, step: str, **fields: str):
    return client.post(f"/setup/step/{step}", fields)


def begin(client: Client) -> str:
    """Opens the printed link; returns the address of the first step."""
    return client.get(link.path())["Location"]


def through_password(client: Client) -> None:
    begin(client)
    assert answer(client, "owner", **OWNER)["Location"].endswith("/passphrase")
    assert answer(client, "passphrase", passphrase=PASSPHRASE, again=PASSPHRASE)["Location"].endswith(
        "/recovery-key"
    )
    assert answer(client, "recovery-key", last_group=shown_key(client)[-5:])["Location"].endswith("/password")
    assert answer(client, "password", password=PASSWORD, again=PASSWORD)["Location"].endswith(
        "/second-factor"
    )


def shown_key(client: Client) -> str:
    page = client.get("/setup/step/recovery-key").content.decode()
    return "-".join(re.findall(r"<code>([0-9A-Z]{5})</code>", page))


def shown_secret(client: Client) -> str:
    page = client.get("/setup/step/second-factor").content.decode()
    found = re.search(r'<code class="secret">([A-Z2-7 ]+)</code>', page)
    assert found
    return found[1].replace(" ", "")


# works


def test_from_the_link_to_a_practice_with_its_owner_signed_in(
    client: Client, home: Path, clock: Clock
) -> None:
    through_password(client)
    assert not home.exists(), "nothing is written before the last step"
    key, secret = shown_key(client), shown_secret(client)
    assert answer(client, "second-factor", code=totp.code_at(secret, clock.at))["Location"] == "/setup/done"

    alice = Person.objects.get()
    assert (alice.role, alice.rpps, alice.display_name) == ("owner", "10003456786", "Dr Alice Martin")
    assert Practice.objects.get().name == "Cabinet des Tilleuls"
    assert client.get("/day").status_code == 200, "she is signed in"

    page = client.get("/setup/done").content.decode()
    assert len(re.findall(r"<code>\d{8}</code>", page)) == 10
    assert client.post("/setup/done")["Location"] == "/day"
    assert client.get("/setup/done").status_code == 404, "shown once"

    cell.close()
    cell.unlock(home, secret=key)
    cell.close()
    cell.unlock(home, secret=PASSPHRASE)
    assert [row[:2] for row in journal()] == [("practice.create_owner", "success")]


def test_the_code_that_proved_the_telephone_is_spent(client: Client, home: Path, clock: Clock) -> None:
    through_password(client)
    code = totp.code_at(shown_secret(client), clock.at)
    answer(client, "second-factor", code=code)
    assert second_factor.spend(Person.objects.get(), code, at=clock.at) is None


def test_earlier_steps_can_be_read_and_changed_but_secrets_are_not_shown_again(
    client: Client, home: Path
) -> None:
    through_password(client)
    assert "Cabinet des Tilleuls" in client.get("/setup/step/owner").content.decode()
    page = client.get("/setup/step/passphrase").content.decode()
    assert PASSPHRASE not in page
    answer(client, "owner", **{**OWNER, "practice_name": "Cabinet du Port"})
    assert client.get("/setup")["Location"].endswith("/second-factor")


# refuses


def test_before_the_link_is_opened_everything_says_so(client: Client, home: Path) -> None:
    for path in ("/", "/day", "/sign-in", "/open", "/unlock", "/patient/x"):
        told = client.get(path)
        assert told.status_code == 503
        assert "pas encore installé" in html.unescape(told.content.decode())
    assert client.get("/day", HTTP_HX_REQUEST="true").json()["state"] == "not-installed"


def test_a_wrong_link_and_another_machine_get_nothing(client: Client, home: Path) -> None:
    assert client.get("/setup/not-the-token").status_code == 404
    assert client.get(link.path(), REMOTE_ADDR="192.168.1.20").status_code == 404
    assert client.get("/setup").status_code == client.get("/setup/step/owner").status_code == 403


def test_the_link_belongs_to_the_first_browser(client: Client, home: Path) -> None:
    printed = link.path()
    assert begin(client).endswith("/owner")
    second = Client()
    assert second.get(printed).status_code == 403
    assert second.get("/setup/step/owner").status_code == 403
    assert answer(second, "owner", **OWNER).status_code == 403
    assert client.get(printed).status_code == 302, "the first one may open it again"
    cookie = client.cookies[link.COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Strict", "/setup")


def test_steps_are_not_skipped(client: Client, home: Path) -> None:
    begin(client)
    for step in ("passphrase", "recovery-key", "password", "second-factor", "anything"):
        assert client.get(f"/setup/step/{step}")["Location"].endswith("/owner")
    assert client.get("/setup/done").status_code == 302, "nobody is signed in"


@pytest.mark.parametrize(
    ("step", "fields", "sentence"),
    [
        ("owner", {**OWNER, "rpps": "10003456789"}, "Ce numéro RPPS n’existe pas"),
        ("owner", {**OWNER, "sign_in_name": "alice martin"}, "sans espace"),
        ("owner", {**OWNER, "practice_name": ""}, "obligatoire"),
        ("passphrase", {"passphrase": "trop court", "again": "trop court"}, "quatre mots"),
        ("passphrase", {"passphrase": PASSPHRASE, "again": PASSPHRASE + "s"}, "diffèrent"),
        ("recovery-key", {"last_group": "XXXXX"}, "Relisez votre papier"),
        ("password", {"password": "trop court", "again": "trop court"}, "12"),
        ("password", {"password": PASSPHRASE, "again": PASSPHRASE}, "phrase du cabinet"),
        ("password", {"password": PASSWORD, "again": PASSWORD + "x"}, "diffèrent"),
        ("password", {"password": "alice@tilleuls.fr", "again": "alice@tilleuls.fr"}, "identifiant"),
        ("second-factor", {"code": "000000"}, "ne convient pas"),
    ],
)
def test_each_step_says_what_does_not_fit(
    client: Client, home: Path, step: str, fields: dict[str, str], sentence: str
) -> None:
    through_password(client)
    refused = answer(client, step, **fields)
    assert refused.status_code == 422
    page = html.unescape(refused.content.decode())
    assert sentence in page
    assert PASSPHRASE not in page
    assert PASSWORD not in page


def test_the_key_is_read_as_people_copy_it() -> None:
    key = "A1B2C-D3E4F-0110K"
    assert wizard.same_group(" o11ok ", key)
    assert wizard.same_group("OIlo-K", key)
    assert not wizard.same_group("", key)
    assert not wizard.same_group("D3E4F", key)


def test_forms_need_their_token(home: Path) -> None:
    strict = Client(enforce_csrf_checks=True)
    begin(strict)
    assert answer(strict, "owner", **OWNER).status_code == 403


def test_once_there_is_an_owner_the_first_start_does_not_exist(
    client: Client, home: Path, clock: Clock
) -> None:
    through_password(client)
    printed = link.path()
    answer(client, "second-factor", code=totp.code_at(shown_secret(client), clock.at))
    assert client.get(printed).status_code == 404
    assert client.get("/setup/step/owner").status_code == 404
    assert Client().get(printed).status_code == 404


# interrupted


def test_killed_before_the_last_step_nothing_exists(client: Client, home: Path) -> None:
    through_password(client)
    before = shown_key(client)
    wizard.forget()  # what a new process begins with
    link.forget()
    assert not home.exists()
    assert client.get("/setup/step/owner").status_code == 403, "the old browser and the old link are nothing"
    again = Client()
    begin(again)
    assert again.get("/setup")["Location"].endswith("/owner")
    through_password(again)
    assert shown_key(again) != before


def test_killed_while_the_cell_is_made_there_is_no_cell(
    client: Client, home: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    through_password(client)
    code = totp.code_at(shown_secret(client), clock.at)

    def killed(*args: object, **kwargs: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(keys, "write", killed)
        answer(client, "second-factor", code=code)
    assert not cell.is_created(home)
    assert answer(client, "second-factor", code=code)["Location"] == "/setup/done", "and it can be made again"


def test_killed_before_the_owner_the_cell_opens_and_asks_for_its_owner_only(
    client: Client, home: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    through_password(client)

    def killed(**kwargs: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(practice, "create_owner", killed)
        answer(client, "second-factor", code=totp.code_at(shown_secret(client), clock.at))
    wizard.forget()
    link.forget()
    cell.close()

    again = Client()
    assert again.get("/day")["Location"] == "/open"
    assert again.post("/open", {"secret": PASSPHRASE})["Location"] == "/setup"
    assert again.get("/setup")["Location"].endswith("/owner"), "who holds the passphrase needs no link"
    assert Client().get("/setup").status_code == 403
    assert "Cabinet des Tilleuls" in again.get("/setup/step/owner").content.decode()
    assert answer(again, "owner", **OWNER)["Location"].endswith("/password")
    assert answer(again, "password", password=PASSWORD, again=PASSWORD)["Location"].endswith("/second-factor")
    code = totp.code_at(shown_secret(again), clock.at)
    assert answer(again, "second-factor", code=code)["Location"] == "/setup/done"
    assert Person.objects.count() == 1


def test_a_failure_at_the_last_step_keeps_the_answers(
    client: Client, home: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    through_password(client)
    code = totp.code_at(shown_secret(client), clock.at)
    with monkeypatch.context() as patched:
        patched.setattr(keys, "sync_folder", full)
        refused = answer(client, "second-factor", code=code)
    assert refused.status_code == 422
    assert "disque plein" in refused.content.decode()
    assert answer(client, "second-factor", code=code)["Location"] == "/setup/done"


def full(folder: Path) -> None:
    raise OSError(28, "No space left on device")


# a cell of `carnet init`


def test_a_cell_made_on_the_command_line_gets_its_owner_and_passphrase(
    client: Client, home: Path, clock: Clock
) -> None:
    key = cell.create(home, passphrase=None, practice="Cabinet")
    cell.close()
    assert client.post("/open", {"secret": key.lower()})["Location"] == "/setup"
    assert client.get("/setup")["Location"].endswith("/owner")
    answer(client, "owner", **OWNER)
    page = client.get("/setup/step/passphrase").content.decode()
    assert "carnet init" in page
    wrong = answer(client, "passphrase", recovery_key="AAAAA-BBBBB", passphrase=PASSPHRASE, again=PASSPHRASE)
    assert wrong.status_code == 422
    right = answer(client, "passphrase", recovery_key=key, passphrase=PASSPHRASE, again=PASSPHRASE)
    assert right["Location"].endswith("/password")
    answer(client, "password", password=PASSWORD, again=PASSWORD)
    answer(client, "second-factor", code=totp.code_at(shown_secret(client), clock.at))
    assert Practice.objects.get().name == "Cabinet des Tilleuls"
    cell.close()
    cell.unlock(home, secret=PASSPHRASE)
    assert give_password(Client(), name=OWNER["sign_in_name"], password=PASSWORD).status_code == 302


def test_a_cell_opened_by_its_key_file_needs_the_printed_link(client: Client, home: Path) -> None:
    cell.create(home, passphrase=PASSPHRASE, practice="Cabinet")
    assert client.get("/day").status_code == 503
    assert client.get("/setup").status_code == 403
    assert begin(client).endswith("/owner")
