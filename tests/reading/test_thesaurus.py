"""The thesaurus of general practice, as a table: well formed, without contradiction, ours, and wide enough."""

from __future__ import annotations

import csv
import gzip
import re
from collections import Counter
from functools import cache
from importlib.resources import files
from pathlib import Path

import pytest

from carnet.fhir import folding

COLUMNS = {
    "conditions": ["id", "kind", "label", "cim10", "terms"],
    "labs": ["id", "label", "loinc", "ucum", "usual_unit", "low", "high", "terms", "also"],
    "examinations": ["id", "type", "label", "terms"],
    "vaccines": ["id", "label", "atc", "terms"],
    "allergens": ["id", "label", "terms", "kind"],
}
AT_LEAST = {"conditions": 2000, "labs": 200, "examinations": 250, "vaccines": 60, "allergens": 100}
KINDS = {
    "conditions": {"disease", "symptom", "procedure", "risk", "injury", "social", "device"},
    "examinations": {
        "lab",
        "imaging",
        "referral",
        "nursing",
        "physio",
        "vaccine",
        "sick_leave",
        "certificate",
    },
    "allergens": {"drug", "food", "environment", "venom", "material"},
}
CIM10 = re.compile(r"[A-Z]\d\d(\.\d)?")
LOINC = re.compile(r"\d{1,5}-\d")
ATC = re.compile(r"[A-Z]\d\d[A-Z]{2}(\d\d)?")
# Classifications whose content may not be carried.
NOT_OURS = re.compile(r"SNOMED|CISP|ICPC|SFMG|\bDRC\b|Dictionnaire des R[eé]sultats", re.IGNORECASE)
# French words that a note holds all the time: no term may be one of them.
ORDINARY = frozenset(
    re.findall(
        r"\w+",
        """
        de des du les la le un une et ou a au aux en par pour sur sous avec sans ce cette son sa ses leur il elle on est ont
        pas ne plus moins bien mal tout tous toute fait faire vu dit depuis jour jours mois an ans semaine matin soir midi
        grave severe aigu chronique stable normal boite cp gel joint joints lent lente courant rejet siege vive vif vin tot
        agit cle isole porte point points droit droite gauche examen suivi traitement patient patiente cap top bas haut
        """,
    )
)


@cache
def rows(table: str) -> list[dict[str, str]]:
    lines = [line for line in text(table).split("\n") if line and not line.startswith("#")]
    return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


@cache
def text(table: str) -> str:
    return files("carnet.reading.tables").joinpath(f"{table}.tsv").read_bytes().decode("utf-8")


def terms(row: dict[str, str]) -> list[str]:
    return row["terms"].split("|")


def flat(term: str) -> str:
    """The term as it is looked up: without its mark, case, accents, punctuation."""
    return " ".join(folding.words(term.lstrip("?!")))


def test_there_are_concepts_and_words_enough() -> None:
    for table, least in AT_LEAST.items():
        assert len(rows(table)) >= least, table
    everything = [row for table in COLUMNS for row in rows(table)]
    assert len(everything) >= 1500
    assert sum(len(terms(row)) for row in everything) >= 3 * len(everything)


@pytest.mark.parametrize("table", COLUMNS)
def test_a_table_says_where_it_comes_from_and_keeps_its_shape(table: str) -> None:
    head = text(table).split(COLUMNS[table][0] + "\t")[0]
    assert all(word in head for word in ("Columns:", "ource", "Edition:", "cence"))
    assert "\r" not in text(table)
    assert text(table).endswith("\n")
    lines = [line for line in text(table).split("\n") if line and not line.startswith("#")]
    assert lines[0].split("\t") == COLUMNS[table]
    assert {line.count("\t") for line in lines} == {len(COLUMNS[table]) - 1}
    assert [row["id"] for row in rows(table) if not row["label"].strip() or not terms(row)[0]] == []


@pytest.mark.parametrize("table", COLUMNS)
def test_ids_are_plain_and_given_once(table: str) -> None:
    given = [row["id"] for row in rows(table)]
    assert [one for one, times in Counter(given).items() if times > 1] == []
    assert [one for one in given if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", one)] == []


@pytest.mark.parametrize("table", COLUMNS)
def test_a_term_is_written_once_in_its_row(table: str) -> None:
    for row in rows(table):
        written = [flat(term) for term in terms(row)]
        assert "" not in written, row["id"]
        assert [one for one, times in Counter(written).items() if times > 1] == [], row["id"]


@pytest.mark.parametrize("table", COLUMNS)
def test_a_term_of_two_rows_asks_for_its_context(table: str) -> None:
    where: dict[str, list[tuple[str, str]]] = {}
    for row in rows(table):
        for term in terms(row):
            where.setdefault(flat(term), []).append((row["id"], term))
    torn = {
        term: found
        for term, found in where.items()
        if len(found) > 1 and not all(written.startswith("?") for _, written in found)
    }
    assert torn == {}


@pytest.mark.parametrize("table", COLUMNS)
def test_no_term_is_an_everyday_word(table: str) -> None:
    sure = {flat(term): row["id"] for row in rows(table) for term in terms(row) if not term.startswith("?")}
    assert {word: row for word, row in sure.items() if word in ORDINARY} == {}


@pytest.mark.parametrize("table", KINDS)
def test_kinds_are_known(table: str) -> None:
    column = "type" if table == "examinations" else "kind"
    assert {row[column] for row in rows(table)} <= KINDS[table]


def test_codes_are_well_formed() -> None:
    conditions = [(row["id"], code) for row in rows("conditions") for code in row["cim10"].split(" ")]
    assert [one for one in conditions if not CIM10.fullmatch(one[1])] == []
    tests = [row["loinc"] for row in rows("labs") if row["loinc"]]
    assert [code for code in tests if not LOINC.fullmatch(code) or not checks(code)] == []
    assert [code for code, times in Counter(tests).items() if times > 1] == []
    vaccines = [row["atc"] for row in rows("vaccines") if row["atc"]]
    assert [code for code in vaccines if not ATC.fullmatch(code)] == []


def checks(loinc: str) -> bool:
    """The check digit of LOINC (modulus 10): a mistyped code does not pass."""
    number, digit = loinc.split("-")
    doubled = (int(figure) * (1 + (place + 1) % 2) for place, figure in enumerate(reversed(number)))
    return (10 - sum(value // 10 + value % 10 for value in doubled) % 10) % 10 == int(digit)


def test_limits_of_a_laboratory_test_leave_room() -> None:
    for row in rows("labs"):
        assert bool(row["low"]) == bool(row["high"]), row["id"]
        if row["low"]:
            assert float(row["low"]) < float(row["high"]), row["id"]
            assert row["ucum"], row["id"]
        for also in filter(None, row["also"].split(";")):
            _, low, high = also.split()
            assert float(low) < float(high), row["id"]


def test_words_that_hold_their_negation_are_marked() -> None:
    marked = {
        flat(term): row["id"] for row in rows("conditions") for term in terms(row) if term.startswith("!")
    }
    assert marked["apyretique"] == "fievre"
    assert marked["eupneique"] == "dyspnee"
    plain = {flat(term) for row in rows("conditions") for term in terms(row) if not term.startswith("!")}
    assert plain & set(marked) == set()


@pytest.mark.parametrize("table", COLUMNS)
def test_nothing_of_a_closed_classification_is_carried(table: str) -> None:
    assert NOT_OURS.search(text(table)) is None


@cache
def classification(shared: Path) -> dict[str, str]:
    """The codes in force with their labels; a label with *** marks a code that was withdrawn."""
    path = shared / "diagnoses" / "cim10_fr_atih_via_edsnlp-0.23.0.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return {row["code"]: row["long"] for row in csv.DictReader(lines) if "*** SU" not in row["long"]}


def test_every_code_exists_in_the_classification(shared_data: Path) -> None:
    known = classification(shared_data)
    used = {(row["id"], code) for row in rows("conditions") for code in row["cim10"].split(" ")}
    assert [one for one in sorted(used) if one[1].replace(".", "") not in known] == []


def test_labels_are_our_own_words(shared_data: Path) -> None:
    """A disease has its name, but no phrase of the classification is copied."""
    theirs = {flat(label) for label in classification(shared_data).values()}
    copied = [
        row["id"]
        for row in rows("conditions")
        if flat(row["label"]) in theirs and len(row["label"].split()) > 5
    ]
    assert copied == []
