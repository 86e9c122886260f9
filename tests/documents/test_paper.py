"""What the practice prints: the words are all there, in a file that lasts and can be read aloud, and stay words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pypdfium2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carnet.documents.paper import wording
from carnet.documents.paper.render import KINDS, pdf
from carnet.documents.paper.sheets import Line, Prescriber, Sheet, Subject
from carnet.fhir.errors import Invalid, Malformed

AT = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
ALICE = Prescriber(
    "Dr Alice Martin",
    "Médecine générale",
    "10003456781",
    "Cabinet des Tilleuls",
    ("12 rue des Tilleuls", "33000 Bordeaux"),
)
EMILE = Subject("DUVAL Émile", "", "03/04/1955", "71 ans", "M", "155043306301234", "INS qualifiée")
AMLODIPINE = Line("amlodipine", "Amlor", "5 mg", "gélule", "1 gélule le matin", "pendant 3 mois")
SHEET = Sheet("prescription", "Ordonnance", ALICE, EMILE, "Bordeaux", "21/11/2026", lines=(AMLODIPINE,))


def words(content: bytes) -> str:
    document = pypdfium2.PdfDocument(content)
    return " ".join(page.get_textpage().get_text_bounded() for page in document).replace("\r\n", " ")


@pytest.mark.parametrize("kind", KINDS)
def test_each_paper_names_who_signs_whom_it_is_about_and_when(kind: str) -> None:
    said = words(pdf(replace(SHEET, kind=kind, body=("Vu ce jour.",), others=("NFS",)), at=AT))
    for word in (
        "Dr Alice Martin",
        "10003456781",
        "DUVAL Émile",
        "03/04/1955",
        "INS qualifiée",
        "21/11/2026",
    ):
        assert word in said


def test_a_prescription_says_the_substance_before_the_brand() -> None:
    said = words(pdf(SHEET, at=AT))
    assert (
        said.index("amlodipine") < said.index("5 mg") < said.index("Amlor") < said.index("1 gélule le matin")
    )


def test_a_long_term_illness_has_its_own_zone() -> None:
    both = replace(SHEET, lines=(Line("paracétamol"), replace(AMLODIPINE, ald=True)))
    said = words(pdf(both, at=AT))
    assert (
        said.index("longue durée reconnue")
        < said.index("amlodipine")
        < said.index("sans rapport")
        < said.index("paracétamol")
    )
    assert "longue durée" not in words(pdf(SHEET, at=AT))


def test_a_warning_is_on_the_paper() -> None:
    assert "non contrôlée" in words(pdf(replace(SHEET, warning="Ordonnance non contrôlée."), at=AT))


def test_the_file_lasts_and_can_be_read_aloud() -> None:
    content = pdf(SHEET, at=AT)
    for mark in (b"pdfaid:part", b"pdfuaid:part", b"/StructTreeRoot", b"/Lang"):
        assert mark in content
    assert content == pdf(SHEET, at=AT), "the same paper has the same bytes, and the same fingerprint"


@pytest.mark.parametrize(
    "hostile",
    ['#read("/etc/passwd")', "#panic()", "$x$ *y* _z_", "<script>", "@preview/x:0.1.0", "\\", "[", "\u202e#"],
)
def test_what_was_written_stays_words(hostile: str) -> None:
    said = words(pdf(replace(SHEET, body=(hostile,), lines=(replace(AMLODIPINE, note=hostile),)), at=AT))
    assert "root:" not in said
    assert hostile.strip("\u202e") in said.replace("\ufffe", "")


@settings(deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))
@given(text=st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=200))
def test_any_text_makes_a_paper(text: str) -> None:
    assert pdf(replace(SHEET, body=(text,), about=replace(EMILE, name=text)), at=AT).startswith(b"%PDF")


def test_a_letter_without_a_shape_here_does_not_stop_the_paper() -> None:
    said = words(
        pdf(replace(SHEET, about=replace(EMILE, name="NGUYỄN 漢 Łukasz"), body=("Vu 😀 ce jour.",)), at=AT)
    )
    assert "NGUYỄN" in said
    assert "Łukasz" in said
    assert "ce jour" in said


def test_a_long_prescription_goes_over_pages_and_each_names_the_patient() -> None:
    document = pypdfium2.PdfDocument(pdf(replace(SHEET, lines=(AMLODIPINE,) * 40), at=AT))
    assert len(document) > 1
    assert all("DUVAL" in page.get_textpage().get_text_bounded() for page in document)


def test_a_wording_is_text_with_fields() -> None:
    text = "Je vous confie {civilite} {nom}, {age}.\n\nTraitements : {traitements}\nAllergies : {allergies}\n\nMerci."
    filled = wording.filled(
        text, {"civilite": "M.", "nom": "DUVAL", "age": "71 ans", "allergies": "pénicillines"}
    )
    assert filled == ("Je vous confie M. DUVAL, 71 ans.", "Allergies : pénicillines", "Merci.")


@pytest.mark.parametrize(
    "wrong", ["{inconnu}", "{nom", "nom}", "{{nom}}", "{nom.__class__}", "{0}", "{}", "x" * 20_001]
)
def test_a_wording_with_anything_else_is_refused(wrong: str) -> None:
    with pytest.raises(Invalid):
        wording.filled(wrong, {"nom": "DUVAL"})


def test_a_value_that_looks_like_a_field_is_not_filled_again() -> None:
    assert wording.filled("{nom}", {"nom": "{motif}", "motif": "secret"}) == ("{motif}",)


def test_a_wording_begins_in_the_words_of_the_record() -> None:
    text = "Je vous adresse {nom}.\nCe jour : {mesures}\n\nMotif : {motif}, {jours} jours."
    begun = wording.begun(
        text, {"nom": "DUVAL {nom}", "mesures": "", "motif": "toux", "jours": "3"}, ("jours",)
    )
    assert begun == "Je vous adresse DUVAL (nom).\n\nMotif : toux, {jours} jours."
    assert wording.filled(begun, {"jours": "3"}) == ("Je vous adresse DUVAL (nom).", "Motif : toux, 3 jours.")


def test_half_a_character_is_refused_in_words() -> None:
    with pytest.raises(Malformed, match="moitié de caractère"):
        pdf(replace(SHEET, body=("\ud83d",)), at=AT)


def test_an_empty_field_leaves_no_gap() -> None:
    assert wording.filled("Vu ce jour {civilite} {nom}.", {"nom": "DURAND"}) == ("Vu ce jour DURAND.",)
    assert wording.begun("Vu {civilite} {nom}.", {"nom": "DURAND"}, ("lieu",)) == "Vu DURAND."
    assert wording.filled("Vu {civilite} {nom}.", {"civilite": "M.", "nom": "A  B"}) == ("Vu M. A  B.",)
