"""Conditions and what is said of each: present, absent, suspected, over, of a relative, or said of nobody."""

from __future__ import annotations

import pytest

from carnet.reading.facts import Context
from tests.reading.reading import packaged, read


def said(text: str) -> list[str]:
    """« I10 affirmed » for each condition."""
    return [f"{fact.values['cim10'][:3]} {fact.values['status']}" for fact in read(text, "condition")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("HTA", ["I10 affirmed"]),
        ("PR connue", ["M06 affirmed"]),
        ("pas d hematurie", ["R31 negated"]),
        ("pas de nodule dysurie", ["R22 negated", "R30 affirmed"]),
        ("entorse bénigne de la cheville droite", ["S93 affirmed"]),
        ("se plaint d'une grosseur du testicule gauche", ["N50 affirmed"]),
        ("trauma du pouce D, fracture ? radio du pouce", ["S69 affirmed", "S62 suspected"]),
        ("pas d'autre saignement", ["R58 negated"]),
        ("nausées finies", ["R11 history"]),
        ("hémorroïdes anciennes", ["K64 affirmed"]),
        ("une tumeur testiculaire doit être éliminée", ["C62 suspected"]),
        ("fille épuisée", []),
        ("allergie pénicilline (urticaire géant)", []),
        ("coqueluche faite pdt la grossesse", []),
        ("DT2 sous metformine, pas de rétinopathie", ["E11 affirmed", "H36 negated"]),
        ("Séresta dégressif, près de la friteuse", []),
        ("prévenir du risque de photosensibilité", []),
        ("ATCD : HTA, DT2", ["I10 affirmed", "E11 affirmed"]),
        ("ATCD cholécystectomie 2012", ["Z90 history"]),
        ("ATCD : phlébite MID 2015, IDM", ["I80 history", "I21 history"]),
        ("opéré d'une hernie inguinale", ["K40 history"]),
        ("fracture poignet G 2003", ["S52 history"]),
        ("père IDM 55 ans", ["I21 family"]),
        ("AF : mère HTA, père DT2", ["I10 family", "E11 family"]),
        ("ATCD familiaux de cancer du sein", ["C50 family"]),
        ("DT2 chez sa mère", ["E11 family"]),
        ("pas de fièvre", ["R50 negated"]),
        ("Pas de fièvre ni toux", ["R50 negated", "R05 negated"]),
        ("pas de fièvre, dyspnée ou toux", ["R50 negated", "R06 negated", "R05 negated"]),
        ("pas de fièvre, toux grasse", ["R50 negated", "R05 affirmed"]),
        ("ni dyspnée ni toux", ["R06 negated", "R05 negated"]),
        ("sans fièvre", ["R50 negated"]),
        ("apyrétique", ["R50 negated"]),
        ("Lombalgie sans sciatique", ["M54 affirmed", "M54 negated"]),
        ("vomissements : non", ["R11 negated"]),
        ("pas d'ATCD de phlébite", ["I80 negated"]),
        ("nie toute douleur thoracique", ["R07 negated"]),
        ("pas de diarrhée mais vomissements", ["A09 negated", "R11 affirmed"]),
        ("susp OMA D", ["H66 suspected"]),
        ("OMA D ?", ["H66 suspected"]),
        ("Toux, asthénie. Pneumopathie ?", ["R05 affirmed", "R53 affirmed", "J18 suspected"]),
        ("probable colique néphrétique", ["N23 suspected"]),
        ("évocateur d'un zona", ["B02 suspected"]),
        ("HBP probable", ["N40 suspected"]),
        ("Revoir si fièvre", []),
        ("SAU si dyspnée ou douleur thoracique", []),
        ("Doliprane 1 g si douleur", []),
        ("Dr Angine", []),
        ("vaccin grippe fait ce jour", []),
        ("amené par sa mère, fièvre depuis hier", ["R50 affirmed"]),
        ("PCR coqueluche", []),
        ("Conseil arrêt tabac", []),
        ("tous les jours", []),
        ("à 55 ans", []),
        ("entorse chev D", ["S93 affirmed"]),
        ("pas de gêne resp", ["R06 negated"]),
        ("rhinopharingite", ["J00 affirmed"]),
        ("LOMBALGIE AIGUE", ["M54 affirmed"]),
        ("Asthme depuis l'enfance", ["J45 affirmed"]),
        ("frère de 4 ans asthmatique", ["J45 family"]),
        ("sa soeur a eu la scarlatine", ["A38 family"]),
        ("mère : HTA, AVC", ["I10 family", "I64 family"]),
        ("ne tousse pas", ["R05 negated"]),
        ("somnolence au volant non", ["R40 negated"]),
        ("goitre non palpé", ["E04 negated"]),
        ("pas de : fièvre, toux", ["R50 negated", "R05 negated"]),
        ("pas d'IS, pas de T", ["R45 negated", "R50 negated"]),
        ("plus de fièvre depuis hier", ["R50 negated"]),
        ("plus fatigué, moins essoufflé", ["R53 affirmed", "R06 affirmed"]),
        ("pneumopathie franche lobaire inférieure droite probable", ["J18 suspected"]),
        ("dyspnée sur probable asthme", ["R06 affirmed", "J45 suspected"]),
        ("toux : éliminer pneumopathie", ["R05 affirmed", "J18 suspected"]),
        ("goutte 2023", ["M10 history"]),
        ("mal perforant du pied cicatrisé", ["L97 history"]),
        ("hospitalisé en mars pour une pneumopathie", ["J18 history"]),
        ("grippe + Covid faits à l'officine", []),
        ("sérologies bilharziose et anguillulose", []),
        ("typhoïde : Typhim Vi prescrit", []),
        ("signes de Horton expliqués", []),
        ("reconsulter en cas d'aggravation de la dyspnée", []),
        ("pas de BAV, oeil rouge", ["H54 negated", "H11 affirmed"]),
        ("ECG : BAV 1er degré", ["I44 affirmed"]),
        ("cheville gonflée", ["R60 affirmed"]),
        ("ses 2 frères ont un psoriasis", ["L40 family"]),
        ("je ne peux exclure une EP", ["I26 suspected"]),
        ("DD : zona, névralgie intercostale", ["B02 suspected", "G58 suspected"]),
        ("n'a pas d'antécédent personnel de cancer du sein", ["C50 negated"]),
        ("asthme ancien", ["J45 history"]),
        ("eczéma du nourrisson", ["L20 history"]),
        ("Diprosone sur eczéma 1/j", ["L30 affirmed"]),
        ("sténose de l'uretère gauche, kyste rénal", ["N13 affirmed", "N28 affirmed"]),
        ("bien qu'elle ait été opérée", []),
        ("pas d'amélioration de la lombalgie", ["M54 affirmed"]),
        ("ulcère de jambe non cicatrisé", ["I83 affirmed"]),
        ("zona à revoir J7", ["B02 affirmed"]),
        ("élimination EP", ["I26 negated"]),
        ("son collègue a la tuberculose", []),
        ("hépatite C guérie 2022", ["B18 history"]),
        ("syphilis traitée 2023", ["A53 history"]),
        ("diabète gestationnel lors de la 1re grossesse", ["O24 history"]),
        ("fils diagnostiqué TDAH", ["F90 family"]),
        ("IDM. Père décédé IDM 58 a", ["I21 affirmed", "I21 family"]),
        ("consultation de suivi de grossesse", ["Z33 affirmed"]),
        ("rdv consultation de ménopause", []),
        ("rage non, fièvre jaune à discuter", []),
        ("Efluelda + covid au prochain passage IDE", []),
        ("fibroscan + écho abdo, gastro", []),
        ("gastro depuis hier", ["A09 affirmed"]),
        ("coloscopie (Dr Martin gastro)", []),
        ("radio faite : fracture du poignet. Fracture = plâtre", ["S52 affirmed"]),
        ("fracture", ["T14 affirmed"]),
        ("entorse grave LLE de la cheville", ["S93 affirmed"]),
        ("rx cheville. Entorse bénigne", ["S93 affirmed"]),
        ("œdème face dorsale de la main", ["R60 affirmed"]),
        ("chute de son lit, bosse frontale", ["W06 affirmed", "S00 affirmed"]),
        ("bosse frontale depuis 2 ans", ["R22 affirmed"]),
        ("ecchymose du bras après coups", ["S40 affirmed"]),
        ("ecchymoses, bleus spontanés", ["R23 affirmed", "R23 affirmed"]),
        ("scanner TSA, fond d'oeil OPH", []),
        ("pansement TS les 3 j", []),
        ("douleur à la mobilisation cervicale", []),
        ("ne boit plus", []),
        ("boite un peu", ["R26 affirmed"]),
        ("méthadone 60 mg 1 gél/j, pas d'oubli", []),
        ("Ventoline vide", []),
        ("mange un peu de riz", []),
        ("marche avec déambul", []),
        ("accident du travail", []),
        ("méthadone, ni de signe de sevrage", ["F11 negated"]),
        ("mésusage alcool, dépendance physique", ["F10 affirmed"]),
        ("gonalgie, blocages", ["M25 affirmed", "M23 affirmed"]),
        ("4 selles/j liquides", ["A09 affirmed"]),
        ("adénome tubuleux en bas grade", ["D12 affirmed"]),
        ("piquée par un frelon asiatique", ["T63 affirmed"]),
        ("asthme, exacerbation modérée", ["J45 affirmed", "J46 affirmed"]),
        ("pas d'ATCD psy", ["F99 negated"]),
        (
            "absence de fièvre, de frissons et de douleur lombaire",
            ["R50 negated", "R68 negated", "M54 negated"],
        ),
        ("pas de fièvre, d'essoufflement ou de palpitations", ["R50 negated", "R06 negated", "R00 negated"]),
        ("ATCD : AVP 2010", ["V89 history"]),
        ("radio thorax : pas d'épanchement", ["J90 negated"]),
        ("genou : pas d'épanchement", ["M25 negated"]),
        ("stéatose, pas de lithiase", ["K76 affirmed", "K80 negated"]),
        ("poux dans la classe", []),
        ("fièvre- toux- dyspnée-", ["R50 negated", "R05 negated", "R06 negated"]),
        ("pas franchement déprimé", ["F32 negated"]),
        ("douteux pour une appendicite", ["K35 suspected"]),
        ("asthme non confirmé par EFR", ["J45 suspected"]),
        ("se croit diabétique", []),
        ("écarter une EP", ["I26 suspected"]),
        ("pour écarter une EP", ["I26 suspected"]),
        ("éliminer une EP", ["I26 suspected"]),
        ("à éliminer : EP", ["I26 suspected"]),
        ("scanner pour exclure une EP", ["I26 suspected"]),
        ("permet d'exclure une EP", ["I26 negated"]),
        ("on a écarté une phlébite", ["I80 negated"]),
        ("insuffisance rénale", ["N19 affirmed"]),
        ("insuffisance rénale stade 3b", ["N18 affirmed"]),
        ("obésité, projet bypass", ["E66 affirmed"]),
        ("demande de vasectomie", []),
        ("FCS mars 2024", ["O03 history"]),
        ("cs douleur thoracique", ["R07 affirmed"]),
        ("rdv cs diabète", []),
        ("hallux valgus douloureux", ["M20 affirmed"]),
        ("éruption vésiculeuse prurigineuse", ["R21 affirmed"]),
        ("tachycarde, nerveuse, tremble", ["R00 affirmed", "R45 affirmed", "R25 affirmed"]),
    ],
)
def test_conditions_and_their_status(text: str, expected: list[str]) -> None:
    assert said(text) == expected


def test_the_quote_takes_side_and_date_but_not_the_cue() -> None:
    text = "ATCD : phlébite MID 2015. Pas de fièvre. Entorse cheville G. père IDM à 55 ans"
    quotes = [text[fact.start : fact.end] for fact in read(text, "condition")]
    assert quotes[1:] == ["fièvre", "Entorse cheville G", "IDM à 55 ans"]


def test_a_section_ends_where_the_visit_begins() -> None:
    text = "ATCD : pneumopathie 2019. AF : père IDM. Vient pour toux. Auscult : pneumopathie base D"
    assert said(text) == ["J18 history", "I21 family", "R05 affirmed", "J18 affirmed"]


def test_antecedents_in_a_list_are_over_until_the_next_heading() -> None:
    text = "ATCD\n- IDM 2014\n- appendicectomie\n- HTA\nTTT\nRamipril 5 1/j\nMotif : angine"
    assert said(text) == ["I21 history", "Z90 history", "I10 affirmed", "J03 affirmed"]


def test_a_child_is_nobody_s_parent() -> None:
    (found,) = packaged().read("petite fille asthmatique", Context(age=8, sex="F", date="2026-11-22"))
    assert found.values["status"] == "affirmed"
    (found,) = packaged().read("fille asthmatique", Context(age=40, sex="F", date="2026-11-22"))
    assert found.values["status"] == "family"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("? début d'Alzheimer", ["G30 suspected"]),
        ("Toux. ?? pneumopathie base D", ["R05 affirmed", "J18 suspected"]),
        ("Mollet gonflé. Hésite encore, phlébite", ["I80 affirmed"]),
        ("jamais d'IST sauf gonococcie 2022", ["A54 history"]),
        ("VIH sous Biktarvy", ["B24 affirmed"]),
        ("sérologie VIH demandée", []),
        ("la maladie coronarienne est donc écartée", ["I25 negated"]),
        ("son père est mort d'un infarctus", ["I21 family"]),
        ("Il a perdu quatre kilos, n'a pas maigri", ["R63 affirmed", "R63 negated"]),
        ("lombosciat L5 D, pas def moteur ni TS", ["M54 affirmed", "R29 negated", "R32 negated"]),
        ("TS en 2015", ["X84 history"]),
        ("Urétrite : écoulement", ["N34 affirmed", "R36 affirmed"]),
        ("vingt-quatre semaines d'aménorrhée, scanner faible dose", []),
        ("AOMI pontée 2018", ["I70 affirmed"]),
        ("HTA traitée par Aprovel, VIH traité", ["I10 affirmed", "B24 affirmed"]),
        ("lithiase vésiculaire opérée", ["K80 history"]),
        ("a fait une chute hier soir", ["W19 affirmed"]),
        ("a fait une phlébite en 2010", ["I80 history"]),
        ("épilepsie ds l'enfance", ["G40 history"]),
    ],
)
def test_what_other_hands_write(text: str, expected: list[str]) -> None:
    assert [one for one in said(text) if not one.startswith(("R22", "M79", "R60"))] == expected
