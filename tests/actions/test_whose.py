"""Whose a document is: filed by itself only when one person is certain and nobody else in doubt; else it waits, and a
person sees who it may be, and why."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from carnet.actions import candidates, documents, identity, whose
from carnet.actions.patient import banner
from carnet.fhir import identifiers
from carnet.record import gate
from carnet.rules import matching, person, reliability
from tests.actions.test_documents import INS, NUMBER, TEST_INS, bring, bundle, condition, emile, held, id_of
from tests.cast import ALICE, DALIA

pytestmark = pytest.mark.usefixtures("open_cell")

LOCAL = "urn:oid:1.2.3"
OTHER_INS = "262115412345611"
GOOD = f"1550454123456{identifiers.ins_key('1550454123456'):02}"
HOME = {"address": [{"line": ["12 rue des Tilleuls"], "postalCode": "33000", "city": "Bordeaux"}]}


def nobody_s_number(**more: Any) -> dict[str, Any]:
    """Émile without any number."""
    return {key: value for key, value in emile(**more).items() if key != "identifier"}


def numbered(*identifiers: tuple[str, str], **more: Any) -> dict[str, Any]:
    return emile(identifier=[{"system": system, "value": value} for system, value in identifiers], **more)


def called(family: str, *given: str) -> dict[str, Any]:
    return {"name": [{"use": "official", "family": family, "given": list(given)}]}


SAME, WAITS, ANOTHER = "existing", None, "created"


@pytest.mark.parametrize(
    ("known", "arriving", "outcome"),
    [
        (emile(), emile(), SAME),
        (emile(), numbered((TEST_INS, NUMBER)), SAME),
        (emile(), numbered((INS, "2 55 04 54 123 456 87")), SAME),
        (emile(), emile(birthDate="1955-04"), WAITS),
        (emile(), emile(gender="unknown"), WAITS),
        (emile(), {"resourceType": "Patient", "identifier": [{"system": INS, "value": NUMBER}]}, WAITS),
        (emile(), nobody_s_number(), WAITS),  # the traits alone never decide
        (nobody_s_number(), nobody_s_number(), WAITS),
        (nobody_s_number(**HOME), nobody_s_number(**HOME), SAME),
        (nobody_s_number(**HOME), nobody_s_number(**HOME, **called("Durand-Pettit", "Émile")), SAME),
        (nobody_s_number(**HOME), nobody_s_number(**HOME, **called("Durand-Petit", "Paul")), WAITS),
        (nobody_s_number(), nobody_s_number(**called("Durand-Petit", "Emile"), birthDate="1955-03-04"), WAITS),
        (nobody_s_number(), nobody_s_number(**called("Moreau", "Luc"), birthDate="1980-10-21"), ANOTHER),
        (emile(), numbered((INS, OTHER_INS)), WAITS),  # the same traits: one of the two numbers is wrong
        (emile(), numbered((INS, OTHER_INS), **called("Durand-Petit", "Paul")), ANOTHER),
        (numbered((LOCAL, "12")), numbered((LOCAL, "12")), SAME),
        (numbered((INS, NUMBER), (LOCAL, "12")), numbered((LOCAL, "12")), SAME),
        (numbered((LOCAL, "12")), numbered((LOCAL, "12"), gender="female"), WAITS),
        (numbered((LOCAL, "12")), numbered((LOCAL, "12"), **called("Moreau", "Luc"), birthDate="1980-10-21"), WAITS),
    ],
)  # fmt: skip
def test_what_a_second_document_does(
    known: dict[str, Any], arriving: dict[str, Any], outcome: str | None, at: datetime
) -> None:
    first = bring(bundle(known), at)
    second = bring(bundle({**arriving, "id": "e1"}, condition()), at)
    assert (second.patient or {}).get("outcome") == outcome
    assert (second.status == "waiting") == (outcome is None)
    assert len(held(id_of(first), at, "Condition")) == (outcome == SAME)


def test_who_it_may_be_is_shown_with_the_reasons(at: datetime) -> None:
    first = bring(bundle(nobody_s_number()), at)
    waiting = bring(bundle(nobody_s_number(), condition()), at)
    assert "ressemble" in str(waiting.reason)
    named, [candidate] = documents.likely(by=ALICE, document=str(waiting.document))
    assert named["birthDate"] == "1955-04-03"
    assert (candidate.patient.id, candidate.verdict) == (id_of(first), "probable")
    assert "Date de naissance : identique (+14)" in [one.sentence for one in candidate.match.reasons]
    assert candidate.match.limits == (
        "Rien que le nom, le prénom, la date et le sexe : un homonyme est possible.",
    )


def test_an_alarm_says_what_contradicts_what(at: datetime) -> None:
    bring(bundle(emile()), at)
    waiting = bring(bundle(numbered((INS, OTHER_INS))), at)
    assert str(waiting.reason).startswith(matching.SAME_TRAITS)
    _named, [candidate] = documents.likely(by=ALICE, document=str(waiting.document))
    assert candidate.match.alarm == matching.SAME_TRAITS


def test_a_homonym_in_doubt_makes_it_wait_until_they_are_told_apart(at: datetime) -> None:
    known = numbered((LOCAL, "12"))
    first = bring(bundle(known), at)
    homonym = bring(bundle(nobody_s_number(), condition(id="c9")), at)
    other = documents.assign(by=ALICE, at=at, document=str(homonym.document))
    waiting = bring(bundle(known, condition()), at)
    assert waiting.status == "waiting"
    identity.dismiss(by=ALICE, at=at, one=id_of(first), other=id_of(other))
    again = bring(bundle(known, condition()), at)
    assert again.patient == {"id": id_of(first), "outcome": "existing"}


def test_merged_records_are_one_candidate_under_the_surviving_identity(at: datetime) -> None:
    first = id_of(bring(bundle(numbered((LOCAL, "12"))), at))
    maiden = numbered((LOCAL, "777"), **called("Moreau", "Émile"))
    second = id_of(_new(maiden, at))
    identity.merge(by=ALICE, at=at, keep=first, other=second)
    report = bring(bundle(maiden, condition()), at)
    assert report.patient == {"id": first, "outcome": "existing"}
    assert [one.patient.id for one in candidates.found(by=ALICE, patient=maiden)] == [first]


def _new(patient: dict[str, Any], at: datetime) -> Any:
    waiting = bring(bundle(patient), at)
    return waiting if waiting.patient else documents.assign(by=ALICE, at=at, document=str(waiting.document))


def test_two_patients_of_one_file_are_told_apart_by_its_sender(at: datetime) -> None:
    two = bundle(nobody_s_number(id="a"), nobody_s_number(id="b"))
    reports = documents.import_file(by=ALICE, at=at, name="two.json", content=two)
    assert len({id_of(report) for report in reports}) == 2


def test_unless_they_bear_one_number(at: datetime) -> None:
    same = bundle(emile(id="a"), emile(id="b", birthDate="1990-01-01"))
    reports = documents.import_file(by=ALICE, at=at, name="same number.json", content=same)
    assert [report.status for report in reports][1] == "waiting"


def test_a_hostile_birth_date_or_name_finds_nobody_and_breaks_nothing(at: datetime) -> None:
    bring(bundle(emile()), at)
    odd = {**called("%_\\,|$\"'()", "*" * 300), "birthDate": "1955-02-31", "telecom": [{"system": "phone"}]}
    assert candidates.found(by=ALICE, patient={"resourceType": "Patient", **odd}) == []


def test_dalia_finds_nobody(at: datetime) -> None:
    bring(bundle(emile()), at)
    with pytest.raises(Exception, match="cabinet"):
        candidates.found(by=DALIA, patient=emile())


def test_looking_leaves_no_row(at: datetime) -> None:
    bring(bundle(emile()), at)
    before = gate.audit_page(by=ALICE)
    candidates.found(by=ALICE, patient=emile())
    assert gate.audit_page(by=ALICE) == before


def test_a_wrong_key_from_outside_is_said_and_seen(at: datetime) -> None:
    report = bring(bundle(numbered((INS, NUMBER[:-2] + "00"))), at)
    assert (report.status, report.reason) == ("imported", whose.WRONG_KEY)
    opened = gate.open_record(by=ALICE, at=at, patient=id_of(report))
    assert banner(ALICE, opened).identity["text"] == "INS à clé fausse"
    assert bring(bundle(numbered((INS, GOOD), **called("Moreau", "Luc"))), at).reason is None


def test_whatever_its_sender_says_an_identity_is_provisional_here(at: datetime) -> None:
    said = {"url": "identityStatus", "valueCoding": {"system": reliability.STATUS_SYSTEM, "code": "QUAL"}}
    qualified = numbered((INS, GOOD), extension=[{"url": person.RELIABILITY, "extension": [said]}])
    report = bring(bundle(qualified), at)
    kept = gate.open_record(by=ALICE, at=at, patient=id_of(report)).patient.resource()
    assert person.reliability(kept) == "PROV"
    assert not reliability.may_send_ins(kept)
