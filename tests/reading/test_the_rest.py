"""Allergies, next steps, requests, tobacco, alcohol and vaccines."""

from __future__ import annotations

from typing import Any

import pytest

from carnet.reading.facts import Context
from tests.reading import gold
from tests.reading.reading import FRIDAY, packaged, read, told


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
        ("pas d'allergie hormis les acariens", [("acariens", "affirmed")]),
        ("rhinite allergique aux graminées", [("graminées", "affirmed")]),
        ("Rhinite allergique : Inorial 1/j", []),
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
        ("Cardio 1 mois", [30]),
        ("uricémie 6 sem", [42]),
        ("Cs cardio 20/01", [61]),
        ("INR vendredi 27/11", [7]),
        ("Passe demain midi", [1]),
        ("vu J2, J4, J8", [2, 4, 8]),
        ("revoir avec IRM, 3 sem", [21]),
        ("Nexplanon prescrit, pose ici le 10/12", [20]),
        ("Cs 6 semaines", [42]),
        ("rapport non protégé il y a 3 semaines", []),
        ("rappelle pour sa sinusite vue vendredi", []),
        ("départ au Sénégal dans trois semaines", []),
        ("arrêt jusqu'au 30/11", []),
        ("reprise du travail le 01/12", []),
        ("avec son fils de 6 ans", []),
        ("2e dose faite le 3/02", []),
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
        ("Reviens demain", [1]),
        ("me recontacter à J3 si pas mieux", [3]),
        ("voir à 3 semaines", [21]),
        ("Tel fille lundi", [3]),
        ("DMO de contrôle (6 ans)", []),
        ("RV 1 mois = ds 30 j", [30]),
        ("Contrôle clinique 48h", [2]),
        ("RDV mardi 14h", [4]),
        ("RDV le 24 à 14h", [4]),
        ("reconsulter si fièvre > 48h", [2]),
        ("consulter si pas d'amélioration sous 72h", [3]),
        ("consulter si fièvre > 39", []),
        ("Nexplanon à poser la semaine pro", [7]),
        ("Ctl MG 3M", [90]),
        ("Rv ts les mois", [30]),
        ("rv après EMG ~2 mois", [60]),
        ("arrêt Optimizette dans 7 j", []),
        ("patch 14 mg puis décroissance 7 mg dans 1 mois", []),
        ("tél : oubli pilule J10", []),
        ("CR tel patient : IRM du 10/11", []),
        ("scanner abdo sans injection demain", [1]),
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
        ("J'adresse la patiente au Dr Martin", ["referral"]),
        ("avis UMB cette sem", ["referral"]),
        ("On complète par une échographie abdominale", ["imaging"]),
        ("Transfert par SMUR aux urgences", ["referral"]),
        ("plaie: 1 g/j 7 j. doxy 100 x2, VIH VHB", ["lab"]),
        ("Amox 1 g x3/j 7 j. CRP NFS", ["lab"]),
        ("doliprane si T. si besoin seresta 10, TCC psychologue", ["referral"]),
        ("Holter par le cardiologue demandé", ["referral"]),
        ("pst par IDE tous les 2 jours", ["nursing"]),
        ("burn out, infirmière en EHPAD", []),
        ("Coproculture ? non", []),
        ("Pansement plus besoin", []),
        ("Si fluctuation → urgences", []),
        ("arrêt Xarelto vu avec cardio", []),
        ("ECG ce jour : rythme sinusal", []),
        ("IRM sans lésion récente", []),
        ("DMO T -2,9", []),
        ("La revoir avec le bilan dans 10 jours", []),
        ("a arrêté la kiné", []),
        ("sage-femme prévenue", []),
        ("examen clinique rassurant, amélioration neurologique", []),
        ("pas d'orthopnée la nuit, endocardite en 2015", []),
        ("la radiographie pulmonaire a montré un infiltrat", []),
        ("le bilan a été complété par un scanner thoracique", []),
        ("Adressé en dermatologie", ["referral"]),
        ("Ablation fils faite ce jour", []),
        ("Psychologue proposée, refuse", []),
        ("suivi CMP tous les mois", []),
        ("pneumopathie base droite", []),
        ("Doliprane 1 g si besoin, kiné 10 séances", ["physio"]),
        ("si besoin, kiné", []),
        ("INR dans 4 j, prévenir IDE", ["lab"]),
        ("appel IDE nuit : chute", []),
        ("l'IDE a mon numéro", []),
        ("NFS CRP par IDE", ["lab"]),
        ("-> surveillance du poids par l'infirmière deux fois par semaine", ["nursing"]),
        ("-> Metformine 500 x2 (DFG)", []),
        ("Directives anticipées rédigées", []),
        ("radio faite : pas de fracture", []),
        ("Test de grossesse avant scinti", ["lab"]),
        ("Mammo hors âge", []),
        ("NFS mensuelle ok : GB 4,8", []),
        ("ECBU de contrôle ? non", []),
        ("Motif : dépistage IST", []),
        ("N° d'urgence donné", []),
        ("Kit naloxone remis", []),
        ("Kit FIT remis", ["lab"]),
        ("lecteur + bandelettes", []),
        ("cert enfant malade pour la mère 2 j", ["certificate"]),
        ("certificat coups et blessures, ITT 6 jours", ["certificate"]),
        ("on se revoit avec le bilan dans 4 semaines", []),
        ("adressé consultation psychotrauma", ["referral"]),
        ("Courrier pour suivi maternité", ["referral"]),
        ("Kiné 20 séances en cours → renouv", ["physio"]),
        ("Kiné 20 séances en cours", []),
        ("Arrêt jusqu'à vendredi inclus", ["sick_leave"]),
        ("CAT : acide folique 0,4, échographie T1 entre 11 et 13 SA+6", ["imaging"]),
        ("Résultats du 28/07 : VIH négatif, TPHA + VDRL - (traitée)", []),
        ("RDV bilan dans 1 mois", []),
        ("Le cardiologue demande une coronarographie", []),
        ("Biologie ce jour : CRP 12", []),
        ("scanner TAP avec injection en externe", ["imaging"]),
        ("Orthophonie : bilan + séances", ["referral"]),
        ("certificat d'aptitude au sport", ["certificate"]),
        ("Lettre à l'attention du médecin du travail", ["referral"]),
    ],
)
def test_requests(text: str, expected: list[str]) -> None:
    assert told(text, "order", "type") == expected


def test_what_is_to_happen_keeps_its_words() -> None:
    assert told("Contrôle annuel. cs 32 SA dans 4 sem. Contrôle TA sous 15 jours", "follow_up", "what") == [
        "Contrôle",
        "cs 32 SA",
        "Contrôle TA",
    ]


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("kiné 10 séances équilibre à domicile", ["kiné 10 séances équilibre à domicile"]),
        ("IDE pilulier 1x/sem 3 mois", ["IDE pilulier 1x/sem 3 mois"]),
        ("TDM thorax low dose vu amaigrissement", ["TDM thorax low dose"]),
        ("Rx bassin + hanche D demain", ["Rx bassin + hanche D"]),
        ("IDE : pesée x3/semaine et pilulier", ["IDE : pesée x3/semaine et pilulier"]),
        ("Pansements tous les 2 jours par IDE pendant 1 mois", ["Pansements tous les 2 jours par IDE pendant 1 mois"]),
        ("Certificat pour l'employeur de la maman 2 jours", ["Certificat pour l'employeur de la maman 2 jours"]),
        ("Écho thyroïdienne de contrôle dans 1 an", ["Écho thyroïdienne de contrôle dans 1 an"]),
        ("Iono créat dans 8 jours. Kiné", ["Iono créat dans 8 jours", "Kiné"]),
        ("Bio en urgence BNP iono, radio pulm", ["Bio en urgence BNP iono", "radio pulm"]),
        ("Pansement alginate 1j/2 par IDE, matelas", ["Pansement alginate 1j/2 par IDE"]),
        ("IDE pour injection Lovenox 0,4 10 jours", ["IDE pour injection Lovenox 0,4 10 jours"]),
        ("AT 3j burn out", ["AT 3j"]),
        ("Arrêt jusqu'au 24/05 inclus", ["Arrêt jusqu'au 24/05 inclus"]),
        ("Adressé aux urgences pour scanner cérébral", ["Adressé aux urgences", "scanner cérébral"]),
        ("kiné 15 séances, genou droit", ["kiné 15 séances, genou droit"]),
        ("kiné : 15 séances, rachis lombaire, à domicile", ["kiné : 15 séances, rachis lombaire, à domicile"]),
        ("Kiné, 2 fois par semaine, 10 séances", ["Kiné, 2 fois par semaine, 10 séances"]),
        ("kiné 15 séances, genou droit sec et froid", ["kiné 15 séances"]),
        ("kiné 15 séances, IRM genou", ["kiné 15 séances", "IRM genou"]),
        ("kiné 15 séances, Doliprane 1 g x3, revoir à 1 mois", ["kiné 15 séances"]),
        ("kiné 15 séances, HTA équilibrée", ["kiné 15 séances"]),
        ("IDE 2/j : pansement jambe g", ["IDE 2/j : pansement jambe g"]),
        ("IDE : pansement 3x/sem, méchage, à domicile", ["IDE : pansement 3x/sem, méchage, à domicile"]),
        ("Radio genou D : face + profil, en charge", ["Radio genou D : face + profil, en charge"]),
        ("Radio genou D : fracture", []),
        ("Scanner TAP, avec injection, IDE", ["Scanner TAP, avec injection", "IDE"]),
        ("écho abdo (douleur HCD, bilan hépatique perturbé)", ["écho abdo (douleur HCD, bilan hépatique perturbé)"]),
        ("IRM lombaire : recherche canal étroit", ["IRM lombaire : recherche canal étroit"]),
        ("adressée à une psychologue, Mon soutien psy", ["adressée à une psychologue, Mon soutien psy"]),
        ("Courrier au Dr Vannier, cardiologue : dyspnée d'effort", ["Courrier au Dr Vannier, cardiologue : dyspnée d'effort"]),
        ("lettre pour dr X (ORL)", ["lettre pour dr X (ORL)"]),
        ("je l'adresse au Pr Y en gastro", ["adresse au Pr Y en gastro"]),
        ("courrier du Dr Simon reçu. Lettre Dr Petit : ETT normale", []),
        ("Arrêt 3 j, sorties libres", ["Arrêt 3 j, sorties libres"]),
    ],
)  # fmt: skip
def test_a_request_is_printed_whole_and_no_more(text: str, printed: list[str]) -> None:
    assert told(text, "order", "what") == printed


@pytest.mark.parametrize(
    ("text", "today", "expected"),
    [
        ("Coloscopie en mai (Dr Faure)", "2026-04-17", ["referral"]),
        ("Écho cœur en mai", "2026-06-17", []),
        ("Neuropédiatre le 6/10", "2026-05-02", ["referral"]),
        ("Radio du 12/01 : calcification", "2026-01-27", []),
        ("Mammo 02/25 ACR2", "2026-01-27", []),
    ],
)
def test_a_date_tells_whether_a_request_is_to_come(text: str, today: str, expected: list[str]) -> None:
    found = packaged().read(text, Context(age=60, sex="F", date=today))
    assert [fact.values["type"] for fact in found if fact.kind == "order"] == expected


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Visite des 4 mois. Nimenrix à faire à 5 mois. RDV à 5 mois", [30]),
        ("Nourrisson de 4 mois. Bexsero dans 15 jours", [15]),
    ],
)
def test_the_age_of_an_infant_is_no_delay(text: str, days: list[int]) -> None:
    found = packaged().read(text, Context(age=0, sex="F", date=FRIDAY))
    assert [fact.values["in_days"] for fact in found if fact.kind == "follow_up"] == days


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
        ("42 PA sevrée 2016", [("former", 42)]),
        ("tabac actif 45 PA, refuse le sevrage", [("current", 45)]),
        ("tabac 1/2 pq/j", [("current", None)]),
        ("Conseil arrêt tabac", []),
        ("père fumeur", []),
    ],
)
def test_tobacco(text: str, expected: list[Any]) -> None:
    assert told(text, "tobacco", "status", "pack_years") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("OH 0", ["oh 0"]), ("alcool occasionnel", ["alcool occasionnel"]), ("2 verres/j", ["2 verres/j"]), ("fume, bière le we", ["bière le we"]), ("gel alcoolique", [])],
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
        ("DTP : dernier 2005, rappel à faire", ["due"]),
        ("Covid 4 doses, Shingrix à distance", ["up_to_date", "due"]),
        ("ROR 2 doses ok. Méningo B non fait", ["up_to_date", "due"]),
        ("rappel hexa 11 mois fait", ["up_to_date"]),
        (
            "Hexyon n°2 et Prevenar 20 n°2 faits ce jour. Bexsero 2 à prévoir",
            ["done_today", "done_today", "due"],
        ),
        (
            "Vaccins ce jour : Hexyon et Prevenar 20 (2e dose), Bexsero à faire",
            ["done_today", "done_today", "due"],
        ),
        ("Vaccins à refaire : dTcaP et ROR", ["due", "due"]),
        ("Vacciné hépatite A et hépatite B", ["up_to_date", "up_to_date"]),
        ("Grippe + Covid faits à l'officine en oct", ["up_to_date", "up_to_date"]),
        ("pas de Gardasil -> schéma à débuter", ["due"]),
        ("DTP pas à jour : fait ce jour lot T221B", ["done_today"]),
        ("dTcaP non fait => fait ce jour (Tetravac)", ["done_today"]),
        ("Shingrix : D1 le 25/07, D2 faite ce jour", ["up_to_date", "done_today"]),
        ("HPV 2e inj le 23/12", ["due"]),
        ("Coqueluche à faire, VRS (Abrysvo) à prévoir, grippe ce jour", ["due", "due", "done_today"]),
        ("Rappel dTcaP 6 ans l'an prochain", ["due"]),
        ("Hépatite B : série en cours", ["due"]),
        ("ROR2 à faire, MenACWY aussi", ["due", "due"]),
        ("Vaccins : grippe faite, pneumo à programmer", ["up_to_date", "due"]),
        ("-> bronchiolite, VRS probable", []),
        ("sœur jamais vaccinée varicelle", []),
        ("contexte de grippe, courbatures", []),
        ("Covid en mars, anosmie", []),
        ("FCU HPV ce jour", []),
        ("Covid : pas de rappel souhaité", []),
        ("refuse le vaccin grippe", []),
        ("grippe depuis 3 jours", []),
        ("zona intercostal", []),
        ("Efluelda + covid au prochain passage IDE", ["due", "due"]),
        ("vaccinée contre la coqueluche", ["up_to_date"]),
        ("Hb le 3/10 : 12,8", []),
        ("vaccination contre la grippe réalisée en pharmacie", ["up_to_date"]),
        ("à jour DTP, pneumocoque à faire", ["up_to_date", "due"]),
        ("pas à jour DTP", ["due"]),
        ("vaccins à jour sauf grippe", ["up_to_date", "due"]),
        ("Vaccins faits : Priorix ce jour", ["done_today"]),
    ],
)
def test_vaccines(text: str, expected: list[str]) -> None:
    assert told(text, "immunization", "status") == expected


UNRELATED = "Nous avons parlé longuement de la pluie et de ses petits-enfants."
MINE = ("order", "follow_up", "immunization", "vital", "tobacco", "alcohol", "allergy")


@pytest.mark.parametrize("half", ["built_on", "held_out"])
def test_an_unrelated_line_changes_no_request_and_no_next_step(half: str) -> None:
    for note in gold.notes(half)[::9]:
        found = facts_of(note, note["text"])
        assert facts_of(note, f"{UNRELATED}\n{note['text']}") == found, note["id"]
        assert facts_of(note, f"{note['text']}\n{UNRELATED}") == found, note["id"]


def facts_of(note: dict[str, Any], text: str) -> list[Any]:
    told = [fact for fact in gold.read(note | {"text": text}) if fact["kind"] in MINE]
    return [fact | {"start": 0, "end": 0} for fact in told]


def test_vaccines_in_a_row_of_long_ago_and_all_together() -> None:
    row = told("Hexyon Prevenar Bexsero faits ce jour", "immunization", "status")
    assert row == ["done_today"] * 3
    assert told("BCG fait dans l'enfance", "immunization", "status") == ["up_to_date"]
    assert told("Enfant à jour de ses vaccins", "immunization", "vaccine", "status") == [
        ("vaccinations", "up_to_date")
    ]
    assert told("pas à jour de ses vaccins", "immunization", "status") == []
    assert told("covid : dernière dose 10/2025", "immunization", "status") == ["up_to_date"]
    assert read("covid : dernière dose 10/2025", "condition") == []
