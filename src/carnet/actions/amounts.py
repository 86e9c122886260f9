"""What one takes at a time, where the note gives a number alone: the unit of the form in which the medicine is sold. It
chooses no amount, and no unit where several forms are sold."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from carnet.fhir.folding import fold, words
from carnet.reading.drugs import Drug, Drugs

Fact = dict[str, Any]
# Forms of which one takes a number, by what their names hold; a bottle or a pen is not one of them.
_COUNTED = {"comprimé": "comprimé", "gélule": "gélule", "capsule": "gélule", "sachet": "sachet", "poudre": "sachet",
            "granulé": "sachet", "suppositoire": "suppositoire", "ovule": "ovule", "patch": "patch",
            "dispositif transdermique": "patch"}  # fmt: skip
_ONE_A_DAY = re.compile(r"(?<![\d.,/-])1 ?/ ?j(?:our)?\b")


def with_unit(fact: Fact, drugs: Drugs) -> Fact:
    """A number without unit is of the one form in which this name is sold, in this strength where one was read; shown in
    the offer before it is accepted. « 1/j » is a number too."""
    if fact["kind"] != "medication" or fact.get("intake_unit"):
        return fact
    amount = fact.get("dose_per_intake")
    if amount is None and not (
        fact.get("times_per_day") == 1 and _ONE_A_DAY.search(fold(str(fact["quote"])))
    ):
        return fact
    named = [*words(str(fact.get("brand") or fact["drug"]))]
    drug = drugs.find(named)
    if drug is None or (amount is not None and _may_be_strength(fact, drug)):
        return fact
    forms = drugs.forms(named, str(fact["strength"])) if fact.get("strength") else ()
    unit = _unit(forms or drug.forms)
    return {**fact, "intake_unit": unit, "dose_per_intake": 1 if amount is None else amount} if unit else fact


def _unit(forms: Iterable[str]) -> str:
    """« Eliquis 2,5 x2 » is tablets, « Eliquis » may be sachets: none."""
    found = {next((unit for name, unit in _COUNTED.items() if name in form), "") for form in forms}
    return found.pop() if len(found) == 1 else ""


def _may_be_strength(fact: Fact, drug: Drug) -> bool:
    """« Eliquis 5 x2/j » is 5 mg, not five tablets: where no strength was read, the number may be one of those sold."""
    amount = str(fact["dose_per_intake"]).replace(".", ",")
    return not fact.get("strength") and any(one.split(" ")[0] == amount for one in drug.strengths)
