"""Write once: what a doctor types is offered, accepted by a key, and becomes facts only when the note is signed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from carnet.actions import consultation, offers
from carnet.fhir import codes
from carnet.fhir.errors import Conflict, Invalid, NotFound, Refused
from carnet.reading.facts import Context
from carnet.record import gate, margin
from carnet.record.work import Draft
from carnet.rules.offers import Offer
from tests.cast import ALICE, BRUNO, CHLOE, DALIA
from tests.house.stories import emile

pytestmark = pytest.mark.usefixtures("any_cell")
TEXT = "Renouvellement, pas de dyspnée.\nTA 14/8  Pds 81\nHTA\namlodipine 5 1/j 3 mois"


def begun(at: datetime, patient: str | None = None, text: str = TEXT) -> Draft:
    draft = consultation.open(by=ALICE, at=at, patient=patient or emile(at))
    return consultation.save(
        by=ALICE, patient=draft.patient, draft=draft.id, revision=draft.revision, text=text
    )


def offered(draft: Draft, at: datetime, text: str = TEXT) -> dict[str, Offer]:
    return {one.fact["quote"]: one for one in offers.read(by=ALICE, day=at.date(), draft=draft, text=text)}


def say(draft: Draft, at: datetime, verdict: Any, *quotes: str, text: str = TEXT) -> dict[str, Offer]:
    found = offered(draft, at, text)
    keys = [found[quote].key for quote in quotes]
    after = offers.mark(by=ALICE, day=at.date(), draft=draft, text=text, keys=keys, verdict=verdict)
    return {one.fact["quote"]: one for one in after}


def sign(draft: Draft, at: datetime) -> Any:
    return consultation.sign(by=ALICE, at=at, patient=draft.patient, draft=draft.id, revision=draft.revision)


def facts(patient: str, at: datetime) -> list[dict[str, Any]]:
    record = gate.open_record(by=ALICE, at=at, patient=patient)
    return [one.resource() for one in record.all("Condition", "Observation", "MedicationRequest")]


def test_what_is_typed_is_offered_on_its_line(at: datetime) -> None:
    found = offered(begun(at), at)
    assert {"dyspnée", "TA 14/8", "Pds 81", "HTA", "amlodipine 5 1/j 3 mois"} <= found.keys()
    assert (found["TA 14/8"].line, found["HTA"].line) == (1, 2)


def test_nothing_enters_the_record_before_the_signature(at: datetime) -> None:
    draft = begun(at)
    say(draft, at, "accepted", "TA 14/8", "HTA")
    assert facts(draft.patient, at) == []


def test_what_was_accepted_is_signed_as_facts_and_the_rest_stays_text(at: datetime) -> None:
    draft = begun(at)
    say(draft, at, "accepted", "TA 14/8", "amlodipine 5 1/j 3 mois")
    signed = sign(draft, at)
    pressure, medicine = sorted(facts(draft.patient, at), key=lambda one: one["resourceType"], reverse=True)
    assert [part["valueQuantity"]["value"] for part in pressure["component"]] == [140, 80]
    assert medicine["medicationCodeableConcept"]["text"] == "amlodipine 5 mg"
    (span,) = [one for one in pressure["extension"] if one["url"] == codes.SPAN]
    where = {part["url"]: part for part in span["extension"]}
    assert where["note"]["valueReference"]["reference"] == f"{signed.composition.reference}/_history/1"
    assert TEXT[where["start"]["valueUnsignedInt"] : where["end"]["valueUnsignedInt"]] == "TA 14/8"


def test_signing_accepts_nothing_silently(at: datetime) -> None:
    draft = begun(at)
    sign(draft, at)
    assert facts(draft.patient, at) == []


def test_words_that_changed_take_their_acceptance_with_them(at: datetime) -> None:
    draft = begun(at)
    say(draft, at, "accepted", "TA 14/8")
    changed = TEXT.replace("TA 14/8", "TA 15/9")
    draft = consultation.save(
        by=ALICE, patient=draft.patient, draft=draft.id, revision=draft.revision, text=changed
    )
    sign(draft, at)
    assert facts(draft.patient, at) == [], "15/9 was never accepted"


@pytest.mark.parametrize(
    ("quote", "before", "after"),
    [("HTA", "HTA", "Pas d'HTA"), ("amlodipine 5 1/j 3 mois", "amlodipine 5", "Arrêt amlodipine 5")],
)
def test_words_that_mean_something_else_now_wait_again(
    at: datetime, quote: str, before: str, after: str
) -> None:
    draft = begun(at)
    say(draft, at, "accepted", quote)
    changed = TEXT.replace(before, after)
    assert not [one.words for one in offered(draft, at, changed).values() if one.verdict]
    draft = consultation.save(
        by=ALICE, patient=draft.patient, draft=draft.id, revision=draft.revision, text=changed
    )
    sign(draft, at)
    assert facts(draft.patient, at) == [], "what was accepted said something else"


def test_an_offer_is_accepted_only_as_it_was_seen(at: datetime) -> None:
    draft, text = begun(at), TEXT.replace("HTA", "Pas d'HTA")
    key = next(
        one.key for one in offered(draft, at, text).values() if one.term.startswith("condition:hypert")
    )
    with pytest.raises(Conflict):
        offers.mark(
            by=ALICE,
            day=at.date(),
            draft=draft,
            text=text,
            keys=[key],
            verdict="accepted",
            seen=["Hypertension artérielle"],
        )


def test_what_the_record_already_says_is_offered_as_known(at: datetime) -> None:
    first = begun(at)
    assert not [one for one in offered(first, at).values() if one.known]
    say(first, at, "accepted", "HTA", "amlodipine 5 1/j 3 mois")
    sign(first, at)
    later = offered(begun(at, first.patient), at)
    assert {quote for quote, one in later.items() if one.known} == {"HTA"}
    assert later["amlodipine 5 1/j 3 mois"].renews, "it waits: what is prescribed is prescribed anew"
    assert not [one for one in offered(begun(at), at).values() if one.known], "another patient's record"


def test_a_line_typed_above_moves_the_acceptance_along(at: datetime) -> None:
    draft = begun(at)
    say(draft, at, "accepted", "TA 14/8")
    longer = f"Motif : contrôle\n{TEXT}"
    draft = consultation.save(
        by=ALICE, patient=draft.patient, draft=draft.id, revision=draft.revision, text=longer
    )
    sign(draft, at)
    assert len(facts(draft.patient, at)) == 1


def test_a_refused_offer_does_not_come_back_for_that_patient(at: datetime) -> None:
    draft = begun(at)
    assert say(draft, at, "refused", "HTA")["HTA"].verdict == "refused"
    sign(draft, at)
    later = begun(at, draft.patient)
    assert "HTA" not in offered(later, at)
    assert "HTA" in offered(begun(at), at), "another patient is another matter"


def test_a_refusal_taken_back_is_offered_again(at: datetime) -> None:
    draft = begun(at)
    say(draft, at, "refused", "HTA")
    say(draft, at, "", "HTA")
    sign(draft, at)
    assert "HTA" in offered(begun(at, draft.patient), at)


def test_a_diagnosis_told_at_each_visit_is_one_line(at: datetime) -> None:
    first = begun(at)
    say(first, at, "accepted", "HTA")
    sign(first, at)
    second = begun(at, first.patient)
    say(second, at, "accepted", "HTA")
    sign(second, at)
    (problem,) = facts(first.patient, at)
    assert len(problem["evidence"]) == 2


def test_an_offer_that_is_no_longer_there_is_not_accepted(at: datetime) -> None:
    draft = begun(at)
    with pytest.raises(Conflict):
        offers.mark(
            by=ALICE, day=at.date(), draft=draft, text="RAS", keys=["vital:ta 14/8:1"], verdict="accepted"
        )


def test_words_on_offers_are_counted_when_the_note_is_signed_and_can_be_forgotten(at: datetime) -> None:
    draft = begun(at)
    say(draft, at, "accepted", "TA 14/8")
    say(draft, at, "refused", "HTA")
    assert margin.tallies(by=ALICE) == []
    sign(draft, at)
    counted = {one.term: (one.accepted, one.refused) for one in margin.tallies(by=ALICE)}
    assert sorted(counted.values()) == [(0, 1), (1, 0)]
    for other, why in ((CHLOE, Refused), (DALIA, NotFound)):
        with pytest.raises(why):
            offers.forget(by=other, at=at)
    offers.forget(by=ALICE, at=at)
    assert margin.tallies(by=ALICE) == []


def test_a_correction_adds_what_it_accepts_and_repeats_nothing(at: datetime) -> None:
    draft = begun(at)
    say(draft, at, "accepted", "TA 14/8")
    signed = sign(draft, at)
    again = consultation.amend(by=ALICE, at=at, patient=draft.patient, composition=signed.composition.id)
    longer = f"{TEXT}\nFC 72"
    again = consultation.save(
        by=ALICE, patient=again.patient, draft=again.id, revision=again.revision, text=longer
    )
    say(again, at, "accepted", "FC 72", text=longer)
    sign(again, at)
    assert len(facts(draft.patient, at)) == 2


def test_nobody_else_reads_or_marks_my_draft(at: datetime) -> None:
    draft = begun(at)
    for other in (BRUNO, DALIA):
        with pytest.raises(NotFound):
            offers.read(by=other, day=at.date(), draft=draft, text=TEXT)


def test_a_number_that_may_be_a_strength_is_not_a_number_of_tablets(at: datetime) -> None:
    draft = begun(at, text="Eliquis 5 x2/j")
    (one,) = offered(draft, at, "Eliquis 5 x2/j").values()
    assert "5 comprimés" not in one.words
    assert not one.certain


def test_a_correction_takes_back_what_the_note_says_no_more(at: datetime) -> None:
    first, then = "TA 14/8\nPds 81\namlodipine 5 1/j 3 mois", "TA 18/10\nPds 81\namlodipine 10 1/j 3 mois"
    draft = begun(at, text=first)
    say(draft, at, "accepted", *offered(draft, at, first), text=first)
    composition = sign(draft, at).composition.id
    again = consultation.amend(by=ALICE, at=at, patient=draft.patient, composition=composition)
    again = consultation.save(
        by=ALICE, patient=again.patient, draft=again.id, revision=again.revision, text=then
    )
    say(again, at, "accepted", "TA 18/10", "amlodipine 10 1/j 3 mois", text=then)
    sign(again, at)
    kept = facts(draft.patient, at)
    requests = {
        one["medicationCodeableConcept"]["text"]: one["status"]
        for one in kept
        if one["resourceType"] == "MedicationRequest"
    }
    assert requests == {"amlodipine 5 mg": "cancelled", "amlodipine 10 mg": "draft"}
    measures = [(one["status"], one["code"]["text"]) for one in kept if one["resourceType"] == "Observation"]
    assert sorted(measures) == [
        ("entered-in-error", "Pression artérielle"),
        ("final", "Poids"),
        ("final", "Pression artérielle"),
    ]


def orders(patient: str, at: datetime) -> dict[str, str]:
    record = gate.open_record(by=ALICE, at=at, patient=patient)
    listed = [one.resource() for one in record.all("ServiceRequest")]
    return {one["code"]["text"]: one["status"] for one in listed}


def corrected(composition: str, patient: str, at: datetime, text: str) -> Draft:
    again = consultation.amend(by=ALICE, at=at, patient=patient, composition=composition)
    return consultation.save(
        by=ALICE, patient=again.patient, draft=again.id, revision=again.revision, text=text
    )


def test_a_request_that_a_correction_words_otherwise_is_asked_once(at: datetime) -> None:
    first, then = "bio NFS\nkiné 10 séances\nécho abdo", "bio NFS CRP\nkiné 10 séances\nRAS"
    draft = begun(at, text=first)
    say(draft, at, "accepted", "bio NFS", "kiné 10 séances", "écho abdo", text=first)
    composition = sign(draft, at).composition.id
    again = corrected(composition, draft.patient, at, then)
    say(again, at, "accepted", "bio NFS CRP", text=then)
    sign(again, at)
    assert orders(draft.patient, at) == {
        "bio NFS": "revoked",
        "bio NFS CRP": "active",
        "kiné 10 séances": "active",
        "écho abdo": "revoked",
    }


def test_a_request_whose_longer_words_nobody_accepted_stays_as_it_was(at: datetime) -> None:
    draft = begun(at, text="bio NFS")
    say(draft, at, "accepted", "bio NFS", text="bio NFS")
    composition = sign(draft, at).composition.id
    sign(corrected(composition, draft.patient, at, "bio NFS CRP"), at)
    assert orders(draft.patient, at) == {"bio NFS": "active"}


def test_what_a_note_already_made_has_nothing_to_say_in_its_correction(at: datetime) -> None:
    draft = begun(at)
    say(draft, at, "accepted", "TA 14/8", "HTA", "amlodipine 5 1/j 3 mois")
    composition = sign(draft, at).composition.id
    found = offered(corrected(composition, draft.patient, at, f"{TEXT}\nbio NFS"), at, f"{TEXT}\nbio NFS")
    waiting = {quote for quote, one in found.items() if not one.known}
    assert waiting == {"dyspnée", "Pds 81", "bio NFS"}


def test_a_correction_may_only_accept_and_the_note_stays_as_it_was_signed(at: datetime) -> None:
    draft = begun(at)
    composition = sign(draft, at).composition.id
    again = corrected(composition, draft.patient, at, TEXT)
    with pytest.raises(Invalid, match="rien à signer"):
        sign(again, at)
    say(again, at, "accepted", "TA 14/8")
    signed = sign(again, at)
    assert signed.same_words
    assert signed.composition.version == 1
    assert [one["resourceType"] for one in facts(draft.patient, at)] == ["Observation"]


def test_what_a_later_correction_accepts_was_measured_at_the_visit(at: datetime) -> None:
    draft = begun(at)
    composition = sign(draft, at).composition.id
    later = at + timedelta(days=20)
    again = corrected(composition, draft.patient, later, TEXT)
    say(again, later, "accepted", "TA 14/8")
    sign(again, later)
    (pressure,) = facts(draft.patient, later)
    assert pressure["effectiveDateTime"][:10] == at.date().isoformat()


def taken(patient: str, at: datetime) -> dict[str, str]:
    return {
        one["medicationCodeableConcept"]["text"]: one["status"]
        for one in facts(patient, at)
        if one["resourceType"] == "MedicationRequest"
    }


def visit(at: datetime, patient: str | None, text: str, *accepted: str) -> Any:
    draft = begun(at, patient, text)
    if accepted:
        say(draft, at, "accepted", *accepted, text=text)
    return draft, sign(draft, at)


def test_a_dose_changed_in_the_note_ends_the_one_before(at: datetime) -> None:
    first, then = "amlodipine 5 1/j 3 mois", "TA 15/9\namlodipine 10 1/j 3 mois"
    draft, _ = visit(at, None, first, first)
    later = begun(at, draft.patient, then)
    assert offered(later, at, then)["amlodipine 10 1/j 3 mois"].ends == ("amlodipine 5 mg",)
    sign(later, at)
    assert taken(draft.patient, at) == {"amlodipine 5 mg": "draft"}, "nobody accepted the other dose"
    visit(at, draft.patient, then, "amlodipine 10 1/j 3 mois")
    assert taken(draft.patient, at) == {"amlodipine 5 mg": "stopped", "amlodipine 10 mg": "draft"}


def test_a_medicine_accepted_before_a_colleague_changed_it_is_neither_kept_unseen_nor_lost(
    at: datetime,
) -> None:
    first, then = "amlodipine 5 1/j 3 mois", "amlodipine 10 1/j 3 mois"
    draft, _ = visit(at, None, first, first)
    mine = begun(at, draft.patient, then)
    say(mine, at, "accepted", then, text=then)
    theirs = consultation.open(by=BRUNO, at=at, patient=draft.patient)
    theirs = consultation.save(
        by=BRUNO, patient=theirs.patient, draft=theirs.id, revision=theirs.revision, text="stop amlodipine"
    )
    (stop,) = offers.read(by=BRUNO, day=at.date(), draft=theirs, text=theirs.text)
    offers.mark(by=BRUNO, day=at.date(), draft=theirs, text=theirs.text, keys=[stop.key], verdict="accepted")
    consultation.sign(by=BRUNO, at=at, patient=theirs.patient, draft=theirs.id, revision=theirs.revision)
    with pytest.raises(Invalid):
        sign(mine, at)
    assert taken(draft.patient, at) == {"amlodipine 5 mg": "stopped"}
    say(mine, at, "accepted", then, text=then)
    sign(mine, at)
    assert taken(draft.patient, at) == {"amlodipine 5 mg": "stopped", "amlodipine 10 mg": "draft"}


def test_a_correction_of_a_changed_dose_brings_the_first_one_back(at: datetime) -> None:
    first, then = "amlodipine 5 1/j 3 mois", "amlodipine 10 1/j 3 mois"
    draft, _ = visit(at, None, first, first)
    _, signed = visit(at, draft.patient, then, then)
    again = consultation.amend(by=ALICE, at=at, patient=draft.patient, composition=signed.composition.id)
    again = consultation.save(
        by=ALICE,
        patient=again.patient,
        draft=again.id,
        revision=again.revision,
        text="erreur, rien de changé",
    )
    sign(again, at)
    assert taken(draft.patient, at) == {"amlodipine 5 mg": "draft", "amlodipine 10 mg": "cancelled"}


def test_a_stop_of_a_class_ends_what_the_record_holds_of_it(at: datetime) -> None:
    draft, _ = visit(at, None, "ibuprofène 400 1 cp x3/j 5 j", "ibuprofène 400 1 cp x3/j 5 j")
    later = begun(at, draft.patient, "stop AINS")
    assert offered(later, at, "stop AINS")["AINS"].ends == ("ibuprofène 400 mg",)
    say(later, at, "accepted", "AINS", text="stop AINS")
    sign(later, at)
    assert taken(draft.patient, at) == {"ibuprofène 400 mg": "stopped"}


def test_an_angina_of_years_later_is_another_one(at: datetime) -> None:
    draft, _ = visit(at, None, "Angine", "Angine")
    later = at.replace(year=at.year + 2)
    again = begun(later, draft.patient, "Angine")
    assert not offered(again, later, "Angine")["Angine"].known
    say(again, later, "accepted", "Angine", text="Angine")
    sign(again, later)
    assert len(facts(draft.patient, later)) == 2


def test_accepting_again_in_a_correction_makes_nothing_twice(at: datetime) -> None:
    draft, signed = visit(at, None, TEXT, "TA 14/8", "HTA", "amlodipine 5 1/j 3 mois")
    before = len(facts(draft.patient, at))
    again = consultation.amend(by=ALICE, at=at, patient=draft.patient, composition=signed.composition.id)
    longer = f"{TEXT}\nrevu"
    again = consultation.save(
        by=ALICE, patient=again.patient, draft=again.id, revision=again.revision, text=longer
    )
    say(again, at, "accepted", "TA 14/8", "HTA", "amlodipine 5 1/j 3 mois", text=longer)
    sign(again, at)
    assert len(facts(draft.patient, at)) == before


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("Eliquis 2,5 1 matin et soir", "comprimé"),
        ("amlodipine 5 1 matin et soir", ""),
        ("Doliprane 1 g 1 x3/j", ""),
        ("paracetamol 1g 1 x3/j", ""),
        ("Levothyrox 75 1 le matin", "comprimé"),
        ("Kardegic 75 1 le matin", "sachet"),
        ("Eliquis 2,5 1 cp matin et soir", "cp"),
    ],
)
def test_a_number_without_unit_is_given_one_only_where_nothing_else_is_sold(text: str, unit: str) -> None:
    (fact,) = [one for one in offers.facts(text, Context(age=70)) if one["kind"] == "medication"]
    assert (fact.get("intake_unit") or "") == unit
