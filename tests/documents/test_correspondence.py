"""Tables of correspondences between CISP-2 and CIM-10, as practices have them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carnet.documents.correspondence import LARGEST, read
from carnet.fhir.errors import Malformed


def pairs(text: str) -> list[tuple[str, str]]:
    return [(one.cim10, one.cisp) for one in read(text.encode()).pairs]


def test_reads_the_usual_tables() -> None:
    assert pairs("CISP-2;Libellé;CIM-10\nK86;Hypertension non compliquée;I10\n") == [("I10", "K86")]
    assert pairs("icd10\ticpc2\nE11.9\tT90\nE119\tT90\n") == [("E11.9", "T90")]
    assert pairs('Code CISP,Codes CIM\nR74,"J00, J06.9"\n') == [("J00", "R74"), ("J06.9", "R74")]
    assert pairs("CISP;CIM10\nK74;I20-I22\n") == [("I20", "K74"), ("I21", "K74"), ("I22", "K74")]
    assert (
        read("CISP;Libellé;CIM\nH71;Otite moyenne aiguë;H66\n".encode("cp1252")).pairs[0].label
        == "Otite moyenne aiguë"
    )


def test_counts_what_it_does_not_read() -> None:
    table = read(b"CISP;CIM\nChapitre K;\n-45;Z71\nK86;I10\n\n")
    assert len(table.pairs) == 1
    assert table.unread == 2


def test_takes_the_column_that_holds_the_codes() -> None:
    assert pairs("Libellé CISP-2;Code CISP-2;Code CIM-10\nHypertension;K86;I10\n") == [("I10", "K86")]


def test_a_quote_left_open_costs_its_own_line_only() -> None:
    table = read(b'CISP,CIM\nK86,"I10\nT90,E11\n')
    assert [(one.cim10, one.cisp) for one in table.pairs] == [("E11", "T90")]
    assert table.unread == 1


def test_a_range_over_two_letters_is_said_to_be_unread() -> None:
    table = read(b"CISP;CIM\nK86;I10 A00-Z99\n")
    assert (len(table.pairs), table.unread) == (1, 1)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "premi\u00e8re ligne"),
        (b"code;libelle\nK86;HTA\n", "premi\u00e8re ligne"),
        (b"CISP;CIM\nrien;du tout\n", "aucune correspondance"),
        (b"PK\x03\x04\0\0", "CSV"),
        (b"CISP;CIM\n" + b"x" * LARGEST, "2 Mo"),
        (b'CISP;CIM\n"' + b"K" * 200_000, "aucune correspondance"),
    ],
)
def test_refuses_in_words(content: bytes, says: str) -> None:
    with pytest.raises(Malformed, match=says):
        read(content)


@given(st.binary(max_size=400) | st.text(max_size=300).map(lambda text: f"CISP;CIM\n{text}".encode()))
def test_never_breaks_on_a_hostile_file(content: bytes) -> None:
    try:
        table = read(content)
    except Malformed:
        return
    assert all(len(one.cisp) == 3 and len(one.cim10) >= 3 for one in table.pairs)
