"""Two records of one person become one, and two again: whatever was written meanwhile, nothing is lost and nothing is
rewritten. On both engines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carnet.actions import consultation, identity, patient, received, task
from carnet.fhir import identifiers
from carnet.fhir.errors import Conflict, Invalid, NotFound, Refused
from carnet.record import check, gate
from carnet.record.actor import Actor
from carnet.record.work import Stored
from carnet.rules import linkage, person
from carnet.rules.linkage import Later
from carnet.rules.person import Identity
from tests.cast import ALICE, BRUNO, CHLOE, DALIA

pytestmark = pytest.mark.usefixtures("any_cell")

JEANNE = Identity(birth_name="Dupond", given="Jeanne", birth_date="1961-02-11", gender="female")
MARRIED = Identity(birth_name="Lemoine", given="Jeanne", birth_date="1961-02-11", gender="female")


def ins(first: str) -> str:
    return f"{first}{identifiers.ins_key(first):02}"


@pytest.fixture
def two(at: datetime) -> tuple[Stored, Stored]:
    """The record that stays, and the one that was a double."""
    return new(at, MARRIED), new(at, JEANNE)


def new(at: datetime, typed: Identity) -> Stored:
    return patient.create(by=ALICE, at=at, identity=typed)


def merged(at: datetime, two: tuple[Stored, Stored]) -> Stored:
    return identity.merge(by=ALICE, at=at, keep=two[0].id, other=two[1].id)


def weight(patient: str, value: str = "72.0") -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]},
        "subject": {"reference": f"Patient/{patient}"},
        "valueQuantity": {"value": Decimal(value), "unit": "kg"},
    }


def weigh(at: datetime, patient: str, value: str = "72.0", page: str | None = None) -> Stored:
    """A weight of `patient`, written on the page of `page`."""
    with gate.write(by=ALICE, at=at, action="test.weigh", patient=page or patient) as work:
        return work.create(weight(patient, value))


def signed(at: datetime, patient: str, text: str = "RAS. TA 12/8.") -> consultation.Signed:
    draft = consultation.open(by=ALICE, at=at, patient=patient)
    kept = consultation.save(
        by=ALICE, patient=draft.patient, draft=draft.id, revision=draft.revision, text=text
    )
    return consultation.sign(by=ALICE, at=at, patient=draft.patient, draft=draft.id, revision=kept.revision)


def held(at: datetime, patient: str, *types: str) -> dict[str, bytes]:
    """What opening this record gives, byte for byte."""
    record = gate.open_record(by=ALICE, at=at, patient=patient)
    return {one.reference: one.body for one in record.all(*types)}


# works


def test_either_id_opens_the_one_record(at: datetime, two: tuple[Stored, Stored]) -> None:
    keep, other = two
    mine, theirs = weigh(at, keep.id), weigh(at, other.id, "73.0")
    merged(at, two)
    for id in (keep.id, other.id):
        record = gate.open_record(by=ALICE, at=at, patient=id)
        assert record.patient.id == keep.id
        assert patient.banner(ALICE, record).patient.id == keep.id
        assert {one.id for one in record.all("Observation")} == {mine.id, theirs.id}
        assert record.get("Observation", theirs.id).body == theirs.body
        found = record.search("Observation", [("code", "29463-7")])
        assert {one.id for one in found.entries} == {mine.id, theirs.id}


def test_both_names_find_the_one_record(at: datetime, two: tuple[Stored, Stored]) -> None:
    merged(at, two)
    for typed in ("dupond", "lemoine", "jeanne"):
        assert [one.id for one in gate.find_patients(by=ALICE, text=typed)] == [two[0].id]


def test_lists_name_the_survivor(at: datetime, two: tuple[Stored, Stored]) -> None:
    keep, other = two
    gate.open_record(by=ALICE, at=at, patient=keep.id)
    gate.open_record(by=ALICE, at=at, patient=other.id)
    merged(at, two)
    assert [one.id for one in gate.recent_patients(by=ALICE)] == [keep.id]
    assert gate.patients_of(by=ALICE, ids=[other.id])[other.id].id == keep.id
    assert [one.id for one in gate.everybody(by=ALICE)] == [keep.id]


def test_nothing_is_rewritten(at: datetime, two: tuple[Stored, Stored]) -> None:
    kept = weigh(at, two[1].id)
    merged(at, two)
    assert gate.read(by=ALICE, at=at, type="Observation", id=kept.id).body == kept.body


def test_each_is_one_row_of_the_journal_under_the_survivor(at: datetime, two: tuple[Stored, Stored]) -> None:
    keep, other = two
    gate.open_record(by=BRUNO, at=at, patient=other.id)
    merged(at, two)
    identity.unmerge(by=BRUNO, at=at, patient=other.id)
    rows = gate.audit_page(by=ALICE, limit=2)
    assert [(row.action, row.actor, row.patient) for row in rows] == [
        ("identity.unmerge", "bruno", keep.id),
        ("identity.merge", "alice", keep.id),
    ]
    assert f"Patient/{other.id}/1" in rows[0].entities
    assert check.check().findings == []


def test_while_merged_the_journal_of_either_is_that_of_both(at: datetime, two: tuple[Stored, Stored]) -> None:
    keep, other = two
    gate.open_record(by=BRUNO, at=at, patient=other.id)
    merged(at, two)
    assert any(
        row.actor == "bruno" and row.patient == other.id for row in gate.audit_page(by=ALICE, patient=keep.id)
    )


def test_what_an_open_page_of_the_old_record_writes_is_in_the_one_record(
    at: datetime, two: tuple[Stored, Stored]
) -> None:
    keep, other = two
    draft = consultation.open(by=ALICE, at=at, patient=other.id)
    merged(at, two)
    note = consultation.save(
        by=ALICE, patient=other.id, draft=draft.id, revision=draft.revision, text="Toux."
    )
    done = consultation.sign(by=ALICE, at=at, patient=other.id, draft=draft.id, revision=note.revision)
    todo = task.add(by=ALICE, at=at, text="Rappeler", patient=other.id)
    assert {done.composition.reference, todo.reference} <= held(at, keep.id).keys()


def test_a_note_begun_before_is_resumed_from_the_one_record(at: datetime, two: tuple[Stored, Stored]) -> None:
    begun = consultation.open(by=ALICE, at=at, patient=two[1].id)
    merged(at, two)
    assert consultation.open(by=ALICE, at=at, patient=two[0].id).id == begun.id


def test_a_note_of_the_old_record_is_corrected_from_the_one_record(
    at: datetime, two: tuple[Stored, Stored]
) -> None:
    keep, other = two
    first = signed(at, other.id).composition
    merged(at, two)
    draft = consultation.amend(by=ALICE, at=at, patient=keep.id, composition=first.id)
    kept = consultation.save(by=ALICE, patient=keep.id, draft=draft.id, revision=draft.revision, text="Toux.")
    again = consultation.sign(by=ALICE, at=at, patient=keep.id, draft=draft.id, revision=kept.revision)
    assert (again.composition.id, again.composition.subject) == (first.id, other.id)


def test_an_action_on_both_can_still_be_separated(at: datetime, two: tuple[Stored, Stored]) -> None:
    """Its provenance is one for each of the two."""
    keep, other = two
    with gate.write(by=ALICE, at=at, action="test.letters") as work:
        work.create(_received_problem(keep.id), id="of-keep")
    with gate.write(by=ALICE, at=at, action="test.letters") as work:
        work.create(_received_problem(other.id), id="of-other")
    merged(at, two)
    assert received.take_up_all(by=ALICE, at=at, patient=keep.id) == 1
    found = [
        {target["reference"] for target in one.resource()["target"]}
        for one in gate.open_record(by=ALICE, at=at, patient=keep.id).all("Provenance")
    ]
    assert {"Condition/of-keep/_history/2"} in found
    assert {"Condition/of-other/_history/2"} in found


def _received_problem(patient: str) -> dict[str, Any]:
    from_letter = {"tag": [{"system": "urn:carnet:tag", "code": "received"}]}
    active = {"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}
    return {
        "resourceType": "Condition",
        "meta": from_letter,
        "clinicalStatus": {"coding": [active]},
        "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": "I10"}], "text": "HTA"},
        "subject": {"reference": f"Patient/{patient}"},
    }


# separates again


def test_separated_both_records_are_what_they_were(at: datetime, two: tuple[Stored, Stored]) -> None:
    keep, other = two
    weigh(at, keep.id), weigh(at, other.id), signed(at, other.id)
    before = held(at, keep.id), held(at, other.id)
    merged(at, two)
    found = identity.unmerge(by=ALICE, at=at, patient=other.id)
    assert (held(at, keep.id), held(at, other.id)) == before
    assert linkage.later(found.resource()) == []
    assert [one.id for one in gate.find_patients(by=ALICE, text="dupond")] == [other.id]


def test_what_was_written_meanwhile_is_listed(at: datetime, two: tuple[Stored, Stored]) -> None:
    keep, other = two
    old = weigh(at, other.id)
    merged(at, two)
    added = weigh(at, keep.id, "80.0"), weigh(at, other.id, "81.0", page=keep.id)
    with gate.write(by=ALICE, at=at, action="test.correct") as work:
        work.update({**old.resource(), "status": "amended"}, if_version=1)
    found = identity.unmerge(by=ALICE, at=at, patient=other.id)
    assert set(linkage.later(found.resource())) == {
        Later(added[0].reference, True),
        Later(added[1].reference, True),
        Later(old.reference, False),
    }
    assert [one.id for one in identity.to_assign(by=ALICE)] == [found.id]


def test_a_fact_is_given_to_the_other_with_its_provenance(at: datetime, two: tuple[Stored, Stored]) -> None:
    keep, other = two
    merged(at, two)
    kept = weigh(at, keep.id)
    pair = identity.unmerge(by=ALICE, at=at, patient=other.id)
    assert identity.assign(by=BRUNO, at=at, pair=pair.id, facts=[kept.reference], to=other.id) == 1
    record = gate.open_record(by=ALICE, at=at, patient=other.id)
    moved = record.get("Observation", kept.id)
    assert moved.version == 2
    assert moved.resource()["valueQuantity"] == kept.resource()["valueQuantity"]
    assert kept.reference not in held(at, keep.id)
    said = [one.resource() for one in record.all("Provenance") if kept.id in one.body.decode()]
    assert {(one["activity"]["text"], one["agent"][0]["who"]["display"]) for one in said} == {
        ("test.weigh", ALICE.name),
        ("identity.assign", BRUNO.name),
    }
    assert identity.to_assign(by=ALICE) == []


def test_a_visit_moves_whole(at: datetime, two: tuple[Stored, Stored]) -> None:
    keep, other = two
    merged(at, two)
    done = signed(at, keep.id)
    assert done.encounter
    pair = identity.unmerge(by=ALICE, at=at, patient=other.id)
    facts = [done.composition.reference]
    assert identity.assign(by=ALICE, at=at, pair=pair.id, facts=facts, to=other.id) == 2
    assert {done.composition.reference, done.encounter.reference} <= held(at, other.id).keys()
    assert held(at, keep.id, "Composition", "Encounter", "Provenance").keys() <= {
        one for one in held(at, keep.id) if one.startswith("Provenance/")
    }


def test_a_fact_is_left_where_it_is(at: datetime, two: tuple[Stored, Stored]) -> None:
    keep, other = two
    merged(at, two)
    kept = weigh(at, keep.id)
    pair = identity.unmerge(by=ALICE, at=at, patient=other.id)
    assert identity.assign(by=ALICE, at=at, pair=pair.id, facts=[kept.reference], to=keep.id) == 0
    assert held(at, keep.id)[kept.reference] == kept.body
    assert identity.to_assign(by=ALICE) == []


def test_merged_again_what_was_not_assigned_is_not_forgotten(
    at: datetime, two: tuple[Stored, Stored]
) -> None:
    merged(at, two)
    kept = weigh(at, two[0].id)
    identity.unmerge(by=ALICE, at=at, patient=two[1].id)
    merged(at, two)
    found = identity.unmerge(by=ALICE, at=at, patient=two[1].id)
    assert linkage.later(found.resource()) == [Later(kept.reference, True)]


def test_three_records_of_one_person_separate_one_by_one(at: datetime, two: tuple[Stored, Stored]) -> None:
    keep, other = two
    third = new(at, replace(JEANNE, given="Jeanne Marie"))
    merged(at, two)
    alone = weigh(at, third.id, "50.0")
    identity.merge(by=ALICE, at=at, keep=third.id, other=keep.id)
    assert gate.open_record(by=ALICE, at=at, patient=other.id).patient.id == third.id
    together = weigh(at, third.id, "51.0")
    found = identity.unmerge(by=ALICE, at=at, patient=other.id)
    assert linkage.later(found.resource()) == [Later(together.reference, True)], (
        "not what the third wrote alone"
    )
    assert gate.open_record(by=ALICE, at=at, patient=keep.id).patient.id == third.id
    assert alone.reference not in held(at, other.id)


# tells apart


def test_two_people_are_remembered_and_that_is_undone(at: datetime, two: tuple[Stored, Stored]) -> None:
    keep, other = two
    identity.dismiss(by=ALICE, at=at, one=keep.id, other=other.id)
    assert len(identity.linked(by=ALICE, state=linkage.TWO_PEOPLE)) == 1
    identity.reconsider(by=ALICE, at=at, one=other.id, other=keep.id)
    assert identity.linked(by=ALICE, state=linkage.TWO_PEOPLE) == []
    merged(at, two)


# refuses


def test_two_checked_ins_are_two_people(at: datetime) -> None:
    one = _qualified(at, replace(JEANNE, ins=ins("2610233063001")))
    other = _qualified(at, replace(JEANNE, ins=ins("2610233063002")))
    with pytest.raises(Refused, match="deux personnes"):
        identity.merge(by=ALICE, at=at, keep=one.id, other=other.id)


def _qualified(at: datetime, typed: Identity) -> Stored:
    status = {"url": "identityStatus", "valueCoding": {"code": "QUAL"}}
    known = person.patient(typed)
    known["extension"] = [{"url": person.RELIABILITY, "extension": [status]}]
    with gate.write(by=ALICE, at=at, action="test.qualified") as work:
        return work.create(known)


def test_nobody_merges_with_themselves_or_in_a_circle(at: datetime, two: tuple[Stored, Stored]) -> None:
    keep, other = two
    with pytest.raises(Refused):
        identity.merge(by=ALICE, at=at, keep=keep.id, other=keep.id)
    merged(at, two)
    for first, second in [(keep.id, other.id), (other.id, keep.id)]:
        with pytest.raises(Conflict):
            identity.merge(by=ALICE, at=at, keep=first, other=second)
    third = new(at, replace(JEANNE, given="Anne"))
    with pytest.raises(Conflict, match="déjà réuni"):
        identity.merge(by=ALICE, at=at, keep=third.id, other=other.id)


@pytest.mark.parametrize("by", [CHLOE, DALIA])
def test_only_a_doctor_of_the_practice_merges(by: Actor, at: datetime, two: tuple[Stored, Stored]) -> None:
    keep, other = two
    refused = (Refused, NotFound)
    with pytest.raises(refused):
        identity.merge(by=by, at=at, keep=keep.id, other=other.id)
    pair = merged(at, two)
    with pytest.raises(refused):
        identity.unmerge(by=by, at=at, patient=other.id)
    identity.unmerge(by=ALICE, at=at, patient=other.id)
    for act in (identity.dismiss, identity.reconsider):
        with pytest.raises(refused):
            act(by=by, at=at, one=keep.id, other=other.id)
    with pytest.raises(refused):
        identity.assign(by=by, at=at, pair=pair.id, facts=[f"Patient/{keep.id}"], to=keep.id)
    with pytest.raises(refused):
        identity.to_assign(by=by)


def test_dalia_opens_neither(at: datetime, two: tuple[Stored, Stored]) -> None:
    merged(at, two)
    for one in two:
        with pytest.raises(NotFound):
            gate.open_record(by=DALIA, at=at, patient=one.id)


def test_the_identity_of_the_old_record_is_not_changed_unseen(
    at: datetime, two: tuple[Stored, Stored]
) -> None:
    merged(at, two)
    with pytest.raises(Refused, match="réuni à un autre"):
        patient.update(
            by=ALICE, at=at, patient=two[1].id, if_version=1, identity=replace(JEANNE, phone="0556001122")
        )


@pytest.mark.parametrize("which", [0, 1])
def test_neither_identity_is_deleted_while_they_are_one(
    which: int, at: datetime, two: tuple[Stored, Stored]
) -> None:
    merged(at, two)
    with pytest.raises(Refused), gate.write(by=ALICE, at=at, action="test.delete") as work:
        work.delete("Patient", two[which].id)


def test_after_the_separation_a_page_of_the_one_does_not_write_in_the_other(
    at: datetime, two: tuple[Stored, Stored]
) -> None:
    merged(at, two)
    identity.unmerge(by=ALICE, at=at, patient=two[1].id)
    with pytest.raises(Invalid, match="autre patient"):
        weigh(at, two[1].id, page=two[0].id)


def test_what_was_there_before_does_not_move(at: datetime, two: tuple[Stored, Stored]) -> None:
    keep, other = two
    old = weigh(at, keep.id)
    merged(at, two)
    with gate.write(by=ALICE, at=at, action="test.correct") as work:
        work.update({**old.resource(), "status": "amended"}, if_version=1)
    pair = identity.unmerge(by=ALICE, at=at, patient=other.id)
    with pytest.raises(Invalid, match="avant la réunion"):
        identity.assign(by=ALICE, at=at, pair=pair.id, facts=[old.reference], to=other.id)
    identity.assign(by=ALICE, at=at, pair=pair.id, facts=[old.reference], to=keep.id)
    with pytest.raises(NotFound):
        identity.assign(by=ALICE, at=at, pair=pair.id, facts=[old.reference], to=keep.id)


# whatever is written meanwhile

WRITES = st.lists(
    st.tuples(
        st.sampled_from(["keep", "other"]),  # whose fact it is
        st.sampled_from(["keep", "other"]),  # on whose page
        st.sampled_from(["add", "change", "delete", "sign", "drop"]),
    ),
    max_size=8,
)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(writes=WRITES)
def test_any_writings_then_separated(
    writes: list[tuple[str, str, str]], any_cell: Path, at: datetime
) -> None:
    ids = {"keep": new(at, MARRIED).id, "other": new(at, JEANNE).id}
    facts = {who: [weigh(at, id).id, weigh(at, id).id] for who, id in ids.items()}
    untouched = {who: held(at, id) for who, id in ids.items()}
    identity.merge(by=ALICE, at=at, keep=ids["keep"], other=ids["other"])
    done = list(_written(at, writes, ids, facts))
    pair = identity.unmerge(by=ALICE, at=at, patient=ids["other"])
    changed = {reference for _, reference, _ in done}
    listed = {one.reference: one.is_new for one in linkage.later(pair.resource())}
    expected = {
        reference: is_new for _, reference, is_new in done if not (is_new and _is_gone(at, reference))
    }
    assert listed == expected
    for who, id in ids.items():
        now = {name: body for name, body in held(at, id).items() if not name.startswith("Provenance/")}
        before = {name: body for name, body in untouched[who].items() if not name.startswith("Provenance/")}
        assert {n: b for n, b in now.items() if n not in changed} == {
            n: b for n, b in before.items() if n not in changed
        }
        assert now.keys() - before.keys() == {
            reference for owner, reference, is_new in done if owner == who and reference in listed and is_new
        }


def _written(
    at: datetime, writes: list[tuple[str, str, str]], ids: dict[str, str], facts: dict[str, list[str]]
) -> Iterator[tuple[str, str, bool]]:
    """Do them: (whose, reference, whether it is new)."""
    old = {id for known in facts.values() for id in known}
    for who, page, verb in writes:
        if verb == "sign":
            done = signed(at, ids[who])
            assert done.encounter
            yield who, done.composition.reference, True
            yield who, done.encounter.reference, True
        elif verb == "drop":
            draft = consultation.open(by=ALICE, at=at, patient=ids[page])
            consultation.drop(by=ALICE, at=at, patient=draft.patient, draft=draft.id)
        elif verb == "add" or not facts[who]:
            kept = weigh(at, ids[who], page=ids[page])
            facts[who].append(kept.id)
            yield who, kept.reference, True
        else:
            id = facts[who][-1]
            with gate.write(by=ALICE, at=at, action="test.change", patient=ids[page]) as work:
                kept = work.get("Observation", id)
                if verb == "change":
                    work.update({**kept.resource(), "status": "amended"}, if_version=kept.version)
                else:
                    work.delete("Observation", facts[who].pop())
            yield who, kept.reference, id not in old


def _is_gone(at: datetime, reference: str) -> bool:
    type, id = reference.split("/")
    return gate.history(by=ALICE, at=at, type=type, id=id)[0].deleted
