"""Allergies: an error here can kill, so each shade of "no" has its test."""

from __future__ import annotations

import pytest

from tests.documents.cda.writing import (
    ABSENT,
    CIM10,
    SNOMED,
    cd,
    code_of,
    comment,
    entry,
    fates,
    lost,
    observation,
    of,
    read_one,
    related,
    template,
    the,
)

DRUG = cd("416098002", SNOMED, "allergie médicamenteuse", "code")
FOOD = cd("414285001", SNOMED, "allergie alimentaire", "code")
AMOXICILLIN = (
    '<participant typeCode="CSM"><participantRole><playingEntity>'
    + cd("J01CA04", "2.16.840.1.113883.6.73", "amoxicilline", "code")
    + "</playingEntity></participantRole></participant>"
)
SEVERE = related(
    observation("29", cd("SEV", "2.16.840.1.113883.5.4", tag="code") + cd("24484000", SNOMED, "sévère"))
)


def concern(inside: str, negated: str = "", status: str = "active") -> str:
    one = observation("41", inside, negated)
    return entry(
        f'<act classCode="ACT" moodCode="EVN">{template("40")}<statusCode code="{status}"/>{related(one)}</act>'
    )


def test_an_allergy_with_its_reactions() -> None:
    reaction = related(
        observation(
            "37",
            f'<effectiveTime><low value="20211204"/></effectiveTime>{cd("L50.9", CIM10, "Urticaire")}{SEVERE}',
        ),
        "MFST",
    )
    found = read_one(concern(DRUG + AMOXICILLIN + reaction + comment("certaine")), code="48765-2")
    made = the(found, "AllergyIntolerance")
    assert (made["type"], made["category"]) == ("allergy", ["medication"])
    assert code_of(made["code"]) == "J01CA04"
    assert code_of(made["clinicalStatus"]) == "active"
    assert made["reaction"][0]["manifestation"][0]["text"] == "Urticaire"
    assert (made["reaction"][0]["severity"], made["reaction"][0]["onset"]) == ("severe", "2021-12-04")
    assert made["patient"] == {"reference": "Patient/subject"}
    assert fates(found).count("part_of") == 4


def test_a_closed_concern_does_not_make_an_allergy_harmless() -> None:
    made = the(read_one(concern(DRUG + AMOXICILLIN, status="completed")), "AllergyIntolerance")
    assert code_of(made["clinicalStatus"]) == "active"


def test_a_stated_status_is_kept() -> None:
    stated = related(observation("30", cd("inactive", "2.16.840.1.113883.4.642.4.1373")), "REFR")
    made = the(read_one(concern(DRUG + AMOXICILLIN + stated)), "AllergyIntolerance")
    assert code_of(made["clinicalStatus"]) == "inactive"


def test_ruled_out_is_refuted() -> None:
    made = the(read_one(concern(DRUG + AMOXICILLIN, 'negationInd="true"')), "AllergyIntolerance")
    assert code_of(made["verificationStatus"]) == "refuted"
    assert code_of(made["code"]) == "J01CA04"


@pytest.mark.parametrize("code", ["no-known-allergies", "no-allergy-info", "no-known-medication-allergies"])
def test_none_known_and_nothing_known(code: str) -> None:
    made = the(read_one(concern(DRUG + cd(code, ABSENT))), "AllergyIntolerance")
    assert code_of(made["code"]) == code
    assert "verificationStatus" not in made
    assert "category" not in made


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (DRUG, "no-known-medication-allergies"),
        (FOOD, "no-known-food-allergies"),
        (cd("609328004", SNOMED, "allergie", "code"), "no-known-allergies"),
    ],
)
def test_a_negated_kind_without_agent_is_none_known_of_that_kind(kind: str, code: str) -> None:
    made = the(read_one(concern(kind, 'negationInd="true"')), "AllergyIntolerance")
    assert code_of(made["code"]) == code


def test_without_agent_nor_value_nobody_guesses() -> None:
    """Published letters write "aucune allergie" and "allergie alimentaire : oui" in exactly this same form."""
    found = read_one(
        concern(FOOD + '<value xsi:type="CD"><originalText><reference value="#x"/></originalText></value>'),
        text='<content ID="x">Aucune allergie</content>',
    )
    assert of(found, "AllergyIntolerance") == []
    assert fates(found) == ["not_understood", "not_understood"]
    assert "lire le texte" in lost(found)[1].reason


def test_a_negated_reaction_is_not_a_reaction() -> None:
    absent = related(observation("37", cd("L50.9", CIM10, "Urticaire"), 'negationInd="true"'), "MFST")
    made = the(read_one(concern(DRUG + AMOXICILLIN + absent)), "AllergyIntolerance")
    assert "reaction" not in made
    assert made["note"] == [{"text": "Réaction absente selon le document : Urticaire"}]


def test_a_severity_without_reaction_is_kept_as_a_remark() -> None:
    made = the(read_one(concern(DRUG + AMOXICILLIN + SEVERE)), "AllergyIntolerance")
    assert made["extension"][0]["url"] == "urn:carnet:cda:detail"


def test_criticality_and_certainty() -> None:
    inside = related(observation("172", cd("high", "2.16.840.1.113883.4.642.4.130"))) + related(
        observation("171", cd("confirmed", "2.16.840.1.113883.4.642.4.130"))
    )
    made = the(read_one(concern(DRUG + AMOXICILLIN + inside)), "AllergyIntolerance")
    assert made["criticality"] == "high"
    assert code_of(made["verificationStatus"]) == "confirmed"
