"""Words around a fact that turn it round: it is withheld, or never accepted together with others."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from carnet.rules.offers import Offer, offers

DAY = date(2026, 11, 21)
PRESSURE = {"kind": "vital", "name": "bp", "value": {"systolic": 148, "diastolic": 92}, "unit": "mm[Hg]"}
DRUG = {"kind": "medication", "drug": "amoxicilline", "strength": "1 g", "dose_per_intake": 1, "times_per_day": 3,
        "intake_unit": "comprimé", "status": "prescribed"}  # fmt: skip
STOP = {"kind": "medication", "drug": "furosémide", "status": "stopped"}
NONE = {"kind": "allergy", "substance": "aucune connue", "status": "negated"}
ALLERGY = {"kind": "allergy", "substance": "pénicilline", "status": "affirmed"}


def offered(text: str, quote: str, fact: dict[str, Any]) -> list[Offer]:
    start = text.index(quote)
    told = {"confidence": 0.95, **fact, "quote": quote, "start": start, "end": start + len(quote)}
    return offers(text, [told], day=DAY, marks={})


@pytest.mark.parametrize(
    ("text", "quote", "fact"),
    [
        ("(09/11/2026) TA 148/92", "TA 148/92", PRESSURE),
        ("ne pas prescrire d'amoxicilline", "amoxicilline", DRUG),
        ("pas de reprise d'amoxicilline", "amoxicilline", DRUG),
        ("éviter l’amoxicilline", "amoxicilline", DRUG),
        ("pas allergique à l'amoxicilline", "pas allergique", NONE),
        ("ne pas arrêter le Lasilix", "Lasilix", STOP),
        ("pas d’arrêt du Lasilix", "Lasilix", STOP),
    ],
)
def test_what_the_words_contradict_is_not_offered(text: str, quote: str, fact: dict[str, Any]) -> None:
    assert offered(text, quote, fact) == []


@pytest.mark.parametrize(
    ("text", "quote", "fact"),
    [
        ("TA hier 148/92", "148/92", PRESSURE),
        ("le 12/03 TA 148/92", "TA 148/92", PRESSURE),
        ("TA 148/92 la semaine dernière", "TA 148/92", PRESSURE),
        ("sa mère TA 148/92", "TA 148/92", PRESSURE),
        ("sa sœur est allergique à la pénicilline", "pénicilline", ALLERGY),
        ("sa femme prend amoxicilline", "amoxicilline", {**DRUG, "status": "ongoing"}),
        ("si échec amoxicilline 1 g x3/j", "amoxicilline 1 g x3/j", DRUG),
        ("(09/11/2026) amoxicilline 1 g x3/j", "amoxicilline 1 g x3/j", DRUG),
        ("stop Lasilix si déshydratation", "Lasilix si déshydratation", STOP),
        ("stop Lasilix si déshydratation", "Lasilix", STOP),
        ("arrêt du Lasilix 5 j avant l'extraction", "Lasilix 5 j", STOP),
        ("Lasilix 40 à arrêter en cas de diarrhée", "Lasilix 40", STOP),
        ("en cas de diarrhée stop Lasilix", "Lasilix", STOP),
        ("stop Lasilix le soir", "Lasilix", STOP),
        ("amoxicilline 1 g 2 matin 1 soir", "amoxicilline 1 g 2 matin 1 soir", DRUG),
        (
            "méthotrexate 1 cp x1/j",
            "méthotrexate 1 cp x1/j",
            {**DRUG, "drug": "méthotrexate", "times_per_day": 1},
        ),
    ],
)
def test_what_may_be_otherwise_is_looked_at_alone(text: str, quote: str, fact: dict[str, Any]) -> None:
    (one,) = offered(text, quote, fact)
    assert not one.certain


@pytest.mark.parametrize(
    ("text", "quote", "fact"),
    [
        ("amené par sa mère, TA 148/92", "TA 148/92", PRESSURE),
        ("toux depuis hier. TA 148/92", "TA 148/92", PRESSURE),
        ("pas d'AINS, amoxicilline 1 g x3/j", "amoxicilline 1 g x3/j", DRUG),
        ("pas d'allergie connue à ce jour", "pas d'allergie connue", NONE),
        ("pas de fièvre, stop Lasilix", "Lasilix", STOP),
        ("stop Lasilix et revoir si oedèmes", "Lasilix", STOP),
        (
            "méthotrexate 1 cp/sem",
            "méthotrexate 1 cp/sem",
            {**DRUG, "drug": "méthotrexate", "times_per_day": 0.143},
        ),
    ],
)
def test_words_of_another_clause_change_nothing(text: str, quote: str, fact: dict[str, Any]) -> None:
    (one,) = offered(text, quote, fact)
    assert one.certain


def test_a_line_dated_of_the_visit_itself_is_offered() -> None:
    assert offered("(21/11/2026) TA 148/92", "TA 148/92", PRESSURE)


def test_a_weekly_drug_every_day_is_said_aloud() -> None:
    text = "MTX 15 mg /j"
    (one,) = offered(text, text, {**DRUG, "drug": "méthotrexate", "strength": "15 mg", "times_per_day": 1})
    assert "SEMAINE" in one.words


def test_a_suspected_allergy_says_so() -> None:
    (one,) = offered("allergie pénicilline ?", "pénicilline", {**ALLERGY, "status": "suspected"})
    assert one.words == "Allergie : pénicilline (suspectée)"
