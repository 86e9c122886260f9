"""Requests as doctors note them, and what looks like one: a result, a letter received, who does it, what may come."""

from __future__ import annotations

import pytest

from tests.reading.reading import told


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Je contrôle quand même NFS + CRP", ["NFS + CRP"]),
        ("BS demandé : NFP, TSH, ferritine", ["BS demandé : NFP, TSH, ferritine"]),
        ("Labo demain matin à jeun : glycémie, EAL", ["Labo demain matin à jeun : glycémie, EAL"]),
        ("je refais une ordo pour NFS plaq", ["NFS plaq"]),
        ("beta HCG sang demandés", ["beta HCG sang demandés"]),
        ("Téléexpertise dermato envoyée", ["Téléexpertise dermato envoyée"]),
        ("EMG MS D", ["EMG MS D"]),
        ("Suivi psychologue à débuter", ["Suivi psychologue à débuter"]),
        ("Courrier à Mme le Dr Roux", ["Courrier à Mme le Dr Roux"]),
        ("MKR rachis cervical 10 séances", ["MKR rachis cervical 10 séances"]),
        ("Rééducation périnéale 10 séances SF", ["Rééducation périnéale 10 séances"]),
        ("AM prolongé jusqu'au 30 novembre", ["AM prolongé jusqu'au 30 novembre"]),
        ("TPT 50% 3 mois", ["TPT 50% 3 mois"]),
        ("arrêt 48h", ["arrêt 48h"]),
        ("1 semaine d'arrêt", ["1 semaine d'arrêt"]),
        ("je l'arrête 4 jours", ["je l'arrête 4 jours"]),
        ("Arrêt du 12 au 14", ["Arrêt du 12 au 14"]),
        ("Certif sport judo OK", ["Certif sport judo"]),
        ("Accident de travail : déclaration", ["Accident de travail : déclaration"]),
        ("Courrier cardio pour écho", ["Courrier cardio"]),
    ],
)
def test_one_request_is_one_offer(text: str, expected: list[str]) -> None:
    assert told(text, "order", "what") == expected


@pytest.mark.parametrize(
    "text",
    [
        "ECG ce jour : RSR",
        "Courrier de gastro (Dr H.) du 13/10 : polype réséqué",
        "Courrier cardio CHU Limoges : IDM antérieur stenté",
        "IST ? rapport non protégé",
        "prélèvement envoyé au labo",
        "NFS si besoin, fièvre/angine : arrêt + NFS",
        "conduit aux urgences en ambulance la semaine dernière",
        "soins palliatifs avec l'HAD",
        "Ablation des fils ce jour",
        "Pansement refait ce jour",
        "Certif sport non",
        "arrêt 48h après le début, 3 semaines d'arrêt du tabac",
    ],
)
def test_what_only_looks_like_a_request_is_none(text: str) -> None:
    assert [what for what in told(text, "order", "what") if what not in ("arrêt 48h", "NFS")] == []


def test_a_colleague_written_to_is_no_illness() -> None:
    assert told("Courrier pour gastro", "condition", "label") == []
    assert told("gastro depuis 2 jours", "condition", "label") != []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Dépistage IST demandé: PCR chlam/gono, VIH", ["Dépistage IST demandé: PCR chlam/gono, VIH"]),
        ("rv 3 mois avec bio (HbA1c creat)", ["bio (HbA1c creat)"]),
        ("avis auprès du pneumologue", ["avis auprès du pneumologue"]),
        ("AT prol 8j", ["AT prol 8j"]),
        ("Transfert USIC", ["Transfert USIC"]),
        ("mot d'absence école 2j", ["mot d'absence école 2j"]),
        ("arret scolaire/travail 4j", ["arret scolaire/travail 4j"]),
        ("RP + 3 BK crachats", ["RP"]),
        ("cs : asthénie depuis 6 mois. demande bio: TSH NFS", ["bio: TSH NFS"]),
        ("arret prolongé jsq 15/12", ["arret prolongé jsq 15/12"]),
        ("Réhab respi proposée", ["Réhab respi proposée"]),
        ("kit à refaire (remis)", ["kit à refaire (remis)"]),
        ("Certificat de non CI judo. Auscult N. Certif fait.", ["Certificat de non CI judo"]),
        ("Kiné resp non. Holter prescrit par cardio. EPP 8 séances avec SF", []),
        ("PMA : AMH 0,8, FSH 12", []),
        ("kiné depuis 2 mois : amélioration", []),
        ("passage IDE 2x/j en place, kiné respiratoire inefficace", []),
        ("ALD diabète depuis 2010, prise en charge 100% ALD", []),
        ("La psychologue l'a vue 3 fois. INR dans la cible", []),
        ("prendre RDV sage-femme", ["RDV sage-femme"]),
        ("à voir en cs ortho", ["cs ortho"]),
        ("ophtalmo à consulter", ["ophtalmo à consulter"]),
        ("arrêt travail prolongé d'un mois", ["arrêt travail prolongé d'un mois"]),
        ("Nouvel INR dans trois jours", ["INR dans trois jours"]),
        (
            "je l'adresse au psychiatre du centre médico-psychologique",
            ["adresse au psychiatre du centre médico-psychologique"],
        ),
        ("bilan dans 3 mois : HbA1c, créat", ["bilan dans 3 mois : HbA1c, créat"]),
        ("BIOLOGIE :\n- Créatinine 65 µmol/L", []),
        ("Bio de sortie : Hb 10,7 g/dL", []),
        (
            "CONSULTATION VOYAGE, départ au Kenya le 20 août pour trois semaines en famille, pas d'ATCD, tout va bien par ailleurs",
            [],
        ),
        ("Douleur déclarée en accident du travail", []),
        ("courrier dermato", ["courrier dermato"]),  # no « courrier de »
        ("courrier de gastro du 13/10 : polype", []),
        ("FCU fait 2023, cholestérol jamais traité, ECG QTc 432", []),
        ("avis cardio avant certif", ["avis cardio"]),
        ("certif absence cantine? -> non", []),
        ("ALD : PS à renouveler", []),
        ("gastro J1, vomissements", []),
        ("Renouv psy: schizophrénie stabilisée", []),
        ("MOTIF : certificat de sport\nCAT : certificat fait", ["certificat"]),
    ],
)
def test_requests_of_other_hands(text: str, expected: list[str]) -> None:
    found = told(text, "order", "what")
    assert [what for what in found if what != "ALD"] == expected


def test_how_far_a_pregnancy_is_is_no_next_step() -> None:
    assert told("Consultation de suivi à vingt-quatre semaines d'aménorrhée", "follow_up", "in_days") == []
    assert told("psychologue, cs J30", "follow_up", "in_days") == [30]
