"""A question to the national teleservice, from the gesture to the answer in the record."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from carnet.actions import identity, patient
from carnet.fhir import identifiers
from carnet.fhir.errors import NotFound, Refused
from carnet.jobs import insi as job
from carnet.links.ins.fake import Fake, numbered
from carnet.record import gate
from carnet.rules import insi, person, reliability
from carnet.rules.person import Identity
from tests.cast import ALICE, CHLOE, DALIA

OTHER = f"2610233063001{identifiers.ins_key('2610233063001'):02}"
pytestmark = pytest.mark.usefixtures("open_cell")

JEANNE = Identity(
    birth_name="Dupond", given="Jeanne", birth_date="1961-02-11", gender="female", birthplace="33063"
)


def new(at: datetime, typed: Identity = JEANNE, proof: str = "") -> str:
    return patient.create(by=ALICE, at=at, identity=typed, proof=proof).id


def answered(monkeypatch: pytest.MonkeyPatch, at: datetime, id: str, *known: Identity) -> dict[str, Any]:
    """What the record holds once the question was put to a service that knows these people."""
    monkeypatch.setattr(job, "_insi", lambda by, asked: Fake(known))
    identity.ask_insi(by=CHLOE, at=at, patient=id)
    job.ask_waiting(at)
    return result(at, id)


def result(at: datetime, id: str) -> dict[str, Any]:
    return (
        gate.open_record(by=ALICE, at=at, patient=id)
        .get("VerificationResult", insi.lasting_id(id))
        .resource()
    )


def kept(at: datetime, id: str) -> dict[str, Any]:
    return gate.open_record(by=ALICE, at=at, patient=id).patient.resource()


@pytest.mark.parametrize(("proof", "status"), [("", "RECUP"), ("passeport", "QUAL")])
def test_one_identity_with_the_same_traits_gives_its_number(
    proof: str, status: str, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = new(at, proof=proof)
    assert insi.outcome(answered(monkeypatch, at, id, numbered(JEANNE))) == "one"
    after = kept(at, id)
    assert person.ins(after) == numbered(JEANNE).ins
    assert person.reliability(after) == status
    assert reliability.may_send_ins(after) == (status == "QUAL")
    assert identity.insi_awaited(by=ALICE) == []


@pytest.mark.parametrize("other", [{"birthplace": ""}, {"given": "Jeanne Marie"}])
def test_what_only_one_of_them_says_contradicts_nothing(
    other: dict[str, str], at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = new(at, replace(JEANNE, **other))
    assert insi.outcome(answered(monkeypatch, at, id, numbered(JEANNE))) == "one"


def test_another_number_than_ours_is_an_alarm_and_nothing_rises(
    at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = new(at, replace(JEANNE, ins=OTHER), proof="passeport")
    before = kept(at, id)
    said = answered(monkeypatch, at, id, numbered(JEANNE))
    assert insi.outcome(said) == "differs"
    back = insi.found(said)
    assert back is not None
    assert person.ins(back) == numbered(JEANNE).ins
    assert kept(at, id) == before


def test_a_number_that_is_no_longer_confirmed_is_no_longer_sent(
    at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = new(at, proof="passeport")
    answered(monkeypatch, at, id, numbered(JEANNE))
    assert reliability.may_send_ins(kept(at, id))
    other = replace(numbered(JEANNE), ins=OTHER)
    assert insi.outcome(answered(monkeypatch, at, id, other)) == "differs"
    assert person.reliability(kept(at, id)) == "VALI"
    assert not reliability.may_send_ins(kept(at, id))


def test_none_or_several_change_nothing_and_may_be_asked_again(
    at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = new(at, replace(JEANNE, birthplace=""))
    before = kept(at, id)
    twin = replace(numbered(JEANNE), birthplace="75115")
    assert insi.outcome(answered(monkeypatch, at, id)) == "none"
    assert insi.outcome(answered(monkeypatch, at, id, numbered(JEANNE), twin)) == "several"
    assert kept(at, id) == before
    assert insi.outcome(answered(monkeypatch, at, id, numbered(JEANNE))) == "one"


def test_a_service_that_fails_loses_no_question(at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    id = new(at)
    monkeypatch.setattr(job, "_insi", lambda by, asked: Fake([], failing=True))
    identity.ask_insi(by=ALICE, at=at, patient=id)
    job.ask_waiting(at)
    assert insi.outcome(result(at, id)) == "unavailable"
    assert "plus tard" in insi.WORDS["unavailable"]


def test_without_a_certificate_nothing_is_asked(at: datetime, settings: Any) -> None:
    settings.INS = ""
    id = new(at)
    identity.ask_insi(by=ALICE, at=at, patient=id)
    job.ask_waiting(at)
    assert insi.outcome(result(at, id)) == "not-installed"


def test_the_demonstration_is_answered_by_the_fake(at: datetime, settings: Any) -> None:
    settings.INS = "fake"
    id = new(at)
    identity.ask_insi(by=ALICE, at=at, patient=id)
    job.ask_waiting(at)
    assert insi.outcome(result(at, id)) == "one"


def test_an_identity_that_changed_meanwhile_takes_nothing(
    at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = new(at)

    class Slow(Fake):
        def search(self, asked: Any) -> Any:
            changed = replace(JEANNE, phone="0556001122")
            patient.update(by=ALICE, at=at, patient=id, if_version=1, identity=changed)
            return super().search(asked)

    monkeypatch.setattr(job, "_insi", lambda by, asked: Slow([numbered(JEANNE)]))
    identity.ask_insi(by=ALICE, at=at, patient=id)
    job.ask_waiting(at)
    assert insi.outcome(result(at, id)) == "changed"
    assert person.ins(kept(at, id)) == ""


def test_every_step_leaves_its_row_with_ids_only(at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    id = new(at)
    answered(monkeypatch, at, id, numbered(JEANNE))
    rows = [row for row in gate.audit_page(by=ALICE, patient=id) if row.action.startswith("identity.")]
    assert [row.action for row in rows] == ["identity.insi_answer", "identity.insi_ask"]
    assert "Dupond" not in repr(rows)
    assert numbered(JEANNE).ins not in repr(rows)


# refuses


def test_an_incomplete_identity_is_not_asked_about(at: datetime) -> None:
    id = new(at, replace(JEANNE, birth_date="1961"))
    with pytest.raises(Refused, match="Il manque un trait"):
        identity.ask_insi(by=ALICE, at=at, patient=id)
    assert identity.insi_awaited(by=ALICE) == []


def test_dalia_asks_nothing(at: datetime) -> None:
    id = new(at)
    with pytest.raises(NotFound):
        identity.ask_insi(by=DALIA, at=at, patient=id)


def test_one_question_that_cannot_be_put_holds_up_no_other(
    at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The record of one was merged before the answer came; the next patient has theirs all the same."""
    monkeypatch.setattr(job, "_insi", lambda by, asked: Fake([numbered(JEANNE)]))
    other, merged = new(at), new(at)
    identity.ask_insi(by=CHLOE, at=at, patient=other)
    identity.ask_insi(by=CHLOE, at=at, patient=merged)  # the newest is asked first
    identity.merge(by=ALICE, at=at, keep=new(at), other=merged)
    job.ask_waiting(at)
    assert insi.outcome(result(at, other)) == "one"
