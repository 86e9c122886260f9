"""`carnet demo`: made once through the actions, entered again with the same secrets, never upon a real practice."""

from __future__ import annotations

import stat
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connections

from carnet.accounts import passwords
from carnet.actions import documents, letterhead, received, wordings
from carnet.cli import demo as command
from carnet.demo import practice, stories, telling
from carnet.demo.practice import Credentials
from carnet.fhir.errors import Conflict, NotFound
from carnet.record import cell, gate
from carnet.record.actor import Actor, operator
from carnet.record.check import check
from carnet.rules import alarms, synthesis
from tests.cast import DALIA

AT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)

pytestmark = pytest.mark.slow


def silent(done: int, total: int) -> None:
    """No progress to show."""


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three patients are enough to tell how it works."""
    kept = {"duval-marc-71", "roux-anne", "leroy-theo"}
    every, written = stories.patients, stories.letters
    monkeypatch.setattr(stories, "patients", lambda today: [s for s in every(today) if s["id"] in kept])
    monkeypatch.setattr(stories, "letters", lambda today: [x for x in written(today) if x["patient"] in kept])
    whole = stories.file
    monkeypatch.setattr(
        stories,
        "file",
        lambda name: {**whole(name), "draft": [{"patient": "roux-anne", "text": "Motif : x"}]},
    )


@pytest.fixture
def home(unblocked: None, tmp_path: Path, settings: object) -> Iterator[Path]:
    settings.HOME = tmp_path / "demo"  # type: ignore[attr-defined]
    yield tmp_path / "demo"
    cell.close()
    connections.close_all()


@pytest.mark.usefixtures("few")
def test_a_demonstration_is_made_through_the_actions(home: Path) -> None:
    practice.prepare(home, at=AT, progress=silent)
    by = operator(cell.practice_id())
    found = gate.find_patients(by=by, text="duval")
    assert [one.resource()["name"][0]["family"] for one in found] == ["Duval"]
    record = gate.open_record(by=by, at=AT, patient=found[0].id)
    resources = [one.resource() for one in record.all()]
    shown = synthesis.synthesis(resources, today=AT.date())
    assert "Fibrillation atriale" in [line.text for line in shown.problems]
    assert "apixaban (ELIQUIS) 5 mg" in [line.text for line in shown.treatments]
    assert alarms.allergies(resources)[1][0].severe
    assert shown.tasks
    assert all(line.source for line in shown.problems)  # every problem leads to its note


@pytest.mark.usefixtures("few")
def test_letters_leave_facts_to_take_up_drafts_to_sign_and_a_document_of_nobody(home: Path) -> None:
    practice.prepare(home, at=AT, progress=silent)
    by = operator(cell.practice_id())
    [anne] = gate.find_patients(by=by, text="roux")
    groups = received.waiting(gate.open_record(by=by, at=AT, patient=anne.id))
    assert {"AllergyIntolerance", "Condition"} <= {group.type for group in groups}
    assert len(gate.drafts(by=owner())) == 1
    assert len(documents.waiting_documents(by=by)) == 1
    assert check().ok


def owner() -> Actor:
    person = passwords.person_with(sign_in_name=practice.USER)
    assert person is not None
    return Actor(person.id, "person", "owner", cell.practice_id(), person.display_name, person.practitioner)


@pytest.mark.usefixtures("few")
def test_the_second_start_enters_with_the_same_secrets(home: Path) -> None:
    first = practice.prepare(home, at=AT, progress=silent)
    cell.close()
    assert practice.prepare(home, at=AT, progress=silent) == first
    assert stat.S_IMODE((home / practice.FILE).stat().st_mode) == 0o600
    assert passwords.opens(passwords.person_with(sign_in_name=first.user), first.password)


@pytest.mark.usefixtures("few")
def test_two_demonstrations_share_no_secret(tmp_path: Path, home: Path, settings: object) -> None:
    first = practice.prepare(home, at=AT, progress=silent)
    settings.HOME = tmp_path / "other"  # type: ignore[attr-defined]
    second = practice.prepare(tmp_path / "other", at=AT, progress=silent)
    assert not {first.password, first.totp_secret, first.passphrase} & {
        second.password,
        second.totp_secret,
        second.passphrase,
    }


@pytest.mark.usefixtures("few")
def test_a_making_cut_short_begins_anew(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def cut(**_: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(telling, "tell", cut)
        with pytest.raises(KeyboardInterrupt):
            practice.prepare(home, at=AT, progress=silent)
    cell.close()
    practice.prepare(home, at=AT, progress=silent)
    assert gate.find_patients(by=operator(cell.practice_id()), text="roux")


def test_a_real_practice_is_refused_and_left_as_it_is(cell_home: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in cell_home.iterdir()}
    with pytest.raises(Conflict):
        practice.prepare(cell_home, at=AT, progress=silent)
    assert {path: path.stat().st_mtime_ns for path in cell_home.iterdir()} == before


@pytest.mark.usefixtures("few")
def test_dr_dalia_sees_nothing(home: Path) -> None:
    practice.prepare(home, at=AT, progress=silent)
    with pytest.raises(NotFound):
        gate.find_patients(by=DALIA, text="duval")


def test_what_a_machine_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    known = Credentials("user", "word", "JBSWY3DPEHPK3PXP", "phrase")
    command.announce("http://127.0.0.1:1/", known, as_json=True)
    said = capsys.readouterr().out
    assert (
        said
        == '{"url": "http://127.0.0.1:1/", "user": "user", "password": "word", "totp_secret": "JBSWY3DPEHPK3PXP"}\n'
    )


def test_what_a_person_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    command.announce(
        "http://127.0.0.1:1/", Credentials("user", "word", "JBSWY3DPEHPK3PXP", "phrase"), as_json=False
    )
    said = capsys.readouterr().out
    assert "http://127.0.0.1:1/" in said
    assert "JBSW Y3DP EHPK 3PXP" in said
    assert "phrase" not in said


@pytest.mark.slow
def test_the_whole_practice_takes_less_than_a_minute(home: Path) -> None:
    started = time.process_time()  # of this process, not of what else the machine does
    practice.prepare(home, at=AT, progress=silent)
    assert time.process_time() - started < 60
    by = operator(cell.practice_id())
    assert len(gate.across(by=by, type="Patient", params=[], limit=200)) == len(stories.patients(AT.date()))
    assert len(gate.drafts(by=owner())) == 3


@pytest.mark.usefixtures("few")
def test_papers_of_the_demonstration_have_a_head_and_its_snippets_expand(home: Path) -> None:
    practice.prepare(home, at=AT, progress=silent)
    by = owner()
    head = letterhead.prescriber(by=by)
    assert head.phone.startswith("02 61 91"), "a number kept for fiction"
    assert head.qualification
    assert {"hta", "dt2"} <= wordings.snippets(by=by).keys()
    assert "letter" in {one.kind for one in wordings.seen(by=by)}
