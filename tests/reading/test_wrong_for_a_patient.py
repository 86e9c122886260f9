"""Readings that would harm somebody if a doctor accepted them in a hurry: doses, pauses, negations, whose illness it is."""

from __future__ import annotations

import time
from typing import Any

import pytest

from carnet.reading.facts import Context
from tests.reading.reading import packaged, read, told


def drugs(text: str) -> list[dict[str, Any]]:
    return [dict(one.values, confidence=one.confidence) for one in read(text, "medication")]


def conditions(text: str) -> list[tuple[str, str]]:
    return [(str(one.values["label"]), str(one.values["status"])) for one in read(text, "condition")]


# Medicines: no dose, frequency or status that the words do not say; less is right.


@pytest.mark.parametrize(
    "text", ["Josacine 250 dose 12 kg x2/j 5j", "Advil 20 dose 12 kg x3/j", "Zithromax 40 dose 12 kg 1x/j 3j"]
)
def test_a_strength_is_no_number_of_dose_kilos(text: str) -> None:
    """The graduated pipette is filled to « dose 12 kg », once."""
    (one,) = drugs(text)
    assert one.get("dose_per_intake") in (None, 1, 12)


@pytest.mark.parametrize(
    ("text", "drug"),
    [
        ("INR 6,2 → stop coumadine 2 j puis 3 mg", "warfarine"),
        ("INR 6,2 : stop coumadine 2 j puis reprise 3 mg/j", "warfarine"),
        ("INR 5 → stop previscan 1 j puis 1/2 cp/j", "fluindione"),
        ("stop eliquis 48h puis reprise 5 x2", "apixaban"),
        ("suspendre metformine 3 j", "metformine"),
        ("suspendre metformine 48h avant scanner", "metformine"),
        ("arrêt Previscan 2 jours puis reprise 1/2 cp", "fluindione"),
    ],
)
def test_a_pause_is_no_short_course_and_no_certain_end(text: str, drug: str) -> None:
    """A pause ends nothing by a key that accepts many, and its days are not those of a prescription."""
    found = [one for one in drugs(text) if one["drug"] == drug]
    assert all(one["confidence"] < 0.9 for one in found if one["status"] == "stopped")
    assert all(one.get("duration_days") not in (1, 2) for one in found)


@pytest.mark.parametrize(
    "text",
    ["Levothyrox 75 1/j sauf dimanche", "Digoxine 0,25 1 cp/j sauf samedi dimanche", "Augmentin 1g x2 ou x3/j 7 jours",
     "MTX 2,5 x4 le vendredi", "prednisone 20 x3 le matin"],
)  # fmt: skip
def test_a_posology_of_which_a_part_is_not_understood_is_not_certain(text: str) -> None:
    """« all that are certain » must not accept it; and three tablets in the morning are not three times a day."""
    assert all(one["confidence"] < 0.9 for one in drugs(text))
    if text.startswith("prednisone"):
        assert all(one.get("times_per_day") != 3 for one in drugs(text))


def test_every_three_months_is_read_with_a_blank_too() -> None:
    (one,) = drugs("Uvedose 100000 1 amp / 3 mois")
    assert one.get("times_per_day") == pytest.approx(0.011, abs=0.001)
    assert one.get("duration_days") is None


def test_a_ceiling_in_grams_is_no_number_of_tablets() -> None:
    assert all(one.get("max_per_day") == 3 for one in drugs("paracétamol 1g x3/j max 3/j"))
    assert all(one.get("max_per_day") is None for one in drugs("paracétamol max 3 g/j"))


def test_two_strengths_of_a_combination_are_kept_whole() -> None:
    (one,) = drugs("Augmentin 100mg/12,5mg dose 15 kg x3/j 8j")
    assert str(one.get("strength") or "").replace(" ", "") in ("", "100mg/12,5mg", "100mg/12.5mg", "100mg")


# Conditions and allergies.


@pytest.mark.parametrize(
    "text",
    ["élimination EP", "absence d'arguments pour une méningite", "aucun argument pour une EP", "sans argument pour EP",
     "pas d'argument clinique pour une pneumopathie", "exclusion d'un IDM", "IDM infirmé", "diagnostic de gale réfuté",
     "PAS D'EP", "ne pense pas à une méningite", "EP éliminée"],
)  # fmt: skip
def test_what_is_ruled_out_is_never_affirmed(text: str) -> None:
    found = conditions(text)
    assert found, "a negation is worth reading"
    assert all(status == "negated" for _, status in found)


@pytest.mark.parametrize("text", ["peu d'arguments pour une EP", "pas convaincu par une sinusite", "inquiète pour un Alzheimer",
                                  "croit avoir un cancer"])  # fmt: skip
def test_what_is_doubted_or_feared_is_never_affirmed(text: str) -> None:
    assert all(status != "affirmed" for _, status in conditions(text))


@pytest.mark.parametrize(
    "text",
    ["voisin a la gale", "son collègue a la tuberculose", "aidante de son mari Parkinson", "collègue de travail covid +",
     "fille hospitalisée pour bronchiolite"],
)  # fmt: skip
def test_the_illness_of_somebody_else_is_not_the_patients(text: str) -> None:
    assert all(status not in ("affirmed", "history") for _, status in conditions(text))


@pytest.mark.parametrize(
    "text", ["évolution lente", "marche lente", "clinique de la Goutte d'Or", "Mr Petit Rhume"]
)
def test_common_words_and_names_are_no_disease(text: str) -> None:
    assert conditions(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "ATCD pénicilline : allergie",
        "pénicilline : allergie",
        "all. péni",
        "réaction à la pénicilline dans l'enfance",
    ],
)
def test_an_allergy_is_never_lost(text: str) -> None:
    found = [one.values for one in read(text, "allergy")]
    assert any("nicillin" in str(one["substance"]) for one in found)
    assert "T78.4" not in [one.values.get("cim10") for one in read(text, "condition")]


# Requests and measures.


@pytest.mark.parametrize(
    ("text", "kept"), [("Bio: NFS, CRP, PSA non", "NFS"), ("examens : NFS, iono, ECBU, PSA refusé", "NFS")]
)
def test_one_refused_test_does_not_lose_the_whole_request(text: str, kept: str) -> None:
    orders = [one for one in read(text, "order") if one.values["type"] == "lab"]
    assert any(kept in text[one.start : one.end] and "PSA" not in text[one.start : one.end] for one in orders)


def test_what_was_is_no_request_and_a_target_is_no_result() -> None:
    assert read("consult urgences avant-hier pour entorse", "order") == []
    assert read("objectif GAJ <1,2", "lab") == []


def test_a_date_before_a_pressure_does_not_lose_it() -> None:
    assert [one.values["value"] for one in read("le 12/11 TA 15/9", "vital")] == [
        {"systolic": 150, "diastolic": 90}
    ]


def test_a_dose_kilo_without_number_is_said() -> None:
    (one,) = drugs("Doliprane dose poids x4/j si fièvre")
    assert (one.get("dose_per_intake"), one.get("intake_unit")) == (1, "dose-poids")


# Stops: one that is denied is none, one that is planned or under a condition is never certain.


@pytest.mark.parametrize(
    "text",
    ["ne pas arrêter le Kardegic", "pas d'arrêt du Kardegic", "n'a pas arrêté son Kardegic", "inutile d'arrêter le Kardegic",
     "surtout ne pas stopper l'Eliquis", "ne jamais arrêter seul le Kardegic", "Kardegic 75 : ne jamais arrêter seul",
     "Kardegic jamais arrêté", "n'arrête pas le Kardegic et Plavix", "ne pas arrêter Kardegic, Plavix", "refuse d'arrêter le Seresta",
     "pas lieu de suspendre le Tahor", "aucune raison d'arrêter le Tahor", "sans interrompre l'Eliquis", "pas de sevrage du Seresta",
     "ne veut pas arrêter le Seresta", "il ne faut pas que le patient arrête le Kardegic", "Kardegic 75, inutile d'arrêter"],
)  # fmt: skip
def test_a_stop_that_is_denied_is_no_stop(text: str) -> None:
    assert all(one["status"] != "stopped" for one in drugs(text))


def test_a_drug_whose_stop_is_denied_is_taken() -> None:
    assert [one["status"] for one in drugs("ne pas arrêter Kardegic et Plavix")] == ["ongoing", "ongoing"]


@pytest.mark.parametrize(
    "text",
    ["arrêter Metformine si vomissements", "stop Lasilix si déshydratation", "arrêt amlodipine si TA < 11", "suspendre IEC si diarrhée",
     "arrêt du Kardegic 5 j avant l'extraction puis reprise", "si TA < 11 : arrêt amlodipine",
     "stop Xarelto la veille de la coloscopie", "en cas de vomissements, stop metformine", "si diarrhée stop IEC et metformine",
     "stop metformine et Lasilix si vomissements", "Lasilix 40 à arrêter, si déshydratation", "Règles : si diarrhée, suspendre metformine",
     "metformine 1000 à suspendre en cas de diarrhée", "envisager d'arrêter le Seresta", "on arrêtera le Tahor", "essayer d'arrêter le Seresta"],
)  # fmt: skip
def test_a_stop_that_is_planned_or_under_a_condition_is_not_certain(text: str) -> None:
    assert all(one["confidence"] <= 0.5 for one in drugs(text) if one["status"] == "stopped")


@pytest.mark.parametrize(
    "text",
    ["arrêt du Tahor", "Tahor arrêté", "pas de fièvre, arrêt Tahor", "pas toléré, arrêt du Tahor", "ne supporte pas stop Tahor",
     "stop Tahor, revoir si douleurs", "stop Tahor 40, Doliprane 1 g si douleur", "Doliprane 1 g si douleur, stop Tahor",
     "pas d'arrêt de travail, stop Tahor", "ne prend plus le Tahor", "n'a plus de Tahor"],
)  # fmt: skip
def test_a_stop_beside_another_denial_or_condition_stays_certain(text: str) -> None:
    (one,) = (one for one in drugs(text) if one["drug"] == "atorvastatine")
    assert (one["status"], one["confidence"] >= 0.9) == ("stopped", True)


@pytest.mark.parametrize("text", ["pas d'arrêt, Doliprane 1g x3/j", "pas d'arrêt Doliprane 1g x3/j",
                                  "pas d'arrêt de travail. Doliprane 1g x3/j"])  # fmt: skip
def test_no_days_off_work_says_nothing_of_the_drug(text: str) -> None:
    assert [one["status"] for one in drugs(text)] == ["prescribed"]


@pytest.mark.parametrize("run", ["t" * 60, "t" * 20_000, "tt" * 85, "d'l'" * 5_000])
def test_a_long_run_of_letters_after_a_cue_is_read_at_once(run: str) -> None:
    drugs("stop amlodipine")
    begun = time.process_time()
    drugs(f"stop {run} q amlodipine")
    assert time.process_time() - begun < 1


def test_a_child_stops_no_work() -> None:
    """The paper of a sick child is for who looks after it: no sick leave in the name of the child."""
    from_school = packaged().read("Arrêt 3 jours", Context(age=5, sex="M", date="2026-11-20"))
    assert [one.values["type"] for one in from_school] == ["certificate"]
    assert told("Arrêt enfant malade 3 jours pour la mère", "order", "type") == ["certificate"]
    assert told("arrêt de travail 3 jours", "order", "type") == ["sick_leave"]


@pytest.mark.parametrize(
    "text",
    [
        "pas d'ATCD perso ni familial thromboembolique",
        "pas d'ATCD familial ni personnel thrombo-embolique",
        "aucun ATCD perso/familial de MTEV",
        "pas d'antécédent personnel ou familial de phlébite",
        "Pas d'ATCD fam de cancer du sein",
    ],
)
def test_a_history_that_is_denied_is_neither_the_patient_s_nor_the_family_s(text: str) -> None:
    assert {status for _, status in conditions(text)} == {"negated"}


@pytest.mark.parametrize("heading", ["Trt actuel", "Trts en cours", "Ttt habituel", "tt de fond", "Trt"])
def test_what_is_taken_already_is_not_prescribed_whatever_its_heading(heading: str) -> None:
    found = drugs(f"{heading} : Ramipril 5 1-0-0, Kardegic 75")
    assert [one["status"] for one in found] == ["ongoing", "ongoing"]


def test_what_must_not_be_lifted_is_no_weight() -> None:
    assert not read("Certif inaptitude port de charges > 10 kg", "vital")


def test_a_course_under_a_plain_heading_is_prescribed_and_one_already_taken_is_not() -> None:
    (tiorfan,) = drugs("Gastro-entérite.\nTraitement :\n- Tiorfan 100 1 gél x3/j 3 jours")
    assert tiorfan["status"] == "prescribed"
    taken = drugs("Ttt en cours : Augmentin 1g x2/j 7 j, Kardegic 75")
    assert [one["status"] for one in taken] == ["ongoing", "ongoing"], "« Augmentin » raises no dose"


@pytest.mark.parametrize(
    ("text", "substance"),
    [
        ("pas d'atb. all amoxicilline. aat 2j", "amoxicilline"),
        ("all : kiwi", "kiwi"),
        ("Il n'a pas d'allergie connue aux médicaments", "aucune connue"),
    ],
)
def test_an_allergy_in_short_is_read(text: str, substance: str) -> None:
    (found,) = read(text, "allergy")
    assert found.values["substance"] == substance


@pytest.mark.parametrize(
    "text",
    [
        "amlodipine 5 1/j, arrêt du tabac conseillé",
        "amlodipine 5 1/j, stop tabac",
        "amlodipine 5 1/j, arrêt de l'alcool",
    ],
)
def test_a_habit_that_ends_ends_no_medicine(text: str) -> None:
    assert [one["status"] for one in drugs(text)] == ["prescribed"]
