"""Laboratory results: a name, a value, the unit that is meant; requests, doses and targets are none."""

from __future__ import annotations

from typing import Any

import pytest

from tests.reading.reading import told


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("HbA1c 7,2", [("HbA1c", 7.2, "%")]),
        ("HbA1c à 7.2% LDL 1,02 g/L", [("HbA1c", 7.2, "%"), ("LDL", 1.02, "g/L")]),
        ("LDL à l'entrée 1,62 g/L", [("LDL", 1.62, "g/L")]),
        ("INR ce matin 4,6", [("INR", 4.6, "{INR}")]),
        ("TSH ultrasensible 3,45", [("TSH", 3.45, "m[IU]/L")]),
        ("K+ à 4,1", [("potassium", 4.1, "mmol/L")]),
        ("TSH est inférieure à 0,01", [("TSH", 0.01, "m[IU]/L")]),
        ("Bêta-HCG urinaires négatifs", [("bêta-HCG", "négatif", None)]),
        ("pds 68,4 kg vs 64,5", []),
        ("frilosité, cst, +3 kg", []),
        ("TG RAS, OMA D", []),
        ("LDL 2,6 mmol/L", [("LDL", 2.6, "mmol/L")]),
        ("DFG 58", [("DFG", 58, "mL/min/{1.73_m2}")]),
        ("créat 95", [("créatinine", 95, "umol/L")]),
        ("créatinine 9,5 mg/L", [("créatinine", 9.5, "mg/L")]),
        ("K 4,2 Na 138", [("potassium", 4.2, "mmol/L"), ("sodium", 138, "mmol/L")]),
        ("kaliémie à 5,1", [("potassium", 5.1, "mmol/L")]),
        ("TSH < 0,01", [("TSH", 0.01, "m[IU]/L")]),
        ("Hb 11,2 ferritine 8", [("hémoglobine", 11.2, "g/dL"), ("ferritine", 8, "ug/L")]),
        ("plaquettes 250 000", [("plaquettes", 250, "10*9/L")]),
        ("GB 12500/mm3", [("leucocytes", 12.5, "10*9/L")]),
        ("CRP 145 -> 60", [("CRP", 145, "mg/L"), ("CRP", 60, "mg/L")]),
        ("LDL 1,6 en 2023, 0,71 ce jour", [("LDL", 1.6, "g/L"), ("LDL", 0.71, "g/L")]),
        ("PSA 6,8 (4,1 en 2023)", [("PSA", 6.8, "ng/mL"), ("PSA", 4.1, "ng/mL")]),
        ("hyperkaliémie à 5,8", [("potassium", 5.8, "mmol/L")]),
        ("mammo ACR2. mono 10/10. HGPO 75 g", []),
        ("INR 2,4", [("INR", 2.4, "{INR}")]),
        ("glycémie à jeun 1,26", [("glycémie à jeun", 1.26, "g/L")]),
        ("ASAT/ALAT 32/45", [("ASAT", 32, "U/L"), ("ALAT", 45, "U/L")]),
        ("vit D 18", [("vitamine D", 18, "ng/mL")]),
        ("PSA 3,2 ng/ml", [("PSA", 3.2, "ng/mL")]),
        ("BNP : 850", [("BNP", 850, "pg/mL")]),
        ("BU nég", [("BU", "négatif", None)]),
        (
            "BU : leuco +++ nitrites - sang +",
            [
                ("leucocytes urinaires (BU)", "+++", None),
                ("nitrites urinaires (BU)", "négatif", None),
                ("hématies urinaires (BU)", "+", None),
            ],
        ),
        ("TDR +", [("TDR streptocoque A", "+", None)]),
        ("TDR angine négatif", [("TDR streptocoque A", "négatif", None)]),
        ("rubéole immunisée, toxo nég", [("sérologie rubéole", "immunisée", None), ("sérologie toxoplasmose", "négatif", None)]),
        ("INR d'hier 2,8, LDL sortie 1,34", [("INR", 2.8, "{INR}"), ("LDL", 1.34, "g/L")]),
        ("BU: leucocytes 2+ nitrites neg", [
            ("leucocytes urinaires (BU)", "++", None), ("nitrites urinaires (BU)", "négatif", None)]),
        ("la bandelette montre des leucocytes à trois croix et du sang à une croix", [
            ("leucocytes urinaires (BU)", "+++", None), ("hématies urinaires (BU)", "+", None)]),
        ("HGPO 75 : 0,88/1,52/1,21", [
            ("glycémie à jeun", 0.88, "g/L"), ("HGPO 1 h", 1.52, "g/L"), ("HGPO 2 h", 1.21, "g/L")]),
        ("ASAT 2N ALAT 3N, CRP 3xN", []),
        ("K 4,2 N", [("potassium", 4.2, "mmol/L")]),
        ("glycémie à jeun à 1g32", [("glycémie à jeun", 1.32, "g/L")]),
        ("HCO3- 19", [("bicarbonates", 19, "mmol/L")]),
        ("HbA1c : 8.2 → 7.4 → 6.9", [("HbA1c", 8.2, "%"), ("HbA1c", 7.4, "%"), ("HbA1c", 6.9, "%")]),
        ("cétonurie nég", [("corps cétoniques urinaires (BU)", "négatif", None)]),
        ("sérologies VIH, VHB, VHC négatives", [
            ("VIH", "négatif", None), ("AgHBs", "négatif", None), ("sérologie VHC", "négatif", None)]),
        ("La sérologie de la toxoplasmose est négative", [("sérologie toxoplasmose", "négatif", None)]),
        ("VIH, charge virale indétectable", [("charge virale VIH", "indétectable", None)]),
        ("βHCG 1850 UI/L", [("bêta-HCG", 1850, "m[IU]/mL")]),
        ("lymphocytes 850/mm3", [("lymphocytes", 0.85, "10*9/L")]),
        ("25OHD3 22 ng/ml", [("vitamine D", 22, "ng/mL")]),
        ("T0 0,92 T60 1,85 T120 1,50", [
            ("glycémie à jeun", 0.92, "g/L"), ("HGPO 1 h", 1.85, "g/L"), ("HGPO 2 h", 1.5, "g/L")]),
        ("l'acide urique du mois dernier était à 580 micromoles par litre", [("acide urique", 580, "umol/L")]),
        ("l'hémoglobine glyquée du 3 mars est à 6,9 %", [("HbA1c", 6.9, "%")]),
        ("La glycémie est normale à 0,92 g/l", [("glycémie à jeun", 0.92, "g/L")]),
        ("Ferritine effondrée à 6", [("ferritine", 6, "ug/L")]),
        ("VHA fait 2021, HPV 0. Le frottis n'est pas nécessaire. CV normal. glycémie moyenne 1,71", []),
        ("HPV 16 positif", [("test HPV", "positif", None)]),
        ("chlamydia anal positif, gono négatif", [("chlamydia", "positif", None), ("gonocoque", "négatif", None)]),
        ("PCR CT/NG négatives", [("PCR chlamydia gonocoque", "négatif", None)]),
        # No result.
        ("vit D 100 000 UI amp unique", []),
        ("bio : NFS CRP iono", []),
        ("TSH ds 6 semaines", []),
        ("contrôle HbA1c 3 mois", []),
        ("LDL cible 1", []),
        ("Uvedose vit D 100000 UI 1 ampoule", []),
        ("Frottis 2023", []),
        ("K sein 2015", []),
    ],
)  # fmt: skip
def test_results(text: str, expected: list[Any]) -> None:
    found = [(name, value, unit) for name, value, unit in told(text, "lab", "name", "value", "unit")]
    assert sorted(found, key=str) == sorted(expected, key=str)
