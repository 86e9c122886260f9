"""What a corrected note takes back from papers and treatments."""

from __future__ import annotations

from datetime import datetime

import pytest

from carnet.actions import paper
from tests.actions.test_offers import begun, corrected, facts, offered, say, sign
from tests.cast import ALICE

pytestmark = pytest.mark.usefixtures("any_cell")


def test_a_medicine_deleted_by_a_correction_leaves_the_paper_and_the_treatments(at: datetime) -> None:
    """Printed or not: no later paper says it again."""
    first, then = "amlodipine 5 1/j 3 mois\nhydroxyzine 25 1 le soir 15 j", "amlodipine 5 1/j 3 mois"
    draft = begun(at, text=first)
    say(draft, at, "accepted", *offered(draft, at, first), text=first)
    signed = sign(draft, at).composition
    encounter = signed.resource()["encounter"]["reference"].partition("/")[2]
    paper.prescription(by=ALICE, at=at, patient=draft.patient, encounter=encounter)
    sign(corrected(signed.id, draft.patient, at, then), at)
    (again,) = paper.prescription(by=ALICE, at=at, patient=draft.patient, encounter=encounter)
    statuses = {
        one["medicationCodeableConcept"]["text"]: one["status"]
        for one in facts(draft.patient, at)
        if one["resourceType"] == "MedicationRequest"
    }
    assert statuses == {"amlodipine 5 mg": "active", "hydroxyzine 25 mg": "stopped"}
    assert again.resource()["relatesTo"][0]["code"] == "replaces"
