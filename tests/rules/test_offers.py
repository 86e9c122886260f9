"""What stands beside a note: in the doctor's words, never accepted by itself, never back once refused."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from carnet.rules.offers import Offer, offers, said_of, term_of, words
from tests.rules.test_accepted import EVERY, HTA, PRESSURE, TEXT

DAY = date(2026, 11, 21)


def offered(*facts: dict[str, Any], **said: Any) -> list[Offer]:
    return offers(TEXT, facts, day=DAY, **{"marks": {}, **said})


@pytest.mark.parametrize("fact", EVERY, ids=lambda one: f"{one['kind']}-{one.get('status', one.get('name'))}")
def test_every_kind_has_a_sign_and_words(fact: dict[str, Any]) -> None:
    sign, said = words(fact, DAY)
    assert len(sign) == 1
    assert said
    assert "None" not in said


@pytest.mark.parametrize(
    ("kind", "values", "said"),
    [
        (
            "vital",
            {"name": "bp", "value": {"systolic": 140, "diastolic": 80}, "unit": "mm[Hg]"},
            "✓ TA 140/80 mmHg",
        ),
        ("condition", {"label": "Dyspnée", "cim10": "R06.0", "status": "negated"}, "– dyspnée (absent)"),
        (
            "condition",
            {"label": "Insuffisance cardiaque", "cim10": "I50.9", "status": "suspected"},
            "? insuffisance cardiaque (suspecté)",
        ),
        ("condition", {"label": "IDM", "cim10": "I21", "status": "family"}, "⌂ famille : IDM"),
        ("follow_up", {"in_days": 92, "what": "consultation"}, "→ consultation le 21/02/2027"),
        ("allergy", {"substance": "aucune connue", "status": "negated"}, "– aucune allergie connue"),
        ("lab", {"name": "créatinine", "value": 98, "unit": "umol/L"}, "✓ créatinine 98 µmol/L"),
        ("lab", {"name": "MMSE", "value": 24, "unit": "{score}"}, "✓ MMSE 24"),
        (
            "medication",
            {
                "drug": "amlodipine",
                "strength": "5 mg",
                "dose_per_intake": 1,
                "intake_unit": "comprimé",
                "times_per_day": 1,
                "duration_days": 90,
                "status": "prescribed",
            },
            "▢ amlodipine 5 mg, 1 comprimé 1 fois par jour, pendant 3 mois",
        ),
    ],
)
def test_what_a_doctor_reads(kind: str, values: dict[str, Any], said: str) -> None:
    assert " ".join(words({"kind": kind, "quote": "x", **values}, DAY)) == said


def test_nothing_is_accepted_by_itself() -> None:
    assert {one.verdict for one in offered(*EVERY)} == {""}


def test_an_accepted_offer_stays_so_when_the_text_moves() -> None:
    (before,) = offered(HTA)
    moved = {**HTA, "start": HTA["start"] + 40, "end": HTA["end"] + 40}
    (after,) = offers(
        "Une ligne de plus, tapée au-dessus.    \n" + TEXT, [moved], day=DAY, marks={before.key: "accepted"}
    )
    assert (after.verdict, after.line) == ("accepted", 1)


def test_the_same_words_twice_are_two_offers() -> None:
    first, second = offered(
        PRESSURE, {**PRESSURE, "start": PRESSURE["start"] + 30, "end": PRESSURE["end"] + 30}
    )
    assert first.key != second.key


def test_a_refused_term_does_not_come_back_for_this_patient() -> None:
    assert offered(HTA, refused=[term_of(HTA, DAY)]) == []
    assert len(offered(HTA, refused=[term_of({**HTA, "status": "negated"}, DAY)])) == 1, (
        "denying it is another thing"
    )


def test_a_refusal_in_this_note_can_be_seen_and_taken_back() -> None:
    (one,) = offered(HTA)
    (refused,) = offered(HTA, marks={one.key: "refused"}, refused=[one.term])
    assert refused.verdict == "refused"


@pytest.mark.parametrize(
    ("accepted", "refused", "quiet"),
    [(0, 4, False), (0, 5, True), (1, 8, False), (1, 20, True), (50, 5, False)],
)
def test_what_the_practice_keeps_refusing_stands_folded_away(
    accepted: int, refused: int, quiet: bool
) -> None:
    (one,) = offered(HTA, counts={term_of(HTA, DAY): (accepted, refused)})
    assert one.quiet is quiet


def test_what_was_accepted_is_never_folded_away() -> None:
    (one,) = offered(HTA)
    (kept,) = offered(HTA, marks={one.key: "accepted"}, counts={one.term: (0, 50)})
    assert not kept.quiet


def test_only_what_is_certain_goes_with_one_key() -> None:
    sure, unsure = offered({**HTA, "confidence": 0.95}, {**PRESSURE, "confidence": 0.6})[::-1]
    assert (sure.certain, unsure.certain) == (True, False)


PRESCRIBED = {
    **HTA,
    "kind": "medication",
    "status": "prescribed",
    "drug": "amlodipine",
    "strength": "5 mg",
    "dose_per_intake": 1,
    "times_per_day": 1,
    "confidence": 0.99,
}


@pytest.mark.parametrize("missing", ["", "drug", "strength", "dose_per_intake", "times_per_day"])
def test_a_prescription_is_certain_only_when_all_of_it_was_read(missing: str) -> None:
    (read,) = offered({**PRESCRIBED, **({missing: None} if missing else {})})
    assert read.certain is (missing == "")
    (unsure,) = offered({**PRESCRIBED, "confidence": 0.8})
    assert not unsure.certain


@pytest.mark.parametrize(
    ("term", "said"),
    [
        ("vital:bp", ("Mesure", "TA")),
        ("condition:fievre:negated", ("Problème", "fievre (absent)")),
        ("condition:hypertension arterielle:affirmed", ("Problème", "hypertension arterielle")),
        ("medication:amlodipine", ("Médicament", "amlodipine")),
        ("order:lab", ("Demande", "biologie")),
        ("order:sick leave", ("Demande", "arrêt de travail")),
        ("vital:heart rate", ("Mesure", "FC")),
        ("order", ("Demande", "")),
    ],
)
def test_what_was_counted_is_told_in_words(term: str, said: tuple[str, str]) -> None:
    assert said_of(term) == said


def test_a_refused_request_hides_no_other() -> None:
    asked = {"kind": "order", "type": "lab", "start": 0, "end": 2, "confidence": 0.9}
    nfs, tsh = ({**asked, "quote": words, "what": words} for words in ("bio NFS", "bio TSH"))
    shown = offered(nfs, tsh, refused=[term_of(nfs, DAY)])
    assert [one.fact["what"] for one in shown] == ["bio TSH"]
    assert [one.counted for one in offered(nfs, tsh)] == ["order:lab", "order:lab"]


AMLODIPINE = {**PRESCRIBED, "quote": "amlodipine 50 1/j", "strength": "50 mg"}
ALLERGY = {**HTA, "kind": "allergy", "substance": "pénicilline", "quote": "allergie pénicilline ?"}


@pytest.mark.parametrize(
    ("refused", "later"),
    [
        (PRESSURE, PRESSURE),
        (AMLODIPINE, AMLODIPINE),
        ({**ALLERGY, "status": "suspected"}, {**ALLERGY, "status": "affirmed"}),
        ({**AMLODIPINE, "status": "ongoing"}, {**PRESCRIBED, "status": "ongoing"}),
        ({**AMLODIPINE, "status": "ongoing"}, {**AMLODIPINE, "status": "stopped"}),
    ],
    ids=["measure", "prescription", "allergy", "dose", "stop"],
)
def test_one_refusal_hides_nothing_that_says_more_or_is_of_another_day(
    refused: dict[str, Any], later: dict[str, Any]
) -> None:
    never = [term_of(refused, DAY)]
    assert offered(refused, refused=never) == []
    assert len(offers(TEXT, [later], day=DAY + timedelta(days=30), marks={}, refused=never)) == 1


AUGMENTIN = {
    **PRESCRIBED, "drug": "amoxicilline/acide clavulanique", "brand": "Augmentin", "strength": "1 g", "atc": "J01CR02"
}  # fmt: skip


@pytest.mark.parametrize(
    ("said", "warned"),
    [
        ("Amoxicilline", True),
        ("Augmentin", True),
        ("Pénicillines", True),
        ("AINS", False),
        ("Érythromycine", False),
    ],
)
def test_what_an_allergy_of_the_record_names_says_so_and_is_accepted_alone(said: str, warned: bool) -> None:
    held = {"resourceType": "AllergyIntolerance", "id": "a", "code": {"text": said}}
    (one,) = offered(AUGMENTIN, known=[held])
    assert (one.against, one.certain) == (((said,), False) if warned else ((), True))
    assert (said in one.seen) is warned
    ruled_out = {**held, "verificationStatus": {"coding": [{"code": "refuted"}]}}
    assert offered(AUGMENTIN, known=[ruled_out])[0].against == ()


def test_an_allergy_typed_in_the_same_note_warns_too() -> None:
    found = offered({**ALLERGY, "status": "affirmed"}, AUGMENTIN)
    assert [one.against for one in found if one.kind == "medication"] == [("pénicilline",)]
    stopped = offered({**ALLERGY, "status": "affirmed"}, {**AUGMENTIN, "status": "stopped"})
    assert not [one.against for one in stopped if one.against]


def test_no_known_allergy_says_which_one_the_record_holds_and_is_accepted_alone() -> None:
    none = {**ALLERGY, "status": "negated", "substance": "aucune connue", "quote": "pas d'allergie connue"}
    held = {"resourceType": "AllergyIntolerance", "id": "a", "code": {"text": "Ibuprofène"}}
    (one,) = offered({**none, "confidence": 1.0}, known=[held])
    assert (one.against, one.certain) == (("Ibuprofène",), False)
    assert offered({**none, "confidence": 1.0})[0].certain


@pytest.mark.parametrize(
    ("ucum", "said"),
    [("m[IU]/L", "TSH 2,1 mUI/L"), ("ug/g", "TSH 2,1 µg/g"), ("{score}", "TSH 2,1"), ("g/L", "TSH 2,1 g/L")],
)
def test_a_unit_is_said_as_a_doctor_writes_it(ucum: str, said: str) -> None:
    fact = {**HTA, "kind": "lab", "name": "TSH", "value": 2.1, "unit": ucum, "quote": "TSH 2,1"}
    assert words(fact, DAY)[1] == said
