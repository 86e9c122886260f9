"""What is kept of a trade name: of an allergy the name and all that is in it, of a vaccine its code."""

from __future__ import annotations

import pytest

from carnet.rules import allergens
from tests.reading.reading import told


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Allergie Augmentin", "Augmentin (amoxicilline, acide clavulanique)"),
        ("Allergie à l'amoxicilline/acide clavulanique", "amoxicilline/acide clavulanique"),
        ("Allergie Kardégic", "Kardégic (aspirine, acide acétylsalicylique)"),
        ("Allergie amoxicilline", "amoxicilline"),
        ("Allergie pénicilline", "pénicilline"),
    ],
)
def test_an_allergy_to_a_brand_keeps_its_name_and_all_its_substances(text: str, kept: str) -> None:
    assert told(text, "allergy", "substance", "status") == [(kept, "affirmed")]


@pytest.mark.parametrize(
    "drug", ["amoxicilline", "amoxicilline/acide clavulanique", "ticarcilline/acide clavulanique"]
)
def test_it_warns_of_each_of_them(drug: str) -> None:
    medicine = {"kind": "medication", "status": "prescribed", "drug": drug, "brand": None, "atc": None}
    allergy = "Augmentin (amoxicilline, acide clavulanique)"
    assert allergens.against(medicine, [allergy]) == (allergy,)
    assert not allergens.against({**medicine, "drug": "azithromycine"}, [allergy])


@pytest.mark.parametrize(
    ("text", "vaccine", "atc"),
    [
        ("vaccin grippe fait ce jour", "grippe", "J07BB02"),
        ("Revaxis fait ce jour", "dTP", "J07CA01"),
        ("Prevenar 20 à faire", "pneumocoque 20-valent", "J07AL02"),
        ("vaccins à jour", "vaccinations", None),
    ],
)
def test_a_vaccine_has_the_code_of_its_name(text: str, vaccine: str, atc: str | None) -> None:
    assert told(text, "immunization", "vaccine", "atc") == [(vaccine, atc)]
