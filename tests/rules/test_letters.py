"""To whom a letter goes and why, as far as the note says; nothing is invented."""

import pytest

from carnet.rules.accepted import letters


@pytest.mark.parametrize(
    ("typed", "to", "why"),
    [
        ("courrier cardio pour écho de contrôle", "Cardiologie", "écho de contrôle"),
        ("avis dermato", "Dermatologie", ""),
        ("lettre au Dr Simon", "", ""),
        ("adressé en ortho pr gonarthrose.", "Chirurgie orthopédique", "gonarthrose"),
        ("avis pour bilan cardio", "", "bilan cardio"),
        ("orthophoniste", "", ""),
        ("Courrier au Dr Vannier, cardiologue : dyspnée d'effort", "Cardiologie", "dyspnée d'effort"),
        ("lettre pour dr X (ORL)", "ORL", ""),
        ("lettre pour le cardiologue pour avis opératoire", "Cardiologie", "avis opératoire"),
        ("adresse au Pr Y en gastro", "Gastro-entérologie", ""),
        ("courrier : rhumato pr infiltration", "Rhumatologie", "infiltration"),
        ("cardio : 12/03", "Cardiologie", ""),
    ],
)
def test_whom_and_why(typed: str, to: str, why: str) -> None:
    assert (letters.recipient(typed), letters.reason(typed)) == (to, why)


def test_a_model_fits_its_own_specialty_or_any() -> None:
    assert letters.fits("Avis cardiologique", "courrier cardio")
    assert letters.fits("Mon courrier", "courrier cardio")
    assert not letters.fits("Avis cardiologique", "courrier dermato")
    assert not letters.fits("Avis cardiologique", "courrier au Dr Simon")
