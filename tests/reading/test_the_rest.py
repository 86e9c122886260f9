"""Allergies, next steps, requests, tobacco, alcohol and vaccines."""

from __future__ import annotations

from typing import Any

import pytest

from tests.reading.reading import told


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Allergie pénicilline", [("pénicilline", "affirmed")]),
        ("allergique à l'aspirine", [("aspirine", "affirmed")]),
        ("Allergies : pénicilline (urticaire), iode", [("pénicilline", "affirmed"), ("iode", "affirmed")]),
        ("Pas d'allergie connue", [("aucune connue", "negated")]),
        ("Allergie : 0", [("aucune connue", "negated")]),
        ("allergies: non", [("aucune connue", "negated")]),
        ("rhinite allergique", []),
        ("bilan allergologique", []),
        ("allergie aux acariens, asthme", [("acariens", "affirmed")]),
        ("Allergies : bouleau ; graminées. TA 12/7", [("bouleau", "affirmed"), ("graminées", "affirmed")]),
        ("Alergie pénicilline", [("pénicilline", "affirmed")]),
        ("Susp allergie amoxicilline", [("amoxicilline", "suspected")]),
    ],
)
def test_allergies(text: str, expected: list[Any]) -> None:
    found = [
        (substance.lower(), status) for substance, status in told(text, "allergy", "substance", "status")
    ]
    assert found == expected


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("rdv ds 3 mois", [90]),
        ("Revoir à J7", [7]),
        ("RDV 15j", [15]),
        ("Revoir si pas mieux à 48h", [2]),
        ("contrôle TA dans 1 mois", [30]),
        ("bio de contrôle ds 6 sem", [42]),
        ("on se revoit demain", [1]),
        ("rdv le 27/11", [7]),
        ("rdv le 20/02/2027", [92]),
        ("revoir lundi", [3]),
        ("Prochaine cs dans 1 an", [365]),
        ("ablation des fils dans 10 jours", [10]),
        ("Je le rappelle dans 3 jours", [3]),
        ("Elle reviendra dans un mois et demi", [45]),
        ("RDV 48h puis J7", [2, 7]),
        ("Revoir J7, séro à jeun", [7]),
        ("Rappel demain pour le résultat", [1]),
        ("Retour 2 mois", [60]),
        ("Visite J10. Né à 39 SA", []),
        ("rappel 6 ans fait en 2022", []),
        ("Revoir en juin", []),
        ("toux depuis 3 mois", []),
        ("AT 3 jours", []),
        ("Amlodipine 5 1/j 3 mois", []),
        ("vu il y a 3 mois", []),
        ("dernier contrôle il y a 6 mois", []),
        ("Revoir si fièvre", []),
        ("homme de 3 mois", []),
    ],
)
def test_next_steps(text: str, days: list[int]) -> None:
    assert told(text, "follow_up", "in_days") == days


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("bio NFS CRP iono", ["lab"]),
        ("CAT : Rx thorax, NFS CRP", ["imaging", "lab"]),
        ("AT 3j", ["sick_leave"]),
        ("prolongation AT jusqu'au 30/11", ["sick_leave"]),
        ("kiné 10 séances", ["physio"]),
        ("Adressé au cardiologue", ["referral"]),
        ("Avis dermato", ["referral"]),
        ("Certificat sport", ["certificate"]),
        ("Dossier MDPH", ["certificate"]),
        ("Pansements IDE /48h", ["nursing"]),
        ("IRM lombaire.", ["imaging"]),
        ("Mammo à faire", ["imaging"]),
        ("ECBU prescrit", ["lab"]),
        ("Lunettes : ophtalmo. RP.", ["referral", "imaging"]),
        ("Consult ORL si récidive", ["referral"]),
        ("Endocrinologue : courrier remis", ["referral"]),
        ("Arrêt prolongé au 30/01", ["sick_leave"]),
        ("dispense de sport 3 sem : certificat", ["certificate"]),
        ("Revoir dans 1 mois avec l'IRM", []),
        ("SAU si récidive", []),
        ("ECG fait ce jour normal", []),
        ("Mammo ACR2 en janvier", []),
        ("donnée par le dentiste", []),
        ("Pas d'imagerie", []),
        ("Rx thorax normale", []),
        ("NFS du 12/03 : RAS", []),
        ("suivi par cardio", []),
        ("Echo rénale 2023 : normale", []),
        ("pas de radio", []),
    ],
)
def test_requests(text: str, expected: list[str]) -> None:
    assert told(text, "order", "type") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tabac 20 PA sevré 2015", [("former", 20)]),
        ("Fumeur 15 PA", [("current", 15)]),
        ("non fumeuse", [("never", None)]),
        ("Tabac 0", [("never", None)]),
        ("Tabac : 10 cig/j", [("current", None)]),
        ("tabagisme actif 30 PA", [("current", 30)]),
        ("ex-fumeur, 25 paquets-années", [("former", 25)]),
        ("ne fume pas", [("never", None)]),
        ("tabac 1 paq/j x 25 ans", [("current", 25)]),
        ("fume 15/j, à arrêter", [("current", None)]),
        ("vapote, cigarette arrêtée en 2022", [("former", None)]),
        ("Conseil arrêt tabac", []),
        ("père fumeur", []),
    ],
)
def test_tobacco(text: str, expected: list[Any]) -> None:
    assert told(text, "tobacco", "status", "pack_years") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("OH 0", ["oh 0"]), ("alcool occasionnel", ["alcool occasionnel"]), ("2 verres/j", ["2 verres/j"]), ("gel alcoolique", [])],
)  # fmt: skip
def test_alcohol(text: str, expected: list[str]) -> None:
    assert told(text, "alcohol", "status") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("DTP fait ce jour lot X123", ["done_today"]),
        ("vaccin grippe fait ce jour", ["done_today"]),
        ("Prévenar 20 à faire", ["due"]),
        ("Vaccins à jour", ["up_to_date"]),
        ("rappel tétanos fait en 2021", ["up_to_date"]),
        ("VAT à jour", ["up_to_date"]),
        ("Hexyon + Prevenar + Rotarix faits ce jour", ["done_today", "done_today", "done_today"]),
        ("Gardasil D1 fait ce jour, D2 dans 6 mois", ["done_today", "due"]),
        ("DTP : dernier 2005, rappel à faire", ["up_to_date", "due"]),
        ("Covid 4 doses, Shingrix à distance", ["up_to_date", "due"]),
        ("ROR 2 doses ok. Méningo B non fait", ["up_to_date", "due"]),
        ("rappel hexa 11 mois fait", ["up_to_date"]),
        ("FCU HPV ce jour", []),
        ("Covid : pas de rappel souhaité", []),
        ("refuse le vaccin grippe", []),
        ("grippe depuis 3 jours", []),
        ("zona intercostal", []),
    ],
)
def test_vaccines(text: str, expected: list[str]) -> None:
    assert told(text, "immunization", "status") == expected
