"""A program comes in by its token, with the rights it was given, until it is shut out."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

import pytest
from django.db import connection

from carnet.accounts import throttle
from carnet.accounts.models import Access, Person, Token
from carnet.actions import program, token
from carnet.fhir.errors import Invalid, NotFound, NotSignedIn, Refused
from carnet.record import gate
from carnet.record.actor import operator
from tests.cast import ALICE, BRUNO, CHLOE, DALIA, EMILE, PRACTICE
from tests.house import stories

pytestmark = pytest.mark.usefixtures("open_cell")
HERE = "192.168.1.10"


@pytest.fixture(autouse=True)
def _no_tries_yet() -> None:
    throttle.tokens.clear()
    token.forget()


def test_an_application_comes_in_with_its_role(at: datetime) -> None:
    issued = program.issue(by=ALICE, at=at, name="Laboratoire", role="secretary")
    actor = token.actor_of(issued.secret, at=at)
    assert (actor.kind, actor.role, actor.practice, actor.name) == (
        "app",
        "secretary",
        PRACTICE,
        "Laboratoire",
    )
    assert actor.id == issued.access.id
    with pytest.raises(Refused):
        gate.across(by=actor, type="Observation", params=[])


def test_a_script_of_a_person_is_that_person(at: datetime) -> None:
    owner = stories.as_owner(at)["by"]
    issued = program.issue_own(by=owner, at=at, name="Mon script")
    assert token.actor_of(issued.secret, at=at) == owner
    Person.objects.filter(pk=owner.id).update(is_active=False)
    token.forget()
    with pytest.raises(NotSignedIn):
        token.actor_of(issued.secret, at=at)


def test_the_command_line_lets_in_before_there_is_an_owner(at: datetime) -> None:
    assert not Person.objects.exists()
    issued = program.issue(by=operator(PRACTICE), at=at, name="essai")
    assert token.actor_of(issued.secret, at=at).role == "owner"


def test_shut_out_at_once(at: datetime) -> None:
    issued = program.issue(by=ALICE, at=at, name="essai")
    token.actor_of(issued.secret, at=at)
    program.revoke(by=ALICE, at=at, id=issued.access.id)
    with pytest.raises(NotSignedIn):
        token.actor_of(issued.secret, at=at)
    program.revoke(by=ALICE, at=at, id=issued.access.id)


def test_shut_out_by_another_process_within_a_second(at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    issued = program.issue(by=ALICE, at=at, name="essai")
    token.actor_of(issued.secret, at=at)
    with monkeypatch.context() as elsewhere:  # what another process does: this one's memory is not told
        elsewhere.setattr(token, "forget", lambda: None)
        program.revoke(by=ALICE, at=at, id=issued.access.id)
    later = token.time.monotonic() + 1.01
    monkeypatch.setattr(token.time, "monotonic", lambda: later)
    with pytest.raises(NotSignedIn):
        token.actor_of(issued.secret, at=at)


def test_its_days_are_counted(at: datetime) -> None:
    issued = program.issue(by=ALICE, at=at, name="essai", days=30)
    token.actor_of(issued.secret, at=at + timedelta(days=30, seconds=-1))
    with pytest.raises(NotSignedIn):
        token.actor_of(issued.secret, at=at + timedelta(days=30))


def test_the_last_day_of_use_is_kept(at: datetime) -> None:
    issued = program.issue(by=ALICE, at=at, name="essai")
    for hours in (0, 1, 30):
        token.actor_of(issued.secret, at=at + timedelta(hours=hours))
    assert Access.objects.get().last_used == (at + timedelta(hours=30)).date()


def test_guesses_are_slowed_and_a_right_token_from_there_is_not(at: datetime) -> None:
    issued = program.issue(by=ALICE, at=at, name="essai")
    before = len(gate.audit_page(by=ALICE, limit=1000))
    seen = []
    for number in range(50):
        with pytest.raises((NotSignedIn, throttle.TooManyTries)) as refused:
            token.actor_of(f"carnet_{number}", at=at, address=HERE)
        seen.append(refused.type)
    assert seen[0] is NotSignedIn
    assert seen[-1] is throttle.TooManyTries
    rows = gate.audit_page(by=ALICE, limit=1000)
    assert 0 < len(rows) - before <= 6, "guesses must not fill the journal"
    assert (rows[0].action, rows[0].outcome, rows[0].actor) == ("token.refused", "refused", "outsider")
    assert token.actor_of(issued.secret, at=at, address=HERE).id == issued.access.id


def test_the_token_is_kept_nowhere(at: datetime, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    secret = program.issue(by=ALICE, at=at, name="essai").secret
    token.actor_of(secret, at=at)
    client = program.issue(by=ALICE, at=at, name="client", client=True).secret
    kept = repr(_everything())
    assert secret not in kept
    assert client not in kept
    assert token.digest(secret) in kept
    assert secret not in caplog.text


def _everything() -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        found = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            found += cursor.fetchall()
    return found


@pytest.mark.parametrize("wrong", ["", "  ", "x" * 121, "a\nb\x00c"])
def test_refuses_a_name_that_says_nothing(wrong: str, at: datetime) -> None:
    with pytest.raises(Invalid):
        program.issue(by=ALICE, at=at, name=wrong)


@pytest.mark.parametrize("days", [0, -1, 4000])
def test_refuses_days_that_are_none(days: int, at: datetime) -> None:
    with pytest.raises(Invalid):
        program.issue(by=ALICE, at=at, name="essai", days=days)


@pytest.mark.parametrize("by", [BRUNO, CHLOE])
def test_refuses_who_is_no_owner(by: object, at: datetime) -> None:
    issued = program.issue(by=ALICE, at=at, name="essai")
    with pytest.raises(Refused):
        program.issue(by=by, at=at, name="essai")  # type: ignore[arg-type]
    with pytest.raises(Refused):
        program.revoke(by=by, at=at, id=issued.access.id)  # type: ignore[arg-type]
    assert program.all_of(by=by) == []  # type: ignore[arg-type]


def test_a_program_lets_no_program_in(at: datetime) -> None:
    actor = token.actor_of(program.issue(by=ALICE, at=at, name="essai").secret, at=at)
    with pytest.raises(Refused):
        program.issue(by=actor, at=at, name="un autre")
    with pytest.raises(Invalid):
        program.issue_own(by=actor, at=at, name="un autre")


def test_dalia_lets_nobody_in_here(at: datetime) -> None:
    issued = program.issue(by=ALICE, at=at, name="essai")
    for refused in (
        lambda: program.issue(by=DALIA, at=at, name="x"),
        lambda: program.issue_own(by=DALIA, at=at, name="x"),
        lambda: program.revoke(by=DALIA, at=at, id=issued.access.id),
        lambda: program.all_of(by=DALIA),
    ):
        with pytest.raises(NotFound):
            refused()
    assert Token.objects.count() == 1


def test_what_a_program_reads_is_in_the_journal_under_its_name(at: datetime) -> None:
    with gate.write(by=ALICE, at=at, action="test.patient") as work:
        emile = work.create(EMILE)
    actor = token.actor_of(program.issue(by=ALICE, at=at, name="Laboratoire").secret, at=at)
    gate.read(by=actor, at=at, type="Patient", id=emile.id)
    assert gate.audit_page(by=ALICE, limit=1)[0].actor == actor.id
