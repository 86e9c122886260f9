"""Where codes and words disagree, or codes say nothing, the words of the author reach the record."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from carnet.documents.cda.read import read
from carnet.documents.placing import Place, new_names
from carnet.rules.synthesis import dosage
from tests.documents.cda.writing import (
    LOINC,
    SNOMED,
    body,
    cd,
    document,
    entry,
    lost,
    observation,
    of,
    product,
    read_one,
    related,
    section,
    template,
    the,
)

ALLERGIES = "48765-2"


def concern(inside: str) -> str:
    one = observation("41", cd("416098002", SNOMED, "allergie médicamenteuse", "code") + inside)
    return entry(f'<act classCode="ACT" moodCode="EVN">{template("40")}{related(one)}</act>')


def words_of(found: Any) -> list[str]:
    return [each["code"]["text"] for each in of(found, "AllergyIntolerance")]


def test_an_allergy_that_is_not_understood_reaches_the_record_in_the_words_of_its_author() -> None:
    found = read_one(
        concern('<text><reference value="#a1"/></text>'),
        code=ALLERGIES,
        text='<paragraph ID="a1">Choc après pénicilline en 1998</paragraph>',
    )
    assert len(lost(found)) == 2
    assert words_of(found) == ["à lire : « Choc après pénicilline en 1998 »"]
    assert the(found, "AllergyIntolerance")["verificationStatus"]["coding"][0]["code"] == "unconfirmed"


def test_a_text_of_allergies_without_any_entry_reaches_the_record() -> None:
    found = read_one("", code=ALLERGIES, text="Urticaire à l'amoxicilline")
    assert words_of(found) == ["à lire : « Urticaire à l'amoxicilline »"]
    assert words_of(read_one("", code=ALLERGIES)) == []
    assert words_of(read_one("", code="11450-4", text="Asthme")) == []


def test_a_long_text_is_cut_and_still_seen() -> None:
    (words,) = words_of(read_one("", code=ALLERGIES, text="pollens " * 60))
    assert words.endswith("… »")
    assert len(words) < 190


def test_the_label_of_a_result_is_not_its_value() -> None:
    one = observation(
        "80",
        f'<code code="53049-3" codeSystem="{LOINC}" displayName="Glucose à jeun"><originalText><reference value="#v"/>'
        '</originalText></code><statusCode code="completed"/><value xsi:type="PQ" value="0.88" unit="g/L"/>',
    )
    found = read_one(entry(one), text='<paragraph ID="v">0.88 g/L</paragraph>')
    assert the(found, "Observation")["code"]["text"] == "Glucose à jeun"
    named = one.replace("0.88 g/L", "").replace('value="0.88"', 'value="25"')
    kept = read_one(entry(named), text='<paragraph ID="v">25-OH vitamine D</paragraph>')
    assert the(kept, "Observation")["code"]["text"] == "25-OH vitamine D"


def test_a_posology_in_several_columns_is_the_posology() -> None:
    heads = "<th>Médicament</th><th>Dose prescrite</th><th>Fréquence</th><th>Dose max</th>"
    cells = '<td><content ID="m">SOLIAN</content></td><td>1 comprimé</td><td>1 fois / jour</td><td>200 mg / jour</td>'
    table = f"<table><thead><tr>{heads}</tr></thead><tbody><tr>{cells}</tr></tbody></table>"
    said = (
        f'<substanceAdministration classCode="SBADM" moodCode="EVN">{template("42")}<text><reference value="#m"/></text>'
        f'<doseQuantity value="2" unit="{{tablet}}"/>{product("SOLIAN 100 mg")}</substanceAdministration>'
    )
    found = read_one(entry(said), code="10160-0", text=table)
    assert dosage(the(found, "MedicationStatement")) == "1 comprimé, 1 fois / jour, maximum : 200 mg / jour"


def test_what_concerns_the_mother_or_a_fetus_is_not_a_fact_of_the_patient() -> None:
    mother = '<subject><relatedSubject classCode="PRS"><code code="MTH" codeSystem="2.16.840.1.113883.5.111"/></relatedSubject></subject>'
    smoker = f'{cd("72166-2", LOINC, "Tabac", "code")}<value xsi:type="ST">10 par jour</value>'
    found = read_one(entry(observation("52", smoker + mother)), code="29762-2")
    assert found.resources == [each for each in found.resources if each["resourceType"] != "Observation"]
    assert lost(found)[0].reason.startswith("Concerne une autre personne")
    assert of(read_one(entry(observation("52", smoker)), code="29762-2"), "Observation")
    around = section(entry(observation("52", smoker)), code="29762-2").replace(
        "<entry>", mother + "<entry>", 1
    )
    assert of(read(document(body(around)).encode()), "Observation") == []


@pytest.mark.shared
def test_nothing_of_a_parent_or_a_fetus_in_the_published_documents(shared_data: Path) -> None:
    for name, count in (("CSE-CS9_2025.01", 4), ("SDM-MR_2024.01_patiente-post-grossesse", 3)):
        found = read((shared_data / "interop" / "cda-3.0" / f"{name}.xml").read_bytes())
        assert len([one for one in lost(found) if one.reason.startswith("Concerne")]) == count


def test_one_number_under_two_names_is_two_people() -> None:
    other = (
        '<author><time value="2026"/><assignedAuthor><id root="1.2.250.1.71.4.2.1" extension="810000000000"/>'
        "<assignedPerson><name><given>Charles</given><family>MULLER</family></name></assignedPerson></assignedAuthor></author>"
    )
    both = read(document(body(section("")), extra=other).encode())
    alone = read(document(body(section(""))).replace('extension="doc-1"', 'extension="doc-2"').encode())
    place = Place("p", "d", (), {})
    doctors = {new for old, new in new_names(both, place).items() if old.startswith("Practitioner/")}
    assert len(doctors) == 2
    assert doctors & set(new_names(alone, place).values())
