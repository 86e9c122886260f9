"""The paper of a combination: each strength stands with its substance, or with none."""

from __future__ import annotations

from datetime import datetime

import pytest

from carnet.actions import consultation, offers, paper
from tests.actions.test_paper import words
from tests.cast import ALICE
from tests.house.stories import emile


def printed(line: str, at: datetime) -> str:
    """A line typed, accepted as it was offered, signed and printed."""
    draft = consultation.open(by=ALICE, at=at, patient=emile(at))
    draft = consultation.save(by=ALICE, patient=draft.patient, draft=draft.id, revision=0, text=line)
    found = offers.read(by=ALICE, day=at.date(), draft=draft, text=line)
    keys, seen = [one.key for one in found], [one.seen for one in found]
    offers.mark(by=ALICE, day=at.date(), draft=draft, text=line, keys=keys, seen=seen, verdict="accepted")
    signed = consultation.sign(
        by=ALICE, at=at, patient=draft.patient, draft=draft.id, revision=draft.revision
    )
    encounter = signed.composition.resource()["encounter"]["reference"].partition("/")[2]
    (kept,) = paper.prescription(by=ALICE, at=at, patient=draft.patient, encounter=encounter)
    said = words(kept, draft.patient, at)
    assert all(one.words.split(",")[0].removeprefix("+ ") in said for one in found), "as it was offered"
    return said


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("Coveram 10/5 1 cp/j 3 mois", "périndopril/amlodipine 10 mg/5 mg (Coveram)"),
        ("Cotareg 80/12,5 1 cp/j 3 mois", "valsartan/hydrochlorothiazide 80 mg/12,5 mg (Cotareg)"),
        ("Exforge 5/160 1 cp/j 3 mois", "amlodipine/valsartan 5 mg/160 mg (Exforge)"),
        ("amlodipine/périndopril 5/10 1 cp/j 3 mois", "amlodipine/périndopril 5 mg/10 mg"),
    ],
)
def test_each_strength_is_printed_with_its_substance(
    open_cell: object, at: datetime, line: str, said: str
) -> None:
    assert said in printed(line, at)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("Exforge 160/5 1 cp/j 3 mois", "Exforge 160 mg/5 mg"),
        ("Duoplavin 75/100 1 cp/j 3 mois", "Duoplavin 75/100"),
    ],
)
def test_where_nobody_knows_the_brand_alone_is_printed(
    open_cell: object, at: datetime, line: str, said: str
) -> None:
    told = printed(line, at)
    assert said in told
    assert not any(name in told for name in ("amlodipine", "valsartan", "clopidogrel", "salicylique"))
