"""Sign-in in two steps, the lock, the way out, and the page that opens the practice after a restart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from carnet.accounts import presence, second_factor, throttle, totp
from carnet.accounts.models import Person, Role
from carnet.actions import practice
from carnet.fhir.errors import Conflict, Invalid
from carnet.record import cell
from carnet.record.actor import operator
from carnet.web.sign_in import middleware
from tests.conftest import PASSPHRASE
from tests.web.doors import (
    HTMX,
    NAME,
    PASSWORD,
    SECRET,
    Clock,
    enter,
    give_code,
    give_password,
    journal,
    make_alice,
)

AT = datetime(2026, 3, 3, 8, 0, 5, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _no_delays() -> Iterator[None]:
    yield
    for counter in (throttle.passwords, throttle.codes, throttle.cell_secrets):
        counter.clear()
    middleware._owned.clear()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock(AT)
    monkeypatch.setattr("carnet.record.clock.now", clock.now)
    return clock


@pytest.fixture
def alice(open_cell: Path, clock: Clock) -> Person:
    return make_alice(clock.at)


# works


def test_alice_signs_in_with_both_factors(client: Client, alice: Person, clock: Clock) -> None:
    assert "Identifiant" in client.get("/sign-in").content.decode()
    assert give_password(client)["Location"] == "/sign-in/code"
    assert client.get("/day").status_code == 302, "the password alone opens nothing"
    assert "one-time-code" in client.get("/sign-in/code").content.decode()
    assert give_code(client, clock)["Location"] == "/day"
    assert client.get("/day").status_code == 200
    assert journal()[-1] == ("sign_in.signed_in", "success", alice.id)


def test_the_name_is_taken_as_people_type_it(client: Client, alice: Person) -> None:
    assert give_password(client, name=" Alice@Tilleuls.FR ").status_code == 302


def test_she_comes_back_to_the_page_she_asked_for(client: Client, alice: Person, clock: Clock) -> None:
    asked = client.get("/practice/")
    assert asked["Location"] == "/sign-in?next=%2Fpractice%2F"
    client.post("/sign-in", {"sign_in_name": NAME, "password": PASSWORD, "next": "/practice/"})
    assert give_code(client, clock)["Location"] == "/practice/"


@pytest.mark.parametrize(
    "next", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "/lock"]
)
def test_but_never_to_another_site(client: Client, alice: Person, clock: Clock, next: str) -> None:
    client.post("/sign-in", {"sign_in_name": NAME, "password": PASSWORD, "next": next})
    assert give_code(client, clock)["Location"] == "/day"


def test_a_recovery_code_replaces_the_telephone_once(client: Client, open_cell: Path, clock: Clock) -> None:
    made = practice.create_owner(
        by=operator(cell.practice_id()),
        at=clock.at,
        given="Alice",
        family="Martin",
        sign_in_name=NAME,
        password=PASSWORD,
        totp_secret=SECRET,
    )
    assert len(set(made.recovery_codes)) == 10
    code = made.recovery_codes[3]
    give_password(client)
    assert client.post("/sign-in/code", {"code": f"{code[:4]} {code[4:]}"}).status_code == 302
    assert second_factor.codes_left(made.person) == 9
    again = Client()
    give_password(again)
    assert again.post("/sign-in/code", {"code": code}).status_code == 422


# refuses


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(client: Client, alice: Person) -> None:
    wrong, unknown = (
        give_password(client, password="x" * 14),
        give_password(client, name="nobody", password="x" * 14),
    )
    assert wrong.status_code == unknown.status_code == 422

    def words(page: bytes) -> str:
        return re.sub(r'value="[^"]*"', "", page.decode())

    assert words(wrong.content) == words(unknown.content)
    assert "x" * 14 not in wrong.content.decode()


def test_an_unknown_name_costs_one_hash_like_a_known_one(
    client: Client, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[str] = []
    from django.contrib.auth.hashers import Argon2PasswordHasher

    verify = Argon2PasswordHasher.verify
    monkeypatch.setattr(
        Argon2PasswordHasher,
        "verify",
        lambda self, p, e: hashed.append(e.split("$")[1]) or verify(self, p, e),
    )
    give_password(client, password="wrong password")
    give_password(client, name="nobody", password="wrong password")
    assert len(hashed) == 2
    assert hashed[0] == hashed[1], "same algorithm and cost"


def test_what_was_typed_wrong_is_nowhere_in_the_journal(client: Client, alice: Person) -> None:
    give_password(client, name="motdepasse-typed-as-name", password="whatever it was")
    give_password(client, password="whatever it was")
    assert journal()[-2:] == [("sign_in.refused", "refused", "outsider")] * 2


def test_a_closed_account_is_an_unknown_one(client: Client, alice: Person, clock: Clock) -> None:
    enter(client, clock)
    Person.objects.update(is_active=False)
    assert client.get("/day").status_code == 302, "an open session ends at once"
    assert give_password(Client()).status_code == 422


def test_a_code_is_refused_the_second_time(client: Client, alice: Person, clock: Clock) -> None:
    enter(client, clock)
    thief = Client()
    give_password(thief)
    replayed = give_code(thief, clock)
    assert replayed.status_code == 422
    assert "pas valable" in replayed.content.decode()
    assert journal()[-1] == ("sign_in.refused", "refused", alice.id)
    clock.passes(seconds=30)
    assert give_code(thief, clock).status_code == 302


@pytest.mark.parametrize(("drift", "status"), [(-60, 422), (-30, 302), (30, 302), (60, 422)])
def test_the_telephone_may_be_half_a_minute_off(
    client: Client, alice: Person, clock: Clock, drift: int, status: int
) -> None:
    give_password(client)
    code = totp.code_at(SECRET, datetime.fromtimestamp(clock.at.timestamp() + drift, UTC))
    assert client.post("/sign-in/code", {"code": code}).status_code == status


def test_the_code_waits_five_minutes(client: Client, alice: Person, clock: Clock) -> None:
    give_password(client)
    clock.passes(minutes=6)
    assert give_code(client, clock)["Location"] == "/sign-in"


def test_the_code_page_is_nothing_without_a_password(client: Client, alice: Person, clock: Clock) -> None:
    assert client.get("/sign-in/code")["Location"] == "/sign-in"
    assert give_code(client, clock)["Location"] == "/sign-in"


def test_tries_cost_growing_time_but_never_lock(client: Client, alice: Person, clock: Clock) -> None:
    for _ in range(throttle.FREE_TRIES + 1):
        give_password(client, password="wrong password")
    refused = give_password(client)
    assert refused.status_code == 429
    assert refused["Retry-After"] == "5"
    assert "5 s" in refused.content.decode()
    assert give_password(Client(), REMOTE_ADDR="192.168.1.20").status_code == 302, (
        "elsewhere she is not slowed"
    )
    clock.passes(seconds=5)
    assert give_password(client).status_code == 302


def test_unknown_names_wait_too(client: Client, alice: Person) -> None:
    for _ in range(throttle.FREE_TRIES + 1):
        give_password(client, name="nobody")
    assert give_password(client, name="nobody").status_code == 429
    assert give_password(client).status_code == 302, "and nobody pays for them"


def test_codes_cannot_be_guessed_in_a_row(client: Client, alice: Person, clock: Clock) -> None:
    give_password(client)
    for n in range(throttle.FREE_TRIES + 1):
        assert client.post("/sign-in/code", {"code": f"{n:06}"}).status_code == 422
    assert give_code(client, clock).status_code == 429


# keeps


def test_the_session_key_changes_at_each_step(client: Client, alice: Person, clock: Clock) -> None:
    client.cookies["carnet"] = planted = "planted0planted0planted0planted0"
    give_password(client)
    pending = client.cookies["carnet"].value
    give_code(client, clock)
    inside = client.cookies["carnet"].value
    assert len({planted, pending, inside}) == 3
    thief = Client()
    thief.cookies["carnet"] = pending
    assert thief.get("/day").status_code == 302


def test_the_cookie_is_for_this_site_only_and_not_for_scripts(
    client: Client, alice: Person, clock: Clock
) -> None:
    enter(client, clock)
    cookie = client.cookies["carnet"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Strict"


def test_forms_need_their_token(alice: Person) -> None:
    strict = Client(enforce_csrf_checks=True)
    for path in ("/sign-in", "/sign-in/code", "/unlock", "/lock", "/sign-out"):
        assert strict.post(path, {"sign_in_name": NAME, "password": PASSWORD}).status_code == 403


def test_lock_and_sign_out_are_never_a_link(client: Client, alice: Person, clock: Clock) -> None:
    enter(client, clock)
    assert client.get("/lock").status_code == client.get("/sign-out").status_code == 405
    assert client.get("/day").status_code == 200


# lock


def test_a_quarter_of_an_hour_locks_and_the_password_opens_the_same_page(
    client: Client, alice: Person, clock: Clock
) -> None:
    enter(client, clock)
    clock.passes(minutes=15)
    locked = client.get("/practice/")
    assert locked["Location"] == "/unlock?next=%2Fpractice%2F"
    assert "Dr Alice Martin" in client.get(locked["Location"]).content.decode()
    clock.passes(minutes=5)
    back = client.post("/unlock", {"password": PASSWORD, "next": "/practice/"})
    assert back["Location"] == "/practice/"
    assert client.get("/practice/").status_code == 200
    mine = [(action, outcome) for action, outcome, actor in journal() if actor == alice.id]
    assert mine == [
        ("sign_in.signed_in", "success"),
        ("sign_in.locked", "success"),
        ("sign_in.unlocked", "success"),
    ], "locked once, however many pages were asked for"


def test_gestures_keep_awake_but_idle_requests_do_not(client: Client, alice: Person, clock: Clock) -> None:
    enter(client, clock)
    clock.passes(minutes=10)
    assert client.get("/day").status_code == 200
    clock.passes(minutes=10)
    assert client.get("/day", HTTP_X_CARNET_IDLE="1").status_code == 200
    clock.passes(minutes=10)
    assert client.get("/day", HTTP_X_CARNET_IDLE="1").status_code == 401


def test_a_page_being_written_is_told_in_its_own_words(client: Client, alice: Person, clock: Clock) -> None:
    enter(client, clock)
    client.post("/lock", **HTMX)
    told = client.get("/day", **HTMX)
    assert told.status_code == 401
    assert told["HX-Trigger"] == "locked"
    assert told.json()["url"] == "/unlock"
    form = client.get("/unlock", **HTMX).content.decode()
    assert "<html" not in form
    assert "current-password" in form
    assert client.post("/unlock", {"password": "wrong password"}, **HTMX).status_code == 422
    opened = client.post("/unlock", {"password": PASSWORD}, **HTMX)
    assert (opened.status_code, opened["HX-Trigger"]) == (204, "unlocked")


def test_the_button_locks_at_once_for_every_window(client: Client, alice: Person, clock: Clock) -> None:
    enter(client, clock)
    assert client.post("/lock", {"next": "/practice/"})["Location"] == "/unlock?next=%2Fpractice%2F"
    other_window = Client()
    other_window.cookies = client.cookies
    assert other_window.get("/day")["Location"].startswith("/unlock")


def meanwhile(client: Client, clock: Clock, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    """Ten minutes on, another window of the browser posts there while the next request of this one is under way."""
    clock.passes(minutes=10)
    other_window, touch = Client(), presence.touch
    other_window.cookies["carnet"] = client.cookies["carnet"].value

    def touched(session: presence.Session, *, at: datetime) -> None:
        monkeypatch.undo()
        monkeypatch.setattr("carnet.record.clock.now", clock.now)
        touch(session, at=at)
        assert other_window.post(path).status_code == 302

    monkeypatch.setattr(presence, "touch", touched)


def test_a_request_that_ends_after_the_lock_does_not_open_it(
    client: Client, alice: Person, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(client, clock)
    meanwhile(client, clock, monkeypatch, "/lock")
    assert client.get("/day").status_code == 200
    assert client.get("/day")["Location"].startswith("/unlock")


def test_a_request_that_ends_after_the_sign_out_says_so_and_brings_nothing_back(
    client: Client, alice: Person, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(client, clock)
    kept = client.cookies["carnet"].value
    meanwhile(client, clock, monkeypatch, "/sign-out")
    told = client.get("/day")
    assert told.status_code == 400
    assert "Votre séance a pris fin" in told.content.decode()
    assert "Rien n’a été" not in told.content.decode(), "nobody knows"
    assert "carnet" not in told.cookies
    client.cookies["carnet"] = kept
    assert client.get("/day")["Location"].startswith("/sign-in")


def test_unlocking_refuses_waits_and_leaves_a_trace(client: Client, alice: Person, clock: Clock) -> None:
    enter(client, clock)
    client.post("/lock")
    for _ in range(throttle.FREE_TRIES + 1):
        assert client.post("/unlock", {"password": "wrong password"}).status_code == 422
    assert client.post("/unlock", {"password": PASSWORD}).status_code == 429
    assert journal()[-1] == ("sign_in.unlock_refused", "refused", alice.id)
    assert client.get("/day").status_code == 302
    assert client.post("/sign-out").status_code == 302, "leaving is always possible"


def test_forms_of_the_page_underneath_are_still_good_after_unlocking(alice: Person, clock: Clock) -> None:
    client = Client(enforce_csrf_checks=True)
    client.get("/sign-in")

    def send(path: str, **fields: str):
        token = client.cookies["csrftoken"].value
        return client.post(path, {**fields, "csrfmiddlewaretoken": token})

    send("/sign-in", sign_in_name=NAME, password=PASSWORD)
    client.get("/sign-in/code")
    send("/sign-in/code", code=totp.code_at(SECRET, clock.at))
    client.get("/day")
    before = client.cookies["csrftoken"].value
    send("/lock")
    send("/unlock", password=PASSWORD)
    assert client.post("/lock", {"csrfmiddlewaretoken": before}).status_code == 302


# way out


def test_two_hours_sign_out(client: Client, alice: Person, clock: Clock) -> None:
    enter(client, clock)
    clock.passes(hours=2)
    assert client.get("/practice/")["Location"] == "/sign-in?next=%2Fpractice%2F"
    assert client.post("/unlock", {"password": PASSWORD})["Location"].startswith("/sign-in")
    assert journal()[-1] == ("sign_in.signed_out", "success", alice.id)
    told = client.get("/day", **HTMX)
    assert (told.status_code, told["HX-Trigger"]) == (401, "signed-out")


def test_signing_out_ends_the_session_on_the_server(client: Client, alice: Person, clock: Clock) -> None:
    enter(client, clock)
    kept = client.cookies["carnet"].value
    assert client.post("/sign-out")["Location"] == "/sign-in"
    thief = Client()
    thief.cookies["carnet"] = kept
    assert thief.get("/day").status_code == 302
    assert journal()[-1] == ("sign_in.signed_out", "success", alice.id)


# outsiders

# The last one is for programs: it asks for their own secret, and says 400 or 401 without it (tests/api/test_oauth.py).
OPEN_TO_ALL = {"/sign-in", "/sign-in/code", "/open", "/oauth/token"}


def paths(resolver: URLResolver | None = None, before: str = "/") -> Iterator[str]:
    """Every address of the program, with a stand-in for each argument."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = before + re.sub(r"<[^>]+>", "x", str(entry.pattern))
        if isinstance(entry, URLResolver):
            yield from paths(entry, route)
        elif isinstance(entry, URLPattern) and not route.startswith("/static/"):
            yield route


def test_without_a_session_no_address_gives_anything(alice: Person) -> None:
    client = Client()
    for path in set(paths()) - OPEN_TO_ALL:
        for answer in (client.get(path), client.post(path)):
            to_the_door = answer.status_code == 302 and answer["Location"].startswith("/sign-in")
            assert to_the_door or answer.status_code in (404, 405), (path, answer.status_code)
        assert client.get(path, **HTMX).status_code in (401, 404, 405), path


def test_a_page_left_open_does_not_undo_the_sign_in_of_another_tab(alice: Person) -> None:
    stale = Client()
    stale.cookies["carnet"] = "a-session-of-before"
    told = stale.get("/day", **HTMX)
    assert told.status_code == 401
    assert "carnet" not in told.cookies


def test_while_locked_no_address_gives_anything(client: Client, alice: Person, clock: Clock) -> None:
    enter(client, clock)
    client.post("/lock")
    for path in set(paths()) - {"/unlock", "/lock", "/sign-out"}:
        answer = client.get(path)
        assert answer.status_code == 302, path
        assert answer["Location"].startswith("/unlock"), path


def test_dalia_of_another_practice_does_not_exist_here(client: Client, alice: Person) -> None:
    assert give_password(client, name="dalia@ailleurs.fr", password=PASSWORD).status_code == 422


# the practice


def test_a_practice_has_one_owner_at_its_start(alice: Person, clock: Clock) -> None:
    assert (alice.role, alice.display_name) == (Role.OWNER, "Dr Alice Martin")
    assert alice.practitioner.startswith("Practitioner/")
    assert alice.password.startswith("argon2$argon2id$")
    assert journal()[0] == ("practice.create_owner", "success", "operator")
    with pytest.raises(Conflict):
        make_alice(clock.at)


def test_an_owner_with_a_wrong_rpps_leaves_nothing(open_cell: Path, clock: Clock) -> None:
    with pytest.raises(Invalid, match="RPPS"):
        practice.create_owner(
            by=operator(cell.practice_id()), at=clock.at, given="Alice", family="Martin", sign_in_name=NAME,
            password=PASSWORD, totp_secret=SECRET, rpps="10003456789",
        )  # fmt: skip
    assert not Person.objects.exists()
    assert journal() == []


# opening


def test_after_a_restart_only_one_page_answers(client: Client, alice: Person, clock: Clock) -> None:
    enter(client, clock)
    cell.close()
    for path in set(paths()) - {"/open"}:
        assert client.get(path)["Location"] == "/open", path
        assert client.get(path, **HTMX).status_code == 503, path
    assert client.get("/static/anything.css").status_code == 404, "its own files are not behind the door"
    page = client.get("/open").content.decode()
    assert "Ouvrir le cabinet" in page
    wrong = client.post("/open", {"secret": "pas du tout la bonne phrase"})
    assert wrong.status_code == 403
    assert "Rien n" in wrong.content.decode()
    assert client.post("/open", {"secret": PASSPHRASE})["Location"] == "/sign-in"
    assert journal()[-1] == ("practice.opened", "success", "operator")


def test_opening_costs_growing_time_too(client: Client, cell_home: Path, settings, clock: Clock) -> None:
    settings.HOME = cell_home
    for _ in range(throttle.FREE_TRIES + 1):
        assert client.post("/open", {"secret": "pas du tout la bonne phrase"}).status_code == 403
    assert client.post("/open", {"secret": PASSPHRASE}).status_code == 429
    clock.passes(seconds=5)
    assert client.post("/open", {"secret": PASSPHRASE}).status_code == 302
    cell.close()
