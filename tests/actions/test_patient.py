"""A record made and its identity changed by hand; and what every page about a patient shows at its top."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from carnet.actions import patient as actions
from carnet.fhir import codes, identifiers
from carnet.fhir.errors import Conflict, Invalid, NotFound
from carnet.record import gate
from carnet.record.actor import Actor
from carnet.record.work import Stored
from carnet.rules import person
from carnet.rules.person import Identity
from tests.cast import ALICE, BRUNO, CHLOE, DALIA

pytestmark = pytest.mark.usefixtures("any_cell")

EMILE = Identity(birth_name="Durand", given="Émile Jean", birth_date="1955-04-03", gender="male")
INS = f"1 55 04 33 063 001 {identifiers.ins_key('1550433063001'):02}"


def new(at: datetime, identity: Identity = EMILE) -> Stored:
    return actions.create(by=ALICE, at=at, identity=identity)


def wrong_fields(caught: pytest.ExceptionInfo[Invalid]) -> set[str]:
    return {issue.expression for issue in caught.value.issues}


# works


def test_a_patient_is_created_with_everything_typed(at: datetime) -> None:
    typed = replace(
        EMILE,
        used_name="Durand-Petit",
        birthplace="33063",
        ins=INS,
        phone="05 56 00 11 22",
        email="emile@exemple.fr",
        street="12 rue des Tilleuls\nBât. B",
        postal_code="33000",
        city="Bordeaux",
    )
    kept = new(at, typed).resource()
    assert person.typed(kept) == replace(typed, ins=INS.replace(" ", ""))
    assert kept["name"][0] == {"use": "official", "family": "Durand", "given": ["Émile", "Jean"]}
    assert kept["identifier"][0]["system"] == "urn:oid:1.2.250.1.213.1.4.8"


def test_the_secretary_may_create_and_correct_an_identity(at: datetime) -> None:
    kept = actions.create(by=CHLOE, at=at, identity=EMILE)
    again = actions.update(
        by=CHLOE, at=at, patient=kept.id, if_version=1, identity=replace(EMILE, phone="0556001122")
    )
    assert again.version == 2


def test_what_the_form_does_not_show_stays(at: datetime) -> None:
    received: dict[str, Any] = {
        "resourceType": "Patient",
        "meta": {"tag": [{"system": codes.TAG, "code": codes.PROVISIONAL}]},
        "identifier": [{"system": "urn:sender", "value": "42"}],
        "name": [
            {"use": "official", "family": "Durand", "given": ["Émile"]},
            {"use": "nickname", "text": "Milou"},
        ],
        "contact": [{"name": {"family": "Petit"}}],
    }
    with gate.write(by=ALICE, at=at, action="x") as work:
        kept = work.create(received)
    typed = replace(person.typed(kept.resource()), city="Pessac")
    after = actions.update(
        by=ALICE, at=at, patient=kept.id, if_version=1, identity=typed, proof="carte-identite"
    ).resource()
    assert after["contact"] == received["contact"]
    assert after["identifier"] == received["identifier"]
    assert {"use": "nickname", "text": "Milou"} in after["name"]
    assert not codes.has_tag(after, codes.PROVISIONAL)


def test_a_likely_double_is_shown_with_the_reasons(at: datetime) -> None:
    kept = new(at, replace(EMILE, birth_name="N'Diaye-Lefèvre", used_name="Petit"))
    new(at, replace(EMILE, birth_name="Autre", given="Paul"))
    typed = replace(EMILE, birth_name="n diaye lefevre", given="Emile")
    slips = {"birth_name": "N'Diaye-Lefevbre", "birth_date": "1955-03-04"}
    for asked in (typed, *(replace(typed, **{name: value}) for name, value in slips.items())):
        [double] = actions.likely_duplicates(by=ALICE, identity=asked)
        assert (double.patient.id, double.verdict) == (kept.id, "probable")
        assert "Premier prénom : identique (+5)" in [one.sentence for one in double.match.reasons]
    married = replace(typed, birth_name="Petit")
    assert [one.patient.id for one in actions.likely_duplicates(by=ALICE, identity=married)] == [kept.id]


def test_somebody_else_is_not_a_likely_double(at: datetime) -> None:
    new(at)
    for other in ({"birth_name": "Moreau", "given": "Luc"}, {"birth_date": "1982-10-21"}):
        assert actions.likely_duplicates(by=ALICE, identity=replace(EMILE, **other)) == []


def test_one_telephone_and_one_first_name_are_worth_a_look(at: datetime) -> None:
    kept = new(at, replace(EMILE, phone="05 56 00 11 22"))
    typed = replace(EMILE, birth_name="Durant-Moreau", birth_date="1955-04-08", phone="+33556001122")
    assert [one.patient.id for one in actions.likely_duplicates(by=ALICE, identity=typed)] == [kept.id]


def test_a_wrong_key_that_came_from_outside_stays_until_it_is_corrected(at: datetime) -> None:
    wrong = f"1550433063001{(int(INS[-2:]) + 1) % 97:02}"
    came = person.patient(EMILE) | {"identifier": [{"system": identifiers.INS_NIR, "value": wrong}]}
    with gate.write(by=ALICE, at=at, action="x") as work:
        kept = work.create(came)
    shown = person.typed(kept.resource())
    actions.update(by=ALICE, at=at, patient=kept.id, if_version=1, identity=replace(shown, city="Pessac"))
    opened = gate.open_record(by=ALICE, at=at, patient=kept.id)
    assert actions.banner(ALICE, opened).identity == {"text": "INS à clé fausse", "kind": "settle"}
    with pytest.raises(Invalid) as caught:
        typed = replace(shown, ins=wrong[:-1] + str((int(wrong[-1]) + 1) % 10))
        actions.update(by=ALICE, at=at, patient=kept.id, if_version=2, identity=typed)
    assert wrong_fields(caught) == {"ins"}


# refuses


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("birth_name", " "),
        ("given", ""),
        ("ins", INS[:-2] + f"{(int(INS[-2:]) + 1) % 97:02}"),
        ("ins", "12345"),
        ("birth_date", "1955-02-30"),
        ("birth_date", "2031-01-01"),
        ("birthplace", "BORDEAUX"),
        ("email", "emile"),
        ("phone", "appeler le fils"),
        ("gender", "homme"),
    ],
)
def test_what_is_not_right_is_refused_beside_its_field(field: str, value: str, at: datetime) -> None:
    with pytest.raises(Invalid) as caught:
        new(at, replace(EMILE, **{field: value}))
    assert wrong_fields(caught) == {field}
    assert gate.find_patients(by=ALICE, text="durand") == []


def test_the_second_to_save_sees_what_the_first_wrote(at: datetime) -> None:
    kept = new(at)
    actions.update(by=ALICE, at=at, patient=kept.id, if_version=1, identity=replace(EMILE, city="Pessac"))
    with pytest.raises(Conflict) as caught:
        actions.update(
            by=BRUNO, at=at, patient=kept.id, if_version=1, identity=replace(EMILE, city="Talence")
        )
    assert isinstance(caught.value.current, Stored)
    assert person.typed(caught.value.current.resource()).city == "Pessac"


def test_dalia_of_another_practice_does_nothing_here(at: datetime) -> None:
    kept = new(at)
    with pytest.raises(NotFound):
        actions.create(by=DALIA, at=at, identity=EMILE)
    with pytest.raises(NotFound):
        actions.update(by=DALIA, at=at, patient=kept.id, if_version=1, identity=EMILE)
    with pytest.raises(NotFound):
        actions.likely_duplicates(by=DALIA, identity=EMILE)


# the banner


def banner(at: datetime, patient: str, by: Actor = ALICE) -> actions.Banner:
    return actions.banner(by, gate.open_record(by=by, at=at, patient=patient))


def allergy(patient: str, words: str, tag: str = "", code: str = "") -> dict[str, Any]:
    made: dict[str, Any] = {
        "resourceType": "AllergyIntolerance",
        "patient": {"reference": f"Patient/{patient}"},
        "clinicalStatus": {"coding": [{"system": codes.ALLERGY_CLINICAL, "code": "active"}]},
        "code": {"text": words, **({"coding": [{"system": codes.SNOMED, "code": code}]} if code else {})},
    }
    return made | ({"meta": {"tag": [{"system": codes.TAG, "code": tag}]}} if tag else {})


def keep(at: datetime, *resources: dict[str, Any]) -> None:
    with gate.write(by=ALICE, at=at, action="x") as work:
        for one in resources:
            work.create(one)


def test_unrecorded_and_none_known_are_two_facts(at: datetime) -> None:
    id = new(at).id
    assert banner(at, id).allergy_state == "unrecorded"
    keep(at, allergy(id, "Aucune allergie connue", code="716186003"))
    assert banner(at, id).allergy_state == "none"


def test_a_received_allergy_alarms_at_once_and_says_so(at: datetime) -> None:
    id = new(at).id
    keep(
        at, allergy(id, "Aucune allergie connue", code="716186003"), allergy(id, "Latex", tag=codes.RECEIVED)
    )
    shown = banner(at, id)
    assert shown.allergy_state == "listed"
    assert [(one.text, one.received) for one in shown.allergies] == [("Latex", True)]


def test_a_dismissed_or_doubled_allergy_alarms_nobody(at: datetime) -> None:
    id = new(at).id
    keep(at, allergy(id, "Latex", tag=codes.DISMISSED), allergy(id, "Latex", tag=codes.JOINED))
    assert banner(at, id).allergy_state == "unrecorded"


def test_a_received_absence_of_allergy_is_not_believed_before_somebody_takes_it_up(at: datetime) -> None:
    id = new(at).id
    keep(at, allergy(id, "Aucune allergie connue", tag=codes.RECEIVED, code="716186003"))
    assert banner(at, id).allergy_state == "unrecorded"


def test_the_last_filtration_rate_is_in_view(at: datetime) -> None:
    id = new(at).id
    for day, value in (("2025-01-10", 52), ("2025-11-12", 41)):
        keep(
            at,
            {
                "resourceType": "Observation",
                "status": "final",
                "subject": {"reference": f"Patient/{id}"},
                "code": {"coding": [{"system": codes.LOINC, "code": "62238-1"}]},
                "effectiveDateTime": day,
                "valueQuantity": {"value": value, "unit": "mL/min/1,73 m²"},
            },
        )
    assert banner(at, id).facts == ["DFG 41 ↓ (11/2025)"]


def test_the_secretary_is_told_nothing_of_allergies_rather_than_something_false(at: datetime) -> None:
    id = new(at).id
    keep(at, allergy(id, "Latex"))
    assert banner(at, id, CHLOE).allergy_state == "hidden"
    assert banner(at, id, CHLOE).allergies == []


# the status of the identity


def test_a_paper_validates_and_a_changed_trait_undoes_it(at: datetime) -> None:
    kept = actions.create(by=ALICE, at=at, identity=EMILE, proof="passeport")
    assert person.reliability(kept.resource()) == "VALI"
    moved = replace(EMILE, city="Bordeaux")
    same = actions.update(by=ALICE, at=at, patient=kept.id, if_version=1, identity=moved)
    assert person.reliability(same.resource()) == "VALI"
    renamed = replace(moved, birth_name="Durant")
    changed = actions.update(by=ALICE, at=at, patient=kept.id, if_version=2, identity=renamed)
    assert person.reliability(changed.resource()) == "PROV"


def test_a_carte_vitale_proves_nobody(at: datetime) -> None:
    kept = actions.create(by=ALICE, at=at, identity=EMILE, proof="carte-vitale")
    assert person.reliability(kept.resource()) == "PROV"


def test_the_sign_of_a_filtration_rate_is_kept(at: datetime) -> None:
    id = new(at).id
    rate = {
        "resourceType": "Observation", "status": "final", "subject": {"reference": f"Patient/{id}"},
        "code": {"coding": [{"system": codes.LOINC, "code": "62238-1"}]}, "effectiveDateTime": "2025-11-12",
        "valueQuantity": {"value": 90, "comparator": ">", "unit": "mL/min"},
    }  # fmt: skip
    keep(at, rate, {**rate, "effectiveDateTime": "2025-12-01", "meta": {"tag": [{"system": codes.TAG, "code": codes.SUPERSEDED}]}})  # fmt: skip
    assert banner(at, id).facts == ["DFG > 90 (11/2025)"]
