"""Drugs known by name: the table that is shipped, what a doctor types, and the official files of a practice."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carnet.cli import main
from carnet.fhir.errors import Malformed
from carnet.fhir.folding import words
from carnet.reading.drugs import Drug
from carnet.reference import build, names, official_files, specialities, substances

OFFICIAL = {
    "CIS_bdpm.txt": [
        "60000001\tAMLODIPINE BIOGARAN 5 mg, gélule\tgélule\torale\tAutorisation active\tProcédure nationale\tCommercialisée\t01/01/2010\t\t\t BIOGARAN\tNon",
        "60000002\tAMLOR 5 mg, gélule\tgélule\torale\tAutorisation active\tProcédure nationale\tCommercialisée\t01/01/1990\t\t\t VIATRIS\tNon",
        "60000003\tARNICA 9 CH, granules\tgranules\torale\tAutorisation active\tEnreg homéo (Proc. Nat.)\tCommercialisée\t01/01/1990\t\t\t X\tNon",
    ],
    "CIS_COMPO_bdpm.txt": [
        "60000001\tgélule\t01\tBÉSILATE D'AMLODIPINE\t6,94 mg\tune gélule\tSA\t1\t",
        "60000001\tgélule\t02\tAMLODIPINE\t5 mg\tune gélule\tFT\t1\t",
        "60000002\tgélule\t01\tAMLODIPINE (BÉSILATE D')\t5 mg\tune gélule\tSA\t1\t",
        "60000003\tgranules\t03\tARNICA POUR PRÉPARATIONS HOMÉOPATHIQUES\t9CH\t1 g\tSA\t1\t",
    ],
    "CIS_CPD_bdpm.txt": ["60000001\tliste I"],
    "CIS_GENER_bdpm.txt": [
        "1\tAMLODIPINE 5 mg - AMLOR 5 mg, gélule\t60000001\t1\t1\t",
        "1\tAMLODIPINE\t60000002\t0\t1\t",
    ],
    "CIS_MITM.txt": ["60000002\tC08CA01\tAMLOR 5 mg, gélule\thttp://"],
}


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of three lines are whole."""
    for name in ("SPECIALITIES", "COMPOSITION", "CONDITIONS", "GENERICS", "ATC"):
        file = getattr(official_files, name)
        monkeypatch.setattr(official_files, name, file._replace(fewest=1))
    monkeypatch.setattr("carnet.cli.reference._held", lambda path: 0)


def official(folder: Path) -> Path:
    for name, rows in OFFICIAL.items():
        (folder / name).write_bytes("\r\n".join(rows).encode("cp1252"))
    return folder


def named(written: str, *, forgiving: bool = False) -> Drug | None:
    return names.shipped_names().find(list(words(written)), forgiving=forgiving)


@pytest.mark.parametrize(
    ("written", "inn", "brand", "atc"),
    [
        ("Doliprane", "paracétamol", "Doliprane", "N02BE01"),
        ("amlodipine", "amlodipine", None, "C08CA01"),
        ("KARDEGIC", "acide acétylsalicylique", "Kardegic", "B01AC06"),
        ("Ventoline", "salbutamol", "Ventoline", "R03AC02"),
        ("levothyrox", "lévothyroxine", "Levothyrox", "H03AA01"),
        ("NovoRapid", "insuline asparte", "Novorapid", "A10AB05"),
        ("Augmentin", "amoxicilline/acide clavulanique", "Augmentin", "J01CR02"),
        ("acide clavulanique amoxicilline", "acide clavulanique/amoxicilline", None, "J01CR02"),  # as typed
        ("Éliquis", "apixaban", "Eliquis", "B01AF02"),
        ("MTX", "méthotrexate", None, "L04AX03"),
        ("Oxycontin LP", "oxycodone", "Oxycontin", "N02AA05"),
        ("Oxycontin", "oxycodone", "Oxycontin", "N02AA05"),
        ("IPP", "inhibiteur de la pompe à protons", None, None),
    ],
)
def test_what_a_doctor_types_names_one_drug(
    written: str, inn: str, brand: str | None, atc: str | None
) -> None:
    drug = named(written)
    assert drug is not None
    assert (drug.inn, drug.brand, drug.atc) == (inn, brand, atc)


@pytest.mark.parametrize(
    "written", ["metfromine", "paracetamole", "doliparne", "levothyrxo", "kardgic", "bisoprolool"]
)
def test_one_typing_error_is_forgiven_when_asked(written: str) -> None:
    assert named(written) is None
    assert named(written, forgiving=True) is not None


@pytest.mark.parametrize(
    "written", ["grande", "mini", "eau", "sucre", "para-ostéo", "toux", "zzzzzzz", "douleur", "fièvre"]
)
def test_ordinary_words_are_no_drugs(written: str) -> None:
    assert named(written, forgiving=True) is None


@pytest.mark.parametrize("written", ["clorazepam", "hydralazine", "prednisolne"])
def test_a_look_alike_is_never_taken_for_the_nearer_drug(written: str) -> None:
    """« Clorazepam » is clorazépate or clonazépam."""
    assert named(written, forgiving=True) is None


def test_a_word_between_two_drugs_is_not_guessed() -> None:
    """Names that differ by a letter are the classic wrong drug: nothing is better than the other one."""
    known = specialities.Speciality("1", "", "", "prednisone", "5 mg", "comprimé", "orale", "", "town", "yes")
    other = specialities.Speciality("2", "", "", "prednitone", "5 mg", "comprimé", "orale", "", "town", "yes")
    both = names.of([known, other])
    assert both.find(["prednixone"], forgiving=True) is None
    assert names.of([known]).find(["prednixone"], forgiving=True) is not None


def test_the_shipped_table_holds_the_town() -> None:
    town = [one for one in specialities.shipped() if (one.place, one.marketed) == ("town", "yes")]
    assert len(town) >= 2500
    assert all(one.inn and one.form and one.cis.isdigit() for one in town)
    assert sum(bool(one.atc) for one in town) / len(town) > 0.85
    assert len({one.cis for one in town}) == len(town)


@pytest.mark.parametrize(
    ("official_name", "said"),
    [
        ("CHLORHYDRATE DE METFORMINE", "metformine"),
        ("AMLODIPINE (BÉSILATE D')", "amlodipine"),
        ("LÉVOTHYROXINE SODIQUE ANHYDRE", "lévothyroxine"),
        ("CHLORURE DE SODIUM", "chlorure de sodium"),
        ("SODIUM (BICARBONATE DE)", "bicarbonate de sodium"),
        ("ASCORBIQUE (ACIDE)", "acide ascorbique"),
        ("FUMARATE DE DIMÉTHYLE", "fumarate de diméthyle"),
        ("CHLORHYDRATE DE LIDOCAÏNE MONOHYDRATÉ", "lidocaïne"),
        ("CLAVULANATE DE POTASSIUM", "acide clavulanique"),
        ("HYDROCORTISONE (BUTYRATE D')", "hydrocortisone"),
        ("TROSPIUM (CHLORURE DE)", "trospium"),
    ],
)
def test_a_substance_is_said_as_prescribers_say_it(official_name: str, said: str) -> None:
    assert substances.plain(official_name) == said


@given(st.text(max_size=60))
def test_any_name_of_a_substance_becomes_some_name(text: str) -> None:
    assert substances.plain(text) == substances.plain(substances.plain(text))


def test_a_practice_builds_its_table_from_the_official_files(
    small: None,
    tmp_path: Path,
    settings: object,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("django.conf.settings.REFERENCE", tmp_path / "reference")
    assert main.main(["reference", "build", str(official(tmp_path)), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["specialities"] == 2
    generic, brand, *former = specialities.built(tmp_path / "reference/specialities.tsv")
    assert {one.cis for one in former} == {""}  # names that are no longer listed are always known
    assert (generic.inn, generic.brand, generic.strength, generic.unit) == (
        "amlodipine",
        "",
        "5 mg",
        "gélule",
    )
    assert (brand.brand, brand.atc, generic.atc) == ("AMLOR", "C08CA01", "C08CA01"), (
        "the generic takes the code of its group"
    )


@pytest.mark.parametrize("missing", OFFICIAL)
def test_a_missing_file_is_named_and_nothing_changes(small: None, tmp_path: Path, missing: str) -> None:
    (official(tmp_path) / missing).unlink()
    with pytest.raises(Malformed, match=missing.removesuffix(".txt")):
        build.build(tmp_path)


@pytest.mark.parametrize("content", [b"", b"\x00\xff" * 500, b"<html>Not found</html>", b"a\tb\nc\td"])
def test_another_file_under_an_official_name_is_refused(small: None, tmp_path: Path, content: bytes) -> None:
    (official(tmp_path) / "CIS_bdpm.txt").write_bytes(content)
    with pytest.raises(Malformed, match="CIS_bdpm n'est pas celui"):
        build.build(tmp_path)


def test_the_shipped_table_is_what_the_command_makes_of_the_official_files(shared_data: Path) -> None:
    assert tuple(build.build(shared_data / "drugs")) == specialities.official()
