"""A vaccine accepted from a note has the code of its name, where it has one."""

from __future__ import annotations

from carnet.fhir import codes
from tests.rules.test_accepted import EVERY, fact, made


def test_a_vaccine_has_its_code_where_its_name_has_one() -> None:
    coded = made(fact("immunization", "TA", vaccine="grippe", status="done_today", atc="J07BB02"))
    assert coded["vaccineCode"] == {"coding": [{"system": codes.ATC, "code": "J07BB02"}], "text": "grippe"}
    assert made(EVERY[18])["vaccineCode"] == {"text": "DTP"}
