"""Problems: active, over, ruled out, none known, nothing known: five facts that never mix."""

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

HYPERTENSION = cd("I10", CIM10, "Hypertension essentielle")


def concern(inside: str, status: str = "active") -> str:
    return entry(
        f'<act classCode="ACT" moodCode="EVN">{template("39")}<code nullFlavor="NA"/><statusCode code="{status}"/>{related(inside)}</act>'
    )


def status(code: str) -> str:
    value = cd(code, "2.16.840.1.113883.4.642.1.1074")
    return related(observation("30", f"{value}"), "REFR")


def problem(inside: str, attributes: str = "", when: str = '<low value="20190811"/>') -> str:
    return observation("37", f"<effectiveTime>{when}</effectiveTime>{inside}", attributes)


def test_an_active_problem() -> None:
    found = read_one(concern(problem(HYPERTENSION + comment("bien équilibrée"))))
    made = the(found, "Condition")
    assert code_of(made["code"]) == "I10"
    assert made["code"]["coding"][0]["system"] == "http://hl7.org/fhir/sid/icd-10"
    assert code_of(made["clinicalStatus"]) == "active"
    assert made["onsetDateTime"] == "2019-08-11"
    assert made["note"] == [{"text": "bien équilibrée"}]
    assert made["subject"] == {"reference": "Patient/subject"}
    assert made["recorder"]["display"] == "DR Alice MARTIN"
    assert fates(found) == ["part_of", "created", "part_of"]


def test_a_problem_that_is_over() -> None:
    made = the(
        read_one(
            concern(problem(HYPERTENSION, when='<low value="2018"/><high value="201804"/>'), "completed")
        ),
        "Condition",
    )
    assert code_of(made["clinicalStatus"]) == "resolved"
    assert made["abatementDateTime"] == "2018-04"


def test_the_status_that_is_stated_wins_and_its_end_date_is_not_lost() -> None:
    over = '<low value="2018"/><high value="201804"/>'
    made = the(
        read_one(concern(problem(HYPERTENSION + status("active"), when=over), "completed")), "Condition"
    )
    assert code_of(made["clinicalStatus"]) == "active"
    assert "abatementDateTime" not in made
    assert made["note"] == [{"text": "Fin notée dans le document : 2018-04"}]


def test_a_negated_problem_is_refuted_and_never_active() -> None:
    made = the(read_one(concern(problem(HYPERTENSION, 'negationInd="true"'))), "Condition")
    assert code_of(made["verificationStatus"]) == "refuted"
    assert "clinicalStatus" not in made


@pytest.mark.parametrize("negation", ["", 'negationInd="true"', 'negationInd="false"'])
@pytest.mark.parametrize("code", ["no-known-problems", "no-problem-info"])
def test_none_known_and_nothing_known_are_two_facts(code: str, negation: str) -> None:
    """ "Aucun problème connu" negated by zealous software still says none known."""
    made = the(read_one(concern(problem(cd(code, ABSENT), negation), "completed")), "Condition")
    assert made["code"]["coding"][0] == {
        "system": "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips",
        "code": code,
    }
    assert "verificationStatus" not in made


def test_two_problems_in_one_concern() -> None:
    found = read_one(
        concern(problem(HYPERTENSION) + "</entryRelationship><entryRelationship>" + problem(cd("E11", CIM10)))
    )
    assert [code_of(each["code"]) for each in of(found, "Condition")] == ["I10", "E11"]


def test_certainty_severity_and_the_rest() -> None:
    inside = (
        HYPERTENSION
        + related(observation("171", cd("66455-7", "2.16.840.1.113883.6.1", tag="code") + cd("unconfirmed", "2.16.840.1.113883.4.642.1.1075")))
        + related(observation("29", cd("SEV", "2.16.840.1.113883.5.4", tag="code") + cd("6736007", SNOMED, "modéré")))
        + related(observation("31", cd("11323-3", "2.16.840.1.113883.6.1", "Statut clinique", "code") + cd("102499006", SNOMED, "en forme")))
    )  # fmt: skip
    found = read_one(concern(problem(inside)))
    made = the(found, "Condition")
    assert code_of(made["verificationStatus"]) == "unconfirmed"
    assert made["severity"]["text"] == "modéré"
    detail = {part["url"]: part for part in made["extension"][0]["extension"]}
    assert detail["code"]["valueCodeableConcept"]["text"] == "Statut clinique"
    assert detail["value"]["valueCodeableConcept"]["text"] == "en forme"
    assert lost(found) == []


def test_words_alone_are_kept_as_words() -> None:
    text = '<content ID="x">Mal au genou depuis la chute</content>'
    pointed = observation("37", '<text><reference value="x"/></text><value xsi:type="CD" nullFlavor="UNK"/>')
    made = the(read_one(concern(pointed), text=text), "Condition")
    assert made["code"] == {"text": "Mal au genou depuis la chute"}
    assert "Mal au genou" in made["text"]["div"]


def test_an_unknown_code_system_stays_an_oid_and_a_side_is_spelled_out() -> None:
    side = (
        f'<value xsi:type="CD" code="114" codeSystem="1.2.250.1.213.2.9" displayName="Arthrose">'
        f"<qualifier>{cd('20228-3', '2.16.840.1.113883.6.1', 'Latéralité', 'name')}{cd('7771000', SNOMED, 'gauche').replace(' xsi:type=' + chr(34) + 'CD' + chr(34), '')}</qualifier></value>"
    )
    made = the(read_one(concern(problem(side))), "Condition")
    assert made["code"]["coding"][0]["system"] == "urn:oid:1.2.250.1.213.2.9"
    assert made["code"]["text"] == "Arthrose (Latéralité : gauche)"


def test_nothing_said_is_not_understood() -> None:
    found = read_one(concern(problem('<value xsi:type="CD" nullFlavor="UNK"/>')))
    assert fates(found) == ["not_understood", "not_understood"]
    assert of(found, "Condition") == []


def test_an_impossible_date_is_dropped_and_said() -> None:
    found = read_one(concern(problem(HYPERTENSION, when='<low value="20190231"/>')))
    assert "onsetDateTime" not in the(found, "Condition")
    assert "date possible" in found.statements[1].reason
