"""What an accepted offer becomes in the record: valid FHIR, with its place in the note, and nothing twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from carnet.fhir import codes
from carnet.record.validate import validate
from carnet.rules.accepted import episodes, medicines, problems
from carnet.rules.accepted.resources import Change, change
from carnet.rules.accepted.scene import Scene
from carnet.rules.alarms import allergies
from carnet.rules.synthesis import dosage, synthesis

TEXT = "TA 14/8. HTA. Père IDM à 55 ans. DTP fait ce jour lot X123. amlodipine 5 1/j 3 mois, cs ds 3 mois"
SCENE = Scene(
    patient="emile",
    encounter="Encounter/v1",
    note="Composition/n1/_history/1",
    text=TEXT,
    author={"reference": "Practitioner/alice", "display": "Dr Alice Martin"},
    at=datetime(2026, 11, 21, 9, 30, tzinfo=UTC),
    day=date(2026, 11, 21),
)


def fact(kind: str, quote: str, **values: Any) -> dict[str, Any]:
    start = TEXT.index(quote)
    return {"kind": kind, "quote": quote, "start": start, "end": start + len(quote), **values}


PRESSURE = fact("vital", "TA 14/8", name="bp", value={"systolic": 140, "diastolic": 80}, unit="mm[Hg]")
HTA = fact("condition", "HTA", label="Hypertension artérielle", cim10="I10", status="affirmed")
AMLODIPINE = fact(
    "medication", "amlodipine 5 1/j 3 mois", drug="amlodipine", brand=None, strength="5 mg", dose_per_intake=1,
    intake_unit="comprimé", times_per_day=1, duration_days=90, as_needed=False, status="prescribed",
)  # fmt: skip
EVERY = [
    PRESSURE,
    fact("vital", "TA", name="weight", value=Decimal("72.50"), unit="kg"),
    fact("lab", "TA", name="HbA1c", loinc="4548-4", value=Decimal("7.2"), unit="%"),
    fact("lab", "TA", name="BU", loinc=None, value="négatif", unit=None),
    HTA,
    fact("condition", "IDM à 55 ans", label="Infarctus du myocarde", cim10="I21.9", status="family"),
    fact("condition", "TA", label="Fièvre", cim10=["R50.9"], status="negated"),
    fact("condition", "TA", label="Insuffisance cardiaque", cim10="I50.9", status="suspected"),
    fact("condition", "TA", label="Cholécystectomie", cim10="Z90.4", status="history"),
    AMLODIPINE,
    fact("medication", "TA", drug="metformine", strength="1 g", status="ongoing", times_per_day=2),
    fact("medication", "TA", drug="ibuprofène", status="stopped"),
    fact("allergy", "TA", substance="pénicillines", status="affirmed"),
    fact("allergy", "TA", substance="aucune connue", status="negated"),
    fact("follow_up", "cs ds 3 mois", in_days=90, what="consultation"),
    fact("order", "TA", what="NFS CRP", type="lab"),
    fact("tobacco", "TA", status="former", pack_years=20),
    fact("alcohol", "TA", status="occasionnel"),
    fact("immunization", "DTP fait ce jour", vaccine="DTP", status="done_today", lot="X123"),
    fact("immunization", "TA", vaccine="grippe", status="due"),
    fact("immunization", "TA", vaccine="ROR", status="up_to_date"),
]


def made(one: dict[str, Any]) -> dict[str, Any]:
    (resource,) = change([one], [], SCENE).created
    return resource


def earlier(one: dict[str, Any]) -> dict[str, Any]:
    """The same, made by the note of an earlier visit."""
    (resource,) = change([one], [], replace(SCENE, note="Composition/n0/_history/1")).created
    return resource


def stored(resource: dict[str, Any], id: str = "one") -> dict[str, Any]:
    return {**resource, "id": id}


@pytest.mark.parametrize("one", EVERY, ids=lambda one: f"{one['kind']}-{one.get('status', one.get('name'))}")
def test_each_kind_becomes_valid_fhir_that_points_to_its_words(one: dict[str, Any]) -> None:
    resource = made(one)
    validate({**resource, "id": "one"})
    (span,) = [e for e in resource["extension"] if e["url"] == codes.SPAN]
    place = {part["url"]: part for part in span["extension"]}
    assert TEXT[place["start"]["valueUnsignedInt"] : place["end"]["valueUnsignedInt"]] == one["quote"]
    assert place["note"]["valueReference"]["reference"] == SCENE.note
    whose = resource.get("subject") or resource.get("patient") or resource.get("for")
    assert whose == {"reference": "Patient/emile"}


def test_a_pressure_has_two_components_in_mmhg() -> None:
    parts = {one["code"]["coding"][0]["code"]: one["valueQuantity"] for one in made(PRESSURE)["component"]}
    assert (parts["8480-6"]["value"], parts["8462-4"]["value"]) == (140, 80)
    assert parts["8480-6"]["code"] == "mm[Hg]"


def test_a_number_stays_as_it_was_written() -> None:
    assert str(made(EVERY[1])["valueQuantity"]["value"]) == "72.50"


@pytest.mark.parametrize(
    ("said", "clinical", "verification", "category"),
    [
        ("affirmed", "active", "confirmed", "problem-list-item"),
        ("suspected", "active", "provisional", "encounter-diagnosis"),
        ("history", "resolved", "confirmed", "problem-list-item"),
        ("negated", None, "refuted", "encounter-diagnosis"),
    ],
)
def test_how_it_was_said_is_kept(said: str, clinical: str | None, verification: str, category: str) -> None:
    resource = made({**HTA, "status": said})
    assert resource.get("clinicalStatus", {}).get("coding", [{}])[0].get("code") == clinical
    assert resource["verificationStatus"]["coding"][0]["code"] == verification
    assert resource["category"][0]["coding"][0]["code"] == category


def test_an_acute_illness_is_an_episode_not_a_problem_for_life() -> None:
    resource = made({**HTA, "label": "Otite moyenne aiguë", "cim10": "H66.9"})
    assert resource["category"][0]["coding"][0]["code"] == "encounter-diagnosis"


def test_what_one_visit_said_leaves_the_synthesis_and_a_problem_or_a_doubt_stays() -> None:
    otitis = stored(made({**HTA, "label": "Otite moyenne aiguë", "cim10": "H66.9"}), "otitis")
    fever = stored(made({**HTA, "label": "Fièvre", "cim10": "R50.9", "status": "negated"}), "fever")
    doubt = stored(
        made({**HTA, "label": "Insuffisance cardiaque", "cim10": "I50.9", "status": "suspected"}), "doubt"
    )
    facts = [stored(made(HTA), "hta"), otitis, fever, doubt]
    seen = {
        days: {line.text for line in synthesis(facts, today=SCENE.day + timedelta(days=days)).problems}
        for days in (0, 45, 46)
    }
    assert seen[0] == seen[45] == {"Hypertension artérielle", "Otite moyenne aiguë", "Insuffisance cardiaque"}
    assert seen[46] == {"Hypertension artérielle", "Insuffisance cardiaque"}
    assert synthesis(facts, today=SCENE.day).history == [], "a sign that was denied is no history"


def test_a_fathers_illness_is_never_the_patients() -> None:
    resource = made(EVERY[5])
    assert resource["resourceType"] == "FamilyMemberHistory"
    assert resource["relationship"]["text"] == "père"


def test_a_diagnosis_told_again_joins_its_episode() -> None:
    known = stored(made(HTA))
    later = Scene(**{**{f: getattr(SCENE, f) for f in SCENE.__slots__}, "note": "Composition/n2/_history/1"})
    again = change([HTA], [known], later)
    assert again.created == []
    (joined,) = again.updated
    assert [one["detail"][0]["reference"] for one in joined["evidence"]] == [
        "Composition/n1",
        "Composition/n2",
    ]
    assert joined["recordedDate"] == known["recordedDate"]


def test_a_diagnosis_told_again_with_its_grade_joins_its_episode() -> None:
    known = stored(made({**HTA, "label": "Asthme", "cim10": "J45.9"}))
    graded = {**HTA, "label": "Asthme, sévère persistant", "cim10": "J45.9"}
    assert change([graded], [known], SCENE).created == []


def test_a_suspicion_confirmed_is_the_same_episode() -> None:
    known = stored(made({**HTA, "status": "suspected"}))
    (joined,) = change([HTA], [known], SCENE).updated
    assert joined["verificationStatus"]["coding"][0]["code"] == "confirmed"


@pytest.mark.parametrize(
    ("known", "told"),
    [
        (("Gonarthrose droite", "M17.1"), ("Gonarthrose gauche", "M17.1")),
        (("Diabète de type 2", "E11.9"), ("Hypertension artérielle", "I10")),
        (("Diabète de type 1", "E10.9"), ("Diabète de type 2", "E11.9")),
    ],
)
def test_two_illnesses_stay_two(known: tuple[str, str], told: tuple[str, str]) -> None:
    first = stored(made({**HTA, "label": known[0], "cim10": known[1]}))
    both = change([{**HTA, "label": told[0], "cim10": told[1]}], [first], SCENE)
    assert len(both.created) == 1
    assert both.updated == []


def test_a_denial_never_ends_a_known_illness() -> None:
    known = stored(made(HTA))
    assert change([{**HTA, "status": "negated"}], [known], SCENE).updated == []


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"dose_per_intake": 1, "intake_unit": "comprimé", "times_per_day": 3}, "1 comprimé 3 fois par jour"),
        ({"dose_per_intake": 2, "intake_unit": "bouffée", "times_per_day": 4}, "2 bouffées 4 fois par jour"),
        (
            {"dose_per_intake": Decimal("0.5"), "intake_unit": "comprimé", "times_per_day": 1},
            "1/2 comprimé 1 fois par jour",
        ),
        ({"dose_per_intake": 15, "intake_unit": "mg", "times_per_day": 0.143}, "15 mg 1 fois par semaine"),
        (
            {"dose_per_intake": 1, "intake_unit": "comprimé", "times_per_day": 0.5},
            "1 comprimé un jour sur deux",
        ),
        (
            {"dose_per_intake": 1, "intake_unit": "comprimé", "as_needed": True, "max_per_day": 4},
            "1 comprimé si besoin, au plus 4 par jour",
        ),
        ({}, ""),
    ],
)
def test_how_it_is_taken_is_said_in_clear_french(values: dict[str, Any], words: str) -> None:
    bare = {
        key: value
        for key, value in AMLODIPINE.items()
        if key not in ("quote", "dose_per_intake", "intake_unit", "times_per_day")
    }
    assert medicines.directions({**bare, **values}) == words


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (5, "pendant 5 jours"),
        (90, "pendant 3 mois"),
        (28, "pendant 4 semaines"),
        (7, "pendant 7 jours"),
        (1, "pendant 1 jour"),
        (None, ""),
    ],
)
def test_how_long_is_said_in_clear_french(days: int | None, words: str) -> None:
    assert medicines.duration({"duration_days": days}) == words


def test_a_prescription_is_a_draft_that_reads_like_its_paper() -> None:
    resource = made(AMLODIPINE)
    assert (resource["status"], resource["intent"]) == ("draft", "order")
    assert resource["medicationCodeableConcept"]["text"] == "amlodipine 5 mg"
    assert dosage(resource) == "1 comprimé 1 fois par jour"
    assert resource["dosageInstruction"][0]["timing"]["repeat"]["boundsDuration"]["value"] == 90


@pytest.mark.parametrize("times", [0.25, 1.5, 7])
def test_a_rhythm_without_exact_code_is_not_made_up(times: float) -> None:
    (written,) = made({**AMLODIPINE, "times_per_day": times})["dosageInstruction"]
    assert ("frequency" in written.get("timing", {}).get("repeat", {})) == (times == 7)


def test_stopping_ends_the_treatment_of_that_substance_and_no_other() -> None:
    taken = [
        stored({**earlier(AMLODIPINE), "status": "active"}, "a"),
        stored({**earlier({**AMLODIPINE, "drug": "metformine"}), "status": "active"}, "b"),
    ]
    ended = change([{**AMLODIPINE, "status": "stopped"}], taken, SCENE)
    assert [(one["id"], one["status"]) for one in ended.updated] == [("a", "stopped")]
    assert ended.created == []


def test_a_vaccine_given_today_has_its_lot() -> None:
    resource = made(EVERY[18])
    assert (resource["lotNumber"], resource["occurrenceDateTime"]) == ("X123", "2026-11-21")


def test_a_substance_denied_is_not_a_fact_of_its_own() -> None:
    denied = fact("allergy", "TA", substance="iode", status="negated")
    assert change([denied], [], SCENE) == Change()


@pytest.mark.parametrize(
    ("known", "told", "new"), [("Pénicillines", "pénicilline", 0), ("Pénicillines", "céphalosporines", 1)]
)
def test_a_known_allergy_is_not_told_twice(known: str, told: str, new: int) -> None:
    held = stored(made({**EVERY[12], "substance": known}))
    assert len(change([{**EVERY[12], "substance": told}], [held], SCENE).created) == new


def test_an_allergy_that_was_suspected_is_confirmed_when_it_is_affirmed() -> None:
    suspected = stored(made({**EVERY[12], "status": "suspected"}))
    (confirmed,) = change([EVERY[12]], [suspected], SCENE).created
    assert confirmed["verificationStatus"]["coding"][0]["code"] == "confirmed"
    (shown,) = allergies([suspected, stored(confirmed, "two")])[1]
    assert "suspect" not in shown.text


def test_an_allergy_that_is_over_is_told_anew() -> None:
    held = stored(made(EVERY[12]))
    held["clinicalStatus"]["coding"][0]["code"] = "resolved"
    assert len(change([EVERY[12]], [held], SCENE).created) == 1


def test_a_next_visit_is_due_on_its_day() -> None:
    assert made(EVERY[14])["restriction"]["period"]["end"] == "2027-02-19"


@pytest.mark.parametrize(
    ("code", "lasts"),
    [
        ("I10", True),
        ("E11.9", True),
        ("J00", False),
        ("H66.9", False),
        ("R05", False),
        ("M54.5", False),
        ("C50.9", True),
        ("Z90.4", True),
    ],
)
def test_which_diagnoses_last(code: str, lasts: bool) -> None:
    assert episodes.is_lasting(code) is lasts


@pytest.mark.parametrize(
    ("quote", "dose", "times"),
    [
        ("Metformine 850 2 le matin 1 le soir", 2, 2),
        ("Novorapid 8-8-10", 8, 3),
        ("Laroxyl 5-0-10 gouttes", 5, 2),
        ("Topalgic 50 1 à 2 cp x4/j", 1, 4),
        ("Cortancyl 20 : 3cp 5j, 2cp 5j, 1cp 5j", 3, None),
        ("Cortancyl 20 3 cp/j 3j puis 2", 3, 1),
        ("Levothyrox 100 1j/2 et 88 1j/2", None, 0.5),
        ("Amiodarone 200 5j/7", None, 0.714),
        ("Uvedose 1 amp/3 mois", 1, None),
        ("Prednisolone 1 mg/kg/j", 1, None),
        ("Xalatan 1 gtte oeil droit le soir", 1, 1),
        ("bisoprolol 5 1/2 cp/j", Decimal("5.5"), 1),
        ("Coversyl 5 1/2/j", Decimal("5.5"), 1),
        ("Lévothyrox 75 + 25 1/j", 25, 1),
        ("Ofloxacine 1 unidose x2/j OG", 1, 2),
    ],
)
def test_a_scheme_that_one_dose_would_flatten_stays_in_the_words_typed(
    quote: str, dose: Any, times: Any
) -> None:
    told = {
        **AMLODIPINE,
        "quote": quote,
        "dose_per_intake": dose,
        "times_per_day": times,
        "intake_unit": "cp",
    }
    (written,) = made(told)["dosageInstruction"]
    assert written["text"] == f"« {quote} »"
    assert not {"timing", "doseAndRate", "maxDosePerPeriod"} & written.keys()


@pytest.mark.parametrize(
    ("quote", "unit", "strength", "words"),
    [
        ("oméprazole 20 gél le soir", "gél", None, "« oméprazole 20 gél le soir »"),
        ("prednisone 5 mg 12 cp/j", "cp", "5 mg", "12 comprimés par jour"),
        ("Laroxyl 20 gouttes/j", "goutte", None, "20 gouttes par jour"),
    ],
)
def test_twenty_is_a_strength_before_it_is_twenty_capsules(
    quote: str, unit: str, strength: str | None, words: str
) -> None:
    dose = int(next(part for part in quote.split()[::-1] if part.isdigit()))
    told = {**AMLODIPINE, "quote": quote, "intake_unit": unit, "strength": strength, "dose_per_intake": dose}
    assert medicines.directions(told) == words


def test_one_tablet_and_a_half_is_a_dose() -> None:
    told = {**AMLODIPINE, "quote": "prednisone 1 1/2 cp/j", "dose_per_intake": Decimal("1.5")}
    assert medicines.directions(told) == "1,5 comprimé par jour"


def test_a_number_without_unit_is_not_five_tablets() -> None:
    told = {
        **AMLODIPINE,
        "quote": "Eliquis 5 x2/j",
        "strength": None,
        "dose_per_intake": 5,
        "intake_unit": None,
    }
    assert medicines.directions({**told, "times_per_day": 2}) == "« Eliquis 5 x2/j »"


@pytest.mark.parametrize(
    ("quote", "values", "name"),
    [
        ("morphine LP 30 x2/j", {"drug": "morphine", "strength": "30 mg"}, "morphine LP 30 mg"),
        ("Skenan L.P. 30 x2/j", {"drug": "morphine", "brand": "Skenan", "strength": "30 mg"}, "morphine LP 30 mg (Skenan)"),
        ("Voltarene gel x3/j", {"drug": "diclofénac", "brand": "Voltarene"}, "diclofénac gel (Voltarene)"),
        ("Voltarene Emulgel x3/j", {"drug": "diclofénac", "brand": "Voltarene Emulgel"}, "diclofénac (Voltarene Emulgel)"),
        ("Nicotine 21 1 patch/j", {"drug": "nicotine", "intake_unit": "patch"}, "nicotine"),
        ("amlodipine 5 1/j", {"drug": "amlodipine", "strength": "5 mg"}, "amlodipine 5 mg"),
    ],
)  # fmt: skip
def test_the_form_that_was_typed_stands_in_the_name(quote: str, values: dict[str, Any], name: str) -> None:
    bare = {**AMLODIPINE, "strength": None, "intake_unit": None}
    assert medicines.name({**bare, "quote": quote, **values}) == name


def test_the_length_of_a_first_step_is_not_that_of_the_treatment() -> None:
    told = {**AMLODIPINE, "quote": "Cortancyl 20 3 cp/j 3j puis 2", "duration_days": 3}
    assert medicines.duration(told) == ""
    assert "dispenseRequest" not in made(told)


@pytest.mark.parametrize(
    ("quote", "when"),
    [
        ("amlodipine 5 1-0-1", "1 comprimé 1 fois par jour, le matin et le soir"),
        ("amlodipine 5 1 le soir", "1 comprimé le soir"),
        ("x 1-1-1", "1 comprimé 1 fois par jour"),
    ],
)
def test_when_it_is_taken_is_not_lost(quote: str, when: str) -> None:
    assert medicines.directions({**AMLODIPINE, "quote": quote}) == when


def test_stopping_one_substance_leaves_its_combinations_and_other_strengths() -> None:
    taken = [
        stored({**earlier({**AMLODIPINE, "drug": drug, "strength": strength}), "status": "active"}, id)
        for id, drug, strength in (
            ("alone", "amlodipine", "5 mg"),
            ("other", "amlodipine", "10 mg"),
            ("combined", "valsartan/amlodipine", "80 mg"),
            ("received", "AMLODIPINE + VALSARTAN", "80 mg"),
        )
    ]
    ended = change([{**AMLODIPINE, "status": "stopped"}], taken, SCENE)
    assert [one["id"] for one in ended.updated] == ["alone"]
    both = change([{**AMLODIPINE, "strength": None, "status": "stopped"}], taken, SCENE)
    assert [one["id"] for one in both.updated] == ["alone", "other"]


def test_a_lasting_illness_is_given_no_onset_that_nobody_wrote() -> None:
    assert "onsetDateTime" not in made(HTA)
    assert made({**HTA, "label": "Otite", "cim10": "H66.9"})["onsetDateTime"] == "2026-11-21"


@pytest.mark.parametrize(
    ("quote", "said"),
    [
        ("OMA D", "Otite, à droite"),
        ("otite gauche", "Otite, à gauche"),
        ("dyspnée d'effort", "Otite"),
        ("carence en vitamine D", "Otite"),
        ("OMA", "Otite"),
    ],
)
def test_the_side_is_kept(quote: str, said: str) -> None:
    assert made({**HTA, "quote": quote, "label": "Otite", "cim10": "H66.9"})["code"]["text"] == said


def test_the_other_side_is_another_episode() -> None:
    right, left = ({**HTA, "quote": f"OMA {side}", "label": "Otite", "cim10": "H66.9"} for side in "DG")
    assert len(change([left], [stored(made(right))], SCENE).created) == 1
    assert change([right], [stored(made(right))], SCENE).created == []


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("père IDM 55 ans", "père"),
        ("grand-père IDM", "grand-père"),
        ("beau-père IDM", "famille"),
        ("cancer colon père, IDM mère", "mère"),
        ("ATCD fam : IDM père, cancer sein mère", "père"),
        ("mère HTA, IDM", "mère"),
        ("IDM père et mère", "famille"),
    ],
)
def test_an_illness_of_the_family_is_of_the_relative_who_has_it(text: str, who: str) -> None:
    scene = replace(SCENE, text=text)
    start = text.index("IDM")
    told = {**EVERY[5], "start": start, "end": start + 3}
    assert problems.condition(told, scene)["relationship"]["text"] == who


def test_a_suspected_allergy_is_not_a_confirmed_one() -> None:
    held = made({**EVERY[12], "status": "suspected"})
    assert held["verificationStatus"]["coding"][0]["code"] == "unconfirmed"


def test_no_drug_allergy_is_not_no_allergy() -> None:
    told = {**EVERY[13], "quote": "pas d'allergie médicamenteuse"}
    assert made(told)["code"]["coding"][0]["code"] == "no-known-medication-allergies"
    assert made(EVERY[13])["code"]["coding"][0]["code"] == "no-known-allergies"


@pytest.mark.parametrize(
    ("unit", "count", "said"),
    [
        ("cp", 1, "1 comprimé"),
        ("cp", 2, "2 comprimés"),
        ("gél", 2, "2 gélules"),
        ("càs", 1, "1 cuillère à soupe"),
        ("càc", 2, "2 cuillères à café"),
        ("bouffée", 2, "2 bouffées"),
        ("mL", 5, "5 mL"),
    ],
)
def test_a_paper_says_units_in_full(unit: str, count: int, said: str) -> None:
    assert medicines.directions({"dose_per_intake": count, "intake_unit": unit}) == said
