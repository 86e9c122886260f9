"""Vaccines as doctors note them: given today, given before, to be given, named twice."""

from __future__ import annotations

import pytest

from tests.reading.reading import told

DONE, PAST, DUE = "done_today", "up_to_date", "due"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Repevax (rappel 11 ans) fait aussi", [("dTcaP", DONE)]),
        ("Repevax fait + Gardasil 9 D1", [("dTcaP", DONE), ("HPV", DONE)]),
        ("Vaccination : DTPc (Boostrixtetra) lot A12 deltoïde gauche", [("dTcaP", DONE)]),
        ("vaccination M4 faite : Hexyon, Bexsero", [
            ("hexavalent (DTCaP-Hib-HepB)", DONE), ("méningocoque B", DONE)]),
        ("Tétanos non à jour : Revaxis fait", [("dTP", DONE)]),
        ("DTP > 20 ans → Repevax ce jour", [("dTcaP", DONE)]),
        ("injection Vaxigrip Tetra", [("grippe Vaxigrip", DONE)]),
        ("Gardasil 2/2", [("HPV", PAST)]),
        ("Covid x3, dernière dose 2022", [("Covid-19", PAST)]),
        ("vacciné grippe et covid cet automne", [("grippe", PAST), ("Covid-19", PAST)]),
        ("Tous vaccins obligatoires faits", [("vaccins du nourrisson", PAST)]),
        ("Rappels à jour", [("vaccinations", PAST)]),
        ("vaccins vus ce jour : à jour", [("vaccinations", PAST)]),
        ("DTP : dernier rappel 2006, à refaire", [("dTP", DUE)]),
        ("Hexyon 2e dose reportée", [("hexavalent (DTCaP-Hib-HepB)", DUE)]),
        ("Fièvre jaune : RDV centre de vaccination", [("fièvre jaune", DUE)]),
        ("méningo ACWY : rattrapage à faire", [("méningocoque ACWY", DUE)]),
        ("HPV : parents d'accord, prescrit", [("HPV", DUE)]),
        ("conseil vaccination grippe et zona", [("grippe", DUE), ("zona", DUE)]),
        ("Je fais ce jour le vaccin contre l'hépatite A", [("hépatite A", DONE)]),
        ("Je fais ce jour le vaccin hexavalent et le pneumocoque, deuxième dose", [
            ("hexavalent (DTCaP-Hib-HepB)", DONE), ("pneumocoque", DONE)]),
        ("Le vaccin contre la grippe est à jour, celui contre le pneumocoque reste à faire", [
            ("grippe", PAST), ("pneumocoque", DUE)]),
        ("La fièvre jaune est à faire au centre de vaccinations internationales, la typhoïde également", [
            ("fièvre jaune", DUE), ("typhoïde", DUE)]),
        ("Le tétanos a été fait en 2021, il est donc à jour", [("tétanos", PAST)]),
        ("DTP 11-13a a faire + Gardasil (accord parents)", [("dTP", DUE), ("HPV", DUE)]),
        ("Vaccins faits ce jour :\n- InfanrixTetra (diphtérie, tétanos, polio, coqueluche)\n- Priorix", [
            ("DTCaP enfant", DONE), ("ROR", DONE)]),
        ("vacciné ce jour par Hexyon dans la cuisse droite et par Prevenar 20 dans la cuisse gauche", [
            ("hexavalent (DTCaP-Hib-HepB)", DONE), ("pneumocoque 20-valent", DONE)]),
        ("j'ai donc fait ce jour un rappel par Revaxis", [("dTP", DONE)]),
        ("frottis + hpv fait ce jour", []),
        ("Bexsero + MenACWY à prévoir", [("méningocoque B", DUE), ("méningocoque ACWY", DUE)]),
        ("Vaccination grippe 2026 : Vaxigrip Tetra, lot Y3B", [("grippe", DONE)]),
        ("Vacc grippe : OK ce jour", [("grippe", DONE)]),
        ("Covid : dernière injection 10/2025, rappel proposé : refus", [("Covid-19", PAST)]),
        ("a fait vaccin grippe la semaine dernière", [("grippe", PAST)]),
        ("Nirsévimab à la sortie de mater", [("nirsévimab", PAST)]),
        ("Zona : Shingrix D1 le 3/9, D2 ce jour", [("zona", PAST), ("zona", DONE)]),
        ("Vaccins : ROR2 fait, DTCaP 6 ans à faire", [("ROR", PAST), ("DTCaP enfant", DUE)]),
        ("Typhim Vi et hep A ce jour, Stamaril CVI le 20/11", [
            ("typhoïde", DONE), ("hépatite A", DONE), ("fièvre jaune", DUE)]),
        ("VRS entre 32 et 36 SA, zona plus tard", [("VRS", DUE), ("zona", DUE)]),
        ("ATCD zona, Shingrix conseillé", [("zona", DUE)]),
    ],
)  # fmt: skip
def test_what_is_said_of_each_vaccine(text: str, expected: list[tuple[str, str]]) -> None:
    assert told(text, "immunization", "vaccine", "status") == expected


def test_a_vaccine_is_no_infection_no_test_and_no_nurse() -> None:
    assert told("Covid x3, dernière dose 2022", "condition", "label") == []
    assert told("Grippe OK, covid OK", "lab", "name") == []
    assert told("vaccin grippe fait ce jour par IDE", "order", "type") == []
