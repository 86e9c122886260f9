"""A changed dose ends the treatment whose place it takes, and shows it; a stop ends what it names. Never another
substance, another way of taking it, or a lasting treatment under a short course."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from carnet.fhir import codes
from carnet.record.validate import validate
from carnet.rules.accepted.corrections import unsaid
from carnet.rules.accepted.resources import change
from carnet.rules.accepted.scene import Scene
from carnet.rules.accepted.treatments import ends, repeats, told
from carnet.rules.offers import meaning, offers
from carnet.rules.synthesis import TO_PRINT, synthesis
from tests.rules.test_accepted import AMLODIPINE, SCENE, stored

ATC = {"amlodipine": "C08CA01", "ibuprofène": "M01AE01", "diclofénac": "M01AB05", "furosémide": "C03CA01"}
LATER: Scene = replace(
    SCENE, note="Composition/n2/_history/1", encounter="Encounter/v2", day=date(2027, 2, 20)
)

SOON = SCENE.day + timedelta(days=5)


def told_as(drug: str = "amlodipine", strength: str | None = "5 mg", **values: Any) -> dict[str, Any]:
    said = {"drug": drug, "strength": strength, "atc": ATC.get(drug), "quote": values.pop("quote", drug)}
    return {**AMLODIPINE, **said, **values}


def held(id: str = "old", status: str = "active", **values: Any) -> dict[str, Any]:
    """A treatment of the record, from an earlier note."""
    (made,) = change([told_as(**values)], [], SCENE).created
    return stored({**made, "status": status, "meta": {"versionId": "1"}}, id)


def over(fact: dict[str, Any], *known: dict[str, Any]) -> list[str]:
    return [one["id"] for one in ends(fact, known, SOON).over]


def test_a_changed_dose_ends_the_one_before_and_says_why() -> None:
    made = change([told_as(strength="10 mg")], [held()], LATER)
    (new,), (ended,) = made.created, made.updated
    assert new["priorPrescription"] == {"reference": "MedicationRequest/old"}
    assert ended["status"] == "stopped"
    assert ended["statusReason"]["text"] == "Remplacé par : amlodipine 10 mg (20/02/2027)"
    assert ended["dispenseRequest"]["validityPeriod"]["end"] == "2027-02-20"
    validate(ended)
    validate(stored(new))
    shown = synthesis([ended, stored(new, "new")], today=LATER.day).treatments
    assert [(line.text, TO_PRINT in line.detail) for line in shown] == [("amlodipine 10 mg", True)]


def test_a_statement_ends_with_its_day() -> None:
    statement = stored(change([told_as(status="ongoing")], [], SCENE).created[0])
    (ended,) = change([told_as(strength="10 mg")], [statement], LATER).updated
    assert ended["effectivePeriod"] == {"start": "2026-11-21", "end": "2027-02-20"}
    assert ended["statusReason"][0]["text"].startswith("Remplacé par")
    validate(ended)


@pytest.mark.parametrize(
    ("fact", "known"),
    [
        (told_as("amlodipine"), held(drug="ramipril")),
        (told_as("amlodipine"), held(drug="valsartan/amlodipine")),
        (told_as("diclofénac", None, quote="diclofénac gel 2 appl/j"), held(drug="diclofénac", strength="50 mg")),
        (told_as("acide acétylsalicylique", "1 g", atc="N02BA01"), held(drug="acide acétylsalicylique", strength="75 mg", atc="B01AC06")),
        (told_as(strength=None, dose_per_intake=None, times_per_day=None, quote=None), held()),
        (told_as(strength="10 mg"), held(status="stopped")),
    ],
    ids=["another-drug", "a-combination", "another-way", "another-use", "no-dose-said", "already-over"],
)  # fmt: skip
def test_what_is_not_the_same_medicine_goes_on(fact: dict[str, Any], known: dict[str, Any]) -> None:
    assert over(fact, known) == []


def test_of_two_strengths_taken_together_the_one_that_is_named_is_renewed() -> None:
    both = [
        held("a", strength="100 µg", drug="lévothyroxine"),
        held("b", strength="25 µg", drug="lévothyroxine"),
    ]
    assert over(told_as("lévothyroxine", "100 µg"), *both) == ["a"]
    assert over(told_as("lévothyroxine", "125 µg"), *both) == ["a", "b"]
    same_day = [told_as("lévothyroxine", "100 µg"), told_as("lévothyroxine", "25 µg")]
    assert len(change(same_day, [], LATER).created) == 2
    assert change(same_day, [], LATER).updated == []


def test_a_dose_without_strength_replaces_only_where_it_says_all() -> None:
    insulin = {"drug": "insuline glargine", "strength": None, "intake_unit": "UI"}
    assert over(told_as(**insulin, dose_per_intake=22), held(**insulin, dose_per_intake=20)) == ["old"]
    assert over(told_as(strength=None), held()) == [], "5 or 10 mg: nobody said"


def test_a_short_course_leaves_the_lasting_treatment_and_says_so() -> None:
    known = held(drug="furosémide", strength="40 mg", duration_days=90)
    course = told_as("furosémide", "40 mg", dose_per_intake=2, duration_days=5)
    found = ends(course, [known], SOON)
    assert (found.over, [one["id"] for one in found.left]) == ([], ["old"])
    assert over(course, held(drug="furosémide", strength="40 mg", duration_days=7)) == ["old"]


def test_a_renewal_is_no_news_and_does_not_pile_up() -> None:
    found = ends(told_as(), [held()], SOON)
    assert ([one["id"] for one in found.over], found.changed) == (["old"], [])
    (renewed,) = change([told_as()], [held()], LATER).updated
    assert (renewed["status"], renewed["statusReason"]["text"][:8]) == ("completed", "Renouvel")


def test_the_same_strength_taken_otherwise_is_shown_by_how_it_was_taken() -> None:
    (changed,) = ends(told_as(times_per_day=2), [held()], SOON).changed
    assert told(changed, told_as(times_per_day=2)) == "1 comprimé 1 fois par jour"


def test_a_treatment_said_to_go_on_is_not_written_twice() -> None:
    assert repeats(told_as(status="ongoing"), [held()], SOON)
    bare = told_as(status="ongoing", dose_per_intake=None, times_per_day=None, quote=None)
    assert repeats(bare, [held()], SOON)
    assert change([told_as(status="ongoing")], [held()], LATER).created == []
    assert not repeats(told_as(status="ongoing", strength="10 mg"), [held()], SOON)


@pytest.mark.parametrize(
    ("said", "gone"),
    [
        ({"drug": "anti-inflammatoire non stéroïdien", "strength": None, "atc": None}, ["ibu", "diclo"]),
        ({"drug": "ibuprofène", "strength": None}, ["ibu"]),
        ({"drug": "statine", "strength": None, "atc": None}, []),
    ],
)
def test_a_stop_ends_what_it_names_a_class_or_a_substance(said: dict[str, Any], gone: list[str]) -> None:
    taken = [
        held("ibu", drug="ibuprofène", strength="400 mg"),
        held("diclo", drug="diclofénac", strength="50 mg"),
        held("amlo"),
    ]
    stop = told_as(**said, status="stopped")
    made = change([stop], taken, LATER)
    assert [one["id"] for one in made.updated] == gone
    assert len(made.created) == (0 if gone else 1), (
        "a stop of what the record does not know is a fact of its own"
    )


def test_what_one_note_says_to_be_taken_and_then_stops_is_over() -> None:
    said = (
        told_as(status="stopped", strength=None),
        told_as(status="ongoing"),
        told_as("ramipril", status="ongoing"),
    )
    made = change(said, [], LATER)
    kept = [stored(one, str(n)) for n, one in enumerate(made.created)]
    for one in kept:
        validate(one)
    assert [line.text for line in synthesis(kept, today=SOON).treatments] == ["ramipril 5 mg"]
    both = change([told_as(status="ongoing"), said[0]], [held()], LATER)
    assert [one["status"] for one in both.updated] == ["stopped"]
    nsaid = {"drug": "anti-inflammatoire non stéroïdien", "strength": None, "atc": None}
    class_ = [told_as("ibuprofène", "400 mg", status="ongoing"), told_as(**nsaid, status="stopped")]
    every = change(class_, [held(drug="diclofénac", strength="50 mg")], LATER)
    assert [one["status"] for one in (*every.created, *every.updated)] == ["stopped", "stopped"]


def offered(*facts: dict[str, Any], known: list[dict[str, Any]], **more: Any) -> list[Any]:
    return offers("x" * 200, facts, day=LATER.day, marks=more.pop("marks", {}), known=known, **more)


def test_the_offer_says_what_it_ends() -> None:
    (one,) = offered(told_as(strength="10 mg"), known=[held()])
    assert (one.ends, one.known) == (("amlodipine 5 mg",), False)
    assert "amlodipine 5 mg" in one.seen
    (same,) = offered(told_as(), known=[held()])
    assert (same.ends, same.known, same.renews) == ((), False, True), "a renewal is prescribed anew"
    (taken,) = offered(told_as(status="ongoing"), known=[held()])
    assert (taken.known, taken.renews) == (True, False)
    (other,) = offered(told_as(strength="10 mg"), known=[held(drug="ramipril")])
    assert (other.ends, other.known) == ((), False)


def test_a_word_given_before_the_record_changed_waits_again() -> None:
    (one,) = offered(told_as(strength="10 mg"), known=[])
    from_then = {one.key: meaning(one.fact)}
    (again,) = offered(told_as(strength="10 mg"), known=[held()], marks={one.key: "accepted"}, kept=from_then)
    assert again.verdict == "", "nobody saw that it would end the 5 mg"


def test_a_correction_gives_back_what_it_ends_no_more() -> None:
    made = change([told_as(strength="10 mg")], [held()], LATER)
    new, ended = stored(made.created[0], "new"), made.updated[0]
    again = replace(LATER, note="Composition/n2/_history/2")
    cancelled, back = unsaid([], [new, ended], again)
    assert (cancelled["id"], cancelled["status"]) == ("new", "cancelled")
    before = held()
    assert {key: back[key] for key in before} == before
    assert not {"statusReason"} & back.keys()
    assert codes.SPAN in [one["url"] for one in back["extension"]]


def test_a_correction_to_a_third_dose_does_not_bring_the_first_one_back() -> None:
    made = change([told_as(strength="10 mg")], [held()], LATER)
    new, ended = stored(made.created[0], "new"), made.updated[0]
    third = told_as(strength="2,5 mg")
    assert [one["id"] for one in unsaid([third], [new, ended], LATER, [third])] == ["new"]


def test_a_correction_that_still_says_it_leaves_it_ended() -> None:
    said = told_as(strength="10 mg")
    made = change([said], [held()], LATER)
    assert unsaid([said], [stored(made.created[0], "new"), made.updated[0]], LATER) == []
    stop = told_as(status="stopped")
    (ended,) = change([stop], [held()], LATER).updated
    assert unsaid([stop], [ended], LATER) == []
    assert [one["status"] for one in unsaid([], [ended], LATER)] == ["active"]


def test_what_a_note_made_its_correction_does_not_make_again() -> None:
    made = stored(change([told_as()], [], LATER).created[0])
    again = replace(LATER, note="Composition/n2/_history/2")
    assert change([told_as()], [made], again).created == []
    assert len(change([told_as()], [made | {"status": "cancelled"}], again).created) == 1


def morphine(brand: str | None, strength: str, **values: Any) -> dict[str, Any]:
    said = {"drug": "morphine", "atc": "N02AA01", "brand": brand, "strength": strength}
    return told_as(**{**said, "dose_per_intake": None, "intake_unit": None, "duration_days": None, **values})


def kept(id: str, fact: dict[str, Any]) -> dict[str, Any]:
    (made,) = change([fact], [], SCENE).created
    return stored({**made, "meta": {"versionId": "1"}}, id)


SLOW = kept("slow", morphine("Skenan", "30 mg", quote="Skenan LP 30 x2/j", times_per_day=2))
QUICK = kept("quick", morphine("Actiskenan", "10 mg", quote="Actiskenan 10 si douleur", as_needed=True))


@pytest.mark.parametrize(
    ("fact", "gone", "stay"),
    [
        (morphine("Skenan", "60 mg", quote="Skenan LP 60 x2/j", times_per_day=2), ["slow"], ["quick"]),
        (morphine(None, "60 mg", quote="morphine LP 60 x2/j", times_per_day=2), ["slow"], ["quick"]),
        (morphine(None, "20 mg", quote="morphine 20 si douleur", as_needed=True), ["quick"], ["slow"]),
        (morphine("Actiskenan", "20 mg", quote="Actiskenan 20 x6/j", times_per_day=6), [], ["slow", "quick"]),
        (morphine("Actiskenan", None, quote="Actiskenan", status="stopped"), ["quick"], ["slow"]),
        (morphine(None, None, quote="morphine LP", status="stopped"), ["slow"], ["quick"]),
        (morphine(None, None, quote="morphine", status="stopped"), ["slow", "quick"], []),
    ],
)
def test_what_lasts_and_what_is_taken_when_needed_do_not_end_each_other(
    fact: dict[str, Any], gone: list[str], stay: list[str]
) -> None:
    found = ends(fact, [SLOW, QUICK], SOON)
    assert ([one["id"] for one in found.over], [one["id"] for one in found.left]) == (gone, stay)


def aspirin(strength: str, **values: Any) -> dict[str, Any]:
    return told_as("acide acétylsalicylique", strength, atc="B01AC06", duration_days=None, **values)


def test_aspirin_for_pain_leaves_aspirin_for_the_heart_whatever_its_code() -> None:
    heart = kept("heart", aspirin("75 mg"))
    for pain in (aspirin("500 mg", as_needed=True), aspirin("1 g", times_per_day=3)):
        found = ends(pain, [heart], SOON)
        assert (found.over, found.left) == ([], [heart])
    assert over(aspirin("160 mg"), heart) == ["heart"]


def test_of_two_insulins_the_one_of_that_moment_changes() -> None:
    insulin = {"drug": "insuline glargine", "strength": None, "intake_unit": "UI", "duration_days": None}
    both = [
        kept(when, told_as(**insulin, dose_per_intake=dose, quote=f"Lantus {dose} UI le {when}"))
        for when, dose in (("matin", 10), ("soir", 20))
    ]
    assert over(told_as(**insulin, dose_per_intake=22, quote="Lantus 22 UI le soir"), *both) == ["soir"]
    assert over(told_as(**insulin, dose_per_intake=22, quote="Lantus 22 UI"), *both) == ["matin", "soir"]


def test_a_scheme_of_insulin_takes_the_place_of_the_one_before_whether_or_not_it_names_its_unit() -> None:
    insulin = {"drug": "insuline asparte", "strength": None, "dose_per_intake": None, "duration_days": None}
    old = kept("old", told_as(**insulin, intake_unit=None, quote="Novorapid 8-8-10"))
    assert over(told_as(**insulin, intake_unit="UI", quote="Novorapid 10-8-10"), old) == ["old"]


def test_a_capsule_is_no_gel() -> None:
    capsule = {"drug": "oméprazole", "intake_unit": "gél", "duration_days": None}
    old = kept("old", told_as(**capsule, strength="20 mg", quote="oméprazole 20 1 gél/j"))
    assert over(told_as(**capsule, strength="40 mg", quote="oméprazole 40 1 gél/j"), old) == ["old"]


def test_the_other_eye_goes_on() -> None:
    drops = {"drug": "latanoprost", "strength": None, "intake_unit": "goutte", "duration_days": None}
    both = [
        kept(side, told_as(**drops, quote=f"Xalatan 1 gtte oeil {side} le soir"))
        for side in ("droit", "gauche")
    ]
    assert over(told_as(**drops, quote="Xalatan 1 gtte oeil droit le matin"), *both) == ["droit"]


def test_a_combination_says_what_it_leaves() -> None:
    found = ends(told_as("valsartan/amlodipine", "160 mg/5 mg", atc="C09DB01"), [held()], SOON)
    assert (found.over, [one["id"] for one in found.left]) == ([], ["old"])
    (one,) = offered(told_as("valsartan/amlodipine", "160 mg/5 mg", atc="C09DB01"), known=[held()])
    assert one.leaves == ("amlodipine 5 mg",)


def test_a_stop_of_one_part_says_that_the_combination_goes_on_and_is_accepted_alone() -> None:
    both = kept("both", told_as("périndopril/amlodipine", "5 mg/5 mg", atc="C09BB04", duration_days=None))
    stop = {**told_as(status="stopped"), "confidence": 1.0}
    (one,) = offered(stop, known=[both])
    assert (one.ends, one.leaves, one.certain) == ((), ("périndopril/amlodipine 5 mg/5 mg",), False)
    (plain,) = offered(stop, known=[held()])
    assert (plain.ends, plain.certain) == (("amlodipine 5 mg",), True)


def test_what_ends_several_treatments_is_accepted_alone() -> None:
    pair = [held("a"), held("b", strength="2,5 mg")]
    (both,) = offered({**told_as(strength="10 mg"), "confidence": 1.0}, known=pair)
    (single,) = offered({**told_as(strength="10 mg"), "confidence": 1.0}, known=pair[:1])
    assert (len(both.ends), both.certain, single.certain) == (2, False, True)


def test_what_was_over_before_is_not_ended_again() -> None:
    past = held(drug="amoxicilline", strength="1 g", duration_days=6)
    assert ends(told_as("amoxicilline", "1 g", duration_days=6), [past], LATER.day).over == []
    dated = {**held(), "dispenseRequest": {"validityPeriod": {"end": "2026-12-01"}}}
    assert ends(told_as(strength="10 mg"), [dated], LATER.day).over == []


def test_a_correction_gives_back_the_end_that_was_written() -> None:
    span = {"start": "2026-01-01", "end": "2027-06-30"}
    before = {**held(), "dispenseRequest": {"validityPeriod": span}}
    (ended,) = change([told_as(strength="10 mg")], [before], LATER).updated
    validate(ended)
    assert ended["dispenseRequest"]["validityPeriod"]["end"] == "2027-02-20"
    (back,) = unsaid([], [ended], LATER)
    assert {key: back[key] for key in before} == before


def test_a_correction_gives_nothing_back_that_a_later_note_changed() -> None:
    (ended,) = change([told_as(strength="10 mg")], [held()], LATER).updated
    last: Scene = replace(
        LATER,
        note="Composition/n3/_history/1",
        day=date(2027, 3, 20),
        at=datetime(2027, 3, 20, 9, tzinfo=UTC),
    )
    for later in (told_as(strength="20 mg"), told_as(strength=None, status="stopped")):
        (new,) = change([later], [ended], last).created
        assert unsaid([], [ended, stored(new, "new")], LATER) == []
        assert [one["id"] for one in unsaid([], [ended], LATER)] == ["old"]
